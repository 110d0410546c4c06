"""The processes of the instance under test: killed, frozen, or replaced by a twin with a planted fault.

The instance is spoken to through its own command (`python -m nexync_dev`), so nothing of it is imported.
"""

import asyncio
import contextlib
import itertools
import os
import sys
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx
import psutil
from pydantic import BaseModel, ConfigDict, TypeAdapter

from nexync_e2e.waiting import until

GATEWAYS = ("gateway-1", "gateway-2")
PERSISTERS = ("persister-1", "persister-2")
BROKEN = b"BrokenInvariantError: "
"""How a persister's log says that it stopped because something happened that cannot happen."""

UNFLUSHED = "nexync_persister_unflushed"

BACKENDS = ("postgres", "redis-state", "redis-cache", "rabbitmq", "kafka")


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore")
    name: str
    state: str
    pid: int | None = None


_ROWS: TypeAdapter[list[_Row]] = TypeAdapter(list[_Row])

T = TypeVar("T")


@dataclass(slots=True)
class _StandIn:
    """A process started here in place of a supervised one, and started again when it dies."""

    command: list[str]
    environment: dict[str, str]
    folder: str
    process: asyncio.subprocess.Process | None = None
    starts: int = 0


class Machine:
    """Signals to one instance's processes by their program name."""

    def __init__(self) -> None:
        self._stand_ins: dict[str, _StandIn] = {}

    async def pid(self, name: str) -> int:
        """The process id; waits (≤ 30 s) while the program is between two lives."""
        stand_in = self._stand_ins.get(name)

        async def probe() -> int | None:
            if stand_in is not None:
                process = stand_in.process
                return process.pid if process and process.returncode is None else None
            row = (await self._rows()).get(name)
            return row.pid if row is not None and row.state == "running" else None

        return await until(probe, f"{name} runs", seconds=30, every=0.3)

    async def asked(self, name: str, question: Callable[[psutil.Process], T]) -> T:
        """What the program's process answers; waits (≤ 30 s) for its next life where this one has just ended.

        A supervisor names the process of a program that was killed until it has noticed.
        """

        async def probe() -> T | None:
            with contextlib.suppress(psutil.NoSuchProcess):
                return question(psutil.Process(await self.pid(name)))
            return None

        return await until(probe, f"{name} answers", seconds=30, every=0.1)

    async def ready(self, *names: str) -> None:
        """Wait (≤ 90 s each) until the programs do their work, by what their admin ports say."""
        async with httpx.AsyncClient(timeout=5.0) as client:
            for name in names:

                async def probe(name: str = name) -> bool | None:
                    port = await self.asked(name, _admin_port)
                    with contextlib.suppress(httpx.TransportError):
                        answer = await client.get(f"http://127.0.0.1:{port}/readyz")
                        return True if answer.is_success else None
                    return None

                await until(probe, f"{name} ready", seconds=90, every=0.2)

    async def gathered(self, name: str, *, least: int = 20) -> None:
        """Wait (≤ 30 s) until a persister has just flushed and then decided `least` records that Postgres doesn't have.

        So the next flush is seconds away. By its admin port.
        """
        port = await self.asked(name, _admin_port)
        counts: list[float] = []
        async with httpx.AsyncClient(timeout=5.0) as client:

            async def probe() -> bool | None:
                answer = await client.get(f"http://127.0.0.1:{port}/metrics")
                counts.append(_value(answer.text, UNFLUSHED))
                flushed = any(after < before for before, after in itertools.pairwise(counts))
                return True if flushed and counts[-1] >= least else None

            await until(probe, f"a batch of {name}", seconds=30, every=0.05)

    async def broken_invariants(self) -> int:
        """How often persisters, twins included, have stopped because of a broken invariant, by their logs."""
        folders = {await self.asked(name, psutil.Process.cwd) for name in PERSISTERS}
        logs = [
            log for folder in folders for log in (Path(folder) / "logs").glob("persister-*.log")
        ]
        return sum(log.read_bytes().count(BROKEN) for log in logs)

    async def kill(self, *names: str) -> None:
        """SIGKILL to each with all its children, at the same moment; the supervisor starts them again."""
        families = [await self.asked(name, _family) for name in names]
        processes = [process for family in families for process in family]
        for process in processes:
            with contextlib.suppress(psutil.Error):
                process.kill()

    async def terminate(self, name: str) -> None:
        """SIGTERM: a graceful end, after which the supervisor starts it again."""
        await self.asked(name, _terminated)

    @contextlib.asynccontextmanager
    async def frozen(self, *names: str) -> AsyncGenerator[None]:
        """SIGSTOP for the block, then SIGCONT to those that still live."""
        families = [await self.asked(name, _family) for name in names]
        processes = [process for family in families for process in family]
        for process in processes:
            process.suspend()
        try:
            yield
        finally:
            for process in processes:
                with contextlib.suppress(psutil.Error):
                    process.resume()

    @contextlib.asynccontextmanager
    async def with_fault(self, fault: str, *names: str) -> AsyncGenerator[None]:
        """Twins with `NEXYNC_FAULT` in place of these services for the block."""
        async with asyncio.TaskGroup() as group:
            keepers: list[asyncio.Task[None]] = []
            planted: dict[str, _StandIn] = {}
            for name in names:
                original = await self.asked(name, _as_it_runs)
                original.environment["NEXYNC_FAULT"] = fault
                planted[name] = original
            await asyncio.gather(*(self._dev("stop", name) for name in names))
            for name, stand_in in planted.items():
                self._stand_ins[name] = stand_in
                keepers.append(group.create_task(_keep(stand_in, name), name=f"twin {name}"))
            try:
                await self.ready(*names)
                yield
            finally:
                for keeper in keepers:
                    keeper.cancel()
                await asyncio.wait(keepers, timeout=40)
                for name in names:
                    del self._stand_ins[name]
                await asyncio.gather(*(self._dev("start", name) for name in names))

    async def _rows(self) -> dict[str, _Row]:
        rows = _ROWS.validate_json(await self._dev("status", "--json"))
        return {row.name: row for row in rows}

    async def _dev(self, *arguments: str) -> bytes:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "nexync_dev",
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(90):
            out, err = await process.communicate()
        rows_in_any_state = arguments[0] == "status" and out.lstrip().startswith(b"[")
        if process.returncode != 0 and not rows_in_any_state:
            said = (err or out).decode(errors="replace").strip()
            msg = f"nexync_dev {' '.join(arguments)}: {said}"
            raise RuntimeError(msg)
        return out


def _admin_port(process: psutil.Process) -> str:
    return process.environ()["NEXYNC_ADMIN_PORT"]


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _as_it_runs(process: psutil.Process) -> _StandIn:
    return _StandIn(process.cmdline(), process.environ(), process.cwd())


def _terminated(process: psutil.Process) -> bool:
    process.terminate()
    return True


def _value(metrics: str, name: str) -> float:
    """The sum of a metric in Prometheus' text form."""
    lines = [line for line in metrics.splitlines() if line.startswith((f"{name} ", f"{name}{{"))]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines)


async def _keep(stand_in: _StandIn, name: str) -> None:
    """Run the twin until cancelled, starting it again (at most once a second) when it ends."""
    log = Path(stand_in.folder) / "logs" / f"{name}-twin.log"
    target = log if log.parent.is_dir() else Path(os.devnull)
    with target.open("ab") as out:
        while True:
            stand_in.starts += 1
            process = await asyncio.create_subprocess_exec(
                *stand_in.command,
                env=stand_in.environment,
                cwd=stand_in.folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
            stand_in.process = process
            try:
                await process.wait()
                await asyncio.sleep(1.0)
            finally:
                if process.returncode is None:
                    await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    try:
        async with asyncio.timeout(25):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
