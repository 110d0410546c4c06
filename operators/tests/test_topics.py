"""The plan from a topic as it is to a topic as it should be."""

import pytest

from nexync_contracts.channels import (
    CHAT_DLQ_TOPIC,
    CHAT_TOPIC,
    RECEIPT_PARTITIONS,
    RECEIPT_TOPIC,
)
from nexync_operator.topics import (
    Change,
    CreateTopic,
    RaisePartitions,
    SetConfig,
    TopicSpec,
    TopicState,
    desired,
    plan,
    reconcile,
)

SPEC = TopicSpec("t", 8, 1, {"retention.ms": "1000", "cleanup.policy": "delete"})


class FakeAdmin:
    """A cluster with one topic, or none."""

    def __init__(self, state: TopicState | None) -> None:
        self.state = state
        self.done: list[Change] = []

    def describe(self, topic: str) -> TopicState | None:
        """The one topic."""
        assert topic == "t"
        return self.state

    def carry_out(self, change: Change) -> None:
        """What the real cluster would do."""
        self.done.append(change)
        match change:
            case CreateTopic(spec=spec):
                self.state = TopicState(spec.partitions, dict(spec.config))
            case RaisePartitions(after=after):
                assert self.state is not None
                self.state = TopicState(after, self.state.config)
            case SetConfig(settings=settings, remove=remove):
                assert self.state is not None
                config = {**self.state.config, **settings}
                for key in remove:
                    del config[key]
                self.state = TopicState(self.state.partitions, config)


@pytest.mark.parametrize(
    "state",
    [
        None,
        TopicState(8, {}),
        TopicState(2, {"retention.ms": "1"}),
        TopicState(8, {"cleanup.policy": "compact", "flush.ms": "1"}),
    ],
)
def test_reconcile_reaches_the_spec_and_then_changes_nothing(state: TopicState | None) -> None:
    """Whatever the start is, one run reaches the spec and the next has nothing to do."""
    admin = FakeAdmin(state)
    assert reconcile(SPEC, admin)
    assert admin.state == TopicState(8, dict(SPEC.config))
    assert reconcile(SPEC, admin) == ()


def test_drift_is_put_back_and_foreign_settings_are_removed() -> None:
    """Only what differs is set; what the spec doesn't name goes."""
    state = TopicState(8, {"retention.ms": "5", "cleanup.policy": "delete", "flush.ms": "1"})
    assert plan(SPEC, state) == (SetConfig("t", {"retention.ms": "1000"}, ("flush.ms",)),)


def test_a_topic_that_has_grown_keeps_its_partitions() -> None:
    """The number is a floor: a lower one would cut streams off, and one machine starts again after growing."""
    assert plan(SPEC, TopicState(12, dict(SPEC.config))) == ()


def test_the_log_has_append_time_and_seven_days() -> None:
    """Times come from Kafka, and a restored Postgres has a week to replay."""
    log, dead, receipts = desired()
    assert (log.name, log.partitions) == (CHAT_TOPIC, 8)
    assert log.config["message.timestamp.type"] == "LogAppendTime"
    assert log.config["retention.ms"] == "604800000"
    assert log.config["max.message.bytes"] == "1048576"
    assert (dead.name, dead.partitions) == (CHAT_DLQ_TOPIC, 1)
    assert (receipts.name, receipts.partitions) == (RECEIPT_TOPIC, RECEIPT_PARTITIONS)
    assert receipts.config == log.config


def test_three_replicas_need_two_in_sync() -> None:
    """An acknowledged record survives one lost broker; one replica can't promise that."""
    assert all(spec.config["min.insync.replicas"] == "2" for spec in desired(replication=3))
    assert all("min.insync.replicas" not in spec.config for spec in desired())
