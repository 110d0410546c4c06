"""A real API server (KUBECONFIG), a real Kafka (NEXYNC_KAFKA_BOOTSTRAP), and the operator as a process of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest

from nexync_operator.adapters.kafka import KafkaTopicAdmin

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[3]
CRDS = "kafkatopics.nexync.io"


def required(name: str) -> str:
    """A variable that the suite can't do without."""
    value = os.environ.get(name)
    if not value:
        pytest.fail(f"{name} is not set; tests marked `cluster` need KUBECONFIG and the backends")
    return value


def eventually(what: str, probe: Callable[[], T | None], seconds: float = 20.0) -> T:
    """The probe's first answer that is neither None nor False, or a failure with the last one."""
    deadline = time.monotonic() + seconds
    pause = 0.05
    while True:
        found = probe()
        if found is not None and found is not False:
            return found
        if time.monotonic() >= deadline:
            pytest.fail(f"{what}: not within {seconds:g} s")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.5)


def kubectl(*arguments: str, body: object = None, check: bool = True) -> str:
    """Run kubectl; what it prints."""
    done = subprocess.run(
        ["kubectl", *arguments],
        input=None if body is None else json.dumps(body),
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    if check and done.returncode:
        pytest.fail(f"kubectl {' '.join(arguments)}: {done.stderr}")
    return done.stdout if done.returncode == 0 else done.stderr


@dataclass
class Operator:
    """The operator as a process; its log goes to a file."""

    environment: Mapping[str, str]
    log: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it is ready."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "nexync_operator", "run"],
                env={**os.environ, **self.environment},
                stdout=out,
                stderr=out,
            )
        eventually("the operator is ready", lambda: self.get("/readyz").startswith("200"), 90)

    def get(self, path: str) -> str:
        """Status and body of a request to the admin port; empty when nobody listens."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
                text = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
        except OSError:
            return ""
        head, _, body = text.partition("\r\n\r\n")
        return f"{head.split()[1]} {body}"

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it, gently or not."""
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(timeout=20)
        assert code == (0 if number == signal.SIGTERM else -number)
        self.process = None

    def release(self, *arguments: str) -> None:
        """What the pre-delete hook of its chart runs."""
        subprocess.run(
            [sys.executable, "-m", "nexync_operator", "release", *arguments],
            env={**os.environ, **self.environment},
            check=True,
            timeout=60,
            stderr=subprocess.DEVNULL,
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
        seconds: float = 20,
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
        text = kubectl(
            "-n", self.namespace, "get", "events", "-o", "json",
            "--field-selector", f"involvedObject.name={name}",
        )  # fmt: skip
        return [one["reason"] for one in json.loads(text)["items"]]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One namespace and one operator for the whole suite; both go at the end."""
    required("KUBECONFIG")
    bootstrap = required("NEXYNC_KAFKA_BOOTSTRAP")
    if CRDS not in kubectl("get", "crd", "-o", "name"):
        rendered = subprocess.run(
            ["helm", "template", "nexync-crds", str(ROOT / "charts/nexync-crds")],
            capture_output=True,
            check=True,
            timeout=60,
        )
        subprocess.run(
            ["kubectl", "apply", "--server-side", "-f", "-"],
            input=rendered.stdout,
            check=True,
            timeout=60,
        )
    namespace = f"op-topic-{uuid.uuid4().hex[:6]}"
    kubectl("create", "namespace", namespace)
    kubectl(
        "-n", namespace, "create", "secret", "generic", "backends",
        f"--from-literal=kafka-bootstrap={bootstrap}",
    )  # fmt: skip
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    operator = Operator(
        {
            "NEXYNC_WATCH_NAMESPACES": namespace,
            "NEXYNC_ADMIN_PORT": str(port),
            "NEXYNC_HOST": "127.0.0.1",
            "NEXYNC_LOG_FORMAT": "json",
            "NEXYNC_LOG_LEVEL": "debug",
            "NEXYNC_RESYNC_SECONDS": "2",
            "NEXYNC_RETRY_MAX_SECONDS": "2",
            "NEXYNC_DELETE_SECONDS": "6",
        },
        tmp_path_factory.mktemp("operator") / "log",
        port,
    )
    made = World(namespace, bootstrap, operator, KafkaTopicAdmin(bootstrap))
    try:
        operator.start()
        yield made
    finally:
        operator.release()
        if operator.process is not None:
            operator.stop()
        sys.stdout.write(operator.log.read_text())
        kubectl("delete", "namespace", namespace, "--wait=false")
        for topic in made.made:
            if made.kafka.describe(topic) is not None:
                made.kafka.delete(topic)
