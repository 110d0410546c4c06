"""The union of window and Postgres: no hole, nothing older than what was seen live, whatever happens meanwhile."""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts.events import (
    ChatCreated,
    ChatKind,
    EventRecord,
    Member,
    MemberAdded,
    MemberRemoved,
    MessageCreated,
    Role,
)
from nexync_contracts.ids import ChatId, CommandId, PersonId, Stream, chat_stream
from nexync_contracts.limits import READ_WAIT_SECONDS
from nexync_streams.encoding import encode_frame
from svc_chat.errors import NothingThereError, NotYetError, WindowsAwayError
from svc_chat.history import History
from svc_chat.pacing import Pace
from svc_chat.ports import StoredHead, Window, WindowHeads
from svc_chat.reading import StreamReading, View
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

    def append(self, event: ChatCreated | MemberAdded | MemberRemoved | MessageCreated) -> None:
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
                by=ADA,
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
        if events:
            self.stored = StoredHead(PARTITION, 1, len(events), events[-1].n, events[-1].at)
        if person is not None:
            self.membership = advance(NO_MEMBERSHIP, person, events)

    async def events(self, ranges: Sequence[Range]) -> list[EventRecord]:
        return [self._events[seq - 1] for part in ranges for seq in range(part.low, part.high + 1)]


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


async def test_stored_waits_for_postgres_and_gives_up_at_its_bound() -> None:
    """The window is not enough: True only once Postgres itself has the seq."""
    world = World()
    world.create(ADA)
    reading = StreamReading(Stored(world), world, Clock(world).pace)  # type: ignore[arg-type] # only heads are read
    assert not await reading.stored(STREAM, 1, seconds=1.0)
    world.between = world.flush
    assert await reading.stored(STREAM, 1, seconds=1.0)


class Stored:
    """What Postgres answers about heads."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def heads(self, streams: Sequence[Stream]) -> Mapping[Stream, StoredHead]:
        head = self._world.flushed
        self._world.between()
        return {stream: StoredHead(PARTITION, 1, head, 0, 0) for stream in streams if head}


def everything(view: View) -> Sequence[Range]:
    return [Range(1, view.head)] if view.head else []


@given(seed=st.integers(0, 2**32), steps=st.integers(1, 12))
def test_no_hole_and_nothing_older_than_seen_live(seed: int, steps: int) -> None:
    """Flushes, trims, messages and losses at any point of a read never make a hole or a step back."""
    chance = random.Random(seed)
    world = World()
    world.create(ADA)

    def happen() -> None:
        for _ in range(chance.randrange(3)):
            chance.choice(
                [world.say, world.flush, world.trim, world.forget, world.rewrite, world.rewrite]
            )()

    async def scenario() -> None:
        clock = Clock(world)
        reading = StreamReading(world, world, clock.pace)  # type: ignore[arg-type] # heads of many streams are not read here
        for _ in range(steps):
            world.between = lambda: None
            happen()
            live, started = len(world.events), clock.now
            world.between = happen
            try:
                at_least = chance.choice([None, live])
                look = await reading.look(STREAM, everything, person=ADA, at_least=at_least)
            except (NotYetError, NothingThereError):
                assert clock.now - started >= READ_WAIT_SECONDS
                continue
            assert look.view.head >= live
            assert list(look.records) == world.events[: look.view.head]

    asyncio.run(scenario())


async def test_waits_for_the_marker_when_nothing_else_answers() -> None:
    """An unknown window is not an empty one: without at_least the read waits for the marker."""
    world = World()
    world.create(ADA)
    world.flush()
    world.say(3)
    world.first, world.marked = 5, False
    pauses = 0

    def later() -> None:
        nonlocal pauses
        pauses += 1
        if pauses == 6:
            world.rewrite()

    world.between = later
    look = await reading_of(world).look(STREAM, everything, person=ADA)
    assert [record.seq for record in look.records] == [1, 2, 3, 4]


async def test_postgres_alone_answers_when_it_has_what_is_asked() -> None:
    """No marker, but at_least is in Postgres: no reason to wait."""
    world = World()
    world.create(ADA)
    world.say(2)
    world.flush()
    world.forget()
    look = await reading_of(world).look(STREAM, everything, person=ADA, at_least=3)
    assert look.view.head == 3


async def test_postgres_alone_answers_while_redis_is_away() -> None:
    """Without Redis nothing is seen live, so Postgres is as far as anybody."""
    world = World()
    world.create(ADA)
    world.flush()
    world.away = True
    assert (await reading_of(world).look(STREAM, person=ADA)).view.head == 1


async def test_gives_up_at_the_deadline() -> None:
    """A seq that never comes is NotYet after six seconds."""
    world = World()
    world.create(ADA)
    clock = Clock(world)
    reading = StreamReading(world, world, clock.pace)  # type: ignore[arg-type] # as above
    with pytest.raises(NotYetError):
        await reading.look(STREAM, person=ADA, at_least=9)
    assert clock.now == pytest.approx(READ_WAIT_SECONDS)


async def test_a_stranger_finds_nothing() -> None:
    """At once when all is known, after the wait otherwise; never NotYet, which would tell of the chat."""
    world = World()
    world.create(ADA)
    world.flush()
    for at_least in (None, 1, 99):
        with pytest.raises(NothingThereError):
            await reading_of(world).look(STREAM, person=EVE, at_least=at_least)


async def test_a_membership_that_only_the_window_has_counts() -> None:
    """Who was just added reads at once; who was just removed sees up to the removal."""
    world = World()
    world.create(ADA)
    world.flush()
    world.say()
    world.append(MemberAdded(person=BOB))
    world.say()
    world.append(MemberRemoved(person=BOB))
    world.say(2)
    page = await History(reading_of(world)).timeline(CHAT, BOB)
    assert [record.seq for record in page.items] == [3, 4, 5]
    assert (page.as_of, page.before, page.after) == (5, None, None)
    raw = await History(reading_of(world)).events(CHAT, BOB)
    assert [record.seq for record in raw.events] == [3, 4, 5]
    assert [(skip.from_seq, skip.to_seq) for skip in raw.skips] == [(1, 2)]
    assert (raw.to, raw.head) == (5, 5)


async def test_timeline_pages_to_both_ends() -> None:
    """Paging back from the newest page and forth again gives every event once."""
    world = World()
    world.create(ADA)
    world.say(120)
    world.flush()
    world.trim(40)
    world.say(9)
    history = History(reading_of(world))
    page = await history.timeline(CHAT, ADA)
    seen = [record.seq for record in page.items]
    assert len(seen) == 50
    while page.before is not None:
        page = await history.timeline(CHAT, ADA, before=page.before)
        seen = [record.seq for record in page.items] + seen
    assert seen == list(range(1, 131))
    forth = [record.seq for record in page.items]
    while page.after is not None:
        page = await history.timeline(CHAT, ADA, after=page.after)
        forth += [record.seq for record in page.items]
    assert forth == list(range(1, 131))
