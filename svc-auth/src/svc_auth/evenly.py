"""Answers at even times: how long an answer takes must not tell what was looked up for it.

An operation that writes something for a known address and nothing for an unknown one differs by milliseconds. Its
answer is held until the next multiple of GRID_SECONDS since the request came, so both come at the same tick.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

T = TypeVar("T")

GRID_SECONDS: Final = 0.25
"""Several times what a hash and a transaction take together, so that hardly any work ends near a tick."""


class Evenly:
    """Holds answers. `clock` gives monotonic seconds."""

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep

    async def answer(self, work: Awaitable[T]) -> T:
        """What `work` gives or raises, at the next tick."""
        began = self._clock()
        try:
            return await work
        finally:
            took = self._clock() - began
            ticks = max(1, math.ceil(took / GRID_SECONDS))
            await self._sleep(ticks * GRID_SECONDS - took)
