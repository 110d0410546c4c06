"""One supervised program: what runs, as whom, and when it counts as ready."""

import http.client
import socket
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nexync_dev.config import HOST


@dataclass(frozen=True, slots=True)
class Program:
    """A program under the supervisor.

    `ports` are the names of the ports it listens on, the first being the one people ask for.
    `group_stop` sends the stop signal to all of its processes instead of the first one.
    `stop_seconds` bounds a graceful stop; after it the process group is killed.
    """

    name: str
    command: tuple[str, ...]
    ports: tuple[str, ...]
    ready: Callable[[], bool]
    folder: Path
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    user: str | None = None
    stop_signal: str = "TERM"
    stop_seconds: int = 15
    group_stop: bool = False
    start_seconds: int = 30


def accepts(port: int, hello: bytes = b"", answer: bytes = b"") -> Callable[[], bool]:
    """Ready when a connection is taken and `hello` is answered by something with `answer`."""

    def check() -> bool:
        try:
            with socket.create_connection((HOST, port), timeout=2) as connection:
                if hello:
                    connection.sendall(hello)
                return not answer or answer in connection.recv(512)
        except OSError:
            return False

    return check


def answers(port: int, path: str) -> Callable[[], bool]:
    """Ready when a GET of `path` gives status 200."""

    def check() -> bool:
        connection = http.client.HTTPConnection(HOST, port, timeout=2)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return check


def succeeds(*command: str | Path) -> Callable[[], bool]:
    """Ready when the command ends with status 0."""

    def check() -> bool:
        done = subprocess.run(command, capture_output=True, timeout=10, check=False)
        return done.returncode == 0

    return check
