"""Who has got and read what, and the way there."""

from typing import NamedTuple, Protocol

from nexync_contracts.ids import ChatId, PersonId, Username
from nexync_contracts.receipts import ReceiptRecord
from nexync_streams.watermarks import Watermark


class MarkStore(Protocol):
    """Read marks in Postgres, which the persister writes."""

    async def marked(self, chat: ChatId, person: PersonId) -> int:
        """Up to where the person has read; 0 for nothing yet."""
        ...


class ReceiptLog(Protocol):
    """`receipt-topic`."""

    async def append(self, record: ReceiptRecord) -> None:
        """Returns once the record is durable. Raises BusyError."""
        ...


class Reader(NamedTuple):
    """Another member and how far they are; they see everything from `since` on. Names only where they are asked for."""

    person: PersonId
    username: Username
    name: str
    since: int
    watermark: Watermark


class Seen(NamedTuple):
    """Members of whom one may know: all, those who have a message, those who have read it; and some of the last."""

    of: int
    delivered: int
    read: int
    readers: tuple[Reader, ...]


class ReceiptStore(Protocol):
    """Watermarks in Postgres, as far as one person may know them."""

    async def tells(self, person: PersonId) -> bool:
        """Whether the person lets others know."""
        ...

    async def members(self, chat: ChatId, viewer: PersonId, most: int) -> list[Reader] | None:
        """The other members who let the viewer know; None in a chat of more than `most`."""
        ...

    async def seen(
        self,
        chat: ChatId,
        viewer: PersonId,
        author: PersonId,
        target: int,
        after: str,
        limit: int,
    ) -> Seen:
        """Who has read the message `target`, by username behind `after`."""
        ...
