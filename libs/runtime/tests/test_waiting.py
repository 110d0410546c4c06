"""A service that waits at its start: it says why, it goes on by itself, and SIGTERM ends it at once."""

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from nexync_runtime import waiting
from nexync_runtime.lifecycle import Lifecycle, RefusedError
from nexync_runtime.settings import Settings
from nexync_runtime.waiting import NotThereError, on_daemon_thread, until_there


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits for a pause."""
    monkeypatch.setattr(waiting, "BACKOFF_SECONDS", (0.001, 0.001))


def lifecycle() -> Lifecycle:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return Lifecycle("test", Settings(host="127.0.0.1", admin_port=port, grace_seconds=2.0))


async def test_one_line_a_change_and_the_reason_in_readyz() -> None:
    """Twice the same reason is one line; what is there again is told with its end."""
    life = lifecycle()
    reasons: Iterator[str] = iter(("refused", "refused", "no such table"))
    seen: list[dict[str, str]] = []

    async def attempt() -> int:
        seen.append(await life.reasons())
        for reason in reasons:
            raise NotThereError(reason)
        return 7

    with capture_logs() as lines:
        assert await until_there(life, "schema", attempt) == 7
    assert [line["event"] for line in lines] == ["waits", "waits", "is there"]
    assert [line.get("reason") for line in lines] == ["refused", "no such table", None]
    assert seen[1] == {"lifecycle": "starting", "schema": "refused"}
    assert await life.reasons() == {"lifecycle": "starting"}


async def test_term_while_waiting_ends_at_once() -> None:
    """Nobody should wait for the grace period of a service that never began to work."""
    life = lifecycle()
    closed: list[str] = []

    async def build(life: Lifecycle) -> None:
        async def close() -> None:
            closed.append("opened before")

        life.on_stop(close)

        async def attempt() -> None:
            os.kill(os.getpid(), signal.SIGTERM)
            raise NotThereError("away")

        await until_there(life, "kafka", attempt)

    async with asyncio.timeout(5):
        assert await life.serve(build) == 0
    assert closed == ["opened before"]


async def test_term_while_a_blocking_call_hangs_ends_at_once() -> None:
    """A client that sits in a blocking call doesn't keep the process."""
    life = lifecycle()
    release = threading.Event()

    async def build(_: Lifecycle) -> None:
        def hang() -> None:
            os.kill(os.getpid(), signal.SIGTERM)
            release.wait(30)

        await on_daemon_thread(hang)

    async with asyncio.timeout(5):
        assert await life.serve(build) == 0
    release.set()


async def test_a_refusal_is_one_line_and_code_1() -> None:
    """What a person must do something about is told without a trace."""
    life = lifecycle()

    async def build(_: Lifecycle) -> None:
        raise RefusedError("the schema is too new")

    with capture_logs() as lines:
        assert await life.serve(build) == 1
    told = [line for line in lines if line["log_level"] == "error"]
    assert [(line["event"], line["reason"]) for line in told] == [
        ("refuses to start", "the schema is too new")
    ]
    assert "exc_info" not in told[0]
