"""The short run of what `fuzz_frames.py` runs in millions, and that it would tell."""

import random

import pytest
from fuzz_frames import made, read, run

from svc_gateway.framing import Decoder


def test_nothing_that_a_client_sends_raises() -> None:
    """Ten thousand inputs; more than half of them hold a message, and much of that is good."""
    told: list[int] = []
    counts = run(first=1_000_000, inputs=10_000, tell=told.append)
    assert counts["inputs"] == 10_000
    assert counts["messages"] > 5_000
    assert counts["taken"] > 3_000
    assert told == [10_000]


def test_an_input_is_found_again_by_its_batch() -> None:
    """The same seed makes the same input, and what raises is named."""

    assert made(random.Random(7)) == made(random.Random(7))


def test_a_crash_is_told_with_its_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """A decoder that trips over a continuation stands for one."""
    original = Decoder.feed

    def trips(self: Decoder, data: bytes) -> object:
        if data[:1] == b"\x80":
            raise IndexError
        return original(self, data)

    monkeypatch.setattr(Decoder, "feed", trips)
    with pytest.raises(IndexError) as caught:
        run(first=0, inputs=100_000, tell=lambda _: None)
    assert "batch 0, input 80" in caught.value.__notes__[0]
    data = bytes.fromhex(caught.value.__notes__[0].rsplit(" ", 1)[1])
    with pytest.raises(IndexError):
        read(random.Random(0), data)
