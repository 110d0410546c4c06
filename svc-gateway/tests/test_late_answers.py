"""What svc-chat said before a removal doesn't undo the removal, when it arrives after it."""

import asyncio

from gateway_world import Running, settle, some_id

from nexync_contracts.ids import PersonId, chat_stream

ANA, BEN = PersonId(some_id()), PersonId(some_id())


async def test_a_removal_that_passed_while_the_first_socket_was_reading_its_chats_holds() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN)
        await world.resumed(BEN)
        world.under_way = asyncio.Event()
        ana = world.client(ANA)
        ana.handshake()
        await settle()
        ana.say(t="resume", heads={chat_stream(chat): (1, 1)})
        await settle()
        seq = world.remove_member(chat, ANA)
        world.under_way.set()
        await settle()
        world.message(chat, BEN, "secret")
        await settle()
        assert ana.seqs(chat_stream(chat)) == [seq]
        gone = [frame for frame in ana.all_frames() if frame["t"] == "gone"]
        assert gone == [{"t": "gone", "stream": chat_stream(chat), "seq": seq}]


async def test_a_return_after_such_a_removal_counts() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN)
        await world.resumed(BEN)
        world.under_way = asyncio.Event()
        ana = world.client(ANA)
        ana.handshake()
        await settle()
        ana.say(t="resume", heads={})
        await settle()
        world.remove_member(chat, ANA)
        world.under_way.set()
        await settle()
        back = world.add_member(chat, ANA)
        world.message(chat, BEN)
        await settle()
        assert ana.seqs(chat_stream(chat)) == [back, back + 1]
