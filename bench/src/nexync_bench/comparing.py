"""Beside centrifuge, the Go library that Centrifugo is: fan-out and memory, by the same clients at the same rates.

It has no history, no presence and no authentication here, and what it publishes goes nowhere but to its sockets. Needs
Go, which builds it the first time; without Go the section says so. No running instance is needed: the gateway's own
ratios to the same floor are those of `fanout`, its memory that of `idle`.
"""

import asyncio
import shutil
import time

import psutil

from nexync_bench.figures import Figure, Section, per_core
from nexync_bench.instance import CLIENT_CORE, SERVER_CORE
from nexync_bench.native import build_centrifuge, centrifuge, floor, sockets
from nexync_e2e.settings import Wires

_PATH = "/connection/websocket"
_ORIGIN = "http://127.0.0.1"
_ROOM = "all"
_FRAME_BYTES = 262
_DELIVERIES_A_SECOND = 80_000
_SECONDS = 5
_IDLE = 4_000
_REST_SECONDS = 2.0


async def comparing(wires: Wires) -> Section:
    """Centrifuge against the floor of the same run."""
    del wires
    title, command = "Beside centrifuge 0.40", "python -m nexync_bench centrifuge"
    if shutil.which("go") is None:
        missing = Figure("centrifuge", "not measured", "", "Go is not there, which builds it")
        return Section(title, command, (missing,))
    await asyncio.to_thread(build_centrifuge)
    figures = [await asyncio.to_thread(_fan, size) for size in (1_000, 5_000)]
    figures.append(await asyncio.to_thread(_idle))
    return Section(title, command, tuple(figures))


def _fan(size: int) -> Figure:
    rate = _DELIVERIES_A_SECOND / size
    rounds = max(20, round(rate * _SECONDS))
    with floor(size, server_core=SERVER_CORE, client_core=CLIENT_CORE) as server:
        server.fan(10, _FRAME_BYTES, rate)
        lowest = per_core(*server.fan(rounds, _FRAME_BYTES, rate))
    with (
        centrifuge(core=SERVER_CORE) as (server, port),
        sockets(
            port, _PATH, _ORIGIN, [(_ROOM, "-")] * size, core=CLIENT_CORE, dialect="centrifuge"
        ) as clients,
    ):
        server.fan(10, _FRAME_BYTES, rate)
        before = clients.stat()
        reached = per_core(*server.fan(rounds, _FRAME_BYTES, rate))
        came = clients.stat().events - before.events
    if came != rounds * size:
        msg = f"{came} of {rounds * size} deliveries of centrifuge came"
        raise RuntimeError(msg)
    return Figure(
        f"{size} sockets, {rate:.0f} messages/s: centrifuge",
        f"{reached:.0f} k/core = {reached / lowest:.2f} of the floor",
        "",
        f"C floor {lowest:.0f} k/core, {_FRAME_BYTES} bytes, one core",
    )


def _idle() -> Figure:
    with centrifuge(core=SERVER_CORE) as (server, port):
        process = psutil.Process(server.process.pid)

        def resident(count: int) -> int:
            lines = [(_ROOM, "-")] * count
            with sockets(port, _PATH, _ORIGIN, lines, core=CLIENT_CORE, dialect="centrifuge"):
                time.sleep(_REST_SECONDS)
                return process.memory_info().rss

        few = resident(20)
        many = resident(_IDLE)
    return Figure(
        f"{_IDLE} idle connections: centrifuge",
        f"{(many - few) / (_IDLE - 20) / 1024:.1f} KiB a connection",
        "",
        "growth of the resident memory, as for the gateway",
    )
