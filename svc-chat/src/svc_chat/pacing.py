"""Waiting with a bound: poll, back off, give up at the deadline. Time comes from outside, so tests need none."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

FIRST_SECONDS: Final = 0.01
LONGEST_SECONDS: Final = 0.25


class Pace:
    """One wait: each pause is twice the one before, from 10 ms to 250 ms."""

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._started = now()
        self._pause = FIRST_SECONDS

    async def again(self, limit: float) -> bool:
        """Pause, then True; False at once when `limit` seconds have passed since the start."""
        left = self._started + limit - self._now()
        if left <= 0:
            return False
        await self._sleep(min(self._pause, left))
        self._pause = min(self._pause * 2, LONGEST_SECONDS)
        return True
