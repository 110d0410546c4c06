"""Memory of an idle connection, of the gateway's process.

The gateway is started anew first: a heap that an earlier load has grown would take the connections for nothing.
"""

import asyncio

from nexync_bench.figures import Figure, Section
from nexync_bench.instance import CLIENT_CORE, SERVICES, Instance, cookie, gateway_port, owners
from nexync_bench.native import sockets
from nexync_e2e.settings import Wires


async def idle(wires: Wires, count: int = 2_000) -> Section:
    """Growth of the resident memory by so many resumed sockets of one person, per socket."""
    instance = Instance()
    await asyncio.to_thread(instance.restart, "gateway-1")
    async with owners(wires, 1) as ((person, _),):
        lines = [(cookie(person), "-")] * count
        port = gateway_port(wires)
        with sockets(port, "/ws", wires.page, lines[:100], core=CLIENT_CORE):
            before = instance.memory("gateway-1")
            with sockets(port, "/ws", wires.page, lines, core=CLIENT_CORE):
                await asyncio.sleep(2)
                after = instance.memory("gateway-1")
    if after <= before:
        msg = f"{count} connections took no memory, so nothing was measured"
        raise RuntimeError(msg)
    figures = [
        Figure(
            f"{count} idle connections of one person",
            f"{(after - before) / count / 1024:.1f} KiB a connection",
            "≤ 6 KiB",
            "lower bound, not yet a proof: one person's sockets share state, "
            "and a heap with room hides growth",
        )
    ]
    figures += [
        Figure(
            f"{name}, resident",
            f"{instance.memory(name) / 2**20:.0f} MB",
            "≤ 60 MB idle",
            "after load",
        )
        for name in SERVICES
    ]
    return Section("Memory", "python -m nexync_bench idle", tuple(figures))
