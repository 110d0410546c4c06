"""Where a message goes after an attempt; the way through a real RabbitMQ."""

import asyncio
import os
import uuid

import pika
import pytest

from nexync_runtime.rabbit import Consumer, Publisher, PublishError
from nexync_runtime.rabbit_queues import (
    RETRY_DELAYS_SECONDS,
    Dead,
    Delivery,
    Done,
    Retry,
    Verdict,
    dead_queue,
    retry_queue,
    where_next,
)


def _delivery(attempt: int) -> Delivery:
    return Delivery("q", "id", b"{}", attempt, 1, 1)


def test_delays_grow_and_then_the_message_is_dead() -> None:
    """Each attempt waits longer than the one before; after the last delay nothing is tried again."""
    assert list(RETRY_DELAYS_SECONDS) == sorted(set(RETRY_DELAYS_SECONDS))
    seen = [where_next(_delivery(n), Retry("no")) for n in range(1, len(RETRY_DELAYS_SECONDS) + 2)]
    queues = [place[0] for place in seen if place is not None]
    assert queues == [*(retry_queue("q", delay) for delay in RETRY_DELAYS_SECONDS), dead_queue("q")]


def test_a_retry_counts_its_attempts_and_names_the_reason() -> None:
    """Whoever looks at the queue sees why the message is there."""
    assert where_next(_delivery(2), Retry("smtp away")) == (
        retry_queue("q", RETRY_DELAYS_SECONDS[1]),
        {"x-attempt": 3, "x-reason": "smtp away"},
    )


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
    depths: list[int] = []
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
    assert min(depths) >= 0
    assert _remove(url, name) == 1
