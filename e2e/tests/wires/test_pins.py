"""Pinned messages over the wires, with two gateways."""

import pytest

from nexync_contracts import message_endpoints, pin_endpoints
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import ChatCreated, ChatKind, MessageCreated
from nexync_contracts.ids import ChatId, chat_stream
from nexync_contracts.message_events import MessagePinned, MessageUnpinned
from nexync_contracts.message_rest import DeleteMessageBody, PinMessageBody
from nexync_contracts.rest import CommandDone, PinsView
from nexync_e2e.client import Device, Person, RefusedError
from nexync_e2e.settings import Wires

pytestmark = pytest.mark.e2e


async def pin(person: Person, chat: ChatId, target: int, *, on: bool = True) -> int:
    body = PinMessageBody(target=target, on=on)
    done = await person.rest.call(
        pin_endpoints.PIN_MESSAGE, CommandDone, path={"chat": chat}, body=body
    )
    return done.seq


async def pins(person: Person, chat: ChatId) -> list[int]:
    view = await person.rest.call(pin_endpoints.PINS, PinsView, path={"chat": chat})
    return [one.target for one in view.pins]


async def test_a_message_is_pinned_for_all_and_goes_with_its_deletion(
    where: Wires, ann: Person, bob: Person
) -> None:
    """A group's admin pins; the event says who; a read right after the answer has it, on every gateway."""
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), "Pins")
    stream = chat_stream(chat)
    one = Device(ann, where.gateways[:1], name="ann")
    two = Device(bob, where.gateways[1:2], name="bob")
    async with one.running(), two.running():
        await one.send(chat, "the address")
        await one.send(chat, "the hour")
        await one.settled()
        for target in (2, 3):
            await pin(ann, chat, target)
        assert await pins(ann, chat) == await pins(bob, chat) == [3, 2]
        with pytest.raises(RefusedError) as refused:
            await pin(bob, chat, 2, on=False)
        assert refused.value.problem is not None
        assert refused.value.problem.reject is RejectCode.NOT_ALLOWED
        await two.caught_up(stream, await pin(ann, chat, 2, on=False))
        seen = [(piece.by, piece.event) for piece in two.inboxes[stream].pieces]
        assert [one for one in seen if not isinstance(one[1], ChatCreated | MessageCreated)] == [
            (ann.id, MessagePinned(target=2)),
            (ann.id, MessagePinned(target=3)),
            (ann.id, MessageUnpinned(target=2)),
        ]
        body = DeleteMessageBody(target=3)
        await ann.rest.call(
            message_endpoints.DELETE_MESSAGE, CommandDone, path={"chat": chat}, body=body
        )
        assert await pins(bob, chat) == []
