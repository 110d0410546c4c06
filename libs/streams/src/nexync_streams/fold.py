"""The fold of a stream: events become state, one by one; a snapshot is the state written down.

States are values: `apply` returns a new one and never changes the one it was given, so a caller may keep
an old state as long as it likes. A message shares its body with the state before it and costs O(1);
only a change of membership copies the members.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final, NamedTuple, cast

from nexync_contracts.events import (
    STATE_TAGS,
    ChatCreated,
    ChatJoined,
    ChatKind,
    ChatLeft,
    ChatRenamed,
    ConnectionChanged,
    EventRecord,
    MemberAdded,
    MemberRemoved,
    MemberRoleChanged,
    MessageCreated,
    PersonErased,
    Role,
)
from nexync_contracts.ids import ChatId, PersonId, Stream, is_chat_stream
from nexync_contracts.message_events import MessageDeleted, MessageEdited, MessageReacted
from nexync_streams import group_settings
from nexync_streams.blocking import (
    NO_BLOCKS,
    NOBODY,
    Behind,
    Blocks,
    Newest,
    Past,
    behind_after,
    behind_from_json,
    blocks_after,
    blocks_from_json,
    blocks_to_json,
    pasts_after,
    pasts_from_json,
)
from nexync_streams.group_settings import UNCHANGED, GroupSettings, settings_after

SNAPSHOT_VERSION: Final = 1


class FoldError(ValueError):
    """The event does not continue this stream: a number was skipped, or it makes no sense here."""


class Membership(NamedTuple):
    """A member as of now: the role, and the seq from which on this span sees the chat."""

    role: Role
    from_seq: int


@dataclass(frozen=True, slots=True)
class ChatState:
    """A chat as the fold has it: its kind, its name, where its stream lives, who is in it.

    `named` is the seq of the event that gave it its name: who left before that doesn't learn it.
    """

    kind: ChatKind
    name: str | None
    partition: int
    members: Mapping[PersonId, Membership]
    named: int = 1
    settings: GroupSettings = UNCHANGED
    blocks: Blocks = field(default_factory=lambda: NO_BLOCKS)
    pasts: tuple[Past, ...] = ()
    behind: Behind = field(default_factory=lambda: NOBODY)


@dataclass(frozen=True, slots=True)
class PersonState:
    """The chats a person is in, each with the seq that let the person in."""

    chats: Mapping[ChatId, int] = field(default_factory=lambda: MappingProxyType({}))


Body = ChatState | PersonState


@dataclass(frozen=True, slots=True)
class StreamState:
    """A stream up to its head: `n` messages so far, `at` the time of its last event in Unix milliseconds.

    `partition` is where its commands come from. `body` is None for a chat that was never created.
    """

    stream: Stream
    partition: int
    epoch: int = 1
    head: int = 0
    n: int = 0
    at: int = 0
    body: Body | None = None


def fresh(stream: Stream, partition: int, epoch: int = 1) -> StreamState:
    """The state of a stream without events: a person's exists from the start, a chat must be created."""
    body = None if is_chat_stream(stream) else PersonState()
    return StreamState(stream, partition, epoch, body=body)


def apply(state: StreamState, record: EventRecord) -> StreamState:
    """The state after `record`. Raises FoldError if it isn't the next event of this stream."""
    if record.stream != state.stream or record.seq != state.head + 1:
        msg = f"{record.stream} {record.seq} does not follow {state.stream} {state.head}"
        raise FoldError(msg)
    return StreamState(
        state.stream,
        state.partition,
        record.epoch,
        record.seq,
        record.n,
        record.at,
        _body_after(state, record),
    )


def _body_after(state: StreamState, record: EventRecord) -> Body:
    body, event = state.body, record.event
    if isinstance(event, ChatCreated):
        if body is None:
            return _created(event, record.seq)
    elif isinstance(body, ChatState):
        after = _chat_after(body, record)
        behind = behind_after(body.behind, body.members, Newest(state.head, state.at), record)
        return after if behind is body.behind else replace(after, behind=behind)
    elif isinstance(body, PersonState):
        return _person_after(body, record)
    raise _impossible(record)


def _created(event: ChatCreated, seq: int) -> ChatState:
    members = {member.person: Membership(member.role, seq) for member in event.members}
    return ChatState(event.kind, event.name, event.partition, MappingProxyType(members), seq)


def _chat_after(body: ChatState, record: EventRecord) -> ChatState:
    event = record.event
    if isinstance(event, MessageCreated | MessageEdited | MessageReacted):
        return body
    if isinstance(event, ChatRenamed):
        return replace(body, name=event.name, named=record.seq)
    settings = settings_after(body.settings, record)
    if isinstance(event, MessageDeleted):
        return body if settings is body.settings else replace(body, settings=settings)
    if not isinstance(event, MemberAdded | MemberRemoved | MemberRoleChanged):
        if event.tag not in STATE_TAGS or isinstance(event, ChatCreated):
            raise _impossible(record)
        return replace(
            body,
            settings=settings,
            blocks=blocks_after(body.blocks, record),
            pasts=pasts_after(body.pasts, body.blocks, record),
        )
    members = _members_after(dict(body.members), record, event)
    return replace(body, members=MappingProxyType(members), settings=settings)


def _members_after(
    members: dict[PersonId, Membership],
    record: EventRecord,
    event: MemberAdded | MemberRemoved | MemberRoleChanged,
) -> dict[PersonId, Membership]:
    if isinstance(event, MemberAdded) == (event.person in members):
        raise _impossible(record)
    if isinstance(event, MemberAdded):
        members[event.person] = Membership(event.role, record.seq)
    elif isinstance(event, MemberRoleChanged):
        members[event.person] = members[event.person]._replace(role=event.role)
    else:
        del members[event.person]
        if event.promoted is not None:
            members[event.promoted] = members[event.promoted]._replace(role=Role.ADMIN)
    return members


def _impossible(record: EventRecord) -> FoldError:
    return FoldError(f"{record.event.tag} can't happen at {record.stream} {record.seq}")


def _person_after(body: PersonState, record: EventRecord) -> PersonState:
    event = record.event
    if isinstance(event, ChatJoined):
        return PersonState(MappingProxyType({**body.chats, event.chat: event.seq}))
    if isinstance(event, ChatLeft):
        left = {chat: seq for chat, seq in body.chats.items() if chat != event.chat}
        return PersonState(MappingProxyType(left))
    if not isinstance(event, ConnectionChanged | PersonErased):
        raise _impossible(record)
    return body


def snapshot(body: Body) -> str:
    """The body as JSON text; head, n, at and epoch are written beside it.

    A chat: `{"v":1,"kind","name","named","partition","members":{person:[role,from_seq]},"settings"}`,
    with `"blocks":{person:seq}`, `"pasts":[[person,seq,seq]]` and `"behind":{person:[seq,at]}` where there are any;
    a person: `{"v":1,"chats":{chat:seq}}`.
    """
    if isinstance(body, ChatState):
        value: dict[str, Any] = {
            "v": SNAPSHOT_VERSION,
            "kind": body.kind.value,
            "name": body.name,
            "named": body.named,
            "partition": body.partition,
            "members": {p: [m.role.value, m.from_seq] for p, m in body.members.items()},
            "settings": group_settings.to_json(body.settings),
            **blocks_to_json(body.blocks, body.pasts, body.behind),
        }
    else:
        value = {"v": SNAPSHOT_VERSION, "chats": dict(body.chats)}
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def from_snapshot(stream: Stream, text: str | bytes | Mapping[str, Any]) -> Body:
    """The body that `snapshot` wrote, from its text or the parsed JSON. Raises FoldError on another version."""
    value = cast("Mapping[str, Any]", json.loads(text)) if isinstance(text, str | bytes) else text
    if value.get("v") != SNAPSHOT_VERSION:
        msg = f"{stream}: snapshot version {value.get('v')!r} is not known to this release"
        raise FoldError(msg)
    if not is_chat_stream(stream):
        return PersonState(MappingProxyType({ChatId(c): int(s) for c, s in value["chats"].items()}))
    members = {
        PersonId(person): Membership(Role(role), int(from_seq))
        for person, (role, from_seq) in value["members"].items()
    }
    return ChatState(
        ChatKind(value["kind"]),
        value["name"],
        int(value["partition"]),
        MappingProxyType(members),
        int(value.get("named", 1)),
        group_settings.from_json(value.get("settings", {})),
        blocks_from_json(value),
        pasts_from_json(value),
        behind_from_json(value),
    )
