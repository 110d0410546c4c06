"""Whether somebody is here, told to those who may know it."""

from collections.abc import Callable
from typing import Final

from nexync_contracts.channels import ONLINE_SECONDS
from nexync_contracts.ids import PersonId
from nexync_contracts.rest import PresenceView
from svc_chat.errors import NothingThereError, WindowsAwayError
from svc_chat.ports import PersonStore, PresenceStore

TOLD_TO: Final = frozenset({"self", "connected"})
"""Relations in which somebody may know it."""

MINUTE: Final = 60


class Presences:
    """`clock` gives Unix seconds."""

    def __init__(
        self, people: PersonStore, store: PresenceStore, clock: Callable[[], float]
    ) -> None:
        self._people = people
        self._store = store
        self._clock = clock

    async def of(self, viewer: PersonId, person: PersonId) -> PresenceView:
        """What the viewer may know. While Redis is away it is not known. Raises NothingThereError."""
        row = await self._people.person(viewer, person)
        if row is None:
            raise NothingThereError
        nothing = PresenceView(person=person)
        if row.relation not in TOLD_TO or not row.tells_presence:
            return nothing
        try:
            seen = await self._store.seen(person)
        except WindowsAwayError:
            return nothing
        if seen is None:
            return nothing
        online = self._clock() - seen < ONLINE_SECONDS
        return PresenceView(person=person, online=online, seen_at=seen // MINUTE * MINUTE * 1000)
