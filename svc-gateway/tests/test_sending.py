"""Sends: admission, acks, order, refusals; and what a void authority does to them."""

import asyncio
import json

import pytest
from gateway_client import Client
from gateway_ids import some_id, uuid7
from gateway_world import Running, World, settle

from nexync_contracts import limits
from nexync_contracts.commands import envelope_adapter
from nexync_contracts.frames import server_frame_adapter
from nexync_contracts.ids import ChatId, PersonId, SessionId, chat_stream, person_stream
from nexync_runtime.kafka import DeliveryError
from svc_gateway.ordering import MOST_REFUSED, PATIENCE_SECONDS
from svc_gateway.recalling import KEEP_SECONDS

ANA, BEN = PersonId(some_id()), PersonId(some_id())


async def test_ack_comes_with_the_delivery_report_only() -> None:
    async with Running() as world:
        chat = world.chat(ANA)
        ana = await world.resumed(ANA)
        identifier = ana.send(chat, 'naughty "text" \u2028 🦆')
        await settle()
        assert not ana.new_frames()
        partition, key, value = world.log.records[0]
        assert (partition, key) == (3, chat_stream(chat).encode())
        envelope = envelope_adapter.validate_json(json.dumps(value))
        assert (envelope.sender, envelope.session) == (ANA, ana.session)
        assert envelope.command.model_dump()["body"] == 'naughty "text" \u2028 🦆'
        world.log.deliver()
        await settle()
        assert ana.new_frames() == [{"t": "ack", "id": identifier}]


async def test_a_stranger_is_rejected_and_a_former_member_left_to_the_log() -> None:
    """The log knows whether a former member's send is a double of one that was accepted."""
    async with Running() as world:
        foreign = world.chat(BEN)
        left = world.chat(ANA, BEN)
        world.remove_member(left, ANA)
        ana = await world.resumed(ANA)
        refused = ana.send(foreign, "let me in")
        nowhere = ana.send(ChatId(some_id()), "anybody?")
        ana.send(left, "a double?")
        await settle()
        rejected = {f["id"]: f["code"] for f in ana.new_frames() if f["t"] == "rejected"}
        assert rejected == {refused: "not_a_member", nowhere: "not_a_member"}
        assert [record[1] for record in world.log.records] == [chat_stream(left).encode()]


async def test_a_member_that_the_cache_does_not_know_yet_may_send() -> None:
    async with Running() as world:
        chat = world.chat(BEN)
        ana = await world.resumed(ANA)
        world.add_member(chat, ANA)
        ana.send(chat, "first")
        ana.send(chat, "second")
        await settle()
        bodies = [record[2]["command"]["body"] for record in world.log.records]
        assert bodies == ["first", "second"]
        world.message(chat, BEN)
        await settle()
        assert ana.seqs(chat_stream(chat)) == [2, 3]


async def test_an_id_from_the_future_is_rejected_with_the_time() -> None:
    async with Running() as world:
        chat = world.chat(ANA)
        ana = await world.resumed(ANA)
        ana.send(chat, "hello", uuid7(world.now_ms + limits.ID_AHEAD_MS + 1_000))
        await settle()
        (frame,) = ana.new_frames()
        assert (frame["code"], frame["time"]) == ("id_in_future", world.now_ms)
        assert not world.log.records


async def test_after_a_retry_later_sends_wait_for_the_refused_one() -> None:
    async with Running() as world:
        chat = world.chat(ANA)
        ana = await world.resumed(ANA)
        world.log.full = True
        first = ana.send(chat, "one")
        world.log.full = False
        second = ana.send(chat, "two")
        await settle()
        assert [(f["t"], f["id"]) for f in ana.new_frames()] == [
            ("retry", first),
            ("retry", second),
        ]
        ana.send(chat, "one", first)
        ana.send(chat, "two", second)
        assert [record[2]["id"] for record in world.log.records] == [first, second]


async def test_a_send_that_passes_leaves_those_after_it_that_were_refused_in_their_places() -> None:
    """The first came twice: with its second coming the fourth would have been before the second."""
    async with Running() as world:
        chat = world.chat(ANA)
        ana = await world.resumed(ANA)
        world.log.full = True
        first = ana.send(chat, "one")
        second = ana.send(chat, "two")
        world.log.full = False
        ana.send(chat, "one", first)
        third = ana.send(chat, "three")
        for body, identifier in (("one", first), ("two", second), ("three", third)):
            ana.send(chat, body, identifier)
        assert [record[2]["id"] for record in world.log.records] == [first, second, third]


async def test_one_that_is_refused_anew_keeps_its_place() -> None:
    async with Running() as world:
        chat = world.chat(ANA)
        ana = await world.resumed(ANA)
        world.log.full = True
        first, second = ana.send(chat, "one"), ana.send(chat, "two")
        ana.send(chat, "one", first)
        world.log.full = False
        ana.send(chat, "two", second)
        assert not world.log.records
        ana.send(chat, "one", first)
        ana.send(chat, "two", second)
        assert [record[2]["id"] for record in world.log.records] == [first, second]


async def test_a_send_that_was_looked_up_waits_for_one_that_the_log_gave_back_meanwhile() -> None:
    async with Running() as world:
        chat = world.chat(ANA)
        late = world.chat(BEN)
        ana = await world.resumed(ANA)
        world.members[late][ANA] = world.members[chat][ANA]
        first = ana.send(chat, "one")
        world.under_way = asyncio.Event()
        second = ana.send(late, "two")
        await settle()
        world.log.deliver(DeliveryError("no"))
        world.under_way.set()
        await settle()
        assert [(f["t"], f["id"]) for f in ana.new_frames() if f["t"] == "retry"] == [
            ("retry", first),
            ("retry", second),
        ]
        assert [record[2]["id"] for record in world.log.records] == [first]


async def test_a_socket_whose_refused_send_never_comes_again_is_given_up() -> None:
    """Later ones never pass by the clock: it says nothing of what the client had heard when it wrote them."""
    async with Running() as world:
        chat = world.chat(ANA)
        ana = await world.resumed(ANA)
        world.log.full = True
        ana.send(chat, "one")
        world.log.full = False
        second = ana.send(chat, "two")
        world.now += PATIENCE_SECONDS
        ana.send(chat, "two", second)
        assert not world.log.records
        assert (ana.close_code, world.counts.stuck_sends) == (1012, 1)


async def test_a_delivered_copy_is_waited_for_no_longer() -> None:
    async with Running() as world:
        chat = world.chat(ANA)
        ana = await world.resumed(ANA)
        first = ana.send(chat, "one")
        world.log.full = True
        ana.send(chat, "one", first)
        world.log.full = False
        world.log.deliver()
        ana.send(chat, "two")
        assert len(world.log.records) == 2


async def test_refused_sends_beyond_the_bound_close_the_socket() -> None:
    async with Running() as world:
        chat = world.chat(ANA)
        ana = await world.resumed(ANA)
        world.log.full = True
        for number in range(MOST_REFUSED + 1):
            assert ana.close_code is None
            ana.send(chat, str(number))
        assert ana.close_code == 1012


async def test_sends_of_a_socket_that_has_gone_are_left_to_its_next() -> None:
    async with Running() as world:
        chat = world.chat(BEN)
        ana = await world.resumed(ANA)
        world.members[chat][ANA] = world.members[chat][BEN]
        world.under_way = asyncio.Event()
        ana.send(chat, "one")
        ana.send(chat, "two")
        await settle()
        ana.hang_up()
        world.under_way.set()
        await settle()
        assert not world.log.records


async def test_the_33rd_unacknowledged_send_is_told_to_come_again() -> None:
    async with Running() as world:
        chat = world.chat(ANA)
        ana = await world.resumed(ANA)
        for number in range(limits.UNACKNOWLEDGED_SENDS + 1):
            ana.send(chat, str(number))
        await settle()
        (frame,) = ana.new_frames()
        assert (frame["t"], frame["reason"]) == ("retry", "too_many_unacknowledged")
        world.log.deliver()
        ana.send(chat, "again", frame["id"])
        assert len(world.log.records) == limits.UNACKNOWLEDGED_SENDS + 1


async def test_sends_before_the_streams_are_read_keep_their_order() -> None:
    async with Running() as world:
        chat = world.chat(ANA)
        ana = world.client(ANA)
        ana.handshake()
        await settle()
        ana.say(t="resume", heads={})
        for number in range(5):
            ana.send(chat, str(number))
        await settle()
        assert [r[2]["command"]["body"] for r in world.log.records] == list("01234")


async def test_one_that_is_too_many_holds_up_none_that_came_before_it() -> None:
    """They wait for the streams when it is refused; the resend of all would else pass in another order."""
    async with Running() as world:
        chat = world.chat(ANA)
        ana = world.client(ANA)
        ana.handshake()
        await settle()
        ana.say(t="resume", heads={})
        sent = [ana.send(chat, str(number)) for number in range(limits.UNACKNOWLEDGED_SENDS + 1)]
        await settle()
        world.log.deliver()
        ana.send(chat, "the last", sent[-1])
        assert [record[2]["id"] for record in world.log.records] == sent


async def test_one_that_the_log_could_not_take_comes_before_one_that_was_refused_first() -> None:
    async with Running() as world:
        chat = world.chat(ANA)
        ana = await world.resumed(ANA)
        first = ana.send(chat, "one")
        world.log.full = True
        second = ana.send(chat, "two")
        world.log.full = False
        world.log.deliver(DeliveryError("fatal"))
        await settle()
        assert [f["id"] for f in ana.new_frames()] == [second, first]
        world.log.records.clear()
        ana.send(chat, "one", first)
        ana.send(chat, "two", second)
        assert [record[2]["id"] for record in world.log.records] == [first, second]


async def void_and_away(world: World) -> None:
    world.core.authority.void("test")
    world.chats_away = True
    await settle()


async def test_a_void_authority_refuses_sends_until_everything_is_read_again() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN)
        ana = await world.resumed(ANA)
        await void_and_away(world)
        identifier = ana.send(chat, "hello")
        await settle()
        assert [(f["t"], f["reason"]) for f in ana.new_frames()] == [("retry", "memberships")]
        world.chats_away = False
        await world.core.authority.restore()
        ana.send(chat, "hello", identifier)
        assert len(world.log.records) == 1


async def test_restoring_cuts_those_who_were_removed_and_joins_those_who_were_added() -> None:
    async with Running() as world:
        lost, won = world.chat(ANA, BEN), world.chat(BEN)
        ana = await world.resumed(ANA)
        world.core.authority.void("test")
        seq = world.remove_member(lost, ANA, publish=False)
        world.add_member(won, ANA, publish=False)
        await world.core.authority.restore()
        world.message(lost, BEN, "secret")
        world.message(won, BEN)
        await settle()
        assert not ana.seqs(chat_stream(lost))
        gone = [f for f in ana.all_frames() if f["t"] == "gone"]
        assert gone == [{"t": "gone", "stream": chat_stream(lost), "seq": seq}]
        assert ana.seqs(chat_stream(won)) == [2, 3]


async def test_restoring_closes_sessions_that_ended_meanwhile() -> None:
    async with Running() as world:
        ana = await world.resumed(ANA)
        world.core.authority.void("test")
        world.dead_sessions.add(ana.session)
        await world.core.authority.restore()
        assert ana.close_code == 4501


def outcome(world: World, person: PersonId, frame: str) -> None:
    payload = f"o 1 0\n{frame}".encode()
    world.core.receiver.receive(f"s:{person_stream(person)}".encode(), payload)


async def test_outcomes_go_to_all_devices_of_the_sender_as_they_are() -> None:
    async with Running() as world:
        clients = [await world.resumed(ANA), await world.resumed(ANA), await world.resumed(BEN)]
        outcome(world, ANA, f'{{"t":"rejected","id":"{some_id()}","code":"not_allowed"}}')
        await settle()
        assert [len(client.new_frames()) for client in clients] == [1, 1, 0]


async def test_logout_closes_the_sockets_of_that_session_only() -> None:
    async with Running() as world:
        ana, other = await world.resumed(ANA), await world.resumed(ANA)
        control = f'x 1 0\n{{"control":"session.ended","session":"{ana.session}"}}'
        world.core.receiver.receive(f"s:{person_stream(ANA)}".encode(), control.encode())
        assert (ana.close_code, other.close_code) == (4501, None)


@pytest.mark.parametrize("payload", [b"", b"e 1\n{}", b"e x y\n{}", b"q 1 1\n{}"])
async def test_malformed_payloads_are_counted(payload: bytes) -> None:
    async with Running() as world:
        world.core.receiver.receive(b"s:c:" + some_id().encode(), payload)
        assert world.counts.published_malformed == 1


async def test_every_frame_matches_the_contract() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN, seq=3)
        ana: Client = await world.resumed(ANA, {chat_stream(chat): (1, 1)})
        ana.send(chat, "hello")
        world.log.deliver()
        ana.say(t="nonsense")
        ana.say(t="ping")
        world.remove_member(chat, ANA)
        await settle()
        frames = ana.all_frames()
        assert {f["t"] for f in frames} >= {"welcome", "event", "ack", "error", "pong", "gone"}
        for frame in frames:
            server_frame_adapter.validate_json(json.dumps(frame))
        assert ana.session != SessionId("")


async def test_commands_around_a_broken_subscription_are_produced_again() -> None:
    """A rejection that was published while nobody listened has no number by which it would be missed."""
    async with Running() as world:
        chat = world.chat(ANA)
        ana = await world.resumed(ANA)
        recall = world.core.recall
        ana.send(chat, "long ago")
        world.now += KEEP_SECONDS + 1
        recall.prune()
        ana.send(chat, "one")
        recall.lost()
        world.now += KEEP_SECONDS + 1
        recall.prune()
        ana.send(chat, "two")
        world.log.deliver()
        await settle()
        acks = len(ana.new_frames())
        assert recall.replay(world.log) == 2
        bodies = [record[2]["command"]["body"] for record in world.log.records]
        assert bodies == ["long ago", "one", "two", "one", "two"]
        world.log.deliver()
        await settle()
        assert (acks, ana.new_frames()) == (3, [])


async def test_what_the_log_gave_back_is_not_produced_again() -> None:
    """It comes again from its sender, in its place; this gateway would put it anywhere."""
    async with Running() as world:
        chat = world.chat(ANA)
        ana = await world.resumed(ANA)
        ana.send(chat, "one")
        world.log.deliver(DeliveryError("no"))
        world.core.recall.lost()
        assert world.core.recall.replay(world.log) == 0
