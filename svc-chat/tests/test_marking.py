"""Read marks: where one stops, and that all of the person's pages are told."""

from dataclasses import dataclass, field

import pytest
from chat_world import ADA, BOB, CHAT, EVE, World, reading_of
from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts.events import MemberRemoved
from nexync_contracts.ids import ChatId, PersonId
from svc_chat.errors import NothingThereError
from svc_chat.marking import Marking
from svc_chat.ports import ChatFacts, ChatSeat

MESSAGES = 4


@dataclass
class FakeMarks:
    """The stored mark of one person in one chat, and what their pages were told as (seq, n)."""

    mark_now: tuple[int, int] = (0, 0)
    told: list[tuple[PersonId, int, int]] = field(default_factory=list[tuple[PersonId, int, int]])

    async def mark(self, chat: ChatId, person: PersonId, seq: int, n: int) -> tuple[int, int]:
        self.mark_now = (max(self.mark_now[0], seq), max(self.mark_now[1], n))
        return self.mark_now

    async def seats(self, person: PersonId) -> list[ChatSeat]:
        raise NotImplementedError

    async def facts(self, person: PersonId, chats: object) -> dict[ChatId, ChatFacts]:
        raise NotImplementedError

    async def changed(self, person: PersonId, chat: ChatId) -> None:
        raise NotImplementedError

    async def marked(self, person: PersonId, chat: ChatId, seq: int, n: int) -> None:
        self.told.append((person, seq, n))


def marking(fake: FakeMarks, world: World | None = None) -> Marking:
    if world is None:
        world = World()
        world.create(ADA, BOB)
        world.say(MESSAGES)
        world.flush()
    return Marking(reading_of(world), fake, fake)


async def test_a_mark_is_told_with_the_messages_so_far() -> None:
    fake = FakeMarks()
    view = await marking(fake).mark(CHAT, ADA, 3)
    assert (view.seq, view.unread) == (3, 2)
    assert fake.told == [(ADA, 3, 2)]


async def test_a_mark_that_came_too_late_is_not_told() -> None:
    fake = FakeMarks()
    use = marking(fake)
    await use.mark(CHAT, ADA, 4)
    assert (await use.mark(CHAT, ADA, 2)).seq == 4
    assert fake.told == [(ADA, 4, 3)]


async def test_a_mark_beyond_the_end_stops_where_one_may_see() -> None:
    world = World()
    world.create(ADA, BOB)
    world.say(2)
    world.append(MemberRemoved(person=BOB))
    world.say(3)
    fake = FakeMarks()
    assert (await marking(fake, world).mark(CHAT, BOB, 9)).seq == 4
    assert fake.told == [(BOB, 4, 2)]


async def test_nobody_is_told_of_a_stranger() -> None:
    fake = FakeMarks()
    with pytest.raises(NothingThereError):
        await marking(fake).mark(CHAT, EVE, 3)
    assert fake.told == []


@given(st.lists(st.integers(0, MESSAGES + 3), min_size=1, max_size=12))
async def test_what_is_told_never_goes_back(seqs: list[int]) -> None:
    """In any order, with any repetition: the last word is the furthest mark."""
    fake = FakeMarks()
    use = marking(fake)
    for seq in seqs:
        await use.mark(CHAT, ADA, seq)
    told = [(seq, n) for _, seq, n in fake.told]
    assert told == sorted(told)
    furthest = min(max(seqs), MESSAGES + 1)
    assert fake.mark_now == ((furthest, furthest - 1) if furthest else (0, 0))
    assert told[-1:] == ([fake.mark_now] if furthest else [])
