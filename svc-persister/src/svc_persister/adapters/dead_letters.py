"""Reading the topic of dead letters, and putting its records into the log again."""

import time
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from nexync_runtime.settings import Cluster
from svc_persister.adapters.kafka import as_bytes, producer
from svc_persister.errors import LogAwayError

READ_SECONDS: Final = 15.0


class DeadLetter(NamedTuple):
    """One record that no version could read, as it was, and where it came from."""

    offset: int
    reason: str
    from_partition: int
    from_offset: int
    appended_ms: int
    key: bytes | None
    value: bytes | None


def read_dead_letters(cluster: Cluster, topic: str) -> list[DeadLetter]:
    """All dead letters, oldest first. Raises LogAwayError."""
    consumer = Consumer(
        {
            **cluster,
            "group.id": "nexyncctl",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
        }
    )
    try:
        place = TopicPartition(topic, 0)
        bounds = consumer.get_watermark_offsets(place, timeout=READ_SECONDS)
        low, high = bounds
        consumer.assign([TopicPartition(topic, 0, low)])
        found: list[DeadLetter] = []
        deadline = time.monotonic() + READ_SECONDS
        while low < high and (not found or found[-1].offset < high - 1):
            message = consumer.poll(0.5)
            if message is not None and message.error() is None:
                found.append(_letter(message))
            elif time.monotonic() > deadline:
                raise LogAwayError(f"{topic}: no answer within {READ_SECONDS:g} s")
    except KafkaException as error:
        raise LogAwayError(f"{topic}: {error}") from error
    else:
        return found
    finally:
        consumer.close()


def _letter(message: Message) -> DeadLetter:
    headers = _headers(message)
    return DeadLetter(
        message.offset() or 0,
        headers.get("reason", b"").decode("utf-8", "replace"),
        int(headers.get("partition", b"0")),
        int(headers.get("offset", b"-1")),
        int(headers.get("appended", b"0")),
        as_bytes(message.key()),
        as_bytes(message.value()),
    )


def _headers(message: Message) -> Mapping[str, bytes]:
    return {name: as_bytes(value) or b"" for name, value in message.headers() or []}


def requeue(cluster: Cluster, topic: str, letters: Sequence[DeadLetter]) -> None:
    """Produce the original bytes to the partitions they came from. Raises LogAwayError."""
    failed: list[str] = []
    sender = producer(cluster, "nexyncctl")
    for letter in letters:
        sender.produce(
            topic,
            value=letter.value,
            key=letter.key,
            partition=letter.from_partition,
            on_delivery=lambda error, _message: failed.append(str(error)) if error else None,
        )
    if sender.flush(READ_SECONDS) or failed:
        raise LogAwayError(f"{topic}: not all records were confirmed; {failed[:1]}")
