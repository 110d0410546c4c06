"""What both kinds' cluster tests stand on: kubectl, waiting, and the operator as a process of its own."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[3]


def required(name: str) -> str:
    """A variable that the suite can't do without."""
    value = os.environ.get(name)
    if not value:
        pytest.fail(f"{name} is not set; tests marked `cluster` need KUBECONFIG and the backends")
    return value


def eventually(what: str, probe: Callable[[], T | None], seconds: float = 60.0) -> T:
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


def install_crds() -> None:
    """Both kinds, as the chart has them today."""
    rendered = subprocess.run(
        ["helm", "template", "nexync-crds", str(ROOT / "charts/nexync-crds")],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    subprocess.run(
        ["kubectl", "apply", "--server-side", "--force-conflicts", "-f", "-"],
        input=rendered.stdout,
        text=True,
        check=True,
        timeout=60,
    )


def reasons(namespace: str, name: str) -> list[str]:
    """The reasons of a resource's events."""
    text = kubectl(
        "-n", namespace, "get", "events", "-o", "json",
        "--field-selector", f"involvedObject.name={name}",
    )  # fmt: skip
    return [one["reason"] for one in json.loads(text)["items"]]


@contextlib.contextmanager
def namespace_of(purpose: str) -> Generator[str]:
    """A namespace of its own, which goes afterwards."""
    name = f"{purpose}-{uuid.uuid4().hex[:6]}"
    kubectl("create", "namespace", name)
    try:
        yield name
    finally:
        kubectl("delete", "namespace", name, "--wait=false")


def operator_of(namespace: str, log: Path, *, delete_seconds: float) -> Operator:
    """An operator of that namespace alone, with short pauses; not started yet."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        "NEXYNC_WATCH_NAMESPACES": namespace,
        "NEXYNC_ADMIN_PORT": str(port),
        "NEXYNC_HOST": "127.0.0.1",
        "NEXYNC_LOG_FORMAT": "json",
        "NEXYNC_LOG_LEVEL": "debug",
        "NEXYNC_RESYNC_SECONDS": "2",
        "NEXYNC_RETRY_MAX_SECONDS": "2",
        "NEXYNC_DELETE_SECONDS": f"{delete_seconds:g}",
    }
    return Operator(environment, log, port)
