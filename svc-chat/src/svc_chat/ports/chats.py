"""A person's chats, as the list shows them."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from nexync_contracts.events import ChatKind, EventRecord, Role
from nexync_contracts.ids import AttachmentId, ChatId, PersonId, Username
from nexync_contracts.retention import Retention
from nexync_streams.group_settings import UNCHANGED, GroupSettings
from svc_chat.chapters import Chapter
from svc_chat.own import NOTHING_KEPT, Own
from svc_chat.ports.streams import StoredHead
from svc_chat.spans import Membership


class ChatSeat(NamedTuple):
    """One person's place in one chat, as Postgres has it. `active_at` is the last visible event's time, ms.

    `kind` is None where it wasn't asked for.
    """

    chat: ChatId
    kind: ChatKind | None
    stored: StoredHead
    membership: Membership
    active_at: int


class MemberRow(NamedTuple):
    """A present member of a chat."""

    person: PersonId
    username: Username
    name: str
    role: Role
    bot: bool = False
    picture: AttachmentId | None = None


class ChatFacts(NamedTuple):
    """What the list shows of a chat besides its events.

    `mark` is the read mark: its seq, and the messages so far at it, or at the stored head if that lies before it.

    `mentioned` counts stored unread messages that name the person; None where it doesn't matter (not muted).
    Messages of those in `unheard`, whom the person blocked, are none of them.
    `chapters` are there where something of the chat is gone; `workspace` is the workspace's class.
    """

    chat: ChatId
    kind: ChatKind
    name: str | None
    stored: StoredHead
    membership: Membership
    member_count: int
    mark: tuple[int, int]
    members: tuple[MemberRow, ...]
    last: EventRecord | None
    settings: GroupSettings = UNCHANGED
    own: Own = NOTHING_KEPT
    mentioned: int | None = None
    chapters: tuple[Chapter, ...] = ()
    workspace: Retention = Retention.FOREVER
    delivered: int = 0
    unheard: frozenset[PersonId] = frozenset()


class ChatStore(Protocol):
    """A person's chats in Postgres."""

    async def seats(self, person: PersonId, *, kinds: bool = False) -> list[ChatSeat]:
        """Every chat the person is or was in; with `kinds` also what kind of chat each is."""
        ...

    async def facts(self, person: PersonId, chats: Sequence[ChatId]) -> dict[ChatId, ChatFacts]:
        """Details of these chats at one moment, in a fixed number of queries."""
        ...
