"""The union of window and Postgres: no hole, nothing older than what was seen live, whatever happens meanwhile."""

import asyncio
import random
from collections.abc import Mapping, Sequence

import pytest
from chat_world import ADA, BOB, CHAT, EVE, PARTITION, STREAM, Clock, World, reading_of
from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts.events import MemberAdded, MemberRemoved
from nexync_contracts.ids import Stream
from nexync_contracts.limits import READ_WAIT_SECONDS
from svc_chat.errors import NothingThereError, NotYetError
from svc_chat.history import History
from svc_chat.ports import StoredHead
from svc_chat.reading import StreamReading, View
from svc_chat.spans import Range
from svc_chat.timeline import Timelines, Wanted


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
    page = await Timelines(reading_of(world)).page(CHAT, BOB, Wanted())
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
    timelines = Timelines(reading_of(world))
    page = await timelines.page(CHAT, ADA, Wanted())
    seen = [record.seq for record in page.items]
    assert len(seen) == 50
    while page.before is not None:
        page = await timelines.page(CHAT, ADA, Wanted(before=page.before))
        seen = [record.seq for record in page.items] + seen
    assert seen == list(range(1, 131))
    forth = [record.seq for record in page.items]
    while page.after is not None:
        page = await timelines.page(CHAT, ADA, Wanted(after=page.after))
        forth += [record.seq for record in page.items]
    assert forth == list(range(1, 131))
