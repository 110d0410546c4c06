"""The adapters over real Redis and Kafka, and whole sockets over TCP."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import dataclass
from typing import Any, cast

import pytest
import redis.asyncio
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from gateway_backends import FakeChats
from gateway_client import ORIGIN
from gateway_ids import some_id, uuid7
from gateway_world import Running
from native_build import native
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from nexync_contracts.channels import encode_published, head_key, window_key
from nexync_contracts.ids import PersonId, SessionId, Stream, chat_stream
from nexync_runtime.kafka import Producer
from nexync_runtime.redis_client import open_redis
from nexync_streams.encoding import encode_frame
from svc_gateway.adapters import sending
from svc_gateway.adapters.commands import KafkaCommands
from svc_gateway.adapters.pubsub import RedisChannels
from svc_gateway.adapters.windows import RedisWindows
from svc_gateway.errors import BackendAwayError
from svc_gateway.metrics import Counts
from svc_gateway.repair import Comparer
from svc_gateway.rooms import Rooms
from svc_gateway.socket import Socket
from svc_gateway.watching import Watch

pytestmark = pytest.mark.real
WAIT_SECONDS = 10.0


def required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        pytest.fail(f"{name} is not set: this test needs the real backends")
    return value


@pytest.fixture
async def state() -> AsyncGenerator[Any]:
    client = open_redis(required("NEXYNC_REDIS_STATE_URL"))
    yield client
    await client.aclose()


@dataclass
class Subscription:
    channels: RedisChannels
    got: "asyncio.Queue[tuple[bytes, bytes]]"
    lost: asyncio.Event
    resubscribed: asyncio.Event


@pytest.fixture
async def subscription() -> AsyncGenerator[Subscription]:
    got: asyncio.Queue[tuple[bytes, bytes]] = asyncio.Queue(10_000)
    lost, resubscribed = asyncio.Event(), asyncio.Event()
    channels = RedisChannels(
        required("NEXYNC_REDIS_STATE_URL"),
        on_message=lambda channel, payload: got.put_nowait((channel, payload)),
        on_lost=lost.set,
        on_resubscribed=resubscribed.set,
    )
    async with asyncio.TaskGroup() as group:
        task = group.create_task(channels.run())
        await until(lambda: channels.connected)
        yield Subscription(channels, got, lost, resubscribed)
        task.cancel()


async def until(true: Callable[[], bool]) -> None:
    """Wait, one loop turn after the other, for what other tasks and the wire bring about."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(WAIT_SECONDS):
        while not true():
            turn: asyncio.Future[None] = loop.create_future()
            handle = loop.call_later(0.005, turn.set_result, None)
            try:
                await turn
            finally:
                handle.cancel()


async def kill(subscription: Subscription, state: Any) -> None:
    """Have Redis cut this one subscribing connection; others on the same Redis keep theirs."""
    connection = subscription.channels._connection
    assert connection is not None
    assert connection._transport is not None
    host, port = connection._transport.get_extra_info("sockname")[:2]
    await state.execute_command("CLIENT", "KILL", "ADDR", f"{host}:{port}")


def streams(count: int) -> list[Stream]:
    return [Stream(f"c:{some_id()}") for _ in range(count)]


async def test_subscribing_in_bulk_and_getting_a_message(
    subscription: Subscription, state: Any
) -> None:
    many = streams(2_500)
    await subscription.channels.subscribe(many)
    await state.publish(f"s:{many[-1]}", b"hello")
    async with asyncio.timeout(WAIT_SECONDS):
        assert await subscription.got.get() == (f"s:{many[-1]}".encode(), b"hello")
    subscription.channels.unsubscribe(many[:-1])
    await subscription.channels.ping()
    await state.publish(f"s:{many[0]}", b"unheard")
    await state.publish(f"s:{many[-1]}", b"heard")
    async with asyncio.timeout(WAIT_SECONDS):
        assert (await subscription.got.get())[1] == b"heard"


async def test_a_killed_connection_is_made_again_with_all_channels(
    subscription: Subscription, state: Any
) -> None:
    many = streams(1_200)
    await subscription.channels.subscribe(many)
    await kill(subscription, state)
    async with asyncio.timeout(WAIT_SECONDS):
        await subscription.lost.wait()
        await subscription.resubscribed.wait()
        await state.publish(f"s:{many[7]}", b"again")
        assert (await subscription.got.get())[1] == b"again"


async def test_windows_and_heads_of_redis(state: Any) -> None:
    known, other = streams(2)
    entries = [json.dumps({"epoch": 1, "seq": seq}) for seq in range(5, 12)]
    await state.set(head_key(known), "1:11:9", ex=60)
    await state.rpush(window_key(known), *entries)
    await state.expire(window_key(known), 60)
    windows = RedisWindows(cast("redis.asyncio.Redis", state))
    assert await windows.heads([known, other]) == {known: (1, 11)}
    found = await windows.windows([(known, 8, 4), (other, 0, 4)])
    assert [event.seq for event in found[known].events] == [8, 9, 10, 11]
    assert other not in found
    session = SessionId(some_id())
    assert not await windows.ended(session)
    await state.set(f"ended:{session}", "1", ex=60)
    assert await windows.ended(session)


async def test_redis_that_is_away_is_said_so() -> None:
    client = open_redis("redis://127.0.0.1:1/0")
    with pytest.raises(BackendAwayError):
        await RedisWindows(client).heads(streams(1))
    await client.aclose()


@pytest.fixture
def topic() -> Generator[str]:
    """A topic of the test's own, because the log keeps whatever it gets."""
    admin: Any = AdminClient({"bootstrap.servers": required("NEXYNC_KAFKA_BOOTSTRAP")})
    name = f"gateway-test-{some_id()}"
    for done in admin.create_topics([NewTopic(name, 2, 1)]).values():
        done.result(WAIT_SECONDS)
    yield name
    for done in admin.delete_topics([name]).values():
        done.result(WAIT_SECONDS)


async def test_a_command_is_in_its_partition_once_it_is_delivered(topic: str) -> None:
    bootstrap = required("NEXYNC_KAFKA_BOOTSTRAP")
    ended: list[Exception] = []
    producer = Producer(
        {"bootstrap.servers": bootstrap}, client_id="gateway-test", on_fatal=ended.append
    )
    commands = KafkaCommands(producer, topic)
    delivered: list[Exception | None] = []
    for number in range(3):
        commands.produce(1, b"key", b"%d" % number, delivered.append)
    assert not delivered
    await until(lambda: len(delivered) == 3)
    assert delivered == [None] * 3
    assert await commands.flush(1.0) == 0
    producer.close()
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": topic})
    consumer.assign([TopicPartition(topic, 1, 0)])
    messages = await asyncio.to_thread(consumer.consume, 3, WAIT_SECONDS)
    assert [message.value() for message in messages] == [b"0", b"1", b"2"]
    consumer.close()


async def open_socket(port: int, person: PersonId) -> ClientConnection:
    socket = await connect(
        f"ws://127.0.0.1:{port}/ws",
        origin=cast("Any", ORIGIN),
        additional_headers={"Cookie": f"nexync_access=good.{person}.{some_id()}"},
        compression=None,
    )
    await socket.send(json.dumps({"t": "resume", "heads": {}}))
    while (await frame_of(socket))["t"] != "resumed":
        pass
    return socket


async def frame_of(socket: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(WAIT_SECONDS):
        return json.loads(await socket.recv())


async def test_events_acks_and_close_codes_over_tcp(way_out: str) -> None:
    """Real here are the transport and the library's client; the backends are fakes."""
    past: dict[str, Any] = {"send_many": native(), "descriptor_of": sending.descriptor_of}
    async with Running(**past if way_out == "past" else {}) as world:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Socket(world.core.kit), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        ana, ben = PersonId(some_id()), PersonId(some_id())
        chat = world.chat(ana, ben)
        one, two = await open_socket(port, ana), await open_socket(port, ben)
        world.message(chat, ben, "hello over the wire " * 50)
        for socket in (one, two):
            frame = await frame_of(socket)
            assert (frame["t"], frame["seq"]) == ("event", 2)
        identifier = uuid7(world.now_ms)
        await one.send(json.dumps({"t": "send", "id": identifier, "chat": chat, "body": "x"}))
        await until(lambda: bool(world.log.waiting))
        world.log.deliver()
        assert await frame_of(one) == {"t": "ack", "id": identifier}
        await one.send("\x00" * 70_000)
        with pytest.raises(ConnectionClosed) as closed:
            await frame_of(one)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009
        await two.close()
        server.close()
        await until(lambda: world.counts.connections == 0)


async def test_events_missed_while_the_subscription_was_cut_arrive_without_a_reconnect(
    subscription: Subscription, state: Any
) -> None:
    async with Running() as world:
        ana = PersonId(some_id())
        chat = world.chat(ana)
        stream = chat_stream(chat)
        client = await world.resumed(ana)
        rooms: Rooms = world.core.rooms
        windows = RedisWindows(cast("redis.asyncio.Redis", state))
        comparer = Comparer(rooms=rooms, windows=windows, chats=FakeChats(world))
        watch = Watch(
            channels=subscription.channels,
            comparer=comparer,
            authority=world.core.authority,
            sleep=asyncio.sleep,
            counts=Counts(),
        )
        await subscription.channels.subscribe([stream])
        await kill(subscription, state)
        record = world.message(chat, ana, "missed", publish=False)
        await state.set(head_key(stream), "1:2:2", ex=60)
        payload = encode_published("e", 1, 2, encode_frame(record))
        await state.publish(f"s:{stream}", payload)
        async with asyncio.timeout(WAIT_SECONDS):
            await subscription.resubscribed.wait()
        watch.resubscribed()
        async with asyncio.TaskGroup() as group:
            task = group.create_task(watch.compare_forever())
            await until(lambda: client.seqs(stream) == [2])
            task.cancel()


async def test_many_questions_at_once_are_answered_each_with_its_own(state: Any) -> None:
    windows = RedisWindows(cast("redis.asyncio.Redis", state))
    many = streams(300)
    for number, stream in enumerate(many):
        await state.set(head_key(stream), f"1:{number}:0", ex=60)
    session = SessionId(some_id())
    async with asyncio.TaskGroup() as group:
        heads = [group.create_task(windows.heads([stream])) for stream in many]
        ended = group.create_task(windows.ended(session))
    assert [task.result() for task in heads] == [{s: (1, n)} for n, s in enumerate(many)]
    assert not ended.result()
