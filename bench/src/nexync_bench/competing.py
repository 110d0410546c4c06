"""Beside others, end to end: the load of `endtoend` through the gateway, centrifuge and Socket.IO, in one run.

The other two pass messages on by Redis alone: nothing is kept, numbered or checked, nobody is authenticated. Each
server process has a core of its own, and only its CPU time counts: of Nexync that is the gateway, which is where the
others do all that they do; what the rest of Nexync takes is in `endtoend`. Go builds one, npm installs the other;
what is not there is left out, and the section says so.
"""

import asyncio
import shutil
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

import psutil

from nexync_bench.figures import Figure, Section, per_core
from nexync_bench.instance import (
    CLIENT_CORE,
    SERVER_CORE,
    Instance,
    cookie,
    gateway_port,
    owners,
)
from nexync_bench.native import (
    Sockets,
    build_centrifuge,
    build_socketio,
    centrifuge,
    socketio,
    sockets,
)
from nexync_e2e.settings import Wires

_ROOMS = 100
_EACH = 10
_RATES = (2_000, 4_000)
"""Messages a second: half of what all of them take, and what fills a core."""
_SECONDS = 5
_ORIGIN = "http://127.0.0.1"


class Reached(NamedTuple):
    """Thousand deliveries a second of the server's CPU, and latency socket to socket in milliseconds."""

    rate: float
    p50: float
    p99: float
    missing: int


async def competing(wires: Wires) -> Section:
    """Deliveries a core of each, and how many times the others' ours are."""
    where = urlsplit(wires.redis_state)
    redis = f"{where.hostname}:{where.port}"
    ours = await _nexync(wires)
    figures = [
        Figure(
            f"{rate:,} messages/s in: gateway, durable",
            f"{reached.rate:.1f} k deliveries/core",
            "",
            _told(reached),
        )
        for rate, reached in ours.items()
    ]
    if shutil.which("go") is None:
        figures.append(_missing("centrifuge 0.40 + Redis", "Go"))
    else:
        await asyncio.to_thread(build_centrifuge)
        theirs = await asyncio.to_thread(_centrifuge, redis)
        figures += _beside("centrifuge 0.40 + Redis", ours, theirs, "≥ 2")
    if shutil.which("npm") is None:
        figures.append(_missing("Socket.IO 4.8 + Redis", "npm"))
    else:
        await asyncio.to_thread(build_socketio)
        theirs = await asyncio.to_thread(_socketio, redis)
        figures += _beside("Socket.IO 4.8 + Redis", ours, theirs, "")
        half = _RATES[0]
        figures.append(
            Figure(
                f"latency at {half:,} messages/s, gateway (durable) to Socket.IO",
                f"p50 {ours[half].p50 / theirs[half].p50:.1f} times,"
                f" p99 {ours[half].p99 / theirs[half].p99:.1f} times",
                "≤ 2",
            )
        )
    return Section(
        "Beside others, end to end, 100 rooms of 10",
        "python -m nexync_bench others",
        tuple(figures),
    )


def _beside(
    name: str, ours: Mapping[int, Reached], theirs: Mapping[int, Reached], target: str
) -> list[Figure]:
    return [
        Figure(
            f"{rate:,} messages/s in: {name}",
            f"{reached.rate:.1f} k deliveries/core;"
            f" the gateway makes {ours[rate].rate / reached.rate:.1f} times that",
            target,
            _told(reached),
        )
        for rate, reached in theirs.items()
    ]


def _told(reached: Reached) -> str:
    return f"{reached.missing} missing, p50 {reached.p50:.1f} ms, p99 {reached.p99:.1f} ms"


def _missing(name: str, tool: str) -> Figure:
    return Figure(name, "not measured", "", f"{tool} is not there, which it needs")


async def _nexync(wires: Wires) -> dict[int, Reached]:
    instance = Instance()
    async with owners(wires, _ROOMS) as people:
        lines = [
            (cookie(person), chat if number == 0 else "-")
            for person, chat in people
            for number in range(_EACH)
        ]
        with (
            instance.pinned("gateway-1", SERVER_CORE),
            sockets(gateway_port(wires), "/ws", wires.page, lines, core=CLIENT_CORE) as clients,
        ):
            return await asyncio.to_thread(_run, clients, lambda: instance.cpu("gateway-1"))


def _rooms() -> list[tuple[str, str]]:
    return [
        (f"room-{room}", f"room-{room}" if number == 0 else "-")
        for room in range(_ROOMS)
        for number in range(_EACH)
    ]


def _centrifuge(redis: str) -> dict[int, Reached]:
    with (
        centrifuge(core=SERVER_CORE, redis=redis) as (server, port),
        sockets(
            port,
            "/connection/websocket",
            _ORIGIN,
            _rooms(),
            core=CLIENT_CORE,
            dialect="centrifuge",
        ) as clients,
    ):
        return _run(clients, lambda: _cpu(server.process.pid))


def _socketio(redis: str) -> dict[int, Reached]:
    path = "/socket.io/?EIO=4&transport=websocket"
    with (
        socketio(core=SERVER_CORE, redis=redis) as (server, port),
        sockets(port, path, _ORIGIN, _rooms(), core=CLIENT_CORE, dialect="socketio") as clients,
    ):
        return _run(clients, lambda: _cpu(server.pid))


def _run(clients: Sockets, cpu: Callable[[], float]) -> dict[int, Reached]:
    clients.run(_RATES[0] / 10, 1)
    return {rate: _at(clients, cpu, rate) for rate in _RATES}


def _at(clients: Sockets, cpu: Callable[[], float], rate: int) -> Reached:
    before, spent = clients.stat(), cpu()
    after = clients.run(rate, _SECONDS)
    spent = cpu() - spent
    events = after.events - before.events
    return Reached(per_core(events, spent), after.p50_ms, after.p99_ms, after.sent * _EACH - events)


def _cpu(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system
