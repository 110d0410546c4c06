"""svc-chat's part in the erasure of an account: what it keeps of the person goes, and the log is told (docs/adr/0059).

The person leaves every group by a command as if they did it themselves, private chats are closed for both, and the
person's own stream learns that the account is gone. Commands go through the outbox under ids that are the same each
time, so a repetition is a double. A round ends with what Postgres says is still open, not with what was sent.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

from nexync_contracts.ids import PersonId
from nexync_runtime import log
from svc_chat import metrics
from svc_chat.errors import StoreAwayError, UnmovedError
from svc_chat.keeping import EVERYBODY

EVERY_SECONDS: Final = 2.0
BATCH: Final = 50
"""People of one round; the others wait."""

_log = log.get("departures")


class Departures(Protocol):
    """People whose accounts svc-auth has erased. Every method raises StoreAwayError."""

    async def waiting(self, most: int) -> Sequence[PersonId]:
        """Those whom something is left of, also because a chat let them in while they were going."""
        ...

    async def clear(self, person: PersonId) -> bool:
        """Remove what is kept of somebody, and put into the outbox what the log must hear of it.

        False when another instance does it.
        """
        ...

    async def leave(self, person: PersonId) -> bool:
        """Whether nothing is left, in the log too; then it is written down."""
        ...


class Departing:
    """A task of the lifecycle in each instance. `told` is called when the outbox has something new.

    `moved` makes kept answers of everybody old, so that none shows the name any more.
    """

    def __init__(
        self,
        departures: Departures,
        moved: Callable[[Sequence[str]], Awaitable[None]],
        told: Callable[[], None],
    ) -> None:
        self._departures = departures
        self._moved = moved
        self._told = told

    async def run(self) -> None:
        """For ever; while a backend is away everything waits."""
        told = ""
        while True:
            try:
                await self.round()
                told = ""
            except (StoreAwayError, UnmovedError) as error:
                reason = f"{type(error).__name__}: {error}"
                if reason != told:
                    _log.warning("departures wait", reason=reason)
                    told = reason
            await asyncio.sleep(EVERY_SECONDS)

    async def round(self) -> int:
        """One round; how many people have nothing left."""
        waiting = await self._departures.waiting(BATCH)
        cleared = [person for person in waiting if await self._departures.clear(person)]
        if not cleared:
            return 0
        await self._moved([EVERYBODY])
        self._told()
        left = 0
        for person in cleared:
            if await self._departures.leave(person):
                left += 1
                metrics.DEPARTED.inc()
        return left
