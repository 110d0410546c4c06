"""The timeline: messages and state lines as they are now, a page at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from nexync_contracts.events import CHANGE_TAGS, EventRecord, MessageCreated
from nexync_contracts.ids import ChatId, PersonId, chat_stream
from nexync_contracts.limits import (
    QUOTE_CHARS,
    REACTION_KINDS,
    REACTION_PEOPLE,
    TIMELINE_PAGE,
    TIMELINE_SCAN,
    VERSIONS,
)
from nexync_contracts.message_events import MessageDeleted
from nexync_contracts.message_rest import (
    MessageState,
    MessageVersion,
    Quote,
    Reaction,
    VersionsView,
)
from nexync_contracts.rest import TimelinePage
from nexync_streams.blocking import shows
from nexync_streams.messages import UNTOUCHED, Edit, Now, after, target_of
from svc_chat.chapters import around, first_kept, kept_from
from svc_chat.errors import NothingThereError
from svc_chat.ports import Snapshot, Window
from svc_chat.reading import StreamReading, View
from svc_chat.spans import Range, newest, oldest, within

_ALL: Final = 2**53


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which page: the newest, or the one before, after or around a seq."""

    before: int | None = None
    after: int | None = None
    around: int | None = None
    count: int = TIMELINE_PAGE


@dataclass(frozen=True, slots=True)
class _Lines:
    """Lines of a page and where the next one begins at both ends; None where there is no more."""

    items: tuple[EventRecord, ...]
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class _Page:
    lines: _Lines
    quoted: tuple[EventRecord, ...]
    now: Mapping[int, Now]


@dataclass(frozen=True, slots=True)
class Messages:
    """Some messages of a chat, and the seq up to which they are as now."""

    as_of: int
    items: tuple[EventRecord, ...]
    member: bool
    """Whether the person is in the chat now."""


class Timelines:
    """Pages of a chat as one person may see it. Raises NothingThereError for strangers, NotYetError."""

    def __init__(self, reading: StreamReading) -> None:
        self._reading = reading

    async def page(
        self,
        chat: ChatId,
        person: PersonId,
        wanted: Wanted,
        *,
        at_least: int | None = None,
        window: Window | None = None,
        seen: Callable[[View], None] | None = None,
    ) -> TimelinePage:
        """One page. A page that had to look through too much ends early, with a cursor.

        `seen` is told of which moment it is. See `StreamReading.read` for `window`.
        """

        async def gather(snapshot: Snapshot, view: View, tail: Sequence[EventRecord]) -> _Page:
            ranges = view.ranges
            union = _Union(snapshot, tail, person)
            lines = await _choose(union, ranges, wanted)
            quoted = await union.of(ranges, _answered(lines.items))
            seqs = [record.seq for record in (*lines.items, *quoted) if _is_message(record)]
            return _Page(lines, quoted, await union.now(seqs, view.seen_head))

        stream = chat_stream(chat)
        found = await self._reading.read(
            stream, gather, person=person, at_least=at_least, window=window
        )
        page, view = found.gathered, found.view
        if seen is not None:
            seen(view)
        first = first_kept(view.gone)
        sees_first = view.membership.spans[0].from_seq < first
        return TimelinePage(
            chat=chat,
            epoch=found.view.epoch,
            as_of=view.seen_head,
            items=tuple(_as_now(record, page.now) for record in page.lines.items),
            states=tuple(
                _state(record.seq, page.now[record.seq])
                for record in page.lines.items
                if record.seq in page.now
            ),
            quotes=tuple(_quote(_as_now(record, page.now), page.now) for record in page.quoted),
            before=page.lines.before,
            after=page.lines.after,
            first_seq=first,
            kept_from=kept_from(view.chapters) if sees_first else None,
        )

    async def first_since(self, chat: ChatId, person: PersonId, since: int) -> int | None:
        """The seq of the first line that is not older than `since` (Unix ms); None when there is none.

        Times never go back within a chat, so it is found by halving: some twenty events are read, however long it is.
        """

        async def gather(
            snapshot: Snapshot, view: View, tail: Sequence[EventRecord]
        ) -> tuple[int, ...]:
            ranges, union = view.ranges, _Union(snapshot, tail, person)
            low, high = around(view.chapters, since, view.head)
            ranges = within(ranges, low, _ALL)
            left, right = 0, sum(part.size for part in within(ranges, low, high))
            while left < right:
                middle = (left + right) // 2
                if await union.time(_at(ranges, middle)) < since:
                    left = middle + 1
                else:
                    right = middle
            if left >= sum(part.size for part in ranges):
                return ()
            rest = oldest(within(ranges, _at(ranges, left), _ALL), TIMELINE_SCAN)
            return tuple(line.seq for line in await union.lines(rest, 1, newest=False))

        found = await self._reading.read(chat_stream(chat), gather, person=person)
        return found.gathered[0] if found.gathered else None

    async def of(
        self, chat: ChatId, person: PersonId, seqs: Sequence[int], *, at_least: int | None = None
    ) -> "Messages":
        """These messages as they are now, ascending; without what is deleted, isn't there or isn't for this person."""

        async def gather(
            snapshot: Snapshot, view: View, tail: Sequence[EventRecord]
        ) -> tuple[EventRecord, ...]:
            union = _Union(snapshot, tail, person)
            found = [one for one in await union.of(view.ranges, seqs) if _is_message(one)]
            now = await union.now([one.seq for one in found], view.seen_head)
            return tuple(
                _as_now(one, now) for one in found if not now.get(one.seq, UNTOUCHED).deleted
            )

        stream = chat_stream(chat)
        found = await self._reading.read(stream, gather, person=person, at_least=at_least)
        member = found.view.membership.role is not None
        return Messages(found.view.seen_head, found.gathered, member)

    async def versions(
        self, chat: ChatId, person: PersonId, target: int, *, at_least: int | None = None
    ) -> VersionsView:
        """The texts that a message had; none when it is deleted. Raises NothingThereError for other events."""

        async def gather(
            snapshot: Snapshot, view: View, tail: Sequence[EventRecord]
        ) -> tuple[MessageVersion, ...]:
            union = _Union(snapshot, tail, person)
            created = await union.of(view.ranges, [target])
            if not created or not isinstance(created[0].event, MessageCreated):
                raise NothingThereError
            as_of = view.seen_head
            if (await union.now([target], as_of)).get(target, UNTOUCHED).deleted:
                return ()
            first = Edit(target, created[0].at, created[0].event.body)
            edits = await union.edits(target, as_of)
            return tuple(
                MessageVersion(seq=edit.seq, at=edit.at, body=edit.body) for edit in (first, *edits)
            )

        found = await self._reading.read(
            chat_stream(chat), gather, person=person, at_least=at_least
        )
        return VersionsView(target=target, versions=found.gathered)


class _Union:
    """Postgres and what only the window has, as one, without what is hidden from the person."""

    def __init__(self, snapshot: Snapshot, tail: Sequence[EventRecord], person: PersonId) -> None:
        self._snapshot = snapshot
        self._all = tail
        self._person = person
        self._tail = [record for record in tail if shows(record, person)]
        self._stored = snapshot.stored.head if snapshot.stored else 0

    async def lines(
        self, ranges: Sequence[Range], count: int, *, newest: bool
    ) -> list[EventRecord]:
        """The newest or oldest lines of the ranges, ascending."""
        below = within(ranges, 1, self._stored)
        fresh = [
            record
            for record in self._tail
            if record.event.tag not in CHANGE_TAGS and _inside(record.seq, ranges)
        ]
        if newest:
            fresh = fresh[-count:] if count else []
            left = count - len(fresh)
            old = await self._snapshot.lines(below, left, newest=True) if below and left else []
            return old + fresh
        old = await self._snapshot.lines(below, count, newest=False) if below and count else []
        return old + fresh[: count - len(old)]

    async def of(self, ranges: Sequence[Range], seqs: Sequence[int]) -> tuple[EventRecord, ...]:
        """These events, as far as they are in the ranges, ascending."""
        seen = sorted({seq for seq in seqs if _inside(seq, ranges)})
        below = [Range(seq, seq) for seq in seen if seq <= self._stored]
        old = await self._snapshot.events(below) if below else []
        shown = (record for record in old if shows(record, self._person))
        return (*shown, *(record for record in self._tail if record.seq in seen))

    async def time(self, seq: int) -> int:
        """When this event happened (Unix ms), whoever may see it; it is there."""
        if seq <= self._stored:
            return (await self._snapshot.events([Range(seq, seq)]))[0].at
        return next(record.at for record in self._all if record.seq == seq)

    async def now(self, seqs: Sequence[int], as_of: int) -> dict[int, Now]:
        """What became of these messages: what Postgres has, and on top of it what the window adds.

        A deletion after `as_of` counts, too: a former member reads no deleted text.
        """
        found = dict(await self._snapshot.messages_now(seqs, as_of))
        asked = set(seqs)
        for record in self._tail:
            target = target_of(record)
            if target not in asked:
                continue
            if record.seq <= as_of:
                found[target] = after(found.get(target, UNTOUCHED), record)
            elif isinstance(record.event, MessageDeleted):
                found[target] = Now(deleted=True)
        return found

    async def edits(self, target: int, as_of: int) -> list[Edit]:
        """The newest edits of one message, oldest first."""
        edits = await self._snapshot.versions(target, as_of, VERSIONS - 1)
        for record in self._tail:
            if target_of(record) == target and record.seq <= as_of:
                edit = after(UNTOUCHED, record).edit
                edits += [edit] if edit is not None else []
        return edits[-(VERSIONS - 1) :]


async def _choose(union: _Union, ranges: Sequence[Range], wanted: Wanted) -> _Lines:
    if not ranges:
        return _Lines((), None, None)
    if wanted.around is not None:
        half = wanted.count // 2
        old, before = await _back(union, ranges, wanted.around, half + 1)
        new, later = await _forth(union, ranges, wanted.around + 1, wanted.count - half - 1)
        return _Lines((*old, *new), before, later)
    if wanted.after is not None:
        high = _ALL if wanted.before is None else wanted.before - 1
        new, later = await _forth(union, within(ranges, 1, high), wanted.after + 1, wanted.count)
        first = new[0].seq if new else wanted.after + 1
        return _Lines(new, first if first > ranges[0].low else None, later)
    high = _ALL if wanted.before is None else wanted.before - 1
    old, before = await _back(union, ranges, high, wanted.count)
    later = old[-1].seq if old and wanted.before is not None else None
    return _Lines(old, before, later)


async def _back(
    union: _Union, ranges: Sequence[Range], high: int, count: int
) -> tuple[tuple[EventRecord, ...], int | None]:
    """The `count` newest lines up to `high`, and the cursor of the page before."""
    scanned = newest(within(ranges, 1, high), TIMELINE_SCAN)
    items = await union.lines(scanned, count, newest=True)
    if not scanned:
        return (), None
    low = items[0].seq if len(items) == count and items else scanned[0].low
    return tuple(items), low if low > ranges[0].low else None


async def _forth(
    union: _Union, ranges: Sequence[Range], low: int, count: int
) -> tuple[tuple[EventRecord, ...], int | None]:
    """The `count` oldest lines from `low` on, and the cursor of the page after."""
    scanned = oldest(within(ranges, low, _ALL), TIMELINE_SCAN)
    items = await union.lines(scanned, count, newest=False)
    if not scanned:
        return (), None
    high = items[-1].seq if len(items) == count and items else scanned[-1].high
    return tuple(items), high if high < ranges[-1].high else None


def _at(ranges: Sequence[Range], index: int) -> int:
    """The seq at that place, counted over the ranges from 0."""
    for part in ranges:
        if index < part.size:
            return part.low + index
        index -= part.size
    msg = f"the ranges end {index + 1} before that place"
    raise IndexError(msg)


def _inside(seq: int, ranges: Sequence[Range]) -> bool:
    return any(part.low <= seq <= part.high for part in ranges)


def _is_message(record: EventRecord) -> bool:
    return isinstance(record.event, MessageCreated)


def _answered(items: Sequence[EventRecord]) -> list[int]:
    return [
        record.event.reply_to
        for record in items
        if isinstance(record.event, MessageCreated) and record.event.reply_to is not None
    ]


def _as_now(record: EventRecord, now: Mapping[int, Now]) -> EventRecord:
    """The message with the text that it has now, none when it is deleted."""
    state, event = now.get(record.seq), record.event
    if state is None or not isinstance(event, MessageCreated):
        return record
    if state.deleted:
        said = MessageCreated(body="", reply_to=event.reply_to, hook=event.hook)
    elif state.edit is not None:
        said = event.model_copy(
            update={
                "body": state.edit.body,
                "mentions": state.edit.mentions,
                "mention_all": state.edit.mention_all,
            }
        )
    else:
        return record
    return record.model_copy(update={"event": said})


def _state(seq: int, now: Now) -> MessageState:
    return MessageState(
        seq=seq,
        edited_seq=now.edit.seq if now.edit else None,
        edited_at=now.edit.at if now.edit else None,
        deleted=now.deleted,
        deleted_by=now.deleted_by,
        reactions=tuple(
            Reaction(emoji=emoji, count=len(people), people=tuple(people)[:REACTION_PEOPLE])
            for emoji, people in list(now.reactions.items())[:REACTION_KINDS]
        ),
    )


def _quote(record: EventRecord, now: Mapping[int, Now]) -> Quote:
    said = record.event if isinstance(record.event, MessageCreated) else None
    body = said.body if said is not None else ""
    attachments = said.attachments if said is not None else ()
    return Quote(
        seq=record.seq,
        by=record.by,
        at=record.at,
        body=body[:QUOTE_CHARS],
        deleted=now.get(record.seq, UNTOUCHED).deleted or not (body or attachments),
        attachments=attachments,
        hook=said.hook if said is not None else None,
    )
