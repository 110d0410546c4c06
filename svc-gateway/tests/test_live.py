"""Live delivery, holes, membership and resume: a whole gateway over fakes."""

import pytest
from gateway_ids import some_id
from gateway_world import Running, settle

from nexync_contracts.ids import PersonId, Stream, chat_stream, person_stream
from svc_gateway.keeping import DEAD_SECONDS
from svc_gateway.people import LINGER_SECONDS

ANA, BEN = PersonId(some_id()), PersonId(some_id())


async def test_every_device_of_every_member_gets_an_event_once() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN)
        clients = [await world.resumed(ANA), await world.resumed(ANA), await world.resumed(BEN)]
        world.message(chat, ANA)
        world.message(chat, BEN)
        await settle()
        assert [client.seqs(chat_stream(chat)) for client in clients] == [[2, 3]] * 3
        assert world.counts.deliveries == 6


async def test_a_new_client_is_told_to_read_each_stream() -> None:
    async with Running() as world:
        chat = world.chat(ANA, seq=4)
        client = world.client(ANA)
        client.handshake()
        await settle()
        client.say(t="resume", heads={})
        await settle()
        frames = client.new_frames()
        assert frames[0]["t"] == "welcome"
        assert {(f["stream"], f["seq"]) for f in frames if f["t"] == "reset"} == {
            (chat_stream(chat), 4),
            (person_stream(ANA), 0),
        }
        assert frames[-1] == {"t": "resumed", "streams": 2}


@pytest.mark.parametrize("window", [True, False], ids=["window", "svc-chat"])
async def test_resume_sends_what_was_missed(window: bool) -> None:
    async with Running() as world:
        chat = world.chat(ANA, seq=10)
        if not window:
            world.windows_from[chat_stream(chat)] = 99
        client = await world.resumed(ANA, {chat_stream(chat): (1, 4)})
        assert client.seqs(chat_stream(chat)) == [5, 6, 7, 8, 9, 10]
        world.message(chat, ANA)
        await settle()
        assert client.seqs(chat_stream(chat))[-1] == 11


async def test_resume_over_another_epoch_or_too_far_behind_resets() -> None:
    async with Running() as world:
        near, far = world.chat(ANA, seq=3), world.chat(ANA, seq=600)
        client = await world.resumed(ANA, {chat_stream(near): (2, 1), chat_stream(far): (1, 9)})
        resets = {f["stream"]: f["seq"] for f in client.all_frames() if f["t"] == "reset"}
        assert resets[chat_stream(near)] == 3
        assert resets[chat_stream(far)] == 600
        assert not client.seqs(chat_stream(far))


async def test_a_hole_is_fetched_once_for_all_sockets() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN)
        clients = [await world.resumed(ANA), await world.resumed(BEN), await world.resumed(BEN)]
        world.asked.clear()
        world.message(chat, ANA, publish=False)
        world.message(chat, ANA, publish=False)
        world.message(chat, ANA)
        world.message(chat, ANA)
        await settle()
        assert [client.seqs(chat_stream(chat)) for client in clients] == [[2, 3, 4, 5]] * 3
        assert world.asked == [f"window {chat_stream(chat)}"]
        assert world.counts.holes_repaired == 1


async def test_a_hole_is_closed_when_backends_come_back() -> None:
    async with Running() as world:
        chat = world.chat(ANA)
        client = await world.resumed(ANA)
        world.redis_away = world.chats_away = True
        world.message(chat, ANA, publish=False)
        world.message(chat, ANA)
        await settle()
        assert not client.seqs(chat_stream(chat))
        world.redis_away = world.chats_away = False
        await settle(200)
        assert client.seqs(chat_stream(chat)) == [2, 3]


async def test_a_lost_last_event_is_found_by_comparing_heads() -> None:
    async with Running() as world:
        chat = world.chat(ANA)
        client = await world.resumed(ANA)
        world.message(chat, ANA, publish=False)
        await settle()
        assert not client.seqs(chat_stream(chat))
        await world.core.comparer.compare(ask_chats=False)
        await settle()
        assert client.seqs(chat_stream(chat)) == [2]


async def test_heads_that_redis_lost_are_asked_from_svc_chat_after_a_reconnect() -> None:
    async with Running() as world:
        chat = world.chat(ANA)
        client = await world.resumed(ANA)
        world.message(chat, ANA, publish=False)
        world.heads_lost = True
        await world.core.comparer.compare(ask_chats=True)
        await settle()
        assert client.seqs(chat_stream(chat)) == [2]


async def test_with_repair_off_a_hole_stays() -> None:
    """The planted fault does what the loss checker's twin relies on."""
    async with Running(repair_off=True) as world:
        chat = world.chat(ANA)
        client = await world.resumed(ANA)
        world.message(chat, ANA, publish=False)
        world.message(chat, ANA)
        await settle()
        assert not client.seqs(chat_stream(chat))


async def test_removal_cuts_after_that_very_event() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN)
        ana, ben = await world.resumed(ANA), await world.resumed(BEN)
        seq = world.remove_member(chat, BEN)
        world.message(chat, ANA, "secret")
        await settle()
        assert ben.seqs(chat_stream(chat)) == [seq]
        assert ben.new_frames()[-1] == {"t": "gone", "stream": chat_stream(chat), "seq": seq}
        assert ana.seqs(chat_stream(chat)) == [seq, seq + 1]


async def test_removal_inside_a_hole_cuts_too() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN)
        ben = await world.resumed(BEN)
        seq = world.remove_member(chat, BEN, publish=False)
        world.message(chat, ANA, "secret")
        await settle()
        assert ben.seqs(chat_stream(chat)) == [seq]
        assert ben.new_frames()[-1]["t"] == "gone"


async def test_a_member_added_to_an_open_room_sees_from_there_on() -> None:
    async with Running() as world:
        chat = world.chat(ANA, seq=5)
        await world.resumed(ANA)
        ben = await world.resumed(BEN)
        seq = world.add_member(chat, BEN)
        world.tell_joined(chat, BEN, seq)
        world.message(chat, ANA)
        await settle()
        frames = [f for f in ben.new_frames() if f.get("stream") == chat_stream(chat)]
        assert [(f["t"], f.get("seq") or (f["from"], f["to"])) for f in frames] == [
            ("skip", (1, 5)),
            ("event", 6),
            ("event", 7),
        ]


async def test_a_member_added_where_nobody_reads_joins_by_their_own_stream() -> None:
    async with Running() as world:
        chat = world.chat(ANA, seq=5)
        ben = await world.resumed(BEN)
        seq = world.add_member(chat, BEN)
        world.message(chat, ANA)
        world.tell_joined(chat, BEN, seq)
        await settle()
        world.message(chat, ANA)
        await settle()
        frames = [f for f in ben.new_frames() if f.get("stream") == chat_stream(chat)]
        assert [f["t"] for f in frames] == ["skip", "event", "event", "event"]
        assert ben.seqs(chat_stream(chat)) == [6, 7, 8]
        assert ben.seqs(person_stream(BEN)) == [1]


async def test_a_member_added_with_history_is_told_where_to_begin() -> None:
    """One `reset` instead of a skip, however long the history is: the page reads it over REST, then it is live."""
    async with Running() as world:
        chat = world.chat(ANA, seq=5)
        await world.resumed(ANA)
        ben = await world.resumed(BEN)
        seq = world.add_member(chat, BEN, history=True)
        world.tell_joined(chat, BEN, seq)
        world.message(chat, ANA)
        await settle()
        frames = [f for f in ben.new_frames() if f.get("stream") == chat_stream(chat)]
        assert [(f["t"], f.get("seq")) for f in frames] == [
            ("reset", 5),
            ("event", 6),
            ("event", 7),
        ]
        again = await world.resumed(BEN, {chat_stream(chat): (1, 0)})
        assert again.seqs(chat_stream(chat)) == [1, 2, 3, 4, 5, 6, 7]


async def test_who_returns_with_history_gets_what_was_hidden_meanwhile() -> None:
    """On a gateway where nobody read the chat, and on one that knows the spans of before."""
    async with Running() as world:
        chat = world.chat(ANA, BEN, seq=3)
        ben = await world.resumed(BEN, {chat_stream(chat): (1, 3)})
        removed = world.remove_member(chat, BEN)
        world.tell_left(chat, BEN, removed)
        await settle()
        assert "gone" in [f["t"] for f in ben.new_frames()]
        world.message(chat, ANA, "meanwhile")
        seq = world.add_member(chat, BEN, history=True)
        world.tell_joined(chat, BEN, seq)
        await settle()
        back = [f for f in ben.new_frames() if f.get("stream") == chat_stream(chat)]
        assert [f["seq"] for f in back if f["t"] == "event"][-2:] == [5, 6]
        assert not any(f["t"] == "skip" for f in back)
        world.message(chat, ANA)
        await settle()
        assert ben.seqs(chat_stream(chat))[-1] == 7


async def test_a_returning_member_sees_only_their_spans() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN, seq=3)
        await world.resumed(ANA)
        world.remove_member(chat, BEN)
        world.message(chat, ANA, "secret")
        world.add_member(chat, BEN)
        world.message(chat, ANA)
        ben = await world.resumed(BEN, {chat_stream(chat): (1, 2)})
        frames = [f for f in ben.all_frames() if f.get("stream") == chat_stream(chat)]
        assert [(f["t"], f.get("seq") or (f["from"], f["to"])) for f in frames] == [
            ("event", 3),
            ("event", 4),
            ("skip", (5, 5)),
            ("event", 6),
            ("event", 7),
        ]


async def test_a_stream_one_has_left_ends_with_gone() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN, seq=3)
        seq = world.remove_member(chat, BEN)
        world.message(chat, ANA, "secret")
        strange = Stream(f"c:{some_id()}")
        ben = await world.resumed(BEN, {chat_stream(chat): (1, 2), strange: (1, 7)})
        assert ben.seqs(chat_stream(chat)) == [3, seq]
        gone = {f["stream"]: f["seq"] for f in ben.all_frames() if f["t"] == "gone"}
        assert gone == {chat_stream(chat): seq, strange: 0}


async def test_chat_left_is_the_second_net() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN, seq=3)
        ben = await world.resumed(BEN)
        world.remove_member(chat, BEN, publish=False)
        await settle()
        room = world.core.rooms.get(chat_stream(chat))
        assert room is not None
        world.core.rooms.restart(room, 1, 4)
        world.tell_left(chat, BEN, 4)
        world.message(chat, ANA, "secret")
        await settle()
        assert not ben.seqs(chat_stream(chat))


async def test_a_new_epoch_resets_the_room() -> None:
    async with Running() as world:
        chat = world.chat(ANA, seq=3)
        ana = await world.resumed(ANA)
        world.epoch = 2
        world.message(chat, ANA)
        world.message(chat, ANA)
        await settle()
        frames = [f for f in ana.new_frames() if f.get("stream") == chat_stream(chat)]
        assert [(f["t"], f["epoch"], f["seq"]) for f in frames] == [
            ("reset", 2, 4),
            ("event", 2, 5),
        ]


async def test_the_clients_own_repair_and_check() -> None:
    async with Running() as world:
        chat = world.chat(ANA, seq=6)
        ana = await world.resumed(ANA)
        ana.say(t="repair", stream=chat_stream(chat), after=4)
        await settle()
        assert ana.seqs(chat_stream(chat)) == [5, 6]
        ana.say(t="check", heads={chat_stream(chat): [1, 5]})
        await settle()
        assert ana.seqs(chat_stream(chat)) == [5, 6, 6]
        assert ana.new_frames()[-1]["t"] == "pong"


async def test_people_linger_and_are_then_forgotten() -> None:
    async with Running() as world:
        chat = world.chat(ANA)
        ana = await world.resumed(ANA)
        ana.hang_up()
        world.core.people.sweep()
        assert chat_stream(chat) in world.subscribed
        world.now += LINGER_SECONDS + 1
        world.core.people.sweep()
        assert not world.subscribed
        assert world.counts.connections == world.counts.people == world.counts.rooms == 0


async def test_dead_sockets_are_dropped_and_the_living_pinged() -> None:
    async with Running() as world:
        world.chat(ANA, BEN)
        ana, ben = await world.resumed(ANA), await world.resumed(BEN)
        world.now += DEAD_SECONDS + 1
        ben.say(t="ping")
        for _ in range(20):
            world.core.kit.keeper.tick(world.now)
        await settle()
        assert ana.transport.closed
        assert not ben.transport.closed
        assert world.counts.dead_sockets == 1


async def test_a_chat_made_while_all_are_here_reaches_both() -> None:
    async with Running() as world:
        ana, ben = await world.resumed(ANA), await world.resumed(BEN)
        chat = world.chat(ANA, BEN, seq=2)
        for person in (ANA, BEN):
            world.tell_joined(chat, person, 1)
        await settle()
        world.message(chat, ANA)
        await settle()
        assert ana.seqs(chat_stream(chat)) == ben.seqs(chat_stream(chat)) == [1, 2, 3]
