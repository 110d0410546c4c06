"""Memory of an idle connection, of the gateway's process.

The gateway is started anew first: a heap that an earlier load has grown would take the connections for nothing.
"""

import asyncio

from nexync_bench.figures import Figure, Section
from nexync_bench.instance import CLIENT_CORE, Instance, cookie, gateway_port, owners
from nexync_bench.native import sockets
from nexync_e2e.settings import Wires


async def idle(wires: Wires, people: int = 200, each: int = 20) -> Section:
    """Growth of the resident memory by the resumed sockets of so many people, per socket.

    What a person's state takes and what the heap grows by on the way are in it, so it is an upper bound.
    """
    instance = Instance()
    count = people * each
    async with owners(wires, people) as known:
        await asyncio.to_thread(instance.restart, "gateway-1")
        lines = [(cookie(person), "-") for person, _ in known for _ in range(each)]
        port = gateway_port(wires)
        with sockets(port, "/ws", wires.page, lines[:each], core=CLIENT_CORE):
            before = instance.memory("gateway-1")
            with sockets(port, "/ws", wires.page, lines[each:], core=CLIENT_CORE):
                await asyncio.sleep(2)
                after = instance.memory("gateway-1")
    figure = Figure(
        f"{count} idle connections of {people} people",
        f"{(after - before) / (count - each) / 1024:.1f} KiB a connection",
        "≤ 6 KiB",
        "upper bound: the people's state and the heap's growth are in it",
    )
    return Section("Memory of a connection", "python -m nexync_bench idle", (figure,))
