# confluent_kafka.admin documents these names but has no __all__, so the checker takes them for private.
# pyright: reportPrivateImportUsage=false
"""Kafka's admin API behind the port, where the broker shows a change later than it confirms it."""

from collections.abc import Sequence
from concurrent.futures import Future

import pytest
from confluent_kafka.admin import ConfigEntry, ConfigResource, ConfigSource

from nexync_operator.adapters import kafka
from nexync_operator.adapters.kafka import KafkaTopicAdmin
from nexync_operator.topics import SetConfig

TOPIC = "chat-topic"


def done(value: object) -> Future[object]:
    """A future that has its result."""
    future: Future[object] = Future()
    future.set_result(value)
    return future


class LateBroker:
    """A client whose broker confirms a change at once, and shows it at the second look."""

    def __init__(self, _configuration: dict[str, object]) -> None:
        self.config = {"retention.ms": "7"}
        self.coming: list[dict[str, str]] = []
        self.looks = 0

    def incremental_alter_configs(
        self, resources: Sequence[ConfigResource], *, request_timeout: float
    ) -> dict[ConfigResource, Future[object]]:
        assert request_timeout > 0
        self.coming = [self.config, {"cleanup.policy": "compact"}]
        return {resources[0]: done(None)}

    def describe_configs(
        self, resources: Sequence[ConfigResource], *, request_timeout: float
    ) -> dict[ConfigResource, Future[object]]:
        assert request_timeout > 0
        self.looks += 1
        self.config = self.coming.pop(0)
        source = ConfigSource.DYNAMIC_TOPIC_CONFIG
        entries = {key: ConfigEntry(key, one, source) for key, one in self.config.items()}
        return {resources[0]: done(entries)}


def test_a_setting_is_made_once_the_broker_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads the topic after `carry_out` finds what it asked for."""
    brokers: list[LateBroker] = []

    def client(configuration: dict[str, object]) -> LateBroker:
        brokers.append(LateBroker(configuration))
        return brokers[0]

    monkeypatch.setattr(kafka, "AdminClient", client)
    admin = KafkaTopicAdmin("127.0.0.1:1")
    admin.carry_out(SetConfig(TOPIC, {"cleanup.policy": "compact"}, ("retention.ms",)))
    assert brokers[0].config == {"cleanup.policy": "compact"}
    assert brokers[0].looks == 2
