"""Bodies of the REST API about who has got and read what."""

from typing import Annotated

from pydantic import Field

from nexync_contracts import limits
from nexync_contracts.frames import Seq
from nexync_contracts.ids import ChatIdField, PersonIdField, Username
from nexync_contracts.model import Tolerant

Millis = Annotated[int, Field(ge=0)]
"""Unix milliseconds; 0 for never."""


class MemberReceipt(Tolerant):
    """How far another member is. `since` is the first seq from which on they see everything."""

    person: PersonIdField
    since: Annotated[int, Field(ge=1)]
    read: Seq = 0
    read_at: Millis = 0
    delivered: Seq = 0
    delivered_at: Millis = 0


class ReceiptsView(Tolerant):
    """The read state of a chat, as far as one may know it.

    `told` is False for who tells nothing of oneself, and then there are no `members`. `live` is False in a chat of
    more than `receiptMembers` people: who has seen a message is asked for there. Left out are those who tell nothing,
    and who blocked or is blocked by the one who asks.
    """

    chat: ChatIdField
    told: bool
    live: bool
    members: Annotated[tuple[MemberReceipt, ...], Field(max_length=limits.RECEIPT_MEMBERS)] = ()


class SeenBy(Tolerant):
    """Somebody who has read a message, by `at` (Unix ms, to the minute; 0 for not known).

    `earlier`: maybe long before, for only the newest minutes of reading are kept.
    """

    person: PersonIdField
    username: Username
    name: str
    at: Millis
    earlier: bool = False


class SeenView(Tolerant):
    """Who has read one message, by username.

    `of` counts the other members, without the author, who see the message and tell how far they are, `seen` those
    who have read it, `delivered` those who have it; `people` is one page of the readers.
    """

    chat: ChatIdField
    seq: Annotated[int, Field(ge=1)]
    told: bool
    of: Annotated[int, Field(ge=0)] = 0
    delivered: Annotated[int, Field(ge=0)] = 0
    seen: Annotated[int, Field(ge=0)] = 0
    people: Annotated[tuple[SeenBy, ...], Field(max_length=limits.PAGE_MAX)] = ()
    next: str | None = None
