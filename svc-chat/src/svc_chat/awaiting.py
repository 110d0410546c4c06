"""The registry of outcomes that this instance waits for. Bounded: over the bound nothing more is admitted."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

from nexync_contracts.commands import Outcome
from nexync_contracts.ids import CommandId, PersonId, Stream
from svc_chat import metrics
from svc_chat.errors import BusyError

BOUND: Final = 2_000


class _Key(NamedTuple):
    stream: Stream
    sender: PersonId
    command: CommandId


class Ticket:
    """One wait. `outcome` has no timeout of its own: whoever waits sets one."""

    def __init__(self, future: "asyncio.Future[Outcome]") -> None:
        self._future = future

    async def outcome(self) -> Outcome:
        """What became of the command."""
        return await self._future


class OutcomeRegistry:
    """Two requests may wait for the same command (a repetition beside the first): both get the outcome."""

    def __init__(self) -> None:
        self._waiting: dict[_Key, list[asyncio.Future[Outcome]]] = {}
        self._count = 0

    @asynccontextmanager
    async def expect(
        self, stream: Stream, sender: PersonId, command: CommandId
    ) -> AsyncGenerator[Ticket]:
        """Wait for an outcome from now on. Raises BusyError over the bound."""
        if self._count >= BOUND:
            msg = f"{self._count} commands wait for their outcome"
            raise BusyError(msg)
        key = _Key(stream, sender, command)
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append(future)
        self._change(+1)
        try:
            yield Ticket(future)
        finally:
            self._change(-1)
            waiting = self._waiting[key]
            waiting.remove(future)
            if not waiting:
                del self._waiting[key]

    def settle(self, outcome: Outcome) -> None:
        """Hand an outcome to whoever waits for it; nobody may, after a timeout."""
        key = _Key(outcome.stream, outcome.sender, outcome.id)
        for future in self._waiting.get(key, ()):
            if not future.done():
                future.set_result(outcome)

    def _change(self, by: int) -> None:
        self._count += by
        metrics.OUTCOMES_AWAITED.set(self._count)
