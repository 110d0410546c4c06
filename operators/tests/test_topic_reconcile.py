"""One run for one KafkaTopic, against a Kafka with one topic in memory."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from nexync_operator.autoscaling import Load
from nexync_operator.errors import ReconcileError, RefusedError, UnreachableError
from nexync_operator.resources import Resource, Result
from nexync_operator.topic_reconcile import (
    ACCEPT_LOSS,
    World,
    durability,
    finalize,
    reconcile,
    unmeasured,
)
from nexync_operator.topic_spec import Claim, authority_secret, bootstrap, claims, client_settings
from nexync_operator.topics import Change, CreateTopic, RaisePartitions, SetConfig, TopicState

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SPEC: Mapping[str, Any] = {
    "connection": {"bootstrap": "kafka:9092"},
    "partitions": 8,
    "replicationFactor": 1,
    "config": {"retention.ms": "1000"},
    "deletionPolicy": "Retain",
}


class FakeKafka:
    """A cluster that holds the topic `t`, or not."""

    def __init__(self, state: TopicState | None = None, *, made_id: str = "id-1") -> None:
        self.state = state
        self.made_id = made_id
        self.done: list[Change] = []
        self.deleted: list[str] = []
        self.away = False

    def cluster_id(self) -> str:
        """One cluster."""
        if self.away:
            raise UnreachableError("kafka at kafka:9092 doesn't answer")
        return "cluster-1"

    def describe(self, topic: str) -> TopicState | None:
        """The one topic."""
        assert topic == "t"
        return self.state

    def carry_out(self, change: Change) -> None:
        """What the real cluster would do."""
        self.done.append(change)
        match change:
            case CreateTopic(spec=spec):
                self.state = TopicState(
                    spec.partitions, dict(spec.config), spec.replication, self.made_id
                )
            case RaisePartitions(after=after):
                assert self.state is not None
                self.state = replace(self.state, partitions=after)
            case SetConfig(settings=settings, remove=remove):
                assert self.state is not None
                config = {**self.state.config, **settings}
                self.state = replace(
                    self.state, config={k: v for k, v in config.items() if k not in remove}
                )

    def delete(self, topic: str) -> None:
        """Gone."""
        self.deleted.append(topic)
        self.state = None


def resource(
    *,
    spec: Mapping[str, Any] = SPEC,
    status: Mapping[str, Any] | None = None,
    annotations: Mapping[str, str] | None = None,
    name: str = "t",
    uid: str = "u-1",
    age: float = 100,
) -> Resource:
    """A KafkaTopic."""
    return Resource(
        kind="KafkaTopic",
        namespace="n",
        name=name,
        uid=uid,
        generation=1,
        created=NOW - timedelta(seconds=age),
        annotations=annotations or {},
        spec=spec,
        status=status or {},
    )


def conditions(result: Result) -> dict[str, tuple[str, str]]:
    """Status and reason by type."""
    return {one.type: (one.status, one.reason) for one in result.conditions}


MANAGED: Mapping[str, Any] = {"topicId": "id-1", "clusterId": "cluster-1", "floor": 8}
GOOD = TopicState(8, {"retention.ms": "1000"}, 1, "id-1")


def test_a_topic_is_made_and_its_id_recorded() -> None:
    """From nothing to Ready in one run; the next changes nothing."""
    kafka = FakeKafka()
    result = reconcile(resource(), World(kafka, NOW))
    assert conditions(result)["Ready"] == ("True", "AsDesired")
    assert result.status["topicId"] == "id-1"
    assert result.status["clusterId"] == "cluster-1"
    assert [event.reason for event in result.events] == ["TopicCreated"]
    again = reconcile(resource(status=result.status), World(kafka, NOW))
    assert again.events == ()
    assert len(kafka.done) == 1


def test_drift_is_put_back_and_partitions_are_raised() -> None:
    """Both in one run, each with its event."""
    kafka = FakeKafka(TopicState(2, {"retention.ms": "5", "flush.ms": "1"}, 1, "id-1"))
    result = reconcile(resource(status=MANAGED), World(kafka, NOW))
    assert kafka.state == GOOD
    assert [event.reason for event in result.events] == ["PartitionsRaised", "ConfigPutBack"]


def test_throttles_of_a_running_move_are_left_alone() -> None:
    """The tool that moves replicas sets and removes them."""
    moving = {"leader.replication.throttled.replicas": "*", "retention.ms": "1000"}
    kafka = FakeKafka(TopicState(8, moving, 1, "id-1"))
    reconcile(resource(status=MANAGED), World(kafka, NOW))
    assert kafka.done == []


def test_more_partitions_than_the_floor_are_ready() -> None:
    """Partitions is a floor; lowering it is answered by an event, once, and changes nothing."""
    kafka = FakeKafka(replace(GOOD, partitions=16))
    lowered = reconcile(resource(status={**MANAGED, "floor": 16}), World(kafka, NOW))
    assert conditions(lowered)["Ready"] == ("True", "MoreThanFloor")
    assert [event.reason for event in lowered.events] == ["DecreaseRefused"]
    assert reconcile(resource(status=lowered.status), World(kafka, NOW)).events == ()
    assert kafka.done == []


def test_another_replication_is_refused_before_anything_changes() -> None:
    """The message names both numbers and what to do."""
    kafka = FakeKafka(TopicState(2, {}, 1, "id-1"))
    with pytest.raises(RefusedError, match=r"has 1 replicas, 3 asked for.*reassign") as caught:
        reconcile(resource(spec={**SPEC, "replicationFactor": 3}), World(kafka, NOW))
    assert caught.value.reason == "ReplicationDiffers"
    assert kafka.done == []


@pytest.mark.parametrize(
    ("state", "reason"),
    [(None, "TopicMissing"), (replace(GOOD, topic_id="id-2"), "TopicReplaced")],
)
def test_a_lost_topic_is_never_adopted_silently(state: TopicState | None, reason: str) -> None:
    """Not made anew and not taken over, until a human names the id that is gone."""
    kafka = FakeKafka(state, made_id="id-2")
    with pytest.raises(RefusedError, match=f"kubectl annotate .*{ACCEPT_LOSS}=id-1") as caught:
        reconcile(resource(status=MANAGED), World(kafka, NOW))
    assert caught.value.reason == reason
    assert kafka.done == []
    accepted = resource(status=MANAGED, annotations={ACCEPT_LOSS: "id-1"})
    assert reconcile(accepted, World(kafka, NOW)).status["topicId"] == "id-2"


def test_the_acceptance_is_for_one_loss_only() -> None:
    """The annotation that stays behind accepts no second loss."""
    kafka = FakeKafka(replace(GOOD, topic_id="id-3"))
    status = {**MANAGED, "topicId": "id-2"}
    with pytest.raises(RefusedError):
        reconcile(resource(status=status, annotations={ACCEPT_LOSS: "id-1"}), World(kafka, NOW))


def test_the_older_of_two_resources_wins() -> None:
    """By creation, then by uid; the younger is told which one it is."""
    kafka = FakeKafka(GOOD)
    old, young = resource(name="t", age=100), resource(name="b", uid="u-2", age=50)
    named = {**SPEC, "topicName": "t"}
    young = replace(young, spec=named)
    with pytest.raises(RefusedError, match="belongs to the older n/t") as caught:
        reconcile(young, World(kafka, NOW, claims(young, [old, young])))
    assert caught.value.reason == "TopicTaken"
    assert reconcile(old, World(kafka, NOW, claims(old, [old, young])))
    twin = replace(young, created=old.created)
    with pytest.raises(RefusedError):
        reconcile(twin, World(kafka, NOW, claims(twin, [old, twin])))


def test_of_two_made_in_one_second_the_one_that_manages_the_topic_wins() -> None:
    """The uid decides only as long as neither does."""
    kafka = FakeKafka(GOOD)
    first = resource(uid="u-2", status=MANAGED)
    second = replace(resource(name="b", uid="u-1"), spec={**SPEC, "topicName": "t"})
    assert reconcile(first, World(kafka, NOW, claims(first, [second])))
    with pytest.raises(RefusedError, match="belongs to the older n/t"):
        reconcile(second, World(kafka, NOW, claims(second, [first])))


def test_the_same_name_in_another_kafka_is_no_conflict() -> None:
    """What counts is the cluster id, and before it is known the connection."""
    kafka = FakeKafka(GOOD)
    mine = resource(age=1)
    other = resource(uid="u-0", status={"clusterId": "cluster-9"})
    assert reconcile(mine, World(kafka, NOW, claims(mine, [other])))
    elsewhere = resource(uid="u-0", spec={**SPEC, "connection": {"bootstrap": "far:9092"}})
    assert reconcile(mine, World(kafka, NOW, claims(mine, [elsewhere])))
    near = resource(uid="u-0")
    with pytest.raises(RefusedError):
        reconcile(mine, World(kafka, NOW, claims(mine, [near])))


@pytest.mark.parametrize(
    ("replication", "effective", "expected"),
    [
        (3, {"min.insync.replicas": "2", "unclean.leader.election.enable": "false"}, "True"),
        (2, {"min.insync.replicas": "2"}, "False"),
        (3, {"min.insync.replicas": "1"}, "False"),
        (3, {"min.insync.replicas": "2", "unclean.leader.election.enable": "true"}, "False"),
    ],
)
def test_durable_is_what_survives_a_broker(
    replication: int, effective: Mapping[str, str], expected: str
) -> None:
    """Three replicas, two in sync, no unclean election; the message names what is missing."""
    condition = durability(TopicState(8, {}, replication, "id-1", effective))
    assert condition.status == expected
    assert bool(condition.message)


OWN = {**SPEC, "deletionPolicy": "Delete"}


def test_delete_deletes_its_own_topic() -> None:
    """With an event; and a topic that is gone already is done too."""
    kafka = FakeKafka(GOOD)
    result = finalize(resource(spec=OWN, status=MANAGED), World(kafka, NOW))
    assert (result.done, kafka.deleted) == (True, ["t"])
    assert [event.reason for event in result.events] == ["TopicDeleted"]
    assert finalize(resource(spec=OWN, status=MANAGED), World(kafka, NOW)).done


@pytest.mark.parametrize(
    ("status", "state", "others"),
    [
        ({}, GOOD, ()),
        (MANAGED, replace(GOOD, topic_id="id-2"), ()),
        (
            MANAGED,
            GOOD,
            (Claim.of(resource(name="b", uid="u-2")),),
        ),
    ],
)
def test_delete_leaves_what_is_not_its_own(
    status: Mapping[str, Any], state: TopicState, others: tuple[Claim, ...]
) -> None:
    """Never managed, replaced, or wanted by another resource: it stays, and an event says why."""
    kafka = FakeKafka(state)
    result = finalize(resource(spec=OWN, status=status), World(kafka, NOW, others))
    assert (result.done, kafka.deleted) == (True, [])
    assert [event.reason for event in result.events] == ["Retained"]


SCALING = {
    **SPEC,
    "autoscaling": {
        "enabled": True,
        "maxPartitions": 64,
        "bytesInPerPartition": 1000,
        "newChatsPerHour": 10,
        "sustainedSeconds": 60,
        "cooldownSeconds": 3600,
        "prometheus": {"url": "http://prometheus"},
    },
}


def test_sustained_load_grows_the_topic_and_starts_the_cool_down() -> None:
    """The memory goes through the status: first measured, then grown, then cooling down."""
    kafka = FakeKafka(GOOD)

    def load() -> Load:
        return Load(1e9, 1e6)

    first = reconcile(resource(spec=SCALING, status=MANAGED), World(kafka, NOW, load=load))
    assert conditions(first)["AutoscalingActive"] == ("True", "Measuring")
    assert first.retry_after == 15
    status, now, result = {**MANAGED, **first.status}, NOW, first
    for _ in range(4):
        now += timedelta(seconds=15)
        result = reconcile(resource(spec=SCALING, status=status), World(kafka, now, load=load))
        status = {**status, **result.status}
    assert kafka.state is not None
    assert kafka.state.partitions == 16
    assert [event.reason for event in result.events] == ["PartitionsGrown"]
    assert status["lastScaleTime"] == "2026-01-01T00:01:00Z"
    for _ in range(9):
        now += timedelta(seconds=15)
        result = reconcile(resource(spec=SCALING, status=status), World(kafka, now, load=load))
        status = {**status, **result.status}
    assert conditions(result)["AutoscalingActive"] == ("True", "CoolingDown")
    assert kafka.state.partitions == 16


def test_without_prometheus_nothing_grows_and_the_topic_is_ready() -> None:
    """Not measuring is a condition of its own, not a failure of the topic."""
    kafka = FakeKafka(GOOD)

    def away() -> Load:
        raise UnreachableError("away", reason="PrometheusUnreachable")

    for load, reason in ((unmeasured, "PrometheusMissing"), (away, "PrometheusUnreachable")):
        result = reconcile(resource(spec=SCALING, status=MANAGED), World(kafka, NOW, load=load))
        assert conditions(result)["AutoscalingActive"] == ("False", reason)
        assert conditions(result)["Ready"] == ("True", "AsDesired")
    assert kafka.done == []


def test_the_connection_comes_from_the_secret() -> None:
    """Bootstrap, user, password and authority by their keys; a missing key is named."""
    connection = {
        "secretRef": {"name": "s", "key": "kafka-bootstrap"},
        "security": {
            "protocol": "sasl_ssl",
            "saslMechanism": "SCRAM-SHA-512",
            "usernameKey": "user",
            "passwordKey": "word",
            "caKey": "ca.crt",
        },
    }
    secret = {"kafka-bootstrap": b"k:1\n", "user": b"u", "word": b"w", "ca.crt": b"PEM"}
    assert bootstrap({"connection": connection}, secret) == "k:1"
    assert client_settings({"connection": connection}, secret, {}) == {
        "security.protocol": "sasl_ssl",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "u",
        "sasl.password": "w",
        "ssl.ca.pem": "PEM",
    }
    with pytest.raises(ReconcileError, match="no value under 'word'"):
        client_settings({"connection": connection}, {**secret, "word": b""}, {})


def test_the_authority_may_be_in_a_secret_of_its_own() -> None:
    """As the operators of Kafka keep it; the Secret that lacks the key is told from the other."""
    security = {"protocol": "ssl", "caSecretRef": {"name": "ca", "key": "ca.crt"}}
    spec = {"connection": {"secretRef": {"name": "s", "key": "k"}, "security": security}}
    assert authority_secret(spec) == "ca"
    settings = client_settings(spec, {"ca.crt": b"wrong"}, {"ca.crt": b"PEM"})
    assert settings["ssl.ca.pem"] == "PEM"
    with pytest.raises(ReconcileError, match=r"authority has no value under 'ca\.crt'"):
        client_settings(spec, {"ca.crt": b"wrong"}, {})
    assert authority_secret({"connection": {"secretRef": {"name": "s", "key": "k"}}}) is None


def test_an_unreachable_kafka_is_passed_on() -> None:
    """The engine turns it into a condition and a back-off."""
    kafka = FakeKafka(GOOD)
    kafka.away = True
    with pytest.raises(UnreachableError):
        reconcile(resource(status=MANAGED), World(kafka, NOW))
