# confluent_kafka.admin documents these names but has no __all__, so the checker takes them for private.
# pyright: reportPrivateImportUsage=false
"""`TopicAdmin` over confluent-kafka. Every call has a timeout."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ConfigSource,
    TopicDescription,
)
from confluent_kafka.cimpl import NewPartitions, NewTopic

from nexync_operator.errors import ReconcileError, RefusedError, UnreachableError
from nexync_operator.topics import Change, CreateTopic, RaisePartitions, SetConfig, TopicState
from nexync_operator.waiting import wait_for

CALL_SECONDS: Final = 10.0
SPREAD_SECONDS: Final = 30.0
"""How long a change may take until the brokers' metadata shows it."""

_REFUSED: Final = frozenset(
    {
        KafkaError.INVALID_CONFIG,
        KafkaError.INVALID_PARTITIONS,
        KafkaError.POLICY_VIOLATION,
        KafkaError.TOPIC_EXCEPTION,
        KafkaError.INVALID_REQUEST,
    }
)
"""Asking for the same again gets the same answer."""

T = TypeVar("T")


class _NotYetError(Exception):
    """The metadata doesn't show the change yet."""


class KafkaTopicAdmin:
    """Kafka's admin API behind the `TopicAdmin` port. `settings` are further ones of librdkafka (security)."""

    def __init__(self, bootstrap: str, settings: Mapping[str, str] | None = None) -> None:
        self._bootstrap = bootstrap
        self._told: str | None = None
        configuration: dict[str, Any] = {
            "bootstrap.servers": bootstrap,
            "socket.timeout.ms": 10_000,
            "error_cb": self._tell,
            "log_level": 0,
            **(settings or {}),
        }
        try:
            # Any: the futures in the client's annotations have no type arguments.
            self._admin: Any = AdminClient(configuration)
        except KafkaException as error:
            raise RefusedError(f"kafka: {_words(error)}", reason="BadConnection") from error

    def _tell(self, error: KafkaError) -> None:
        """Keep what librdkafka says of a failed connect: it is the reason behind the time-out that follows."""
        self._told = error.str()

    def ping(self) -> None:
        """Raises KafkaException while no broker answers."""
        self._admin.list_topics(timeout=2.0)

    def cluster_id(self) -> str:
        """The id of the cluster that answers."""
        try:
            return str(self._admin.list_topics(timeout=CALL_SECONDS).cluster_id)
        except KafkaException as error:
            self._admin.poll(0)
            raise self._error("kafka", error) from error

    def describe(self, topic: str) -> TopicState | None:
        """The topic as the cluster has it now."""
        found = self._found(topic)
        if found is None:
            return None
        entries = self._entries(topic)
        return TopicState(
            partitions=len(found.partitions),
            config=_own(entries),
            replication=min(len(one.replicas) for one in found.partitions),
            topic_id=str(found.topic_id),
            effective={name: entry.value or "" for name, entry in entries.items()},
        )

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
                self._done(f"topic {spec.name}", made[spec.name])
                self._until(spec.name, lambda: self._partitions(spec.name) == spec.partitions)
            case RaisePartitions(topic=topic, after=after):
                more = NewPartitions(topic, after)
                raised = self._admin.create_partitions([more], request_timeout=CALL_SECONDS)
                self._done(f"topic {topic}", raised[topic])
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
                self._done(f"topic {topic}", answers[resource])
                gone = set(remove)

                def shown() -> bool:
                    config = _own(self._entries(topic))
                    return settings.items() <= config.items() and gone.isdisjoint(config)

                self._until(topic, shown)

    def delete(self, topic: str) -> None:
        """Delete a topic with all its records."""
        answers = self._admin.delete_topics([topic], request_timeout=CALL_SECONDS)
        self._done(f"topic {topic}", answers[topic])

    def _found(self, topic: str) -> TopicDescription | None:
        answers = self._admin.describe_topics(
            TopicCollection([topic]), request_timeout=CALL_SECONDS
        )
        try:
            found: TopicDescription = answers[topic].result(timeout=2 * CALL_SECONDS)
        except KafkaException as error:
            if error.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                return None
            raise self._error("kafka", error) from error
        except TimeoutError as error:
            raise self._error("kafka", error) from error
        return found

    def _entries(self, topic: str) -> dict[str, ConfigEntry]:
        resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
        answers = self._admin.describe_configs([resource], request_timeout=CALL_SECONDS)
        entries: dict[str, ConfigEntry] = self._done(f"topic {topic}", answers[resource])
        return entries

    def _partitions(self, topic: str) -> int | None:
        found = self._found(topic)
        return None if found is None else len(found.partitions)

    def _until(self, topic: str, shown: Callable[[], bool]) -> None:
        def probe() -> None:
            if not shown():
                raise _NotYetError("the metadata doesn't show the change yet")

        wait_for(f"topic {topic}", probe, seconds=SPREAD_SECONDS, retry_on=(_NotYetError,))

    def _done(self, what: str, future: Future[T]) -> T:
        try:
            return future.result(timeout=2 * CALL_SECONDS)
        except (KafkaException, TimeoutError) as error:
            raise self._error(what, error) from error

    def _error(self, what: str, error: Exception) -> ReconcileError:
        cause = error.args[0] if isinstance(error, KafkaException) else None
        code = cause.code() if isinstance(cause, KafkaError) else None
        if code in _REFUSED:
            return RefusedError(f"{what}: {_words(error)}", reason="KafkaRefused")
        # Negative codes are the client's own: no broker, no connection, no answer in time.
        if code is None or code < 0 or code == KafkaError.REQUEST_TIMED_OUT:
            why = self._told or _words(error)
            return UnreachableError(f"kafka at {self._bootstrap} doesn't answer: {why}")
        return ReconcileError(f"{what}: {_words(error)}", reason="KafkaFailed")


def _own(entries: Mapping[str, ConfigEntry]) -> dict[str, str]:
    """What is set on the topic itself."""
    return {
        name: entry.value or ""
        for name, entry in entries.items()
        if ConfigSource(entry.source) is ConfigSource.DYNAMIC_TOPIC_CONFIG
    }


def _words(error: Exception) -> str:
    cause = error.args[0] if error.args else None
    text = cause.str() if isinstance(cause, KafkaError) else str(error)
    return " ".join(text.split()) or type(error).__name__
