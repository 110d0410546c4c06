# confluent_kafka.admin documents these names but has no __all__, so the checker takes them for private.
# pyright: reportPrivateImportUsage=false
"""`TopicAdmin` over confluent-kafka. Every call has a timeout."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ConfigSource,
)
from confluent_kafka.cimpl import NewPartitions, NewTopic

from nexync_operator.errors import ReconcileError
from nexync_operator.topics import Change, CreateTopic, RaisePartitions, SetConfig, TopicState
from nexync_operator.waiting import wait_for

CALL_SECONDS: Final = 10.0
SPREAD_SECONDS: Final = 30.0
"""How long a change may take until the brokers' metadata shows it."""


T = TypeVar("T")


class _NotYetError(Exception):
    """The metadata doesn't show the change yet."""


def _quiet(_error: object) -> None:
    """Ignore it: librdkafka reports each failed connect here; the bounded wait reports the last one, once."""


class KafkaTopicAdmin:
    """Kafka's admin API behind the `TopicAdmin` port."""

    def __init__(self, bootstrap: str) -> None:
        settings: dict[str, Any] = {
            "bootstrap.servers": bootstrap,
            "socket.timeout.ms": 10_000,
            "error_cb": _quiet,
            "log_level": 0,
        }
        # Any: the futures in the client's annotations have no type arguments.
        self._admin: Any = AdminClient(settings)

    def ping(self) -> None:
        """Raises KafkaException while no broker answers."""
        self._admin.list_topics(timeout=2.0)

    def describe(self, topic: str) -> TopicState | None:
        """The topic as the cluster has it now."""
        partitions = self._partitions(topic)
        if partitions is None:
            return None
        resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
        answers = self._admin.describe_configs([resource], request_timeout=CALL_SECONDS)
        entries: dict[str, ConfigEntry] = _done(f"topic {topic}", answers[resource])
        config = {
            name: entry.value or ""
            for name, entry in entries.items()
            if ConfigSource(entry.source) is ConfigSource.DYNAMIC_TOPIC_CONFIG
        }
        return TopicState(partitions, config)

    def carry_out(self, change: Change) -> None:
        """Make the change, then wait until the metadata shows it."""
        match change:
            case CreateTopic(spec=spec):
                new = NewTopic(
                    spec.name,
                    num_partitions=spec.partitions,
                    replication_factor=spec.replication,
                    config=dict(spec.config),
                )
                made = self._admin.create_topics([new], request_timeout=CALL_SECONDS)
                _done(f"topic {spec.name}", made[spec.name])
                self._until(spec.name, lambda: self._partitions(spec.name) == spec.partitions)
            case RaisePartitions(topic=topic, after=after):
                more = NewPartitions(topic, after)
                raised = self._admin.create_partitions([more], request_timeout=CALL_SECONDS)
                _done(f"topic {topic}", raised[topic])
                self._until(topic, lambda: self._partitions(topic) == after)
            case SetConfig(topic=topic, settings=settings, remove=remove):
                entries = [
                    ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET)
                    for key, value in settings.items()
                ] + [
                    ConfigEntry(key, None, incremental_operation=AlterConfigOpType.DELETE)
                    for key in remove
                ]
                resource = ConfigResource(
                    ConfigResource.Type.TOPIC, topic, incremental_configs=entries
                )
                answers = self._admin.incremental_alter_configs(
                    [resource], request_timeout=CALL_SECONDS
                )
                _done(f"topic {topic}", answers[resource])

    def delete(self, topic: str) -> None:
        """Delete a topic with all its records."""
        answers = self._admin.delete_topics([topic], request_timeout=CALL_SECONDS)
        _done(f"topic {topic}", answers[topic])

    def _partitions(self, topic: str) -> int | None:
        try:
            found = self._admin.list_topics(timeout=CALL_SECONDS).topics.get(topic)
        except KafkaException as error:
            raise ReconcileError(f"kafka: {_words(error)}") from error
        return None if found is None or found.error is not None else len(found.partitions)

    def _until(self, topic: str, shown: Callable[[], bool]) -> None:
        def probe() -> None:
            if not shown():
                raise _NotYetError("the metadata doesn't show the change yet")

        wait_for(f"topic {topic}", probe, seconds=SPREAD_SECONDS, retry_on=(_NotYetError,))


def _done(what: str, future: Future[T]) -> T:
    try:
        return future.result(timeout=2 * CALL_SECONDS)
    except (KafkaException, TimeoutError) as error:
        raise ReconcileError(f"{what}: {_words(error)}") from error


def _words(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
