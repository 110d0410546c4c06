"""How far people are: what goes into the log, what is confirmed, and who is told: a whole gateway over fakes."""

from typing import Any

from gateway_client import Client
from gateway_ids import START_MS, some_id
from gateway_world import Running, World, settle
from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts.channels import (
    KIND_RECEIPTS,
    RECEIPT_BATCH,
    encode_published,
    receipt_partition,
    stream_channel,
)
from nexync_contracts.frames import Receipt
from nexync_contracts.ids import ChatId, PersonId, chat_stream
from nexync_contracts.limits import RECEIPT_MEMBERS
from nexync_contracts.receipts import ReceiptsNotice
from svc_gateway import marking
from svc_gateway.spans import View

ANA, BEN, CID = PersonId(some_id()), PersonId(some_id()), PersonId(some_id())


def mark(client: Client, chat: ChatId, **seqs: int) -> None:
    client.say(t="mark", marks=[{"chat": chat, **seqs}])


def confirmed(client: Client) -> list[dict[str, Any]]:
    """What the client was told to be kept since it was asked last."""
    return [
        one for frame in client.new_frames() if frame["t"] == "marked" for one in frame["marks"]
    ]


def logged(world: World) -> list[tuple[PersonId, int, int]]:
    return [
        (one["person"], one["read"], one["delivered"])
        for _, _, value in world.receipts.records
        for one in value["marks"]
    ]


async def ticks(world: World) -> None:
    """Hand over, have it confirmed, tell the clients."""
    world.core.kit.marking.tick()
    world.receipts.deliver()
    world.core.kit.marking.tick()
    await settle()


async def test_what_is_said_within_a_tick_is_one_record_and_counts_once_it_is_durable() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN, seq=9)
        ana, desk, ben = (
            await world.resumed(ANA),
            await world.resumed(ANA),
            await world.resumed(BEN),
        )
        for seq in (3, 5, 4):
            mark(ana, chat, read=seq)
        mark(desk, chat, delivered=8)
        mark(ben, chat, delivered=2)
        world.core.kit.marking.tick()
        assert logged(world) == [(ANA, 5, 8), (BEN, 0, 2)]
        ((partition, key, value),) = world.receipts.records
        assert (partition, key) == (receipt_partition(chat), chat_stream(chat).encode())
        assert {one["at"] for one in value["marks"]} == {START_MS}
        world.core.kit.marking.tick()
        assert [confirmed(one) for one in (ana, desk, ben)] == [[], [], []]
        await ticks(world)
        assert confirmed(ana) == [{"chat": chat, "read": 5}]
        assert confirmed(desk) == [{"chat": chat, "delivered": 8}]
        assert confirmed(ben) == [{"chat": chat, "delivered": 2}]
        assert len(world.receipts.records) == 1


async def test_a_mark_stops_at_what_has_gone_out_here_and_at_what_one_may_see() -> None:
    """The confirmation says how much was taken, so that the client says the rest again."""
    async with Running() as world:
        chat = world.chat(ANA, BEN, seq=4)
        ana, ben = await world.resumed(ANA), await world.resumed(BEN)
        mark(ana, chat, read=9_000)
        await ticks(world)
        assert confirmed(ana) == [{"chat": chat, "read": 4}]
        world.remove_member(chat, BEN)
        world.message(chat, ANA, "after")
        await settle()
        mark(ben, chat, read=6)
        await ticks(world)
        assert logged(world) == [(ANA, 4, 0), (BEN, 5, 0)]


async def test_strangers_mark_nothing() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN)
        cid = await world.resumed(CID)
        mark(cid, chat, read=1)
        mark(cid, ChatId(some_id()), read=1)
        await ticks(world)
        assert (logged(world), confirmed(cid)) == ([], [])


async def test_while_kafka_takes_nothing_marks_wait_and_grow_together() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN, seq=9)
        ana = await world.resumed(ANA)
        world.receipts.full = True
        for seq in (2, 6, 7):
            mark(ana, chat, read=seq)
            await ticks(world)
        assert (logged(world), confirmed(ana)) == ([], [])
        world.receipts.full = False
        await ticks(world)
        assert (logged(world), confirmed(ana)) == ([(ANA, 7, 0)], [{"chat": chat, "read": 7}])


async def test_what_kafka_lost_is_not_confirmed() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN, seq=9)
        ana = await world.resumed(ANA)
        mark(ana, chat, read=2)
        world.core.kit.marking.tick()
        for done in world.receipts.waiting:
            done(RuntimeError("lost"))
        world.receipts.waiting.clear()
        await ticks(world)
        assert (confirmed(ana), world.counts.marks_dropped) == ([], 1)


async def test_a_mark_too_many_is_dropped_and_not_confirmed(monkeypatch: Any) -> None:
    monkeypatch.setattr(marking, "PENDING", 1)
    async with Running() as world:
        chat = world.chat(ANA, BEN, seq=9)
        ana, ben = await world.resumed(ANA), await world.resumed(BEN)
        mark(ana, chat, read=2)
        mark(ben, chat, read=2)
        await ticks(world)
        assert (logged(world), world.counts.marks_dropped) == ([(ANA, 2, 0)], 1)
        mark(ben, chat, read=2)
        await ticks(world)
        assert logged(world)[1:] == [(BEN, 2, 0)]


async def test_a_large_group_costs_a_record_for_each_batch_and_no_word_of_what_has_arrived() -> (
    None
):
    people = [PersonId(some_id()) for _ in range(RECEIPT_BATCH + 10)]
    async with Running(max_connections=500) as world:
        chat = world.chat(*people, seq=3)
        clients = [await world.resumed(person) for person in people]
        assert len(people) > RECEIPT_MEMBERS
        for client in clients:
            mark(client, chat, delivered=3)
        await ticks(world)
        assert world.receipts.records == []
        assert confirmed(clients[0]) == [{"chat": chat, "delivered": 3}]
        for client in clients:
            mark(client, chat, read=3, delivered=3)
        await ticks(world)
        assert [len(value["marks"]) for _, _, value in world.receipts.records] == [
            RECEIPT_BATCH,
            10,
        ]
        assert {one[1:] for one in logged(world)} == {(3, 0)}


def told(client: Client) -> list[PersonId]:
    return [
        one["person"]
        for frame in client.new_frames()
        if frame["t"] == "receipts"
        for one in frame["marks"]
    ]


async def test_who_looks_is_told_but_not_of_everybody() -> None:
    """Not who hides their own, and of two of whom one blocked the other neither of the other."""
    dan = PersonId(some_id())
    async with Running() as world:
        chat = world.chat(ANA, BEN, CID, dan)
        ana, ben, cid, hiding, away = [
            await world.resumed(one) for one in (ANA, BEN, CID, dan, ANA)
        ]
        for client in (ana, ben, cid, hiding):
            client.say(t="look", chat=chat)
        notice = ReceiptsNotice(
            chat=chat,
            marks=(Receipt(person=ANA, read=1), Receipt(person=CID, read=1)),
            hidden=(dan,),
            apart=((min(BEN, CID), max(BEN, CID)),),
        )
        channel = stream_channel(chat_stream(chat)).encode()
        body = notice.model_dump_json().encode()
        world.core.receiver.receive(channel, encode_published(KIND_RECEIPTS, 0, 0, body))
        world.core.receiver.receive(channel, encode_published(KIND_RECEIPTS, 0, 0, b"{}"))
        await settle()
        assert [told(one) for one in (ana, ben, cid, hiding, away)] == [
            [ANA, CID],
            [ANA],
            [ANA, CID],
            [],
            [],
        ]
        assert world.counts.published_malformed == 1
        assert world.counts.receipts == 3


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), max_size=3), st.integers(0, 30))
def test_the_newest_that_is_seen(parts: list[tuple[int, int]], seq: int) -> None:
    """The last of all seqs up to it that the spans hold."""
    spans: list[tuple[int, int | None]] = []
    start = 0
    for gap, size in parts:
        start += gap
        spans.append((start, start + size))
        start += size + 1
    view = View(0, 1, tuple(spans))
    assert view.newest(seq) == max((one for one in range(seq + 1) if view.sees(one)), default=0)
