"""People as others see them, and what is between them."""

from collections.abc import Collection
from typing import NamedTuple, Protocol

from nexync_contracts.ids import AttachmentId, PersonId, Username


class PersonRow(NamedTuple):
    """A person and how the one who asks is related to them."""

    person: PersonId
    username: Username
    name: str
    relation: str
    askable: bool = True
    tells_presence: bool = True
    """Whether the settings of both allow it; only a connection is told."""
    bot: bool = False
    picture: AttachmentId | None = None


class PersonStore(Protocol):
    """One person as another sees them."""

    async def person(self, viewer: PersonId, person: PersonId) -> PersonRow | None: ...


class PeopleStore(PersonStore, Protocol):
    """People and their relations in Postgres. Only verified people exist here."""

    async def search(self, viewer: PersonId, text: str, limit: int) -> list[PersonRow]: ...

    async def rows(
        self, viewer: PersonId, people: Collection[PersonId]
    ) -> dict[PersonId, PersonRow]: ...

    async def connections(
        self, viewer: PersonId, after: str | None, limit: int
    ) -> list[PersonRow]: ...

    async def partitions(self, people: Collection[PersonId]) -> dict[PersonId, int]:
        """The partitions of the streams of those people that exist."""
        ...

    async def ask(self, me: PersonId, other: PersonId) -> PersonRow | None:
        """Ask, or accept when the other has asked; None when there is no such person. Raises ClosedError."""
        ...

    async def accept(self, me: PersonId, other: PersonId) -> PersonRow | None:
        """Accept; None when the other has not asked."""
        ...

    async def end(self, me: PersonId, other: PersonId) -> PersonRow | None:
        """End whatever is between two people; None when the other doesn't exist."""
        ...

    async def block(self, me: PersonId, other: PersonId) -> PersonRow | None:
        """Block, and end what is between the two; None when the other doesn't exist."""
        ...

    async def carry_blocks(self, me: PersonId, other: PersonId) -> None:
        """Tell the private chat of the two, which has just begun, of the blocks between them."""
        ...

    async def unblock(self, me: PersonId, other: PersonId) -> PersonRow | None:
        """Take the block back; None when the other doesn't exist."""
        ...

    async def blocked(self, viewer: PersonId, limit: int) -> list[PersonRow]: ...


class Suggestion(NamedTuple):
    """Somebody whom one may know, and the number of common acquaintances."""

    row: PersonRow
    mutual: int


class SuggestionStore(Protocol):
    """Who may be suggested to whom."""

    async def suggest(self, viewer: PersonId, limit: int) -> list[Suggestion]: ...


class PresenceStore(Protocol):
    """What the gateways say about who is here."""

    async def seen(self, person: PersonId) -> int | None:
        """Unix seconds of the last time that is remembered. Raises WindowsAwayError."""
        ...
