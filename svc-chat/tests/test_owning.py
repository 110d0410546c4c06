"""What one person keeps about one chat: who may, how many pins, and drafts of two devices."""

from dataclasses import dataclass, field

import pytest
from chat_world import ADA, BOB, CHAT, EVE, World, reading_of
from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts.events import MemberRemoved
from nexync_contracts.ids import ChatId, PersonId
from nexync_contracts.limits import ID_AHEAD_MS, PINNED_CHATS
from nexync_contracts.own_rest import DraftBody, OwnChatBody
from svc_chat.errors import InvalidError, NothingThereError
from svc_chat.own import NOTHING_KEPT, Draft, Drafts, Fold, Own, ended, written
from svc_chat.owning import Owning

NOW = 1_000_000


@dataclass
class FakeOwn:
    """The store and the pages."""

    kept: dict[tuple[PersonId, ChatId], Own] = field(
        default_factory=dict[tuple[PersonId, ChatId], Own]
    )
    others_pinned: int = 0
    told: list[PersonId] = field(default_factory=list[PersonId])

    async def own(self, person: PersonId, chat: ChatId) -> Own:
        return self.kept.get((person, chat), NOTHING_KEPT)

    async def change(self, person: PersonId, chat: ChatId, fold: Fold) -> Own:
        before = await self.own(person, chat)
        after = fold(before, self.others_pinned)
        if after != before:
            after = after._replace(version=before.version + 1)
            self.kept[person, chat] = after
        return after

    async def read(self, person: PersonId, chat: ChatId) -> bool:
        before = await self.own(person, chat)
        self.kept[person, chat] = before._replace(marked_unread=False)
        return before.marked_unread

    async def changed(self, person: PersonId, chat: ChatId) -> None:
        self.told.append(person)


def owning(fake: FakeOwn) -> Owning:
    world = World()
    world.create(ADA, BOB)
    world.say(3)
    world.flush()
    return Owning(reading_of(world), fake, fake, lambda: NOW)


async def test_each_change_leaves_the_rest_and_is_told_once() -> None:
    fake = FakeOwn()
    own = owning(fake)
    await own.change(ADA, CHAT, OwnChatBody(muted_until=NOW + 5))
    view = await own.change(ADA, CHAT, OwnChatBody(archived=True, pinned=True))
    assert (view.muted_until, view.archived_n, view.pinned_at, view.version) == (
        NOW + 5,
        3,
        NOW,
        2,
    )
    assert await own.change(ADA, CHAT, OwnChatBody(pinned=True)) == view
    assert fake.told == [ADA, ADA]
    assert (await own.of(BOB, CHAT)).version == 0


async def test_who_was_removed_is_not_told_how_the_chat_went_on() -> None:
    world = World()
    world.create(ADA, BOB)
    world.say(3)
    world.append(MemberRemoved(person=BOB))
    world.say(4)
    fake = FakeOwn()
    own = Owning(reading_of(world), fake, fake, lambda: NOW)
    assert (await own.change(BOB, CHAT, OwnChatBody(archived=True))).archived_n == 3
    assert (await own.change(ADA, CHAT, OwnChatBody(archived=True))).archived_n == 7


async def test_reading_takes_the_mark_away_and_says_so_once() -> None:
    fake = FakeOwn()
    own = owning(fake)
    await own.change(ADA, CHAT, OwnChatBody(marked_unread=True))
    await own.was_read(ADA, CHAT)
    await own.was_read(ADA, CHAT)
    assert not (await own.of(ADA, CHAT)).marked_unread
    assert fake.told == [ADA, ADA]


async def test_there_is_a_limit_to_what_is_pinned() -> None:
    fake = FakeOwn(others_pinned=PINNED_CHATS)
    with pytest.raises(InvalidError, match="20"):
        await owning(fake).change(ADA, CHAT, OwnChatBody(pinned=True))
    assert fake.told == []
    fake.others_pinned -= 1
    assert (await owning(fake).change(ADA, CHAT, OwnChatBody(pinned=True))).pinned_at == NOW


async def test_strangers_keep_nothing_about_a_chat() -> None:
    fake = FakeOwn()
    own = owning(fake)
    body = DraftBody(text="x", began=1, at=1)
    for refused in (
        own.of(EVE, CHAT),
        own.change(EVE, CHAT, OwnChatBody(pinned=True)),
        own.keep_draft(EVE, CHAT, body),
        own.end_draft(EVE, CHAT, 1),
    ):
        with pytest.raises(NothingThereError):
            await refused
    assert fake.kept == {}


async def test_a_clock_that_is_ahead_wins_no_more_than_now() -> None:
    own = owning(FakeOwn())
    view = await own.keep_draft(ADA, CHAT, DraftBody(text="early", began=5, at=NOW + 9_999))
    assert view.draft is not None
    assert view.draft.at == NOW
    for began in (NOW + ID_AHEAD_MS + 1, NOW * 2):
        with pytest.raises(InvalidError):
            await own.keep_draft(ADA, CHAT, DraftBody(text="x", began=began, at=1))
        with pytest.raises(InvalidError):
            await own.end_draft(ADA, CHAT, began)


_TIMES = st.integers(1, 6)
_STEPS = st.lists(
    st.one_of(st.builds(Draft, st.sampled_from("ab"), st.none(), began=_TIMES, at=_TIMES), _TIMES),
    max_size=12,
)


@given(steps=_STEPS)
def test_what_was_sent_never_comes_back(steps: list[Draft | int]) -> None:
    """Writes and ends of two devices in any order, late or doubled: no draft that is over is ever there."""
    drafts, over = Drafts(), 0
    for step in steps:
        if isinstance(step, Draft):
            before = drafts.draft
            drafts = written(drafts, step)
            assert written(drafts, step) == drafts
            if before is not None:
                assert drafts.draft is not None
                assert drafts.draft.at >= before.at
        else:
            drafts, over = ended(drafts, step), max(over, step)
        assert drafts.ended == over
        assert drafts.draft is None or drafts.draft.began > over
