"""A Kafka producer on the event loop: durable by acks=all, polled once a tick while anything is in flight."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka import Producer as ConfluentProducer

from nexync_runtime import log
from nexync_runtime.scheduling import without_preempting
from nexync_runtime.settings import Cluster
from nexync_runtime.waiting import NotThereError, on_daemon_thread

POLL_SECONDS: Final = 0.002
"""The longest a delivery report waits for its poll while anything is in flight."""

REFRESH_MS: Final = 10_000
"""How often clients look for new partitions."""

LOG_LEVEL: Final = 2
"""Only what is critical goes past our log: errors reach us by their callback, in our form and once."""

UNKNOWN_AGAIN_SECONDS: Final = 0.1
METADATA_SECONDS: Final = 3.0
TROUBLES_MAX: Final = 50
QUEUE_MESSAGES: Final = 20_000
QUEUE_KIB: Final = 65_536

OnDelivery = Callable[[Exception | None], None]

_log = log.get("kafka")


class QueueFullError(Exception):
    """More is in flight than the producer's bound; nothing was taken. Try again later."""


class DeliveryError(Exception):
    """The broker will never take this record (too large, unknown topic)."""


class FatalError(DeliveryError):
    """The producer has ended: it can't keep its records in order any more, and takes none. Only a new one helps."""


class UnknownPartitionError(DeliveryError):
    """This producer has not heard of the partition yet; nothing was taken. Try again in a moment."""


def configuration(cluster: Cluster, client_id: str) -> dict[str, Any]:
    """Durable and ordered; a record never expires by itself, it waits for the broker."""
    return {
        **cluster,
        "client.id": client_id,
        "acks": "all",
        "enable.idempotence": True,
        "linger.ms": 0,
        "message.timeout.ms": 0,
        "delivery.report.only.error": False,
        "queue.buffering.max.messages": QUEUE_MESSAGES,
        "queue.buffering.max.kbytes": QUEUE_KIB,
        "max.in.flight.requests.per.connection": 5,
        "socket.keepalive.enable": True,
        "reconnect.backoff.max.ms": 2_000,
        "topic.metadata.refresh.interval.ms": REFRESH_MS,
        "log_level": LOG_LEVEL,
    }


class Producer:
    """Produces from the event loop's thread only. Callbacks run on the loop, inside a poll.

    `on_fatal` is told once when the producer has ended for good: its process is to end as well, and to start anew.
    """

    def __init__(
        self, cluster: Cluster, *, client_id: str, on_fatal: Callable[[FatalError], None]
    ) -> None:
        self._troubles = Troubles(_log)
        self._on_fatal = on_fatal
        self._ended = False
        # A record wakes the thread that sends it. If that took the core at once, what the loop produces next would miss
        # its request: a burst would go to the broker in pieces, and come back in pieces.
        with without_preempting():
            self._producer = ConfluentProducer(
                {**configuration(cluster, client_id), "error_cb": self._trouble}
            )
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.Handle | None = None
        self._refreshing = False
        self.in_flight = 0

    async def answers(self, topic: str) -> None:
        """Returns once the cluster answers and has the topic. Raises NotThereError with the reason."""
        try:
            # All topics: asking for one by its name would make it where brokers make topics by themselves.
            found = await on_daemon_thread(
                lambda: self._producer.list_topics(timeout=METADATA_SECONDS)
            )
        except KafkaException as error:
            self._producer.poll(0)
            raise NotThereError(self._troubles.last or words_of(error)) from None
        if topic not in found.topics:
            msg = f"topic {topic} is not there"
            raise NotThereError(msg)

    def produce(
        self, topic: str, partition: int, key: bytes, value: bytes, on_delivery: OnDelivery
    ) -> None:
        """Hand over one record; `on_delivery(None)` once it is durable.

        Raises QueueFullError, UnknownPartitionError, FatalError, DeliveryError.
        """

        def delivered(error: KafkaError | None, _message: object) -> None:
            self.in_flight -= 1
            if error is None:
                self._troubles.over()
            on_delivery(None if error is None else self._failed(topic, error))

        try:
            self._producer.produce(
                topic, value=value, key=key, partition=partition, on_delivery=delivered
            )
        except BufferError:
            msg = f"{self.in_flight} records are in flight"
            raise QueueFullError(msg) from None
        except KafkaException as error:
            raise self._failed(topic, error.args[0]) from None
        self.in_flight += 1
        if self._timer is None:
            self._timer = self._loop.call_soon(self._tick)

    async def produce_and_wait(
        self, topic: str, partition: int, key: bytes, value: bytes, *, timeout: float = 5.0
    ) -> None:
        """Produce and wait for the delivery. Raises TimeoutError (it may still arrive), DeliveryError.

        A partition that this producer has not heard of is waited for within the timeout.
        """
        async with asyncio.timeout(timeout):
            while True:
                try:
                    await self._delivered(topic, partition, key, value)
                except UnknownPartitionError:
                    await asyncio.sleep(UNKNOWN_AGAIN_SECONDS)
                else:
                    return

    async def _delivered(self, topic: str, partition: int, key: bytes, value: bytes) -> None:
        done: asyncio.Future[None] = self._loop.create_future()

        def settle(error: Exception | None) -> None:
            if done.done():
                return
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)

        self.produce(topic, partition, key, value, settle)
        await done

    async def flush(self, timeout: float) -> int:
        """Wait until nothing is in flight, at most `timeout` seconds; what is left."""
        try:
            async with asyncio.timeout(timeout):
                while self.in_flight:
                    self._producer.poll(0)
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            pass
        return self.in_flight

    def close(self) -> None:
        """Stop polling. What is still in flight is given up."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _trouble(self, error: KafkaError) -> None:
        self._troubles.tell(error)
        if _is_fatal(error):
            self._end(error)

    def _end(self, error: KafkaError) -> FatalError:
        fatal = FatalError(f"the producer has ended: {words_of(error)}")
        if not self._ended:
            self._ended = True
            self._on_fatal(fatal)
        return fatal

    def _failed(self, topic: str, error: KafkaError) -> DeliveryError:
        if _is_fatal(error):
            return self._end(error)
        if error.code() == KafkaError._UNKNOWN_PARTITION:  # noqa: SLF001 - confluent-kafka names its own errors so
            self._refresh(topic)
            return UnknownPartitionError(error.str())
        return DeliveryError(error.str())

    def _refresh(self, topic: str) -> None:
        """Ask for the topic's partitions now, on a thread, once at a time."""
        if self._refreshing:
            return
        self._refreshing = True

        def ask() -> None:
            try:
                self._producer.list_topics(topic, timeout=METADATA_SECONDS)
            except KafkaException as error:
                _log.warning("partitions unknown", topic=topic, reason=words_of(error))
            finally:
                self._refreshing = False

        threading.Thread(target=ask, name="kafka-metadata", daemon=True).start()

    def _tick(self) -> None:
        self._timer = None
        self._producer.poll(0)
        if self.in_flight and self._timer is None:
            self._timer = self._loop.call_later(POLL_SECONDS, self._tick)


def _is_fatal(error: KafkaError) -> bool:
    return error.fatal() or error.code() == KafkaError._FATAL  # noqa: SLF001 - confluent-kafka names its own errors so


class Troubles:
    """What librdkafka reports, each trouble told once: it reports them again with every attempt."""

    def __init__(self, logger: log.Logger) -> None:
        self._log = logger
        self._told: set[str] = set()
        self.last: str | None = None

    def tell(self, error: KafkaError) -> None:
        """An `error_cb`."""
        if error.code() == KafkaError._ALL_BROKERS_DOWN:  # noqa: SLF001 - confluent-kafka names its own errors so
            return
        self.last = words_of(error)
        if self.last not in self._told and len(self._told) < TROUBLES_MAX:
            self._told.add(self.last)
            self._log.warning("kafka", reason=self.last)

    def over(self) -> None:
        """It works: the next trouble is news."""
        if self._told:
            self._told.clear()
            self.last = None


def words_of(error: Exception | KafkaError) -> str:
    """The words of librdkafka, without what changes with every attempt."""
    first: object = error
    if isinstance(error, Exception) and error.args:
        first = error.args[0]
    if isinstance(first, KafkaError):
        return first.str().partition(" (after ")[0]
    return f"{type(error).__name__} {error}".strip()
