"""Waiting for something that only shows from outside, with a deadline that says what was missing."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def until(
    probe: Callable[[], Awaitable[T | None]],
    what: str,
    *,
    seconds: float = 15.0,
    every: float = 0.1,
) -> T:
    """The probe's first answer that isn't None. Raises TimeoutError naming `what` after `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                answer = await probe()
                if answer is not None:
                    return answer
                await asyncio.sleep(every)
    except TimeoutError as error:
        msg = f"not within {seconds:g} s: {what}"
        raise TimeoutError(msg) from error


async def until_true(
    probe: Callable[[], bool], what: str, *, seconds: float = 15.0, every: float = 0.05
) -> None:
    """Like `until`, for a condition that needs no I/O."""

    async def answer() -> bool | None:
        return True if probe() else None

    await until(answer, what, seconds=seconds, every=every)
