"""Groups: who sees what, from when, until when."""

import pytest

from nexync_contracts.errors import ProblemCode
from nexync_contracts.events import ChatKind, MemberAdded, MemberRemoved, MessageCreated
from nexync_contracts.ids import chat_stream
from nexync_e2e.client import Device, Person, RefusedError, befriend
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until_true

pytestmark = pytest.mark.e2e


async def test_a_member_sees_from_the_join_to_the_removal(
    where: Wires, ann: Person, bob: Person, cid: Person
) -> None:
    """Before and after are skips; the removal cuts the socket's stream at that very event."""
    await befriend(ann, cid)
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), "Lunch")
    stream = chat_stream(chat)
    async with (
        Device(ann, where.gateways[:1], name="ann").running() as one,
        Device(cid, where.gateways[1:], name="cid").running() as three,
    ):
        await one.send(chat, "before")
        await one.settled()
        joined = await ann.add_member(chat, cid.id)
        await three.caught_up(stream, joined)
        await one.send(chat, "during")
        await one.settled()
        removed = await ann.remove_member(chat, cid.id)
        await three.caught_up(stream, removed)
        await one.send(chat, "after")
        await one.settled()
        again = await ann.add_member(chat, cid.id)
        await three.caught_up(stream, again)
        events = [piece.event for piece in three.inboxes[stream].pieces if piece.id]
        history = await cid.history(chat)
    assert [event for event in events if isinstance(event, MessageCreated)] == [
        MessageCreated(body="during")
    ]
    assert isinstance(events[0], MemberAdded)
    assert isinstance(events[2], MemberRemoved)
    assert [piece.event for piece in history.pieces if piece.id] == events


async def test_the_chat_appears_live_to_who_is_added(
    where: Wires, ann: Person, bob: Person
) -> None:
    """A connected device needs no reload to get a new chat."""
    async with Device(bob, where.gateways[1:], name="bob").running() as two:
        chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), "New")
        await two.caught_up(chat_stream(chat), 1)


async def test_the_next_list_shows_what_was_just_made(ann: Person, bob: Person) -> None:
    """Who made a chat and got its answer finds it in the very next list of chats."""
    for number in range(5):
        chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), f"Group {number}")
        assert chat in {view.chat for view in await ann.chats()}


async def test_a_send_racing_a_removal_has_one_outcome(
    where: Wires, ann: Person, bob: Person
) -> None:
    """Each send is an event before the removal, or rejected; never both, never neither."""
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), "Race")
    async with Device(bob, where.gateways[:1], name="bob").running() as two:
        await two.caught_up(chat_stream(chat), 1)
        sendings = [await two.send(chat, f"{number}") for number in range(10)]
        removed = await ann.remove_member(chat, bob.id)
        sendings += [await two.send(chat, f"late {number}") for number in range(10)]
        await two.settled()
    placed = {piece.id for piece in (await ann.history(chat)).pieces}
    for sending in sendings:
        assert (sending.seq is None) is (sending.code is not None)
        assert (sending.frame.id in placed) is (sending.seq is not None)
        if sending.seq is not None:
            assert sending.seq < removed
        else:
            assert sending.code == "not_a_member"
    assert [sending.seq is None for sending in sendings] == sorted(
        sending.seq is None for sending in sendings
    )


async def test_only_an_admin_adds_and_removes(ann: Person, bob: Person, cid: Person) -> None:
    """Whatever a member claims; leaving is everybody's right."""
    await befriend(bob, cid)
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), "Rights")
    with pytest.raises(RefusedError) as adding:
        await bob.add_member(chat, cid.id)
    assert adding.value.code in {ProblemCode.REJECTED, ProblemCode.FORBIDDEN}
    with pytest.raises(RefusedError) as removing:
        await bob.remove_member(chat, ann.id)
    assert removing.value.code in {ProblemCode.REJECTED, ProblemCode.FORBIDDEN}
    assert await bob.remove_member(chat, bob.id) == 2


async def test_who_is_not_connected_is_not_added(ann: Person, bob: Person, cid: Person) -> None:
    """Neither when the group is made nor later."""
    with pytest.raises(RefusedError) as making:
        await ann.create_chat(ChatKind.GROUP, (cid.id,), "Strangers")
    assert making.value.code == ProblemCode.NOT_CONNECTED
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), "Friends")
    with pytest.raises(RefusedError) as adding:
        await ann.add_member(chat, cid.id)
    assert adding.value.code == ProblemCode.NOT_CONNECTED


async def test_two_devices_of_one_person_have_the_same(
    where: Wires, ann: Person, bob: Person
) -> None:
    """What one device sends, the other shows."""
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), "Two devices")
    stream = chat_stream(chat)
    async with (
        Device(ann, where.gateways[:1], name="phone").running() as phone,
        Device(ann, where.gateways[1:], name="desk").running() as desk,
    ):
        for number in range(10):
            await phone.send(chat, f"p{number}")
            await desk.send(chat, f"d{number}")
        await until_true(
            lambda: all(
                stream in device.inboxes and device.inboxes[stream].head == 21
                for device in (phone, desk)
            ),
            "both devices at 21",
        )
        assert phone.inboxes[stream].pieces == desk.inboxes[stream].pieces
