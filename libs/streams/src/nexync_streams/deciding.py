"""The decision: a command, judged by the stream's own state, becomes an event, a rejection, or is a double.

A pure function of the log: no clock (Kafka's append time is given), no chance, no I/O. Whoever replays
the same records gets the same events and numbers.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from nexync_contracts import limits
from nexync_contracts.commands import (
    BlockPartner,
    ClosePrivateChat,
    CommandEnvelope,
    CreateChat,
    CreateMessage,
    EndHooks,
    JoinByInvite,
    JoinChat,
    LeaveChat,
    MakeHook,
    NoteConnection,
    NoteErasure,
    RemoveMember,
    RevokeHook,
    UnblockPartner,
)
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import (
    ChatCreated,
    ChatDismissed,
    ChatJoined,
    ChatKind,
    ChatLeft,
    ConnectionChanged,
    Event,
    EventRecord,
    MessageCreated,
    PersonErased,
    Role,
)
from nexync_contracts.ids import id_time_ms
from nexync_contracts.message_commands import (
    DeleteMessage,
    EditMessage,
    PinMessage,
    React,
    UnpinMessage,
)
from nexync_streams.blocking import judge_block, veiled
from nexync_streams.fold import ChatState, PersonState, StreamState
from nexync_streams.group_deciding import (
    AdminCommand,
    judge_admin,
    judge_join,
    judge_remove,
    reachable,
)
from nexync_streams.hooks import HookCommand, judge_hook, judge_said, judge_voice
from nexync_streams.messages import judge_change, judge_message

PRIVATE_MEMBERS = 2


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of an earlier command of the same (stream, sender, id): an event's seq, or a code."""

    digest: bytes
    seq: int | None
    code: RejectCode | None
    epoch: int = 1


@dataclass(frozen=True, slots=True)
class Accepted:
    """The command is this event, the next of its stream."""

    record: EventRecord


@dataclass(frozen=True, slots=True)
class Rejected:
    """The command is no event and never will be. It takes no seq."""

    code: RejectCode


@dataclass(frozen=True, slots=True)
class Double:
    """The same command came before; its outcome stands."""

    earlier: Seen


@dataclass(frozen=True, slots=True)
class Reused:
    """The id came before with another content. The earlier outcome stands; this command gets `id_reused`."""

    earlier: Seen


_LEFT_OUT: Final = {"author", "attachments", "forwarded", "ready"}

_OfMember = (
    BlockPartner
    | UnblockPartner
    | ClosePrivateChat
    | CreateMessage
    | EditMessage
    | DeleteMessage
    | React
    | PinMessage
    | UnpinMessage
    | HookCommand
    | AdminCommand
)

Decision = Accepted | Rejected | Double | Reused


def digest_of(envelope: CommandEnvelope) -> bytes:
    """16 bytes that tell two commands with the same id apart.

    Defaults are left out, so a field that a later release adds with a default doesn't change the digest. What
    the admission stamps is no part of what the sender said, nor is a label that a client leaves out for an older
    gateway.
    """
    command = envelope.command
    text = command.tag + command.model_dump_json(exclude_defaults=True, exclude=_LEFT_OUT)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def decide(
    state: StreamState,
    envelope: CommandEnvelope,
    append_ms: int,
    seen: Seen | None,
    digest: bytes | None = None,
) -> Decision:
    """Judge one command against the state of its stream.

    `append_ms` is Kafka's append time of the record, Unix milliseconds. `seen` is the outcome of an earlier
    command with the same (stream, sender, id), None if there is none. `digest` may be passed in if the
    caller has it already.
    """
    if seen is not None:
        mine = digest_of(envelope) if digest is None else digest
        return Double(seen) if mine == seen.digest else Reused(seen)
    made = id_time_ms(envelope.id)
    if made is not None and made > append_ms + limits.ID_AHEAD_MS:
        return Rejected(RejectCode.ID_IN_FUTURE)
    if made is not None and made < append_ms - limits.ID_BEHIND_MS and _forgets(state):
        return Rejected(RejectCode.ID_EXPIRED)
    judged = _judge(state, envelope, max(state.at, append_ms))
    if isinstance(judged, RejectCode):
        return Rejected(judged)
    counts = isinstance(judged, MessageCreated) and not judged.hidden
    return Accepted(
        EventRecord.model_construct(
            stream=state.stream,
            epoch=state.epoch,
            seq=state.head + 1,
            n=state.n + 1 if counts else state.n,
            at=max(state.at, append_ms),
            id=envelope.id,
            by=envelope.sender,
            event=judged,
        )
    )


def _forgets(state: StreamState) -> bool:
    """Whether events of the stream may be gone by its retention, so that not finding an old id proves nothing.

    Of a chat, in every class: which class holds is partly a setting, and the decision knows the log alone.
    """
    return not isinstance(state.body, PersonState)


def _judge(state: StreamState, envelope: CommandEnvelope, at: int) -> Event | RejectCode:
    body, command = state.body, envelope.command
    if isinstance(body, PersonState):
        return _judge_for_person(command)
    if isinstance(command, JoinChat | LeaveChat | NoteConnection | NoteErasure):
        return RejectCode.INVALID
    if isinstance(command, CreateChat):
        return _judge_create(state, envelope, command)
    if body is None:
        return RejectCode.NO_SUCH_CHAT
    if isinstance(command, JoinByInvite):
        return judge_join(body, envelope, command, at)
    if envelope.sender not in body.members:
        return judge_said(body, envelope.sender, command)
    if isinstance(command, RemoveMember):
        if body.settings.dismissed and command.person != envelope.sender:
            return RejectCode.DISMISSED
        return judge_remove(body, envelope, command)
    if body.settings.dismissed:
        return RejectCode.DISMISSED
    return _judge_for_member(state.head, body, envelope, command, at)


def _judge_for_member(
    head: int, body: ChatState, envelope: CommandEnvelope, command: _OfMember, at: int
) -> Event | RejectCode:
    if isinstance(command, BlockPartner | UnblockPartner):
        return judge_block(body.kind, body.blocks, envelope.sender, command)
    if isinstance(command, ClosePrivateChat):
        return ChatDismissed() if body.kind is ChatKind.PRIVATE else RejectCode.NOT_ALLOWED
    if isinstance(command, MakeHook | RevokeHook | EndHooks):
        return judge_hook(body, envelope.sender, command)
    if isinstance(command, CreateMessage):
        said = (
            judge_message(head, body, envelope.sender, command)
            if command.voice is None
            else judge_voice(body, envelope.sender, command.voice, command)
        )
    elif isinstance(command, EditMessage | DeleteMessage | React | PinMessage | UnpinMessage):
        said = judge_change(head, body, envelope.sender, command)
    else:
        return judge_admin(body, envelope, command, at)
    if isinstance(said, RejectCode) or not (body.blocks or body.pasts):
        return said
    author = getattr(command, "author", None)
    return veiled(body.blocks, body.pasts, body.settings, envelope.sender, author, said)


def _judge_for_person(command: object) -> Event | RejectCode:
    if isinstance(command, JoinChat):
        return ChatJoined(chat=command.chat, seq=command.seq, partition=command.partition)
    if isinstance(command, LeaveChat):
        return ChatLeft(chat=command.chat, seq=command.seq)
    if isinstance(command, NoteConnection):
        return ConnectionChanged(person=command.person, asker=command.asker, change=command.change)
    if isinstance(command, NoteErasure):
        return PersonErased()
    return RejectCode.INVALID


def _judge_create(
    state: StreamState, envelope: CommandEnvelope, command: CreateChat
) -> Event | RejectCode:
    if state.body is not None:
        return RejectCode.CHAT_EXISTS
    roles = {member.person: member.role for member in command.members}
    if len(roles) != len(command.members) or envelope.sender not in roles:
        return RejectCode.INVALID
    if command.kind is ChatKind.PRIVATE and len(roles) != PRIVATE_MEMBERS:
        return RejectCode.INVALID
    if command.kind is ChatKind.GROUP and roles[envelope.sender] is not Role.ADMIN:
        return RejectCode.INVALID
    if command.partition != state.partition or not reachable(envelope, *roles):
        return RejectCode.INVALID
    return ChatCreated(
        kind=command.kind, name=command.name, members=command.members, partition=command.partition
    )
