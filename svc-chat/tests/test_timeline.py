"""The timeline: current texts, deleted as deleted, reactions, quotes; pages of lines, not of events."""

import asyncio
import random

import pytest
from chat_world import ADA, BOB, CHAT, EVE, World, fold_messages, reading_of
from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts.events import CHANGE_TAGS, MemberAdded, MemberRemoved, MessageCreated
from nexync_contracts.ids import PersonId
from nexync_contracts.limits import TIMELINE_SCAN
from nexync_contracts.message_events import MessageDeleted, MessageEdited, MessageReacted
from nexync_contracts.message_rest import MessageState
from nexync_contracts.rest import TimelinePage
from nexync_streams.messages import Now
from svc_chat.errors import NothingThereError
from svc_chat.timeline import Timelines, Wanted


def state_of(page: TimelinePage, seq: int) -> MessageState | None:
    return next((state for state in page.states if state.seq == seq), None)


def body_of(page: TimelinePage, seq: int) -> str:
    (item,) = (one for one in page.items if one.seq == seq)
    assert isinstance(item.event, MessageCreated)
    return item.event.body


@given(seed=st.integers(0, 2**32), steps=st.integers(1, 40))
def test_postgres_and_window_are_a_fresh_fold(seed: int, steps: int) -> None:
    """Wherever the flush cut the log: a page has each message as folding all events has it."""
    chance = random.Random(seed)
    world = World()
    world.create(ADA, BOB)
    world.say(3)
    for _ in range(steps):
        target, who = chance.randrange(2, 5), chance.choice([ADA, BOB])
        event = chance.choice(
            [
                MessageEdited(target=target, body=f"edit {len(world.events)}"),
                MessageReacted(
                    target=target, emoji=chance.choice("👍🎉"), on=chance.random() < 0.6
                ),
                MessageReacted(target=target, emoji="👍", on=True),
                MessageDeleted(target=target),
                MessageCreated(body="more", reply_to=target),
            ]
        )
        if not isinstance(event, MessageDeleted) or chance.random() < 0.2:
            world.append(event, who)
        if chance.random() < 0.1:
            world.flush()
            world.trim(chance.randrange(5))
    page = asyncio.run(Timelines(reading_of(world)).page(CHAT, ADA, Wanted()))
    lines = [one for one in world.events if one.event.tag not in CHANGE_TAGS]
    assert [item.seq for item in page.items] == [one.seq for one in lines]
    for seq, now in fold_messages(world.events, {2, 3, 4}, len(world.events)).items():
        original = world.events[seq - 1].event
        assert isinstance(original, MessageCreated)
        assert body_of(page, seq) == said(original, now)
        state = state_of(page, seq)
        assert state is not None
        assert (state.deleted, state.deleted_by) == (now.deleted, now.deleted_by)
        assert state.edited_seq == (now.edit.seq if now.edit else None)
        assert [(one.emoji, one.people) for one in state.reactions] == [
            (emoji, tuple(people)) for emoji, people in now.reactions.items()
        ]


def said(original: MessageCreated, now: Now) -> str:
    if now.deleted:
        return ""
    return now.edit.body if now.edit else original.body


async def test_a_page_has_its_lines_however_much_was_reacted() -> None:
    """Reactions between two messages take no place on a page."""
    world = World()
    world.create(ADA)
    for _ in range(20):
        world.say()
        for number in range(10):
            world.append(MessageReacted(target=2, emoji="👍", on=number % 2 == 0))
    world.flush()
    timelines = Timelines(reading_of(world))
    page = await timelines.page(CHAT, ADA, Wanted(count=10))
    assert len(page.items) == 10
    assert page.after is None
    assert page.before is not None
    rest = await timelines.page(CHAT, ADA, Wanted(before=page.before, count=11))
    assert [one.seq for one in (*rest.items, *page.items)] == [
        one.seq for one in world.events if one.event.tag not in CHANGE_TAGS
    ]
    assert rest.before is None


async def test_a_page_that_looked_through_too_much_ends_early() -> None:
    """The cursor goes on behind what was looked through, so a reader gets to the message in the end."""
    world = World()
    world.create(ADA)
    world.say()
    for number in range(TIMELINE_SCAN + 5):
        world.append(MessageReacted(target=2, emoji="👍", on=number % 2 == 0))
    world.flush()
    world.trim()
    timelines = Timelines(reading_of(world))
    page = await timelines.page(CHAT, ADA, Wanted())
    assert page.items == ()
    assert page.before == len(world.events) - TIMELINE_SCAN + 1
    page = await timelines.page(CHAT, ADA, Wanted(before=page.before))
    assert [one.seq for one in page.items] == [1, 2]


async def test_the_page_around_a_message() -> None:
    """The message is in the middle, and both ends have their cursors."""
    world = World()
    world.create(ADA)
    world.say(100)
    world.flush()
    timelines = Timelines(reading_of(world))
    page = await timelines.page(CHAT, ADA, Wanted(around=40, count=11))
    assert [one.seq for one in page.items] == list(range(35, 46))
    assert (page.before, page.after) == (35, 45)
    page = await timelines.page(CHAT, ADA, Wanted(around=101, count=11))
    assert (page.items[-1].seq, page.after) == (101, None)


async def test_what_a_message_answers_is_quoted_as_it_is_now() -> None:
    """Also when it is not on the page, but never what the reader may not see."""
    world = World()
    world.create(ADA)
    world.say(2)
    world.append(MessageEdited(target=2, body="now this"))
    world.append(MessageDeleted(target=3))
    world.append(MemberAdded(person=BOB))
    world.flush()
    world.append(MessageCreated(body="a", reply_to=2))
    world.append(MessageCreated(body="b", reply_to=3))
    timelines = Timelines(reading_of(world))
    page = await timelines.page(CHAT, ADA, Wanted(count=2))
    assert [(one.seq, one.body, one.deleted) for one in page.quotes] == [
        (2, "now this", False),
        (3, "", True),
    ]
    assert (await timelines.page(CHAT, BOB, Wanted(count=2))).quotes == ()


async def test_who_left_sees_no_later_edit_and_no_deleted_text() -> None:
    """An edit after the removal is not for them; a deletion takes the text from everybody."""
    world = World()
    world.create(ADA, BOB)
    world.say(2)
    world.append(MemberRemoved(person=BOB))
    world.append(MessageEdited(target=2, body="secret"))
    world.append(MessageReacted(target=2, emoji="👍"))
    page = await Timelines(reading_of(world)).page(CHAT, BOB, Wanted())
    assert (body_of(page, 2), page.states) == ("message 2", ())
    world.append(MessageDeleted(target=2))
    page = await Timelines(reading_of(world)).page(CHAT, BOB, Wanted())
    assert (body_of(page, 2), state_of(page, 2)) == ("", MessageState(seq=2, deleted=True))


async def test_all_texts_of_a_message() -> None:
    """The first and every later one; nothing once it is deleted, nothing of what is no message."""
    world = World()
    world.create(ADA)
    world.say()
    world.append(MessageEdited(target=2, body="two"))
    world.flush()
    world.append(MessageEdited(target=2, body="three"))
    timelines = Timelines(reading_of(world))
    view = await timelines.versions(CHAT, ADA, 2)
    assert [one.body for one in view.versions] == ["message 2", "two", "three"]
    for person, seq in ((ADA, 1), (ADA, 99), (EVE, 2)):
        with pytest.raises(NothingThereError):
            await timelines.versions(CHAT, PersonId(person), seq)
    world.append(MessageDeleted(target=2))
    assert (await timelines.versions(CHAT, ADA, 2)).versions == ()
