"""The two C programs: built with make, driven by lines."""

import contextlib
import json
import os
import selectors
import socket
import subprocess
import tempfile
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import IO

from pydantic import BaseModel, ConfigDict

_FOLDER = Path(__file__).resolve().parents[2] / "native"
_BUILD = _FOLDER / "build"


class Counts(BaseModel):
    """An answer of the sockets program: totals since its start; latency and `sent` are of the last run."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    open: int
    frames: int
    events: int
    acks: int
    rejected: int
    retries: int
    errors: int
    bytes: int
    sent: int
    seconds: float
    measured: int
    p50_ms: float
    p99_ms: float


class Storm(BaseModel):
    """How all sockets came back at once; see native/sockets.c."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    resumed: int
    again: int
    caught: int
    holes: int
    short: int
    seconds: float


def build() -> None:
    """Compile what is out of date. Raises CalledProcessError with the compiler's words on standard error."""
    subprocess.run(["make", "-s", "-C", str(_FOLDER)], check=True, timeout=120)


def build_centrifuge() -> None:
    """Build the server on centrifuge with Go; the first time its modules are fetched. Raises CalledProcessError."""
    subprocess.run(["make", "-s", "-C", str(_FOLDER), "centrifuge"], check=True, timeout=1_800)


def build_socketio() -> None:
    """Install what the server on Socket.IO needs, by its lock file. Raises CalledProcessError."""
    subprocess.run(["make", "-s", "-C", str(_FOLDER), "socketio"], check=True, timeout=600)


class _Program:
    """A child with line pipes, pinned to one core; each wait for a line has a limit."""

    def __init__(self, command: list[str], core: int) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        os.sched_setaffinity(self.process.pid, {core})

    def line(self, seconds: float) -> str:
        """The next line. Raises TimeoutError, or RuntimeError when the program has ended."""
        out = _pipe(self.process.stdout)
        with selectors.DefaultSelector() as selector:
            selector.register(out, selectors.EVENT_READ)
            if not selector.select(seconds):
                msg = f"no answer from {self.process.args} within {seconds:g} s"
                raise TimeoutError(msg)
        text = out.readline()
        if not text:
            msg = f"{self.process.args} ended with {self.process.wait(5)}"
            raise RuntimeError(msg)
        return text.strip()

    def write(self, text: str) -> None:
        """Send a line."""
        pipe = _pipe(self.process.stdin)
        pipe.write(text + "\n")
        pipe.flush()

    def close(self) -> None:
        """End the program."""
        self.process.kill()
        self.process.wait(10)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        msg = "the program has no pipe"
        raise RuntimeError(msg)
    return pipe


class Sockets(_Program):
    """Many clients (see native/sockets.c)."""

    def stat(self) -> Counts:
        """Counts so far."""
        self.write("stat")
        return Counts.model_validate(json.loads(self.line(10)))

    def run(self, rate: float, seconds: float, burst: int = 1) -> Counts:
        """Send at a rate; returns when everything arrived or 10 s after the last send."""
        self.write(f"run {rate} {seconds} {burst}")
        return Counts.model_validate(json.loads(self.line(seconds + 60)))

    def drop(self) -> None:
        """Close all of them."""
        self.write("drop")
        self.line(30)

    def storm(self, seconds: float) -> Storm:
        """Connect them all at once and wait, no longer than that, until all are resumed."""
        self.write(f"storm {seconds}")
        return Storm.model_validate(json.loads(self.line(seconds + 30)))


class Floor(_Program):
    """The C loop of send() (see native/floor.c)."""

    def fan(self, rounds: int, size: int, rate: float = 0.0) -> tuple[int, float]:
        """Deliveries and CPU seconds of so many frames of `size` payload bytes to every socket.

        `rate` is rounds a second, 0 for no pause.
        """
        self.write(f"fan {rounds} {size} {rate}")
        deliveries, microseconds = self.line(120).split()
        return int(deliveries), int(microseconds) / 1e6


@contextlib.contextmanager
def sockets(
    port: int,
    path: str,
    origin: str,
    lines: Iterable[tuple[str, str]],
    *,
    core: int,
    ready: bool = True,
    dialect: str = "nexync",
) -> Generator[Sockets]:
    """Clients, one per (cookie header or -, chat or -); open and resumed when the block starts."""
    with tempfile.NamedTemporaryFile("w", suffix=".sockets") as file:
        wanted = 0
        for cookie, chat in lines:
            file.write(f"{cookie} {chat}\n")
            wanted += 1
        file.flush()
        program = Sockets(
            [str(_BUILD / "sockets"), str(port), path, origin, file.name, dialect], core
        )
        try:
            if ready:
                said = program.line(180)
                if said != f"ready {wanted}":
                    msg = f"{wanted} sockets wanted, the program said: {said}"
                    raise RuntimeError(msg)
            yield program
        finally:
            program.close()


@contextlib.contextmanager
def floor(count: int, *, server_core: int, client_core: int) -> Generator[Floor]:
    """The floor server with so many clients connected."""
    port = _free_port()
    server = Floor([str(_BUILD / "floor"), str(port), str(count)], server_core)
    try:
        if server.line(10) != "listening":
            msg = "the floor server doesn't listen"
            raise RuntimeError(msg)
        nobody = [("-", "-")] * count
        with sockets(port, "/", "http://127.0.0.1", nobody, core=client_core):
            server.line(30)
            yield server
    finally:
        server.close()


@contextlib.contextmanager
def centrifuge(*, core: int, redis: str = "-") -> Generator[tuple[Floor, int]]:
    """The server on centrifuge, which takes the floor's commands, and its port; `redis` is host:port or -."""
    port = _free_port()
    server = Floor([str(_BUILD / "centrifuge"), str(port), redis], core)
    try:
        if server.line(10) != "listening":
            msg = "the server on centrifuge doesn't listen"
            raise RuntimeError(msg)
        yield server, port
    finally:
        server.close()


@contextlib.contextmanager
def socketio(*, core: int, redis: str) -> Generator[tuple[subprocess.Popen[str], int]]:
    """The server on Socket.IO, and its port; `redis` is host:port."""
    port = _free_port()
    command = ["node", str(_FOLDER / "socketio" / "main.cjs"), str(port), redis]
    server = _Program(command, core)
    try:
        if server.line(20) != "listening":
            msg = "the server on Socket.IO doesn't listen"
            raise RuntimeError(msg)
        yield server.process, port
    finally:
        server.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
