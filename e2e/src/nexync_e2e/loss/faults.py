"""The faults, by name. Each returns when it is over; the supervisor brings back what was killed."""

import asyncio
import contextlib
import functools
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Final
from urllib.parse import urlsplit

import psycopg

from nexync_e2e.loss.machine import BACKENDS, GATEWAYS, PERSISTERS, Machine
from nexync_e2e.loss.site import Scenario
from nexync_e2e.settings import Wires

Fault = Callable[[Machine, Wires], Awaitable[None]]

_SESSION_TIMEOUT_PASSED: Final = 9.0
"""Seconds of a freeze; a persister's Kafka session times out after 6."""


def _kill(*names: str) -> Fault:
    async def fault(machine: Machine, wires: Wires) -> None:
        del wires
        await machine.kill(*names)

    return fault


async def _freeze_persister(machine: Machine, wires: Wires) -> None:
    del wires
    async with machine.frozen("persister-1"):
        await asyncio.sleep(_SESSION_TIMEOUT_PASSED)


async def _freeze_persister_with_a_batch(machine: Machine, wires: Wires) -> None:
    """Between two of its flushes, so the persister wakes up with a batch that another has written meanwhile."""
    del wires
    await machine.gathered("persister-1")
    async with machine.frozen("persister-1"):
        await asyncio.sleep(_SESSION_TIMEOUT_PASSED)


async def _postgres_and_rebalance(machine: Machine, wires: Wires) -> None:
    del wires
    await machine.kill("postgres")
    await machine.terminate("persister-2")


async def _freeze_kafka_kill_gateways(machine: Machine, wires: Wires) -> None:
    """What was written while Kafka stood still was never acknowledged, so it may not be missed."""
    del wires
    async with machine.frozen("kafka"):
        await asyncio.sleep(2.0)
        await machine.kill(*GATEWAYS)


async def _kill_persisters_before_they_store(machine: Machine, wires: Wires) -> None:
    """While no event can be stored a batch gathers; it has to be decided again by whoever comes next."""
    async with _no_events_stored(wires.postgres):
        await asyncio.sleep(2.0)
        await machine.kill(*PERSISTERS)


@contextlib.asynccontextmanager
async def _no_events_stored(postgres: str) -> AsyncGenerator[None]:
    """A lock that lets everybody read the events, and nobody add any. The persisters' offsets can move."""
    async with (
        await psycopg.AsyncConnection.connect(postgres, connect_timeout=10) as connection,
        connection.transaction(force_rollback=True),
    ):
        await connection.execute("SET LOCAL lock_timeout = '10s'")
        await connection.execute("LOCK TABLE events IN SHARE MODE")
        yield


async def _redis(url: str, *commands: str) -> None:
    """Inline commands, one after another; each has to be answered without an error."""
    parts = urlsplit(url)
    async with asyncio.timeout(10):
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 6379)
        try:
            for command in commands:
                writer.write(command.encode() + b"\r\n")
                answer = await reader.readline()
                if not answer or answer.startswith(b"-"):
                    msg = f"Redis refused {command}: {answer!r}"
                    raise RuntimeError(msg)
        finally:
            writer.close()


async def _cut_redis(machine: Machine, wires: Wires) -> None:
    del machine
    await _redis(wires.redis_state, "CLIENT KILL TYPE normal", "CLIENT KILL TYPE pubsub")


async def _flush_redis(machine: Machine, wires: Wires) -> None:
    del machine
    await _redis(wires.redis_state, "FLUSHALL")


async def _none(machine: Machine, wires: Wires) -> None:
    del machine, wires


FAULTS: Final[dict[str, Fault]] = {
    **{f"kill-{name}": _kill(name) for name in (*GATEWAYS, *PERSISTERS, *BACKENDS)},
    "freeze-persister": _freeze_persister,
    "kill-redis-and-persister": _kill("redis-state", "persister-1"),
    "kill-postgres-and-rebalance": _postgres_and_rebalance,
    "cut-redis": _cut_redis,
    "flush-redis": _flush_redis,
}
"""What the suite injects, in this order."""

SCENARIOS: Final[dict[str, Fault]] = {
    **FAULTS,
    "freeze-persister-with-a-batch": _freeze_persister_with_a_batch,
    "freeze-kafka-kill-gateways": _freeze_kafka_kill_gateways,
    "kill-persisters-before-they-store": _kill_persisters_before_they_store,
    "none": _none,
}
"""All that can be named on the command line; the last ones are for the twins."""

QUICK: Final = ("kill-gateway-1", "kill-persister-1", "cut-redis", "flush-redis")


def chosen(names: str) -> tuple[str, ...]:
    """`all`, `quick` or a comma-separated list. Raises ValueError naming what is unknown.

    `kill-gateway`, `kill-persister` and `kill-backend` stand for each of them.
    """
    groups = {
        "all": tuple(FAULTS),
        "quick": QUICK,
        "kill-gateway": tuple(f"kill-{name}" for name in GATEWAYS),
        "kill-persister": tuple(f"kill-{name}" for name in PERSISTERS),
        "kill-backend": tuple(f"kill-{name}" for name in BACKENDS),
    }
    result: list[str] = []
    for name in (part.strip() for part in names.split(",")):
        found = groups.get(name) or ((name,) if name in SCENARIOS else ())
        if not found:
            msg = f"unknown fault {name!r}; known: {', '.join((*groups, *SCENARIOS))}"
            raise ValueError(msg)
        result += found
    return tuple(result)


def scenarios(names: Sequence[str], machine: Machine, wires: Wires) -> dict[str, Scenario]:
    """The named faults, bound to the machine that they happen on."""
    return {name: functools.partial(SCENARIOS[name], machine, wires) for name in names}
