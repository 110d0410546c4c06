"""What one keeps about a chat reaches one's other devices on any gateway, and nobody else."""

import time

import pytest

from nexync_contracts import message_endpoints, own_endpoints, own_rest, rest
from nexync_contracts.errors import ProblemCode
from nexync_contracts.events import ChatKind
from nexync_contracts.frames import OwnChatFrame
from nexync_contracts.ids import ChatId, chat_stream
from nexync_e2e.client import Device, Person, RefusedError
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until_true

pytestmark = pytest.mark.e2e


async def kept(person: Person, chat: ChatId) -> own_rest.OwnChatView:
    return await person.rest.call(own_endpoints.OWN_CHAT, own_rest.OwnChatView, path={"chat": chat})


async def change(
    person: Person, chat: ChatId, *, pinned: bool | None = None, marked_unread: bool | None = None
) -> own_rest.OwnChatView:
    return await person.rest.call(
        own_endpoints.CHANGE_OWN_CHAT,
        own_rest.OwnChatView,
        path={"chat": chat},
        body=own_rest.OwnChatBody(pinned=pinned, marked_unread=marked_unread),
    )


async def test_the_other_device_is_told_of_each_change(
    where: Wires, ann: Person, bob: Person
) -> None:
    """Ann's pages on both gateways hear of it and read the same; Bob hears and reads nothing."""
    chat = await ann.create_chat(ChatKind.PRIVATE, (bob.id,))
    one = Device(ann, where.gateways[:1], name="ann's page")
    two = Device(ann, where.gateways[1:2], name="ann's phone")
    other = Device(bob, where.gateways[1:2], name="bob")
    async with one.running(), two.running(), other.running():
        for device in (one, two, other):
            await until_true(lambda device=device: device.live, "resumed")
        told = OwnChatFrame(chat=chat)

        async def hears(count: int) -> None:
            for device in (one, two):
                await until_true(lambda device=device: len(device.own_chats) >= count, "a word")
                assert device.own_chats == [told] * count

        await change(ann, chat, marked_unread=True)
        await hears(1)
        now = int(time.time() * 1000)
        draft = own_rest.DraftBody(text="see you at", began=now, at=now)
        path: dict[str, str] = {"chat": chat}
        answer = await ann.rest.call(
            own_endpoints.KEEP_DRAFT, own_rest.OwnChatView, path=path, body=draft
        )
        await hears(2)
        view = await kept(ann, chat)
        assert view == answer
        assert view.draft is not None
        assert (view.draft.text, view.marked_unread) == ("see you at", True)
        await ann.rest.call(
            own_endpoints.END_DRAFT, own_rest.OwnChatView, path=path, query={"began": now}
        )
        await hears(3)
        late = await ann.rest.call(
            own_endpoints.KEEP_DRAFT, own_rest.OwnChatView, path=path, body=draft
        )
        assert late.draft is None
        await ann.rest.call(
            message_endpoints.READ_MARK, rest.ReadMarkView, path=path, body=rest.ReadMarkBody(seq=1)
        )
        await hears(4)
        assert not (await kept(ann, chat)).marked_unread
        # What was said to Bob before comes before this event.
        await one.send(chat, "hello")
        await other.caught_up(chat_stream(chat), 2)
        assert other.own_chats == []
        assert (await kept(bob, chat)).version == 0


async def test_a_mark_of_one_device_reaches_the_others_on_any_gateway(
    where: Wires, ann: Person, bob: Person
) -> None:
    """Bob reads on one page: both of his pages are told how far, a late mark and Ann's pages are not."""
    chat = await ann.create_chat(ChatKind.PRIVATE, (bob.id,))
    sender = Device(ann, where.gateways[:1], name="ann")
    one = Device(bob, where.gateways[:1], name="bob's page")
    two = Device(bob, where.gateways[1:2], name="bob's phone")
    async with sender.running(), one.running(), two.running():
        for device in (sender, one, two):
            await until_true(lambda device=device: device.live, "resumed")
        await sender.send(chat, "one")
        await sender.send(chat, "two")
        await two.caught_up(chat_stream(chat), 3)
        for seq in (3, 2, 3):
            view = await bob.rest.call(
                message_endpoints.READ_MARK,
                rest.ReadMarkView,
                path={"chat": chat},
                body=rest.ReadMarkBody(seq=seq),
            )
            assert (view.seq, view.unread) == (3, 0)
        for device in (one, two):
            await until_true(lambda device=device: bool(device.marks), "the mark")
            (told,) = device.marks
            assert (told.chat, told.seq) == (chat, 3)
            assert told.n in {2, None}, "unknown until Postgres has the event"
        # What was said to Ann before comes before this event.
        await sender.send(chat, "three")
        await sender.caught_up(chat_stream(chat), 4)
        assert sender.marks == []


async def test_one_more_pin_than_there_may_be_says_the_limit(ann: Person) -> None:
    for number in range(20):
        await change(ann, await ann.create_chat(ChatKind.GROUP, (), f"g{number}"), pinned=True)
    with pytest.raises(RefusedError, match="20 chats are pinned") as error:
        await change(ann, await ann.create_chat(ChatKind.GROUP, (), "more"), pinned=True)
    assert error.value.code is ProblemCode.VALIDATION
