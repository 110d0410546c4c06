"""What svc-chat says of a membership and the room's own events meet in either order; nothing else is shown."""

import asyncio

from gateway_ids import some_id
from gateway_world import Running, World, settle

from nexync_contracts.ids import ChatId, PersonId, chat_stream
from nexync_contracts.limits import REPAIR_EVENTS

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


def _publish_from(world: World, chat: ChatId, seq: int) -> None:
    for record in world.records[chat_stream(chat)][seq - 1 :]:
        world.publish(record)


async def test_who_joins_while_the_room_lags_sees_nothing_from_before() -> None:
    async with Running() as world:
        chat = world.chat(BEN)
        ben, ana = await world.resumed(BEN), await world.resumed(ANA)
        secret = world.message(chat, BEN, "secret", publish=False).seq
        joined = world.add_member(chat, ANA, publish=False)
        world.tell_joined(chat, ANA, joined)
        await settle()
        _publish_from(world, chat, secret)
        world.message(chat, BEN)
        await settle()
        assert ana.seqs(chat_stream(chat)) == [joined, joined + 1]
        assert ben.seqs(chat_stream(chat)) == [secret, joined, joined + 1]


async def test_who_resumes_before_the_room_has_come_to_their_join_sees_nothing_from_before() -> (
    None
):
    async with Running() as world:
        chat = world.chat(BEN)
        await world.resumed(BEN)
        secret = world.message(chat, BEN, "secret", publish=False).seq
        joined = world.add_member(chat, ANA, publish=False)
        fresh, known = (
            await world.resumed(ANA),
            await world.resumed(ANA, {chat_stream(chat): (1, 0)}),
        )
        _publish_from(world, chat, secret)
        await settle()
        assert fresh.seqs(chat_stream(chat)) == known.seqs(chat_stream(chat)) == [joined]


async def test_who_was_away_between_two_memberships_sees_nothing_of_the_time_between() -> None:
    async with Running() as world:
        chat = world.chat(BEN, ANA)
        await world.resumed(BEN)
        ana = await world.resumed(ANA)
        removed = world.remove_member(chat, ANA, publish=False)
        world.message(chat, BEN, "secret", publish=False)
        joined = world.add_member(chat, ANA, publish=False)
        world.tell_joined(chat, ANA, joined)
        await settle()
        _publish_from(world, chat, removed)
        await settle()
        assert ana.seqs(chat_stream(chat)) == [joined]
        ana.say(t="repair", stream=chat_stream(chat), after=1)
        await settle()
        assert set(ana.seqs(chat_stream(chat))) == {removed, joined}


async def test_an_earlier_join_that_the_room_comes_to_late_opens_nothing() -> None:
    async with Running() as world:
        chat = world.chat(BEN)
        await world.resumed(BEN)
        first = world.add_member(chat, ANA, publish=False)
        world.remove_member(chat, ANA, publish=False)
        world.message(chat, BEN, "secret", publish=False)
        joined = world.add_member(chat, ANA, publish=False)
        ana = await world.resumed(ANA)
        _publish_from(world, chat, first)
        await settle()
        assert ana.seqs(chat_stream(chat)) == [joined]


async def test_a_join_that_the_room_jumps_over_is_taken_in_all_the_same() -> None:
    async with Running() as world:
        chat = world.chat(BEN)
        await world.resumed(BEN)
        world.message(chat, BEN, "secret", publish=False)
        world.add_member(chat, ANA, publish=False)
        ana = await world.resumed(ANA)
        for _ in range(REPAIR_EVENTS + 1):
            world.message(chat, BEN, publish=False)
        last = world.records[chat_stream(chat)][-1]
        world.publish(last)
        await settle(200)
        after = world.message(chat, BEN).seq
        await settle()
        assert ana.seqs(chat_stream(chat)) == [after]
        resets = [frame for frame in ana.all_frames() if frame["t"] == "reset"]
        assert {"t": "reset", "stream": chat_stream(chat), "epoch": 1, "seq": last.seq} in resets
