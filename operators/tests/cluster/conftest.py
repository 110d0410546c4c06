"""A real API server (KUBECONFIG), a real Kafka (NEXYNC_KAFKA_BOOTSTRAP), and the operator as a process of its own."""

import json
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from nexync_operator.adapters.kafka import KafkaTopicAdmin

sys.path.insert(0, str(Path(__file__).parent))

from operator_world import (
    Operator,
    eventually,
    install_crds,
    kubectl,
    namespace_of,
    operator_of,
    reasons,
    required,
)


@dataclass
class World:
    """A namespace, the operator that watches it, and Kafka."""

    namespace: str
    bootstrap: str
    operator: Operator
    kafka: KafkaTopicAdmin
    made: list[str] = field(default_factory=list[str])

    def topic(self) -> str:
        """A name of its own for a topic; deleted at the end."""
        name = f"test-{uuid.uuid4().hex[:12]}"
        self.made.append(name)
        return name

    def apply(self, name: str, **spec: Any) -> None:
        """Create or change a KafkaTopic."""
        labels = spec.pop("labels", {})
        body: dict[str, Any] = {
            "apiVersion": "nexync.io/v1alpha1",
            "kind": "KafkaTopic",
            "metadata": {"name": name, "namespace": self.namespace, "labels": labels},
            "spec": {
                "connection": {"secretRef": {"name": "backends", "key": "kafka-bootstrap"}},
                "partitions": 2,
                **spec,
            },
        }
        kubectl("apply", "-f", "-", body=body)

    def get(self, name: str) -> dict[str, Any] | None:
        """A KafkaTopic, None when it is gone."""
        text = kubectl("-n", self.namespace, "get", "nkt", name, "-o", "json", "--ignore-not-found")
        return json.loads(text) if text else None

    def must(self, name: str) -> dict[str, Any]:
        """A KafkaTopic that is there."""
        body = self.get(name)
        assert body is not None
        return body

    def condition(self, name: str, kind: str = "Ready") -> dict[str, Any]:
        """A condition of it; empty when there is none."""
        body = self.get(name) or dict[str, Any]()
        found: list[dict[str, Any]] = body.get("status", {}).get("conditions", [])
        return next((one for one in found if one["type"] == kind), dict[str, Any]())

    def until(
        self,
        name: str,
        reason: str,
        *,
        kind: str = "Ready",
        status: str = "True",
        seconds: float = 60,
    ) -> dict[str, Any]:
        """Wait for a condition of this generation."""

        def probe() -> dict[str, Any] | None:
            body = self.get(name) or dict[str, Any]()
            found = body.get("status", {})
            if found.get("observedGeneration") != body.get("metadata", {}).get("generation"):
                return None
            one = self.condition(name, kind)
            return one if (one.get("status"), one.get("reason")) == (status, reason) else None

        return eventually(f"{name} is {kind}={status} {reason}", probe, seconds)

    def annotate(self, name: str, *pairs: str) -> None:
        """Set or remove annotations."""
        kubectl("-n", self.namespace, "annotate", "--overwrite", "nkt", name, *pairs)

    def delete(self, name: str, seconds: float = 30) -> float:
        """Delete it and wait until it is gone; the seconds that took."""
        started = time.monotonic()
        kubectl("-n", self.namespace, "delete", "nkt", name, "--wait=false")
        eventually(f"{name} is gone", lambda: self.get(name) is None, seconds)
        return time.monotonic() - started

    def events(self, name: str) -> list[str]:
        """The reasons of its events."""
        return reasons(self.namespace, name)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One namespace and one operator for the whole suite; both go at the end."""
    required("KUBECONFIG")
    bootstrap = required("NEXYNC_KAFKA_BOOTSTRAP")
    install_crds()
    log = tmp_path_factory.mktemp("operator") / "log"
    with namespace_of("op-topic") as namespace:
        kubectl(
            "-n", namespace, "create", "secret", "generic", "backends",
            f"--from-literal=kafka-bootstrap={bootstrap}",
        )  # fmt: skip
        operator = operator_of(namespace, log, delete_seconds=6)
        made = World(namespace, bootstrap, operator, KafkaTopicAdmin(bootstrap))
        try:
            operator.start()
            yield made
        finally:
            operator.release()
            if operator.process is not None:
                operator.stop()
            sys.stdout.write(log.read_text())
            for topic in made.made:
                if made.kafka.describe(topic) is not None:
                    made.kafka.delete(topic)
