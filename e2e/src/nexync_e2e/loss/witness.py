"""Turns what devices and history hold into records for the checks."""

import asyncio
import contextlib
import time
from collections.abc import Collection

from nexync_client import RefusedError
from nexync_client.inbox import Inbox, Seen
from nexync_client.outbox import Command
from nexync_contracts.events import (
    ChatCreated,
    Event,
    MemberAdded,
    MemberRemoved,
    MemberRoleChanged,
    MessageCreated,
    Role,
)
from nexync_contracts.frames import DeleteFrame, EditFrame, ReactFrame, SendFrame
from nexync_contracts.ids import ChatId, Stream, chat_stream, stream_id
from nexync_contracts.message_events import MessageDeleted, MessageEdited, MessageReacted
from nexync_contracts.message_rest import MessageState
from nexync_contracts.rest import ChatView
from nexync_e2e.device import Device
from nexync_e2e.loss.cast import Cast, Group
from nexync_e2e.loss.load import Load
from nexync_e2e.loss.records import (
    HistoryRecord,
    LiveRecord,
    MarkRecord,
    MembersRecord,
    Piece,
    RunRecord,
    SendRecord,
    StateRecord,
    TimelineRecord,
    WatermarkRecord,
)
from nexync_e2e.loss.seeing import GRANTED, is_grant
from nexync_e2e.marks import Said
from nexync_e2e.person import Person
from nexync_e2e.waiting import until_true

_AT_ONCE = 4


class Histories:
    """All readers' histories, read on from where the last reading ended."""

    def __init__(self, people: Cast, load: Load) -> None:
        self._people = people
        self._load = load
        self._pieces: dict[tuple[str, str], list[Piece]] = {}
        self._heads: dict[tuple[str, str], int] = {}

    def head(self, person: str, chat: str) -> int:
        """How far the person may see the chat, as of the last reading."""
        return self._heads.get((person, chat), 0)

    async def read(self) -> tuple[HistoryRecord, ...]:
        """Read on for everybody in every chat where they ever were. Raises RefusedError."""
        turn = asyncio.Semaphore(_AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for chat in self._people.groups:
                for person in chat.writers:
                    group.create_task(self._read_on(person, chat.chat, turn))
        return tuple(
            HistoryRecord(person, chat, self._heads[person, chat], tuple(pieces))
            for (person, chat), pieces in self._pieces.items()
        )

    async def _read_on(self, person: Person, chat: ChatId, turn: asyncio.Semaphore) -> None:
        key = (str(person.id), str(chat))
        known = self._pieces.setdefault(key, [])
        async with turn:
            history = await person.history(
                chat,
                after=known[-1].last if known else 0,
                at_least=self._seen_live(person, chat_stream(chat)),
            )
            fresh = [piece_of(seen) for seen in history.pieces]
            if any(is_grant(piece, person.id) for piece in fresh):
                # What was passed over so far is theirs now.
                history = await person.history(chat, at_least=history.head)
                known.clear()
                fresh = [piece_of(seen) for seen in history.pieces]
        known += fresh
        self._heads[key] = history.head

    def _seen_live(self, person: Person, stream: Stream) -> int:
        """How far any of the person's devices is: a read may not lag behind that (G5)."""
        return max(
            (
                device.inboxes[stream].head
                for device in self._load.devices
                if device.person is person and stream in device.inboxes
            ),
            default=0,
        )


def piece_of(seen: Seen) -> Piece:
    """A device's piece as the checks want it."""
    event = seen.event
    tag = event.tag if event is not None else None
    body = target = None
    if isinstance(event, MessageCreated):
        body = event.body
    elif isinstance(event, MessageEdited):
        body, target = event.body, event.target
    elif isinstance(event, MessageReacted):
        body, target = said_of(event.emoji, on=event.on), event.target
    elif isinstance(event, MessageDeleted):
        body, target = "", event.target
    elif event is not None:
        body = members_of(event)
    hidden = bool(getattr(event, "hidden", False))
    return Piece(seen.first, seen.last, seen.id, seen.by, tag, body, target, hidden)


def members_of(event: Event) -> str | None:
    """What an event says of members, as `Piece.body` has it; None for any other."""
    match event:
        case ChatCreated():
            return "\n".join(f"{one.person} {one.role}" for one in event.members)
        case MemberAdded(history=True):
            return f"{event.person} {event.role} {GRANTED}"
        case MemberAdded() | MemberRoleChanged():
            return f"{event.person} {event.role}"
        case MemberRemoved(promoted=None):
            return f"{event.person} -"
        case MemberRemoved():
            return f"{event.person} -\n{event.promoted} {Role.ADMIN}"
        case _:
            return None


def said_of(emoji: str, *, on: bool) -> str:
    """A reaction as `Piece.body` has it."""
    return f"{emoji} on" if on else emoji


def asked_of(frame: Command) -> tuple[str, str]:
    """Tag and body of the event that a frame asks for."""
    match frame:
        case EditFrame():
            return "message.edited", frame.body
        case DeleteFrame():
            return "message.deleted", ""
        case ReactFrame():
            return "message.reacted", said_of(frame.emoji, on=frame.on)
        case SendFrame():
            return "message.created", frame.body


async def timelines(
    people: Cast, histories: Histories, refused: dict[ChatId, str]
) -> tuple[TimelineRecord, ...]:
    """What the admin of every chat, who sees all of it, is shown. One that is not shown is told in `refused`."""
    found: list[TimelineRecord] = []
    for group in people.groups:
        person = group.admin
        head = histories.head(str(person.id), str(group.chat))
        try:
            page = await person.timeline(group.chat, at_least=head)
        except RefusedError as error:
            refused[group.chat] = str(error)
            continue
        states = {state.seq: state for state in page.states}
        messages = tuple(
            _shown(item.seq, item.event, states.get(item.seq))
            for item in page.items
            if isinstance(item.event, MessageCreated)
        )
        found.append(TimelineRecord(str(person.id), str(group.chat), page.as_of, messages))
    return tuple(found)


def _shown(seq: int, event: MessageCreated, state: MessageState | None) -> StateRecord:
    if state is None:
        return StateRecord(seq, event.body)
    reactions = frozenset((str(p), one.emoji) for one in state.reactions for p in one.people)
    return StateRecord(seq, event.body, state.deleted, reactions)


async def caught_up(load: Load, people: Cast, histories: Histories, *, seconds: float) -> bool:
    """Wait until every device has what its person's history has; False when that takes too long."""

    def all_there() -> bool:
        return all(
            device.live and _is_caught_up(device, chat, histories)
            for device in load.devices
            for chat in people.groups_of(device.person)
        )

    try:
        await until_true(all_there, "every device caught up", seconds=seconds)
    except TimeoutError:
        return False
    return True


def _is_caught_up(device: Device, group: Group, histories: Histories) -> bool:
    inbox = device.inboxes.get(chat_stream(group.chat), Inbox())
    return not inbox.hole and inbox.head >= histories.head(str(device.person.id), str(group.chat))


async def ask_outcomes(load: Load, histories: tuple[HistoryRecord, ...]) -> None:
    """Send again what is acknowledged, in no history, and without a known outcome.

    The sender was away when its rejection passed; the same id has the same outcome. Where the answer is an
    event instead, that event isn't in the history that was read before, so the check calls it lost.
    """
    known = {piece.id for history in histories for piece in history.pieces}
    for device in load.writers:
        asked = [
            sending
            for sending in device.outbox.all.values()
            if not sending.settled and sending.frame.id not in known
        ]
        for sending in asked[:30]:
            await device.send_again(sending)
    try:
        await until_true(
            lambda: all(
                sending.settled or sending.frame.id in known
                for device in load.writers
                for sending in device.outbox.all.values()
            ),
            "outcomes that were asked for again",
            seconds=8,
        )
    except TimeoutError:
        return


async def members(people: Cast, refused: dict[ChatId, str]) -> tuple[MembersRecord, ...]:
    """Who is in each chat, as its admin is shown. `refused` tells of others; what it has isn't asked for."""
    views: list[ChatView] = []
    for group in people.groups:
        if group.chat in refused:
            continue
        try:
            views.append(await group.admin.chat(group.chat))
        except RefusedError as error:
            refused[group.chat] = str(error)
    return tuple(
        MembersRecord(
            str(view.chat),
            view.head,
            frozenset((str(one.person), str(one.role)) for one in view.members),
        )
        for view in views
    )


async def watermarks(
    people: Cast,
    marks: tuple[MarkRecord, ...],
    refused: Collection[ChatId],
    *,
    seconds: float = 15.0,
) -> tuple[WatermarkRecord, ...]:
    """How far everybody is in their chats, as each sees it, once what was confirmed is written; or what it is then.

    A chat in `refused` can't be shown and is not asked for; nor is one told of that the person is not in any more.
    """
    wanted: dict[tuple[str, str], tuple[int, int]] = {}
    for mark in marks:
        before = wanted.get((mark.person, mark.chat), (0, 0))
        wanted[mark.person, mark.chat] = (
            max(before[0], mark.confirmed[0]),
            max(before[1], mark.confirmed[1]),
        )
    found: dict[tuple[str, str], WatermarkRecord] = {}
    deadline = time.monotonic() + seconds
    while True:
        for group in people.groups:
            for person in group.writers:
                if group.chat in refused:
                    continue
                key = (str(person.id), str(group.chat))
                least = wanted.get(key, (0, 0))
                known = found.get(key)
                if known is not None and known.at[0] >= least[0] and known.at[1] >= least[1]:
                    continue
                with contextlib.suppress(RefusedError):
                    view = await person.chat(group.chat)
                    found[key] = WatermarkRecord(*key, (view.read_seq, view.delivered_seq))
        behind = [
            one
            for key, one in found.items()
            if one.at[0] < wanted.get(key, (0, 0))[0] or one.at[1] < wanted.get(key, (0, 0))[1]
        ]
        if not behind or time.monotonic() > deadline:
            return tuple(found.values())
        await asyncio.sleep(0.2)


def said_marks(load: Load) -> tuple[MarkRecord, ...]:
    """What all devices said, and what was confirmed to them."""
    return tuple(
        MarkRecord(
            person=str(device.person.id),
            device=device.name,
            chat=str(chat),
            said=(said.read, said.delivered),
            confirmed=(kept.read, kept.delivered),
        )
        for device in load.devices
        for chat, said in device.receipts.said.items()
        for kept in [device.receipts.confirmed.get(chat, Said())]
    )


def record(
    load: Load,
    people: Cast,
    histories: tuple[HistoryRecord, ...],
    shown: tuple[TimelineRecord, ...] = (),
) -> RunRecord:
    """Everything of messages as the checks want it."""
    sends = tuple(
        SendRecord(
            sender=str(device.person.id),
            device=device.name,
            order=sending.order,
            chat=str(sending.frame.chat),
            id=str(sending.frame.id),
            body=asked_of(sending.frame)[1],
            tag=asked_of(sending.frame)[0],
            acked=sending.was_acked,
            seq=sending.seq,
            code=sending.code,
            story=device.stories.of(sending.frame.id),
        )
        for device in load.writers
        for sending in device.outbox.all.values()
    )
    live = tuple(
        _live(device, chat_stream(group.chat))
        for device in load.devices
        for group in people.groups_of(device.person)
    )
    return RunRecord(sends, live, histories, shown)


def _live(device: Device, stream: Stream) -> LiveRecord:
    inbox = device.inboxes.get(stream, Inbox())
    return LiveRecord(
        person=str(device.person.id),
        device=device.name,
        chat=stream_id(stream),
        base=inbox.base,
        pieces=tuple(piece_of(seen) for seen in inbox.pieces),
        gone_at=inbox.gone_at,
        hole=inbox.hole,
    )
