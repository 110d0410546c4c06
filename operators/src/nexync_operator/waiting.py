"""Waiting for a backend that is still starting, with a bound."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

from nexync_operator.errors import UnreachableError

FIRST_PAUSE_SECONDS: Final = 0.1
LONGEST_PAUSE_SECONDS: Final = 2.0

T = TypeVar("T")


def wait_for(
    what: str,
    probe: Callable[[], T],
    *,
    seconds: float,
    retry_on: tuple[type[Exception], ...],
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> T:
    """The probe's answer, tried with growing pauses for `seconds`.

    Raises UnreachableError with the last reason when the time is over; an error that is not in `retry_on` passes.
    """
    deadline = clock() + seconds
    delay = FIRST_PAUSE_SECONDS
    while True:
        try:
            return probe()
        except retry_on as error:
            left = deadline - clock()
            if left <= 0:
                reason = " ".join(str(error).split()) or type(error).__name__
                msg = f"{what} did not answer within {seconds:g} s: {reason}"
                raise UnreachableError(msg) from error
            pause(min(delay, left))
            delay = min(delay * 2, LONGEST_PAUSE_SECONDS)
