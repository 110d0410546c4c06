"""KafkaTopic against a real API server and a real Kafka: each behaviour that docs/operator.md promises."""

import json
import signal
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from operator_world import eventually

from nexync_operator.topics import CreateTopic, SetConfig, TopicSpec

if TYPE_CHECKING:
    from .conftest import World  # noqa: TID252 - for the type checker alone: test folders are no packages

pytestmark = pytest.mark.cluster

ACCEPT = "nexync.io/accept-loss-of"
FINALIZER = "nexync.io/cleanup"


def finalizers(world: "World", name: str) -> list[str]:
    """Those of a resource."""
    return world.must(name)["metadata"].get("finalizers", [])


def test_create_drift_raise_and_the_floor(world: "World") -> None:
    """The life of a topic: made, drift put back, raised; lowering is answered by an event and changes nothing."""
    name = world.topic()
    world.apply(name, config={"retention.ms": "1000"})
    world.until(name, "AsDesired")
    body = world.get(name)
    assert body is not None
    state = world.kafka.describe(name)
    assert state is not None
    assert body["status"]["topicId"] == state.topic_id
    assert finalizers(world, name) == []
    assert not any("kopf" in key for key in body["metadata"].get("annotations", {}))
    since = world.condition(name)["lastTransitionTime"]

    world.kafka.carry_out(SetConfig(name, {"retention.ms": "5", "flush.ms": "9"}, ()))

    def put_back() -> bool:
        found = world.kafka.describe(name)
        return found is not None and found.config == {"retention.ms": "1000"}

    eventually("its configuration put back", put_back)
    eventually("an event of it", lambda: "ConfigPutBack" in world.events(name))

    world.apply(name, partitions=5, config={"retention.ms": "1000"})
    world.until(name, "AsDesired")
    assert world.must(name)["status"]["partitions"] == 5
    world.apply(name, partitions=3, config={"retention.ms": "1000"})
    message = world.until(name, "MoreThanFloor")["message"]
    assert "5 partitions" in message
    eventually("an event of it", lambda: "DecreaseRefused" in world.events(name))
    assert world.condition(name)["lastTransitionTime"] == since


def test_refused_replication_and_the_way_back(world: "World") -> None:
    """Stalled with what to do; the old value makes it Ready again."""
    name = world.topic()
    world.apply(name)
    world.until(name, "AsDesired")
    world.apply(name, replicationFactor=3)
    stalled = world.until(name, "ReplicationDiffers", kind="Stalled")
    assert "kafka-reassign-partitions" in stalled["message"]
    assert world.condition(name)["status"] == "False"
    world.apply(name, replicationFactor=1)
    world.until(name, "AsDesired")
    durable = world.condition(name, "Durable")
    assert durable["status"] == "False"
    assert "1 replicas, 3 needed" in durable["message"]


def test_a_setting_that_kafka_refuses(world: "World") -> None:
    """What Kafka says reaches the condition."""
    name = world.topic()
    world.apply(name, config={"retention.ms": "soon"})
    assert "retention.ms" in world.until(name, "KafkaRefused", kind="Stalled")["message"]


def test_the_older_of_two_wins(world: "World") -> None:
    """The younger waits, and takes over when the older is gone; the topic stays the same."""
    name = world.topic()
    world.apply(name, partitions=3)
    world.until(name, "AsDesired")
    world.apply(f"{name}-b", topicName=name, partitions=9)
    stalled = world.until(f"{name}-b", "TopicTaken", kind="Stalled")
    assert f"{world.namespace}/{name}" in stalled["message"]
    before = world.kafka.describe(name)
    assert before is not None
    assert before.partitions == 3
    world.delete(name)
    world.until(f"{name}-b", "AsDesired")
    after = world.kafka.describe(name)
    assert after is not None
    assert (after.topic_id, after.partitions) == (before.topic_id, 9)


def test_a_replaced_topic_is_reported(world: "World") -> None:
    """Gone, then made by hand under the same name: neither is taken silently; a human accepts the loss by its id."""
    name = world.topic()
    world.apply(name)
    world.until(name, "AsDesired")
    lost = world.must(name)["status"]["topicId"]
    world.kafka.delete(name)
    missing = world.until(name, "TopicMissing", kind="Stalled")
    assert f"{ACCEPT}={lost}" in missing["message"]
    world.kafka.carry_out(CreateTopic(TopicSpec(name, 2)))
    world.until(name, "TopicReplaced", kind="Stalled")
    world.annotate(name, f"{ACCEPT}={lost}")
    world.until(name, "AsDesired")
    assert world.must(name)["status"]["topicId"] != lost


def test_pause(world: "World") -> None:
    """Hands off while the annotation is there, and what was missed is made up for after it."""
    name = world.topic()
    world.apply(name)
    world.until(name, "AsDesired")
    world.annotate(name, "nexync.io/paused=true")
    world.until(name, "Annotation", kind="Paused")
    world.kafka.carry_out(SetConfig(name, {"retention.ms": "7"}, ()))
    world.apply(name, partitions=4)
    eventually(
        f"{name} is seen to be changed",
        lambda: world.condition(name, "Paused").get("observedGeneration") == 2,
    )
    # The change was seen, and its spec not looked at.
    assert world.must(name)["metadata"]["generation"] == 2
    assert world.must(name)["status"]["observedGeneration"] == 1
    assert world.condition(name)["observedGeneration"] == 1
    state = world.kafka.describe(name)
    assert state is not None
    assert (state.partitions, state.config) == (2, {"retention.ms": "7"})
    world.annotate(name, "nexync.io/paused-")
    # What it was before the pause stands in its conditions all the while.
    eventually(f"{name} goes on", lambda: not world.condition(name, "Paused"))
    world.until(name, "AsDesired")
    state = world.kafka.describe(name)
    assert state is not None
    assert (state.partitions, state.config) == (4, {})


def test_retain_and_delete(world: "World") -> None:
    """By default the topic stays; with Delete the finalizer is there until it is gone."""
    kept, gone = world.topic(), world.topic()
    world.apply(kept)
    world.apply(gone, deletionPolicy="Delete")
    world.until(kept, "AsDesired")
    world.until(gone, "AsDesired")
    assert finalizers(world, gone) == [FINALIZER]
    assert world.delete(kept) < 10
    assert world.delete(gone) < 10
    assert world.kafka.describe(kept) is not None
    assert world.kafka.describe(gone) is None


def test_unreachable_broker_and_a_deletion_that_ends(world: "World") -> None:
    """The condition says where; a deletion lets go after its bound, with an event."""
    name = world.topic()
    world.apply(name, connection={"bootstrap": "127.0.0.1:1"}, deletionPolicy="Delete")
    found = world.until(name, "Unreachable", status="False", seconds=30)
    assert "127.0.0.1:1" in found["message"]
    assert world.condition(name, "Reconciling")["status"] == "True"
    world.apply(name, deletionPolicy="Delete")
    world.until(name, "AsDesired")
    world.apply(name, connection={"bootstrap": "127.0.0.1:1"}, deletionPolicy="Delete")
    world.until(name, "Unreachable", status="False", seconds=30)
    assert world.delete(name, 60) < 40
    assert "CleanupGivenUp" in world.events(name)
    assert world.kafka.describe(name) is not None


def test_a_missing_secret_is_named(world: "World") -> None:
    """And found when it comes."""
    name = world.topic()
    world.apply(name, connection={"secretRef": {"name": "nowhere", "key": "k"}})
    assert "'nowhere'" in world.until(name, "SecretMissing", status="False")["message"]


def test_killed_in_the_middle(world: "World") -> None:
    """Killed right after a change was asked for, and again while it starts: the next one brings it about."""
    name = world.topic()
    world.apply(name)
    world.until(name, "AsDesired")
    recorded = world.must(name)["status"]["topicId"]
    world.apply(name, partitions=40, config={"retention.ms": "1000"})
    world.operator.stop(signal.SIGKILL)
    world.operator.start()
    world.operator.stop(signal.SIGKILL)
    other = world.topic()
    world.apply(other, deletionPolicy="Delete")
    world.operator.start()
    world.until(name, "AsDesired")
    world.until(other, "AsDesired")
    state = world.kafka.describe(name)
    assert state is not None
    assert (state.partitions, state.config) == (40, {"retention.ms": "1000"})
    assert state.topic_id == recorded


def test_uninstall_in_any_order(world: "World") -> None:
    """Operator first, by its hook: what goes with it is cleaned up, nothing else waits; it takes up again later."""
    mine, other = world.topic(), world.topic()
    world.apply(mine, deletionPolicy="Delete", labels={"app.kubernetes.io/instance": "chat"})
    world.apply(other, deletionPolicy="Delete")
    world.until(mine, "AsDesired")
    world.until(other, "AsDesired")
    started = time.monotonic()
    world.operator.release("--instance", "chat")
    world.operator.stop()
    assert world.get(mine) is None
    assert world.kafka.describe(mine) is None
    assert finalizers(world, other) == []
    assert time.monotonic() - started < 60
    world.operator.start()
    eventually("its finalizer", lambda: finalizers(world, other) == [FINALIZER])
    world.operator.release()
    world.operator.stop()
    assert world.delete(other) < 10
    assert world.kafka.describe(other) is not None
    world.operator.start()


class _Prometheus(BaseHTTPRequestHandler):
    """Answers every query with a load that is high."""

    def do_GET(self) -> None:
        """One sample."""
        result = [{"metric": dict[str, str](), "value": [0, "1e9"]}]
        body = json.dumps({"status": "success", "data": {"result": result}}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """Quiet."""


@pytest.fixture
def prometheus() -> Iterator[str]:
    """The URL of a Prometheus that sees a high load."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Prometheus) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join(timeout=5)


def test_partitions_grow_under_sustained_load(world: "World", prometheus: str) -> None:
    """Doubled once, then cooling down; without Prometheus the condition says so and the topic is Ready."""
    name = world.topic()
    scaling: dict[str, Any] = {"enabled": True, "maxPartitions": 16, "sustainedSeconds": 2}
    world.apply(name, autoscaling=scaling)
    world.until(name, "PrometheusMissing", kind="AutoscalingActive", status="False")
    world.until(name, "AsDesired")
    world.apply(name, autoscaling={**scaling, "prometheus": {"url": prometheus}})
    world.until(name, "MoreThanFloor", seconds=30)
    world.until(name, "CoolingDown", kind="AutoscalingActive", seconds=30)
    state = world.kafka.describe(name)
    assert state is not None
    assert state.partitions == 4
    assert "PartitionsGrown" in world.events(name)
    assert world.must(name)["status"]["lastScaleTime"]


def test_health_and_metrics(world: "World") -> None:
    """Alive, ready, and the metrics that docs/operator.md names."""
    name = world.topic()
    world.apply(name)
    world.until(name, "AsDesired")
    assert world.operator.get("/livez").startswith("200")
    assert world.operator.get("/readyz").startswith("200")
    text = world.operator.get("/metrics")
    for metric in (
        'nexync_operator_reconciliations_total{kind="KafkaTopic",result="ok"}',
        'nexync_operator_reconcile_seconds_bucket{kind="KafkaTopic",le="1.0"}',
        'nexync_operator_resources{condition="Ready",kind="KafkaTopic"}',
        "nexync_operator_last_sync_timestamp_seconds",
    ):
        assert metric in text
    for line in world.operator.log.read_text().splitlines():
        assert isinstance(json.loads(line), dict)
