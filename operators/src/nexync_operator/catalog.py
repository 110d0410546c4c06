"""The kinds that the operator serves. A new kind is one module and one line here."""

from collections.abc import Sequence

from nexync_operator.kafka_topic import KafkaTopicKind
from nexync_operator.kinds import Kind
from nexync_operator.postgres_schema import PostgresSchemaKind


def kinds() -> Sequence[Kind]:
    """One of each."""
    return (KafkaTopicKind(), PostgresSchemaKind())
