"""Where a message goes after an attempt; the way through a real RabbitMQ."""

import asyncio
import os
import uuid

import pika
import pytest

from nexync_runtime.rabbit import Consumer, Publisher, PublishError
from nexync_runtime.rabbit_dead import DeadLetterError, look, put_back
from nexync_runtime.rabbit_queues import (
    ATTEMPTS_MAX,
    RETRY_DELAYS_SECONDS,
    Dead,
    Delivery,
    Depth,
    Done,
    Retry,
    Verdict,
    dead_queue,
    retry_queue,
    where_next,
)


def _delivery(attempt: int) -> Delivery:
    return Delivery("q", "id", b"{}", attempt, 1, 1)


def test_delays_grow_and_after_a_workday_the_message_is_dead() -> None:
    """Each attempt waits at least as long as the one before; a server may be away for eight hours."""
    assert list(RETRY_DELAYS_SECONDS) == sorted(set(RETRY_DELAYS_SECONDS))
    places = [where_next(_delivery(n), Retry("no")) for n in range(1, ATTEMPTS_MAX + 1)]
    queues = [place[0] for place in places if place is not None]
    steps = [retry_queue("q", delay) for delay in RETRY_DELAYS_SECONDS]
    rest = ATTEMPTS_MAX - 1 - len(steps)
    assert queues == [*steps, *([steps[-1]] * rest), dead_queue("q")]
    assert rest * RETRY_DELAYS_SECONDS[-1] > 7 * 3600


def test_a_retry_counts_its_attempts_and_names_the_reason() -> None:
    """Whoever looks at the queue sees why the message is there."""
    assert where_next(_delivery(2), Retry("smtp away")) == (
        retry_queue("q", RETRY_DELAYS_SECONDS[1]),
        {"x-attempt": 3, "x-reason": "smtp away"},
    )


@pytest.mark.parametrize(("least", "delay"), [(0, 2), (5, 10), (45, 60), (61, 300), (9_999, 300)])
def test_a_wish_to_wait_is_kept(least: float, delay: int) -> None:
    """By the shortest delay that is long enough, or the longest."""
    place = where_next(_delivery(1), Retry("quota", at_least_seconds=least))
    assert place is not None
    assert place[0] == retry_queue("q", delay)


def test_done_and_dead() -> None:
    """Done leaves nothing behind; dead goes aside at once."""
    assert where_next(_delivery(1), Done()) is None
    place = where_next(_delivery(1), Dead("unreadable"))
    assert place is not None
    assert place[0] == dead_queue("q")


async def test_a_broker_that_is_away_fails_the_publish_in_time() -> None:
    """The caller still has the job and hears soon that it isn't safe yet."""
    publisher = Publisher("amqp://127.0.0.1:1/")
    publisher.start()
    try:
        with pytest.raises(PublishError, match="no confirm within"):
            await publisher.publish("q", "id", b"{}", timeout=0.05)
        assert publisher.reachable() is not None
    finally:
        await publisher.close()


async def test_a_consumer_without_a_broker_drains_at_once() -> None:
    """A stop must not wait for a broker that may never come back."""
    consumer = Consumer("amqp://127.0.0.1:1/", "q")

    async def handle(_: Delivery) -> Verdict:
        return Done()

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        running = group.create_task(consumer.run(handle))
        await asyncio.to_thread(lambda: None)
        await consumer.drain()
        running.cancel()
    await consumer.close()


@pytest.fixture
def url() -> str:
    """The real broker's URL."""
    value = os.environ.get("NEXYNC_RABBITMQ_URL")
    if not value:
        pytest.fail("NEXYNC_RABBITMQ_URL is not set; tests marked `real` need the backends")
    return value


def _remove(url: str, name: str) -> int:
    """Delete the queues of the test; how many messages were dead."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        dead = channel.queue_declare(dead_queue(name), passive=True).method.message_count
        for queue in (
            name,
            dead_queue(name),
            *(retry_queue(name, x) for x in RETRY_DELAYS_SECONDS),
        ):
            channel.queue_delete(queue)
        return dead


@pytest.mark.real
async def test_messages_are_done_retried_or_dead(url: str) -> None:
    """Confirmed messages reach the handler; a retry comes back after its delay, with its number."""
    name = f"test-{uuid.uuid4().hex}"
    depths: list[Depth] = []
    publisher = Publisher(url)
    consumer = Consumer(url, name, prefetch=2, on_depth=depths.append)
    publisher.start()
    seen: list[tuple[str, int]] = []
    finished = asyncio.Event()

    async def handle(delivery: Delivery) -> Verdict:
        seen.append((delivery.message_id, delivery.attempt))
        if len(seen) == 6:
            finished.set()
        if delivery.message_id == "dead":
            return Dead("because")
        if delivery.message_id == "again" and delivery.attempt == 1:
            return Retry("because")
        return Done()

    try:
        for identity in ("a", "again", "dead", "b", "c"):
            await publisher.publish(name, identity, b"{}")
        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            running = group.create_task(consumer.run(handle))
            await finished.wait()
            await consumer.drain()
            running.cancel()
    finally:
        await consumer.close()
        await publisher.close()
    assert sorted(seen) == [
        ("a", 1),
        ("again", 1),
        ("again", 2),
        ("b", 1),
        ("c", 1),
        ("dead", 1),
    ]
    assert depths
    (message,) = look(url, name)
    assert (message.message_id, message.reason, message.body) == ("dead", "because", b"{}")
    assert _remove(url, name) == 1


@pytest.mark.real
async def test_dead_messages_can_be_looked_at_and_put_back(url: str) -> None:
    """Looking takes nothing away; what is put back is tried from the beginning."""
    name = f"test-{uuid.uuid4().hex}"
    publisher = Publisher(url)
    publisher.start()
    dead: set[str] = {"a", "b", "c"}
    seen: list[tuple[str, int]] = []
    quiet = asyncio.Event()

    async def handle(delivery: Delivery) -> Verdict:
        seen.append((delivery.message_id, delivery.attempt))
        if delivery.message_id in dead:
            return Dead("because")
        quiet.set()
        return Done()

    async def consume_until_quiet() -> None:
        quiet.clear()
        consumer = Consumer(url, name, prefetch=1)
        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            running = group.create_task(consumer.run(handle))
            await quiet.wait()
            await consumer.drain()
            running.cancel()
        await consumer.close()

    try:
        for identity in ("a", "b", "c", "last"):
            await publisher.publish(name, identity, b"{}")
        await consume_until_quiet()
        for _ in range(3):
            assert {message.message_id for message in look(url, name)} == dead
        assert len(look(url, name, most=2)) == 2
        dead.clear()
        assert put_back(url, name, ["b"]) == ["b"]
        seen.clear()
        await consume_until_quiet()
        assert seen == [("b", 1)]
        assert put_back(url, name, ["unknown"]) == []
        assert sorted(put_back(url, name, None)) == ["a", "c"]
        assert look(url, name) == []
        assert look(url, "never-declared") == []
    finally:
        await publisher.close()
        _remove(url, name)


@pytest.mark.real
async def test_a_queue_of_an_older_release_is_used_as_it_is(url: str) -> None:
    """Arguments of a queue can't be changed; mails must go out all the same."""
    name = f"test-{uuid.uuid4().hex}"
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        old = connection.channel()
        old.queue_declare(dead_queue(name), durable=True, arguments={"x-queue-type": "quorum"})
    publisher = Publisher(url)
    publisher.start()
    try:
        await publisher.publish(name, "a", b"{}")
    finally:
        await publisher.close()
    assert _remove(url, name) == 0


def test_a_broker_that_is_away_is_said_so() -> None:
    """The operator's command ends with a reason."""
    with pytest.raises(DeadLetterError):
        look("amqp://127.0.0.1:1/", "q")
