"""Waiting for a backend has a bound and grows its pauses."""

import pytest

from nexync_operator.errors import UnreachableError
from nexync_operator.waiting import wait_for


class FakeTime:
    """A clock that only pauses move."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def clock(self) -> float:
        """Seconds so far."""
        return self.now

    def pause(self, seconds: float) -> None:
        """Let the time pass."""
        self.pauses.append(seconds)
        self.now += seconds


def test_it_gives_up_in_time_with_the_last_reason() -> None:
    """One line: who, how long, why."""
    time = FakeTime()

    def probe() -> None:
        raise OSError("refused\n  twice")

    with pytest.raises(UnreachableError, match=r"^it did not answer within 5 s: refused twice$"):
        wait_for("it", probe, seconds=5, retry_on=(OSError,), clock=time.clock, pause=time.pause)
    assert time.now == 5
    assert time.pauses == sorted(time.pauses[:-1]) + time.pauses[-1:]


def test_it_returns_the_first_answer() -> None:
    """A backend that comes up late is not an error."""
    time = FakeTime()

    def probe() -> str:
        if time.now < 1:
            raise OSError("not yet")
        return "up"

    answer = wait_for(
        "it", probe, seconds=5, retry_on=(OSError,), clock=time.clock, pause=time.pause
    )
    assert answer == "up"
