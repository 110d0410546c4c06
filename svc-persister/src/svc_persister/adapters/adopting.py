"""Adopting a new log: the topic was replaced, Postgres goes on from what it has."""

from pathlib import Path
from typing import Any, Final, NamedTuple

import psycopg
from confluent_kafka import Consumer, KafkaException, TopicPartition
from redis import Redis
from redis.exceptions import RedisError

from nexync_runtime import postgres, redis_client
from nexync_runtime.settings import Cluster
from svc_persister.adapters.kafka import identify
from svc_persister.errors import LogAwayError, StoreAwayError, WindowsAwayError

WAIT_SECONDS: Final = 15.0

ADOPT = """
INSERT INTO partitions AS p (id, epoch, next_offset, log_epoch, cluster_id, topic_id)
VALUES (%(id)s, 1, %(offset)s, %(log_epoch)s, %(cluster)s, %(topic)s)
ON CONFLICT (id) DO UPDATE SET epoch = p.epoch + 1, next_offset = excluded.next_offset,
  log_epoch = excluded.log_epoch, cluster_id = excluded.cluster_id,
  topic_id = excluded.topic_id, updated_at = now()
"""


class Adopted(NamedTuple):
    """What the partitions go on with."""

    cluster_id: str
    topic_id: str
    log_epoch: int
    partitions: int


def adopt(
    *,
    cluster: Cluster,
    topic: str,
    postgres_url: str,
    redis_url: str,
    ca_file: Path | None = None,
) -> Adopted:
    """Point every partition at the log that is there, from its first record, and forget the windows.

    One transaction; the epoch of each partition is raised, so a persister that still runs is fenced.
    Raises LogAwayError, StoreAwayError, WindowsAwayError.
    """
    identity = identify(cluster, topic)
    first = _first_offsets(cluster, topic)
    try:
        with psycopg.connect(
            postgres_url, connect_timeout=5, **postgres.authority(ca_file)
        ) as connection:
            row = connection.execute("SELECT coalesce(max(log_epoch), 0) + 1 FROM partitions")
            log_epoch = int((row.fetchone() or (1,))[0])
            for partition, offset in first.items():
                values: dict[str, Any] = {
                    "id": partition,
                    "offset": offset,
                    "log_epoch": log_epoch,
                    "cluster": identity.cluster_id,
                    "topic": identity.topic_id,
                }
                connection.execute(ADOPT, values)
    except psycopg.Error as error:
        raise StoreAwayError(f"Postgres: {error}") from error
    _forget_windows(redis_url, ca_file)
    return Adopted(identity.cluster_id, identity.topic_id, log_epoch, len(first))


def _first_offsets(cluster: Cluster, topic: str) -> dict[int, int]:
    consumer = Consumer({**cluster, "group.id": "nexyncctl"})
    try:
        metadata = consumer.list_topics(topic, timeout=WAIT_SECONDS)
        found: dict[int, int] = {}
        for partition in metadata.topics[topic].partitions:
            place = TopicPartition(topic, partition)
            bounds = consumer.get_watermark_offsets(place, timeout=WAIT_SECONDS)
            found[partition] = bounds[0]
    except KafkaException as error:
        raise LogAwayError(f"{topic}: {error}") from error
    else:
        return found
    finally:
        consumer.close()


def _forget_windows(url: str, ca_file: Path | None) -> None:
    """Windows may hold events of the old log that Postgres never got."""
    client: Any = Redis.from_url(  # pyright: ignore[reportUnknownMemberType] - partial types of redis-py
        url, socket_timeout=WAIT_SECONDS, **redis_client.authority(url, ca_file)
    )
    try:
        for pattern in ("part:*", "head:*", "win:*"):
            for key in client.scan_iter(match=pattern, count=1000):
                client.unlink(key)
    except (RedisError, OSError) as error:
        raise WindowsAwayError(
            f"Redis: {error}; Postgres has adopted the log, empty the state Redis by hand"
        ) from error
    finally:
        client.close()
