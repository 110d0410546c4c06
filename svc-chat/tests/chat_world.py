"""A stream in the log, its window and its rows, and everything that may happen to them."""

from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from nexync_contracts.events import (
    CHANGE_TAGS,
    ChatCreated,
    ChatKind,
    Event,
    EventRecord,
    Member,
    MessageCreated,
    Role,
)
from nexync_contracts.ids import ChatId, CommandId, PersonId, Stream, chat_stream
from nexync_streams.encoding import encode_frame
from nexync_streams.messages import UNTOUCHED, Edit, Now, after, target_of
from svc_chat.chapters import Chapter
from svc_chat.errors import WindowsAwayError
from svc_chat.pacing import Pace
from svc_chat.ports import StoredHead, Window, WindowHeads
from svc_chat.reading import StreamReading
from svc_chat.spans import NO_MEMBERSHIP, Membership, Range, advance

CHAT = ChatId("00000000-0000-4000-8000-000000000001")
STREAM = chat_stream(CHAT)
ADA = PersonId("00000000-0000-4000-8000-00000000000a")
BOB = PersonId("00000000-0000-4000-8000-00000000000b")
EVE = PersonId("00000000-0000-4000-8000-00000000000e")
PARTITION = 5


@dataclass
class World:
    """A stream in the log, its window and its rows, with everything that may happen to them."""

    events: list[EventRecord] = field(default_factory=list[EventRecord])
    first: int = 1
    flushed: int = 0
    marked: bool = True
    away: bool = False
    between: Callable[[], None] = lambda: None

    def append(self, event: Event, by: PersonId = ADA) -> None:
        seq = len(self.events) + 1
        messages = sum(record.event.tag == "message.created" for record in self.events)
        self.events.append(
            EventRecord(
                stream=STREAM,
                epoch=1,
                seq=seq,
                n=messages + (event.tag == "message.created"),
                at=seq * 10,
                id=CommandId(f"00000000-0000-7000-8000-{seq:012x}"),
                by=by,
                event=event,
            )
        )

    def create(self, *people: PersonId) -> None:
        members = tuple(Member(person=person, role=Role.MEMBER) for person in people)
        self.append(
            ChatCreated(kind=ChatKind.GROUP, name="x", members=members, partition=PARTITION)
        )

    def say(self, count: int = 1) -> None:
        for _ in range(count):
            self.append(MessageCreated(body=f"message {len(self.events) + 1}"))

    def flush(self) -> None:
        self.flushed = len(self.events)

    def trim(self, keep: int = 0) -> None:
        if self.marked:
            self.first = max(self.first, self.flushed + 1 - keep)

    def forget(self) -> None:
        """Redis was emptied: no window, no marker."""
        self.marked = False
        self.first = len(self.events) + 1

    def rewrite(self) -> None:
        """The persister rewrites what Postgres lacks, then sets the marker."""
        self.first = min(self.first, self.flushed + 1)
        self.marked = True

    async def read(self, stream: Stream, partition: int | None) -> Window:
        if self.away:
            raise WindowsAwayError
        frames = tuple(encode_frame(record) for record in self.events[self.first - 1 :])
        known = self.marked and partition == PARTITION
        found = Window(known, self.first, frames) if frames else Window(known)
        self.between()
        return found

    async def heads(self, streams: Sequence[Stream], partitions: Collection[int]) -> WindowHeads:
        raise NotImplementedError

    async def tails(self, wanted: Mapping[Stream, Range]) -> Mapping[Stream, Sequence[EventRecord]]:
        raise NotImplementedError

    @asynccontextmanager
    async def snapshot(self, stream: Stream, person: PersonId | None) -> AsyncGenerator["Moment"]:
        yield Moment(self.events[: self.flushed], person)
        self.between()

    async def partition_of(self, stream: Stream) -> int | None:
        place = PARTITION if self.events else None
        self.between()
        return place

    async def log_epoch(self) -> int:
        return 1


class Moment:
    def __init__(self, events: list[EventRecord], person: PersonId | None) -> None:
        self._events = events
        self.stored: StoredHead | None = None
        self.membership: Membership = NO_MEMBERSHIP
        self.chapters: Sequence[Chapter] = ()
        if events:
            self.stored = StoredHead(PARTITION, 1, len(events), events[-1].n, events[-1].at)
        if person is not None:
            self.membership = advance(NO_MEMBERSHIP, person, events)

    async def events(self, ranges: Sequence[Range]) -> list[EventRecord]:
        return [self._events[seq - 1] for part in ranges for seq in range(part.low, part.high + 1)]

    async def lines(
        self, ranges: Sequence[Range], count: int, *, newest: bool
    ) -> list[EventRecord]:
        found = [one for one in await self.events(ranges) if one.event.tag not in CHANGE_TAGS]
        return found[-count:] if newest else found[:count]

    async def messages_now(self, targets: Sequence[int], as_of: int) -> Mapping[int, Now]:
        return fold_messages(self._events, set(targets), as_of)

    async def versions(self, target: int, as_of: int, count: int) -> list[Edit]:
        edits = [
            after(UNTOUCHED, one).edit
            for one in self._events
            if target_of(one) == target and one.seq <= as_of
        ]
        return [edit for edit in edits if edit is not None][-count:]


def fold_messages(events: Sequence[EventRecord], targets: set[int], as_of: int) -> dict[int, Now]:
    """What became of the messages, by folding every event."""
    now: dict[int, Now] = {}
    for one in events:
        target = target_of(one)
        if target in targets and one.seq <= as_of:
            now[target] = after(now.get(target, UNTOUCHED), one)
    return now


class Clock:
    """Time that passes only in pauses; something may happen in each."""

    def __init__(self, world: World) -> None:
        self.now = 0.0
        self._world = world

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        self._world.between()

    def pace(self) -> Pace:
        return Pace(lambda: self.now, self.sleep)


def reading_of(world: World) -> StreamReading:
    return StreamReading(world, world, Clock(world).pace)  # type: ignore[arg-type] # heads of many streams are not read here
