"""Read marks over REST: where one stops, and that the answer waits until it is written."""

import asyncio
from dataclasses import dataclass, field

import pytest
from chat_world import ADA, BOB, CHAT, EVE, World, reading_of
from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts.events import MemberRemoved
from nexync_contracts.ids import ChatId, PersonId
from nexync_contracts.receipts import ReceiptRecord
from svc_chat.errors import NothingThereError, NotYetError
from svc_chat.marking import Marking
from svc_chat.pacing import Pace

MESSAGES = 4


@dataclass
class FakeMarks:
    """The log and what the persister makes of it; `stuck`: it writes nothing."""

    stored: dict[PersonId, int] = field(default_factory=dict[PersonId, int])
    logged: list[int] = field(default_factory=list[int])
    stuck: bool = False

    async def marked(self, chat: ChatId, person: PersonId) -> int:
        return self.stored.get(person, 0)

    async def append(self, record: ReceiptRecord) -> None:
        for mark in record.marks:
            assert (mark.delivered, mark.at) == (0, 77)
            self.logged.append(mark.read)
            if not self.stuck:
                self.stored[mark.person] = max(self.stored.get(mark.person, 0), mark.read)


def pace() -> Pace:
    """Time that passes without waiting."""
    ticks = iter(range(1_000))
    return Pace(lambda: next(ticks) / 10, lambda _: asyncio.sleep(0))


def marking(fake: FakeMarks, world: World | None = None) -> Marking:
    if world is None:
        world = World()
        world.create(ADA, BOB)
        world.say(MESSAGES)
        world.flush()
    return Marking(reading_of(world), fake, fake, pace, lambda: 77)


async def test_a_mark_goes_into_the_log_and_is_answered_with_what_is_left() -> None:
    fake = FakeMarks()
    view = await marking(fake).mark(CHAT, ADA, 3)
    assert (view.seq, view.unread, fake.logged) == (3, 2, [3])


async def test_a_mark_that_came_too_late_changes_nothing() -> None:
    """The answer counts from the farther mark, which another device may have said."""
    fake = FakeMarks({ADA: 4})
    view = await marking(fake).mark(CHAT, ADA, 2)
    assert (view.seq, view.unread, fake.logged) == (4, 1, [])


async def test_a_mark_beyond_the_end_stops_where_one_may_see() -> None:
    world = World()
    world.create(ADA, BOB)
    world.say(2)
    world.append(MemberRemoved(person=BOB))
    world.say(3)
    fake = FakeMarks()
    assert (await marking(fake, world).mark(CHAT, BOB, 9)).seq == 4
    assert fake.logged == [4]


async def test_an_answer_waits_until_the_mark_is_written() -> None:
    """Else the list that is read next would still show what was just read."""
    fake = FakeMarks(stuck=True)
    with pytest.raises(NotYetError):
        await marking(fake).mark(CHAT, ADA, 3)
    assert fake.logged == [3]


async def test_a_stranger_marks_nothing() -> None:
    fake = FakeMarks()
    with pytest.raises(NothingThereError):
        await marking(fake).mark(CHAT, EVE, 3)
    assert fake.logged == []


@given(st.lists(st.integers(0, MESSAGES + 3), min_size=1, max_size=12))
async def test_a_mark_never_goes_back(seqs: list[int]) -> None:
    """In any order, with any repetition: each answer is the furthest mark so far."""
    use = marking(FakeMarks())
    furthest = 0
    for seq in seqs:
        furthest = max(furthest, min(seq, MESSAGES + 1))
        view = await use.mark(CHAT, ADA, seq)
        assert (view.seq, view.unread) == (furthest, MESSAGES + 1 - max(furthest, 1))
