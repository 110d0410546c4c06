"""Who types is told across gateways to those who look, and to nobody else."""

import pytest

from nexync_contracts.events import ChatKind
from nexync_contracts.frames import LookFrame, TypingFrame, TypistFrame
from nexync_contracts.ids import chat_stream
from nexync_e2e.client import Device, Person, sign_up
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until_true

pytestmark = pytest.mark.e2e


async def test_typing_reaches_who_looks_on_another_gateway(
    where: Wires, ann: Person, bob: Person
) -> None:
    """Bob looks on gateway 2 and is told; his other page doesn't look, and a stranger who says so isn't told."""
    chat = await ann.create_chat(ChatKind.PRIVATE, (bob.id,))
    stranger = await sign_up(where.page, where.mail, prefix="eve")
    one = Device(ann, where.gateways[:1], name="ann")
    two = Device(bob, where.gateways[1:2], name="bob")
    away = Device(bob, where.gateways[1:2], name="bob's other page")
    eve = Device(stranger, where.gateways[:1], name="eve")
    try:
        async with one.running(), two.running(), away.running(), eve.running():
            for device in (one, two, away, eve):
                await until_true(lambda device=device: device.live, "resumed")
            for device in (one, two, eve):
                await device.write_raw(LookFrame(chat=chat).model_dump_json())
            # A send and its event: whatever was said before on these sockets has been taken by then.
            await two.send(chat, "I look")
            await two.settled()
            await one.caught_up(chat_stream(chat), 2)
            await eve.write_raw(TypingFrame(chat=chat).model_dump_json())
            await one.write_raw(TypingFrame(chat=chat).model_dump_json())
            await until_true(lambda: bool(two.typists), "a typist")
            assert two.typists == [TypistFrame(chat=chat, by=ann.id)]
            await one.send(chat, "what I typed")
            await away.caught_up(chat_stream(chat), 3)
            assert (one.typists, away.typists, eve.typists) == ([], [], [])
            assert (one.errors, two.errors, eve.errors) == ([], [], [])
    finally:
        await stranger.close()
