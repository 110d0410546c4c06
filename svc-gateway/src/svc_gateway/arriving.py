"""Newcomers take turns: when thousands come back at once, those who are here already are not to wait for all of them.

A handshake and all that follows from it takes the loop about half a millisecond. Taken as they come, those of a
reconnect storm fill one turn of the loop after the other, and every event waits behind them. So few get in a turn
of the loop; what else is ready, events above all, comes in between. With nobody waiting a newcomer waits for nothing.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

AT_ONCE: Final = 16
"""In one turn of the loop: some eight milliseconds of work."""


class Arrivals:
    """First come, first served. As many wait as connections are open; the handshake's time limit ends their wait."""

    __slots__ = ("_at_once", "_call_soon", "_counting", "_left", "_waiting")

    def __init__(
        self, call_soon: Callable[[Callable[[], None]], object], at_once: int = AT_ONCE
    ) -> None:
        self._call_soon = call_soon
        self._at_once = at_once
        self._left = at_once
        self._counting = False
        self._waiting: deque[asyncio.Future[None]] = deque()

    def at_once(self) -> bool:
        """Whether a newcomer may go on without waiting; if so, it has taken its turn."""
        if self._waiting or self._left == 0:
            return False
        self._take()
        return True

    async def turn(self) -> None:
        """Wait for one's turn."""
        if self.at_once():
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        await turn

    def _take(self) -> None:
        self._left -= 1
        if not self._counting:
            self._counting = True
            self._call_soon(self._next_turn)

    def _next_turn(self) -> None:
        self._counting = False
        self._left = self._at_once
        while self._waiting and self._left:
            turn = self._waiting.popleft()
            if not turn.done():
                self._take()
                turn.set_result(None)
