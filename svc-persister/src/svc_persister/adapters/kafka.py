"""Kafka: the consumer of the chat topic, dead letters, derived commands, and which log this is."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient

from nexync_contracts.channels import CHAT_DLQ_TOPIC, CHAT_TOPIC
from nexync_contracts.ids import Stream
from nexync_runtime import log
from nexync_runtime.kafka import LOG_LEVEL, METADATA_SECONDS, REFRESH_MS, Troubles, words_of
from nexync_runtime.settings import Cluster
from svc_persister.errors import LogAwayError, WrongLogError
from svc_persister.ports import LogIdentity, LogRecord

SESSION_MS: Final = 6_000
"""The shortest that brokers allow by default."""
HEARTBEAT_MS: Final = 500
"""Short, because survivors learn of a rebalance by the answer to their next heartbeat."""
BATCH: Final = 1_000
ADMIN_SECONDS: Final = 5.0
DEAD_LETTER_SECONDS: Final = 15.0
ASK_AGAIN_SECONDS: Final = 0.5
"""Pause between two questions for partitions that a command waits for."""

_NOT_KNOWN_YET: Final = {
    KafkaError._UNKNOWN_PARTITION,  # noqa: SLF001 - confluent-kafka names its own errors so
}

_FATAL: Final = {
    KafkaError._AUTO_OFFSET_RESET,  # noqa: SLF001 - confluent-kafka names its own errors so
    KafkaError.OFFSET_OUT_OF_RANGE,
}


class Rebalanced(Protocol):
    """Who is told what the group decided; called inside `ChatLog.poll` and `close`."""

    def assign(self, partitions: Sequence[int], now: float) -> Mapping[int, int]: ...

    def revoke(self, partitions: Sequence[int], now: float) -> None: ...

    def lose(self, partitions: Sequence[int]) -> None: ...


class ChatLog:
    """The consumer, with the engine's `Source` port. Used by one thread alone.

    `skips`: what the log no longer holds is left out; otherwise the next offset must be there.
    """

    def __init__(
        self, *, cluster: Cluster, topic: str, group: str, client: str, skips: bool = False
    ) -> None:
        self._topic = topic
        self._log = log.get("consumer")
        self._listener: Rebalanced | None = None
        self._failure: BaseException | None = None
        self._troubles = Troubles(self._log)
        self._consumer = Consumer(
            {
                **cluster,
                "group.id": group,
                "client.id": client,
                "partition.assignment.strategy": "cooperative-sticky",
                "session.timeout.ms": SESSION_MS,
                "heartbeat.interval.ms": HEARTBEAT_MS,
                "max.poll.interval.ms": 60_000,
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "auto.offset.reset": "earliest" if skips else "error",
                "isolation.level": "read_uncommitted",
                "topic.metadata.refresh.interval.ms": REFRESH_MS,
                "fetch.wait.max.ms": 500,
                "fetch.queue.backoff.ms": 10,
                "queued.max.messages.kbytes": 16_384,
                "reconnect.backoff.max.ms": 2_000,
                "error_cb": self._troubles.tell,
                "log_level": LOG_LEVEL,
            }
        )

    def subscribe(self, listener: Rebalanced) -> None:
        """Join the group."""
        self._listener = listener
        self._consumer.subscribe(
            [self._topic],
            on_assign=self._on_assign,
            on_revoke=self._on_revoke,
            on_lost=self._on_lost,
        )

    def poll(self, timeout: float) -> list[LogRecord]:
        """What is there: waits up to `timeout` seconds for the first record, then takes what came with it.

        Raises WrongLogError when the log no longer holds the next offset.
        """
        first = self._consumer.poll(timeout)
        self._raise()
        if first is None:
            return []
        self._troubles.over()
        messages = [first, *self._consumer.consume(BATCH - 1, 0)]
        self._raise()
        return [record for record in map(self._record, messages) if record is not None]

    def _record(self, message: Message) -> LogRecord | None:
        error = message.error()
        if error is not None:
            if error.code() in _FATAL:
                msg = (
                    f"partition {message.partition()}: the log doesn't hold the next offset "
                    f"({error.str()}); restore it, or adopt the new one: nexyncctl log adopt"
                )
                raise WrongLogError(msg)
            self._log.warning("consumer error", reason=error.str())
            return None
        partition, offset = message.partition(), message.offset()
        if partition is None or offset is None:
            return None
        return LogRecord(
            partition,
            offset,
            message.timestamp()[1],
            as_bytes(message.key()),
            as_bytes(message.value()),
        )

    def pause(self, partition: int) -> None:
        self._consumer.pause([TopicPartition(self._topic, partition)])

    def resume(self, partition: int) -> None:
        self._consumer.resume([TopicPartition(self._topic, partition)])

    def seek(self, partition: int, offset: int) -> bool:
        try:
            self._consumer.seek(TopicPartition(self._topic, partition, offset))
        except KafkaException as error:
            self._log.warning("can't seek yet", partition=partition, reason=str(error))
            return False
        return True

    def high_water(self, partition: int) -> int:
        try:
            bounds = self._consumer.get_watermark_offsets(
                TopicPartition(self._topic, partition), cached=True
            )
        except KafkaException:
            return 0
        return max(0, bounds[1])

    def close(self) -> None:
        """Leave the group, so that others take over at once."""
        self._consumer.close()

    def _raise(self) -> None:
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure

    def _guard(self, call: Callable[[], None]) -> None:
        try:
            call()
        except BaseException as error:  # noqa: BLE001 - raised by poll, outside librdkafka's callback
            self._failure = error

    def _on_assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        numbers = [one.partition for one in partitions]
        self._log.info("assigned", partitions=numbers)
        listener, offsets = self._listener, dict[int, int]()
        if listener is not None:
            self._guard(lambda: offsets.update(listener.assign(numbers, time.monotonic())))
        consumer.incremental_assign(
            [TopicPartition(self._topic, number, offsets.get(number, 0)) for number in numbers]
        )
        held = [TopicPartition(self._topic, one) for one in numbers if one not in offsets]
        if held:
            consumer.pause(held)

    def _on_revoke(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        numbers = [one.partition for one in partitions]
        self._log.info("revoked", partitions=numbers)
        listener = self._listener
        if listener is not None:
            self._guard(lambda: listener.revoke(numbers, time.monotonic()))
        consumer.incremental_unassign(partitions)

    def _on_lost(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        numbers = [one.partition for one in partitions]
        self._log.warning("lost", partitions=numbers)
        listener = self._listener
        if listener is not None:
            self._guard(lambda: listener.lose(numbers))
        consumer.incremental_unassign(partitions)


def as_bytes(value: str | bytes | None) -> bytes | None:
    """The client types keys and values as text or bytes; here they are bytes."""
    return value.encode() if isinstance(value, str) else value


def dead_letter_topic(chat_topic: str) -> str:
    """Where the unreadable records of a chat topic go."""
    return CHAT_DLQ_TOPIC if chat_topic == CHAT_TOPIC else f"{chat_topic}.dlq"


def _told_by_the_consumer(_: KafkaError) -> None:
    """A cluster that is away is away for all clients of this process; the consumer says so once."""


def producer(cluster: Cluster, client: str) -> Producer:
    """A producer that never gives up by itself: all replicas, idempotent, in order."""
    return Producer(
        {
            **cluster,
            "client.id": client,
            "acks": "all",
            "enable.idempotence": True,
            "linger.ms": 0,
            "message.timeout.ms": 0,
            "queue.buffering.max.messages": 50_000,
            "topic.metadata.refresh.interval.ms": REFRESH_MS,
            "error_cb": _told_by_the_consumer,
            "log_level": LOG_LEVEL,
        }
    )


class _Queued(NamedTuple):
    partition: int
    stream: Stream
    value: bytes
    on_done: Callable[[], None]


class KafkaCommands:
    """Produces derived commands; used by the flusher's thread alone."""

    def __init__(self, *, cluster: Cluster, topic: str, client: str) -> None:
        self._topic = topic
        self._producer = producer(cluster, client)
        self._log = log.get("commands")
        # Bounded by what the producer takes: only what it gave back is here, until the next poll.
        self._again: list[_Queued] = []
        self._asked_at = 0.0

    def produce(
        self, partition: int, stream: Stream, value: bytes, on_done: Callable[[], None]
    ) -> None:
        queued = _Queued(partition, stream, value, on_done)
        # Behind what waits already: commands for one stream keep their order.
        if self._again or not self._handed_over(queued):
            self._again.append(queued)

    def _handed_over(self, queued: "_Queued") -> bool:
        """False for a partition that this producer has not heard of yet."""

        def delivered(error: KafkaError | None, _message: Message) -> None:
            if error is None:
                queued.on_done()
            elif error.code() in _NOT_KNOWN_YET:
                self._again.append(queued)

        while True:
            try:
                self._producer.produce(
                    self._topic,
                    value=queued.value,
                    key=queued.stream.encode(),
                    partition=queued.partition,
                    on_delivery=delivered,
                )
            except BufferError:
                self._producer.poll(0.1)
            except KafkaException as error:
                if error.args[0].code() not in _NOT_KNOWN_YET:
                    raise
                return False
            else:
                return True

    def poll(self, timeout: float) -> int:
        self._producer.poll(timeout)
        if self._again and time.monotonic() >= self._asked_at + ASK_AGAIN_SECONDS:
            self._asked_at = time.monotonic()
            self._learn_partitions()
            waiting, self._again = self._again, []
            for number, queued in enumerate(waiting):
                if not self._handed_over(queued):
                    self._again += waiting[number:]
                    break
        return len(self._producer) + len(self._again)

    def _learn_partitions(self) -> None:
        try:
            self._producer.list_topics(self._topic, timeout=METADATA_SECONDS)
        except KafkaException as error:
            self._log.warning("partitions unknown", reason=words_of(error))

    def close(self, timeout: float) -> None:
        self._producer.flush(timeout)


class KafkaDeadLetters:
    """Implements the `DeadLetters` port: the original bytes, with reason and place in the headers."""

    def __init__(self, *, cluster: Cluster, topic: str, client: str) -> None:
        self._topic = topic
        self._cluster = cluster
        self._client = client
        self._producer: Producer | None = None

    def put(self, record: LogRecord, reason: str) -> None:
        failed: list[str] = []

        def delivered(error: KafkaError | None, _message: Message) -> None:
            if error is not None:
                failed.append(error.str())

        if self._producer is None:
            self._producer = producer(self._cluster, self._client)
        self._producer.produce(
            self._topic,
            value=record.value,
            key=record.key,
            partition=0,
            headers=[
                ("reason", reason.encode()),
                ("partition", str(record.partition).encode()),
                ("offset", str(record.offset).encode()),
                ("appended", str(record.append_ms).encode()),
            ],
            on_delivery=delivered,
        )
        left = self._producer.flush(DEAD_LETTER_SECONDS)
        if left or failed:
            why = failed[0] if failed else f"no answer within {DEAD_LETTER_SECONDS:g} s"
            raise LogAwayError(f"a dead letter was not confirmed: {why}")


def identify(cluster: Cluster, topic: str) -> LogIdentity:
    """Ask Kafka for its cluster's and the topic's id. Raises LogAwayError."""
    told: list[str] = []

    def tell(error: KafkaError) -> None:
        told.append(words_of(error))

    configuration: dict[str, Any] = {**cluster, "log_level": LOG_LEVEL, "error_cb": tell}
    admin: Any = AdminClient(configuration)
    try:
        found = admin.describe_cluster(request_timeout=ADMIN_SECONDS).result(ADMIN_SECONDS + 1)
        topics = admin.describe_topics(TopicCollection([topic]), request_timeout=ADMIN_SECONDS)
        described = topics[topic].result(ADMIN_SECONDS + 1)
    except (KafkaException, TimeoutError) as error:
        admin.poll(0)
        why = told[0] if told else words_of(error)
        msg = f"Kafka at {cluster['bootstrap.servers']}, topic {topic}: {why}"
        raise LogAwayError(msg) from error
    return LogIdentity(str(found.cluster_id), str(described.topic_id))
