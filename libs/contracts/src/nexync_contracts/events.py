"""Events: what happened in a stream, past tense, numbered without gaps. Written by the persister alone."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from nexync_contracts import limits
from nexync_contracts.attachments import Attachments
from nexync_contracts.ids import (
    AttachmentIdField,
    ChatIdField,
    ChatName,
    CommandIdField,
    EventText,
    HookIdField,
    HookName,
    InviteDigest,
    InviteIdField,
    PersonIdField,
    StreamField,
    Tagline,
)
from nexync_contracts.message_events import (
    Hidden,
    Mentions,
    MessageDeleted,
    MessageEdited,
    MessagePinned,
    MessageReacted,
    MessageUnpinned,
    Target,
)
from nexync_contracts.model import Tolerant
from nexync_contracts.retention import Retention


class ChatKind(StrEnum):
    """A private chat has exactly two members for ever; a group changes."""

    PRIVATE = "private"
    GROUP = "group"


class Role(StrEnum):
    """What a member may do; who made the group is its first admin."""

    MEMBER = "member"
    ADMIN = "admin"


class History(StrEnum):
    """What who is added to a group sees of it: what follows, or all from its beginning."""

    FROM_JOIN = "from_join"
    ALL = "all"


class Member(Tolerant):
    """One member as the fold keeps it."""

    person: PersonIdField
    role: Role


class ChatCreated(Tolerant):
    """Always seq 1 of a chat's stream. `partition` pins the stream in `chat-topic`, for ever."""

    tag: Literal["chat.created"] = "chat.created"
    kind: ChatKind
    name: ChatName | None = None
    members: Annotated[tuple[Member, ...], Field(min_length=1, max_length=limits.CHAT_MEMBERS)]
    partition: Annotated[int, Field(ge=0, le=10_000)]


class MemberAdded(Tolerant):
    """A person was added, or joined by an invite link (then `by` of the record is the person).

    With `history` the person sees the chat from its beginning, otherwise from this event on.
    """

    tag: Literal["member.added"] = "member.added"
    person: PersonIdField
    role: Role = Role.MEMBER
    history: bool = False
    invite: InviteIdField | None = None


class MemberRemoved(Tolerant):
    """A person was removed, or left (then `by` of the record is the person).

    A group has an admin as long as it has members: when the last admin leaves, `promoted` is one from here on.
    """

    tag: Literal["member.removed"] = "member.removed"
    person: PersonIdField
    promoted: PersonIdField | None = None


class ChatRenamed(Tolerant):
    """A group has another name. Read since 0.1.0; written only where renaming is switched on."""

    tag: Literal["chat.renamed"] = "chat.renamed"
    name: ChatName


class MemberRoleChanged(Tolerant):
    """A member was made an admin, or is one no longer."""

    tag: Literal["member.role_changed"] = "member.role_changed"
    person: PersonIdField
    role: Role


class TaglineChanged(Tolerant):
    """A group says something else about itself; empty: nothing."""

    tag: Literal["chat.tagline_changed"] = "chat.tagline_changed"
    tagline: Tagline


class PictureChanged(Tolerant):
    """A group has another picture; None: none."""

    tag: Literal["chat.picture_changed"] = "chat.picture_changed"
    picture: AttachmentIdField | None = None


class HistoryChanged(Tolerant):
    """Who is added from here on sees this much of the group."""

    tag: Literal["chat.history_changed"] = "chat.history_changed"
    history: History


class RetentionChanged(Tolerant):
    """What is said from here on is kept for this long; None: as the workspace keeps it."""

    tag: Literal["chat.retention_changed"] = "chat.retention_changed"
    retention: Retention | None = None


class ChatDismissed(Tolerant):
    """The group is over: it can be read and left, nothing else.

    In a private chat the account of who did it was erased; the other one can still read it.
    """

    tag: Literal["chat.dismissed"] = "chat.dismissed"


class InviteMade(Tolerant):
    """A link lets people in until `expires_at` (Unix milliseconds) and at most `uses` times; None: no limit."""

    tag: Literal["invite.made"] = "invite.made"
    invite: InviteIdField
    digest: InviteDigest
    expires_at: Annotated[int | None, Field(ge=0)] = None
    uses: Annotated[int | None, Field(ge=1, le=limits.INVITE_USES)] = None


class InviteRevoked(Tolerant):
    """The link lets nobody in any more."""

    tag: Literal["invite.revoked"] = "invite.revoked"
    invite: InviteIdField


class HookMade(Tolerant):
    """A webhook may bring messages from now on: in a group with its own id as their author, else with its maker's."""

    tag: Literal["hook.made"] = "hook.made"
    hook: HookIdField
    digest: InviteDigest
    name: HookName


class HookRevoked(Tolerant):
    """The webhook brings no more."""

    tag: Literal["hook.revoked"] = "hook.revoked"
    hook: HookIdField


class HooksEnded(Tolerant):
    """In a private chat: the two are connected no more, and none of its webhooks brings anything."""

    tag: Literal["hooks.ended"] = "hooks.ended"


class MessageCreated(Tolerant):
    """A message; `reply_to` is the message that it answers. The body is empty where it has files alone.

    Where it was deleted since it has neither text nor files.

    `forwarded` says that the text was said in another chat before; by whom and where is told to nobody. With `hook` a
    webhook brought it, and this is its name. Who made the event is no person in a group, and in a private chat who made
    the webhook.
    """

    tag: Literal["message.created"] = "message.created"
    body: EventText
    reply_to: Target | None = None
    mentions: Mentions = ()
    mention_all: bool = False
    forwarded: bool = False
    attachments: Attachments = ()
    hidden: Hidden = False
    hook: HookName | None = None


class ChatBlocked(Tolerant):
    """In a private chat: who did it sees nothing from here on that the other one writes. The other isn't told."""

    tag: Literal["chat.blocked"] = "chat.blocked"
    hidden: Hidden = True


class ChatUnblocked(Tolerant):
    """In a private chat: who blocked the other one sees again what they write. What was hidden stays so."""

    tag: Literal["chat.unblocked"] = "chat.unblocked"
    hidden: Hidden = True


class ChatJoined(Tolerant):
    """In a person's stream: you are in this chat from `seq` on. Its `members` row is in Postgres already."""

    tag: Literal["chat.joined"] = "chat.joined"
    chat: ChatIdField
    seq: Annotated[int, Field(ge=1)]
    partition: Annotated[int, Field(ge=0)]


class ChatLeft(Tolerant):
    """In a person's stream: you see this chat up to `seq`, which removed you."""

    tag: Literal["chat.left"] = "chat.left"
    chat: ChatIdField
    seq: Annotated[int, Field(ge=1)]


class PersonErased(Tolerant):
    """In a person's stream: the account is gone. Who replays the log learns that it must not come back."""

    tag: Literal["person.erased"] = "person.erased"


class ConnectionChange(StrEnum):
    """What became of the relation between two people."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    ENDED = "ended"
    """Declined, withdrawn or parted: which of them is told to nobody."""


class ConnectionChanged(Tolerant):
    """In both people's streams: the relation to `person` is now this. `asker` is who asked first."""

    tag: Literal["connection.changed"] = "connection.changed"
    person: PersonIdField
    asker: PersonIdField
    change: ConnectionChange


Event = Annotated[
    ChatCreated
    | MemberAdded
    | MemberRemoved
    | MessageCreated
    | ChatJoined
    | ChatLeft
    | ConnectionChanged
    | ChatRenamed
    | MemberRoleChanged
    | TaglineChanged
    | PictureChanged
    | HistoryChanged
    | RetentionChanged
    | ChatDismissed
    | InviteMade
    | InviteRevoked
    | HookMade
    | HookRevoked
    | HooksEnded
    | MessageEdited
    | MessageDeleted
    | MessageReacted
    | MessagePinned
    | MessageUnpinned
    | ChatBlocked
    | ChatUnblocked
    | PersonErased,
    Field(discriminator="tag"),
]

MEMBERSHIP_TAGS = frozenset({"chat.created", "member.added", "member.removed"})
"""Events that change who may see a chat; their batch is flushed at once and gateways parse them."""


STATE_TAGS = MEMBERSHIP_TAGS | {
    "member.role_changed",
    "chat.renamed",
    "chat.tagline_changed",
    "chat.picture_changed",
    "chat.history_changed",
    "chat.retention_changed",
    "chat.dismissed",
    "invite.made",
    "invite.revoked",
    "hook.made",
    "hook.revoked",
    "hooks.ended",
    "message.pinned",
    "message.unpinned",
    "chat.blocked",
    "chat.unblocked",
}
"""Events that change what a chat's snapshot says; their batch is flushed at once, so that reads have them."""

CHANGE_TAGS = frozenset({"message.edited", "message.deleted", "message.reacted"})
"""Events that change a message and are no line of a timeline themselves."""


class EventRecord(Tolerant):
    """One event in its stream, as readers get it.

    `seq` is dense from 1; `n` counts the messages up to and with this event, without hidden ones; `at` is Kafka's
    append time in Unix milliseconds, never smaller than the event before it; `id` is the command's, `by` its sender;
    `epoch` is the log epoch, so a head is (epoch, seq).
    """

    stream: StreamField
    epoch: Annotated[int, Field(ge=1)]
    seq: Annotated[int, Field(ge=1)]
    n: Annotated[int, Field(ge=0)]
    at: Annotated[int, Field(ge=0)]
    id: CommandIdField
    by: PersonIdField
    event: Event


event_adapter: TypeAdapter[Event] = TypeAdapter(Event)
