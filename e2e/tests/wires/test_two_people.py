"""The main job: two people on different gateways, live both ways, whoever connects first."""

import pytest

from nexync_contracts.events import ChatKind, MessageCreated
from nexync_contracts.ids import chat_stream
from nexync_e2e.client import Device, Person, Seen, sign_up
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until_true

pytestmark = pytest.mark.e2e

MESSAGES = 50


def texts(pieces: list[Seen] | tuple[Seen, ...], by: str) -> list[str]:
    """The messages of one person in their order."""
    return [
        piece.event.body
        for piece in pieces
        if isinstance(piece.event, MessageCreated) and piece.by == by
    ]


@pytest.mark.parametrize("ann_first", [True, False], ids=["ann first", "bob first"])
async def test_fifty_messages_each_way_over_different_gateways(
    where: Wires, ann: Person, bob: Person, ann_first: bool
) -> None:
    """Live equals history for both, in both orders of connection."""
    chat = await ann.create_chat(ChatKind.PRIVATE, (bob.id,))
    stream = chat_stream(chat)
    one = Device(ann, where.gateways[:1], name="ann")
    two = Device(bob, where.gateways[1:2], name="bob")
    first, second = (one, two) if ann_first else (two, one)
    async with first.running(), second.running():
        for number in range(MESSAGES):
            await one.send(chat, f"from Ann {number}")
            await two.send(chat, f"from Bob {number}")
        await one.settled()
        await two.settled()
        head = 1 + 2 * MESSAGES
        await one.caught_up(stream, head)
        await two.caught_up(stream, head)
        assert one.gateways_seen != two.gateways_seen
    for person, device in ((ann, one), (bob, two)):
        live = device.inboxes[stream].pieces
        history = await person.history(chat)
        assert list(history.pieces) == live
        assert history.head == head
        assert texts(live, ann.id) == [f"from Ann {number}" for number in range(MESSAGES)]
        assert texts(live, bob.id) == [f"from Bob {number}" for number in range(MESSAGES)]


async def test_through_the_edge_with_a_connection_lost_on_the_way(
    where: Wires, ann: Person, bob: Person
) -> None:
    """A cut socket comes back at any gateway, resends, and doubles nothing."""
    chat = await ann.create_chat(ChatKind.PRIVATE, (bob.id,))
    stream = chat_stream(chat)
    edge = (where.edge_socket,)
    async with (
        Device(ann, edge, name="ann").running() as one,
        Device(bob, edge, name="bob").running() as two,
    ):
        for number in range(30):
            await one.send(chat, f"{number}")
            if number % 10 == 5:
                await one.drop()
                await two.drop()
        await one.settled()
        await two.caught_up(stream, 31)
        assert texts(two.inboxes[stream].pieces, ann.id) == [str(n) for n in range(30)]


async def test_what_came_while_away_is_there_after_the_resume(
    where: Wires, ann: Person, bob: Person
) -> None:
    """A device that knew the chat gets the missing range; a new one gets all."""
    chat = await ann.create_chat(ChatKind.PRIVATE, (bob.id,))
    stream = chat_stream(chat)
    async with Device(ann, where.gateways, name="ann").running() as one:
        await one.send(chat, "seen by nobody yet")
        await one.settled()
        async with Device(bob, where.gateways, name="bob").running() as two:
            await two.caught_up(stream, 2)
            assert texts(two.inboxes[stream].pieces, ann.id) == ["seen by nobody yet"]


async def test_a_private_chat_is_the_same_from_both_sides(ann: Person, bob: Person) -> None:
    """Whoever makes it, there is one."""
    assert await ann.create_chat(ChatKind.PRIVATE, (bob.id,)) == await bob.create_chat(
        ChatKind.PRIVATE, (ann.id,)
    )


async def test_a_read_never_lags_behind_what_was_seen(
    where: Wires, ann: Person, bob: Person
) -> None:
    """History, chat and list include the message at the moment its event arrives (G5)."""
    chat = await ann.create_chat(ChatKind.PRIVATE, (bob.id,))
    stream = chat_stream(chat)
    async with (
        Device(bob, where.gateways, name="bob").running() as two,
        Device(ann, where.gateways, name="ann").running() as one,
    ):
        for number in range(5):
            await one.send(chat, f"{number}")
            await two.caught_up(stream, 2 + number)
            assert (await bob.history(chat)).head >= 2 + number
            assert (await bob.chat(chat)).head >= 2 + number
            listed = {view.chat: view.head for view in await bob.chats()}
            assert listed[chat] >= 2 + number


async def test_logging_out_closes_the_socket(where: Wires) -> None:
    """Within a second, with a code that says not to come back (G6)."""
    person = await sign_up(where.page, where.mail)
    device = Device(person, where.gateways, name="leaving")
    async with device.running():
        await person.log_out()
        await until_true(lambda: bool(device.close_codes), "the socket closed", seconds=5)
    assert device.close_codes[0] == 4501
    await person.close()
