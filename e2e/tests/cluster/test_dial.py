"""The connections that pods are made to try, here on this machine."""

import asyncio
import json
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from nexync_e2e.cluster import dial
from nexync_e2e.cluster.tools import run

TEXT = Path(dial.__file__).read_text(encoding="utf-8")


@pytest.fixture
def free() -> Iterator[int]:
    """A port that is taken, but on which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


async def test_what_listens_is_reached_and_what_does_not_is_not(free: int) -> None:
    """By a Python that has only the module's text, as in a pod."""
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1")
    async with server:
        port: int = server.sockets[0].getsockname()[1]
        question = dial.Question(
            targets=[("here", "127.0.0.1", port), ("nobody", "127.0.0.1", free)],
            wanted=["here"],
            wait_seconds=30,
        )
        said = await run(sys.executable, "-I", "-S", "-c", TEXT, "dial", json.dumps(question))
    assert json.loads(said) == ["here"]


@pytest.mark.parametrize("wanted", [True, False])
async def test_a_connection_is_tried_until_it_is_as_wanted(
    monkeypatch: pytest.MonkeyPatch, *, wanted: bool
) -> None:
    """A policy that follows a new pod late lets something pass at first, or nothing."""
    asked: list[int] = []

    async def connect(_: str, port: int) -> tuple[Mock, Mock]:
        asked.append(port)
        if (len(asked) < 3) is wanted:
            raise ConnectionRefusedError
        return Mock(), Mock()

    monkeypatch.setattr(asyncio, "open_connection", connect)
    monkeypatch.setattr(dial, "PAUSE_SECONDS", 0)
    names = ["late"] if wanted else []
    targets = [("late", "192.0.2.1", 1)]
    assert await dial.dial(dial.Question(targets=targets, wanted=names, wait_seconds=60)) == names
    assert len(asked) == 3


@pytest.mark.parametrize("wanted", [True, False])
async def test_what_stays_as_it_is_not_wanted_is_told(
    monkeypatch: pytest.MonkeyPatch, *, wanted: bool
) -> None:
    """When the time is over, here at once."""

    async def connect(_: str, __: int) -> tuple[Mock, Mock]:
        if wanted:
            raise ConnectionRefusedError
        return Mock(), Mock()

    monkeypatch.setattr(asyncio, "open_connection", connect)
    names = ["it"] if wanted else []
    reached = await dial.dial(
        dial.Question(targets=[("it", "192.0.2.1", 1)], wanted=names, wait_seconds=0)
    )
    assert reached == ([] if wanted else ["it"])
