"""The running instance: its processes' CPU time and memory, and people to measure with."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Generator, Iterable

import psutil
from pydantic import BaseModel, ConfigDict, TypeAdapter

from nexync_contracts.events import ChatKind
from nexync_contracts.ids import ChatId
from nexync_e2e.client import Person, sign_up
from nexync_e2e.settings import Wires

SERVER_CORE = 0
CLIENT_CORE = 1
SERVICES = ("gateway-1", "gateway-2", "persister-1", "persister-2", "chat", "auth", "mailer")


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore")
    name: str
    state: str
    pid: int | None = None
    port: int | None = None


_ROWS: TypeAdapter[list[_Row]] = TypeAdapter(list[_Row])


class Instance:
    """Processes of the instance by program name."""

    def __init__(self) -> None:
        self._rows: dict[str, _Row] = {}
        self.refresh()

    def refresh(self) -> None:
        """Read again what runs."""
        done = subprocess.run(
            [sys.executable, "-m", "nexync_dev", "status", "--json"],
            capture_output=True,
            timeout=60,
            check=False,
        )
        try:
            rows = _ROWS.validate_python(json.loads(done.stdout))
        except ValueError as error:
            msg = f"no running instance: {done.stderr.decode().strip()}"
            raise RuntimeError(msg) from error
        self._rows = {row.name: row for row in rows}

    def dev(self, *arguments: str) -> None:
        """A command of the instance (up, down, restart …), 180 s at most. Raises CalledProcessError."""
        subprocess.run(
            [sys.executable, "-m", "nexync_dev", *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=180,
        )

    def restart(self, name: str) -> None:
        """Stop and start a program, and wait (≤ 60 s) until it takes connections. Raises CalledProcessError."""
        self.dev("restart", name)
        self.refresh()
        port = self._rows[name].port
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", port or 0), 1),
            ):
                return
            time.sleep(0.2)
        msg = f"{name} takes no connections 60 s after its restart"
        raise RuntimeError(msg)

    def pid(self, name: str) -> int:
        """The process id. Raises LookupError when it doesn't run."""
        row = self._rows.get(name)
        if row is None or row.pid is None:
            msg = f"{name} doesn't run"
            raise LookupError(msg)
        return row.pid

    def port(self, name: str) -> int:
        """The port that it takes requests at. Raises LookupError when it has none."""
        row = self._rows.get(name)
        if row is None or row.port is None:
            msg = f"{name} has no port"
            raise LookupError(msg)
        return row.port

    def cpu(self, *names: str) -> float:
        """CPU seconds so far of these programs with those children of theirs that still run."""
        total = 0.0
        for name in names:
            leader = psutil.Process(self.pid(name))
            for process in (leader, *leader.children(recursive=True)):
                with contextlib.suppress(psutil.NoSuchProcess):
                    times = process.cpu_times()
                    total += times.user + times.system
        return total

    def memory(self, name: str) -> int:
        """Resident bytes of the process."""
        return psutil.Process(self.pid(name)).memory_info().rss

    @contextlib.contextmanager
    def pinned(self, name: str, core: int) -> Generator[None]:
        """The program on one core for the block."""
        pid = self.pid(name)
        before = [os.sched_getaffinity(thread.id) for thread in psutil.Process(pid).threads()]
        _pin(pid, {core})
        try:
            yield
        finally:
            if before:
                _pin(pid, before[0])


def _pin(pid: int, cores: Iterable[int]) -> None:
    for thread in psutil.Process(pid).threads():
        with contextlib.suppress(ProcessLookupError):
            os.sched_setaffinity(thread.id, cores)


def cookie(person: Person) -> str:
    """The Cookie header of the person's session."""
    return person.rest.cookie


def gateway_port(wires: Wires, number: int = 0) -> int:
    """The port of a gateway, from its URL."""
    return int(wires.gateways[number].rsplit(":", 1)[1].split("/")[0])


@contextlib.asynccontextmanager
async def owners(wires: Wires, count: int) -> AsyncGenerator[list[tuple[Person, ChatId]]]:
    """So many people, each with a group that has only them."""
    turn = asyncio.Semaphore(4)

    async def one(number: int) -> tuple[Person, ChatId]:
        async with turn:
            person = await sign_up(wires.page, wires.mail, prefix="b")
            return person, await person.create_chat(ChatKind.GROUP, (), f"Bench {number}")

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(number)) for number in range(count)]
    people = [task.result() for task in tasks]
    try:
        yield people
    finally:
        for person, _ in people:
            await person.close()
