"""Commands: what somebody wants to happen, imperative; the records of `chat-topic`."""

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from nexync_contracts import limits
from nexync_contracts.attachments import AttachmentIds, Attachments
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import ChatKind, ConnectionChange, History, Member, Role
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
    SessionIdField,
    StreamField,
    Tagline,
)
from nexync_contracts.message_commands import (
    DeleteMessage,
    EditMessage,
    PinMessage,
    React,
    UnpinMessage,
)
from nexync_contracts.message_events import Mentions, Target
from nexync_contracts.model import Tolerant
from nexync_contracts.retention import Retention


class CreateChat(Tolerant):
    """Make a chat; the sender is among `members`, as admin of a group."""

    tag: Literal["chat.create"] = "chat.create"
    kind: ChatKind
    name: ChatName | None = None
    members: Annotated[tuple[Member, ...], Field(min_length=1, max_length=limits.CHAT_MEMBERS)]
    partition: Annotated[int, Field(ge=0, le=10_000)]


class AddMember(Tolerant):
    tag: Literal["member.add"] = "member.add"
    person: PersonIdField
    role: Role = Role.MEMBER


class RemoveMember(Tolerant):
    """Remove a member, or leave (the sender names himself)."""

    tag: Literal["member.remove"] = "member.remove"
    person: PersonIdField


class RenameChat(Tolerant):
    """Give a group another name; its admins may."""

    tag: Literal["chat.rename"] = "chat.rename"
    name: ChatName


class SetRole(Tolerant):
    """Make a member an admin, or no longer one; a group's admins may."""

    tag: Literal["member.set_role"] = "member.set_role"
    person: PersonIdField
    role: Role


class SetTagline(Tolerant):
    """Say what a group is about; its admins may."""

    tag: Literal["chat.set_tagline"] = "chat.set_tagline"
    tagline: Tagline


class SetPicture(Tolerant):
    """Give a group another picture, or none; its admins may.

    `ready` is stamped by whoever admits the command: the picture is the sender's own upload and was made ready,
    which never changes.
    """

    tag: Literal["chat.set_picture"] = "chat.set_picture"
    picture: AttachmentIdField | None = None
    ready: bool = True


class SetHistory(Tolerant):
    """Settle how much of a group those see who are added; its admins may."""

    tag: Literal["chat.set_history"] = "chat.set_history"
    history: History


class SetRetention(Tolerant):
    """Settle how long is kept what is said in a group from now on; its admins may. None: as the workspace does."""

    tag: Literal["chat.set_retention"] = "chat.set_retention"
    retention: Retention | None = None


class DismissChat(Tolerant):
    """End a group for everybody; its admins may."""

    tag: Literal["chat.dismiss"] = "chat.dismiss"


class MakeInvite(Tolerant):
    """Make a link that lets people in; a group's admins may. `digest` is the SHA-256 of its secret."""

    tag: Literal["invite.make"] = "invite.make"
    invite: InviteIdField
    digest: InviteDigest
    expires_at: Annotated[int | None, Field(ge=0)] = None
    uses: Annotated[int | None, Field(ge=1, le=limits.INVITE_USES)] = None


class RevokeInvite(Tolerant):
    tag: Literal["invite.revoke"] = "invite.revoke"
    invite: InviteIdField


class MakeHook(Tolerant):
    """Make a webhook: a group's admins may, and in a private chat both. `digest` is the SHA-256 of its secret."""

    tag: Literal["hook.make"] = "hook.make"
    hook: HookIdField
    digest: InviteDigest
    name: HookName


class RevokeHook(Tolerant):
    tag: Literal["hook.revoke"] = "hook.revoke"
    hook: HookIdField


class EndHooks(Tolerant):
    """From svc-chat's outbox: the two people of this private chat are connected no more, so no program speaks here."""

    tag: Literal["hooks.end"] = "hooks.end"


class JoinByInvite(Tolerant):
    """The sender, who is no member, wants in by a link whose secret has this digest."""

    tag: Literal["member.join"] = "member.join"
    invite: InviteIdField
    digest: InviteDigest


class CreateMessage(Tolerant):
    """A message of text, files or both: the body is empty only where there are files.

    `attachments` is stamped by whoever admits the command: what is known of those among `files` that are the
    sender's and ready, facts that never change. `hook` counts where a webhook speaks: the name for this once. In a
    group the webhook is the sender; in a private chat who made it is, and `voice` says which one speaks.
    """

    tag: Literal["message.create"] = "message.create"
    body: EventText
    reply_to: Target | None = None
    mentions: Mentions = ()
    mention_all: bool = False
    forwarded: bool = False
    files: AttachmentIds = ()
    attachments: Attachments = ()
    hook: HookName | None = None
    voice: HookIdField | None = None


class BlockPartner(Tolerant):
    """From svc-chat's outbox: in this private chat the sender sees nothing of the other one from here on."""

    tag: Literal["chat.block"] = "chat.block"


class UnblockPartner(Tolerant):
    """From svc-chat's outbox: what the other one writes from here on is seen again."""

    tag: Literal["chat.unblock"] = "chat.unblock"


class JoinChat(Tolerant):
    """Derived from a chat's event, for the person's own stream."""

    tag: Literal["person.join_chat"] = "person.join_chat"
    chat: ChatIdField
    seq: Annotated[int, Field(ge=1)]
    partition: Annotated[int, Field(ge=0)]


class LeaveChat(Tolerant):
    tag: Literal["person.leave_chat"] = "person.leave_chat"
    chat: ChatIdField
    seq: Annotated[int, Field(ge=1)]


class ClosePrivateChat(Tolerant):
    """From svc-chat: the sender's account is being erased, so this private chat can only be read from now on."""

    tag: Literal["chat.close"] = "chat.close"


class NoteErasure(Tolerant):
    """From svc-chat: the account of the sender, whose own stream this is, has been erased."""

    tag: Literal["person.note_erasure"] = "person.note_erasure"


class NoteConnection(Tolerant):
    """From svc-chat's outbox: the relation to `person` changed."""

    tag: Literal["person.note_connection"] = "person.note_connection"
    person: PersonIdField
    asker: PersonIdField
    change: ConnectionChange


Command = Annotated[
    CreateChat
    | AddMember
    | RemoveMember
    | CreateMessage
    | JoinChat
    | LeaveChat
    | NoteConnection
    | RenameChat
    | SetRole
    | SetTagline
    | SetPicture
    | SetHistory
    | SetRetention
    | DismissChat
    | MakeInvite
    | RevokeInvite
    | MakeHook
    | RevokeHook
    | EndHooks
    | JoinByInvite
    | EditMessage
    | DeleteMessage
    | React
    | PinMessage
    | UnpinMessage
    | BlockPartner
    | UnblockPartner
    | ClosePrivateChat
    | NoteErasure,
    Field(discriminator="tag"),
]

ENVELOPE_VERSION: Final = 1


class CommandEnvelope(Tolerant):
    """The value of a record in `chat-topic`.

    The service that admitted the command stamps `sender`, `session`, `trace`; a client has no say in them.
    `people_partitions` carries the stream partitions of the people that the command adds or removes, for the
    commands that follow from it. `reply_to` names the channel on which the admitting instance waits.
    """

    v: Literal[1] = 1
    stream: StreamField
    id: CommandIdField
    sender: PersonIdField
    session: SessionIdField | None = None
    trace: Annotated[str | None, StringConstraints(max_length=64)] = None
    reply_to: Annotated[str | None, StringConstraints(max_length=64)] = None
    people_partitions: dict[PersonIdField, Annotated[int, Field(ge=0)]] = {}
    command: Command


class Outcome(Tolerant):
    """What became of a command: an event with its `seq`, or a rejection with its code. Exactly one is set."""

    id: CommandIdField
    stream: StreamField
    sender: PersonIdField
    seq: Annotated[int | None, Field(ge=1)] = None
    epoch: Annotated[int, Field(ge=1)] = 1
    code: RejectCode | None = None


envelope_adapter: TypeAdapter[CommandEnvelope] = TypeAdapter(CommandEnvelope)
