"""Fan-out: one room, every socket gets every frame; the gateway beside the C loop of send().

The messages take the whole durable way (socket, Kafka, sequencing, Redis); what is counted is the CPU time of
the gateway alone, which includes its admission of the sends. The frames of both sides have the same size and
the same rate: readers that sleep between messages have to be woken, and the sender pays for that.
"""

from nexync_bench.figures import Figure, Section, per_core
from nexync_bench.instance import (
    CLIENT_CORE,
    SERVER_CORE,
    Instance,
    cookie,
    gateway_port,
    owners,
)
from nexync_bench.native import Counts, Sockets, floor, sockets
from nexync_e2e.settings import Wires

_DELIVERIES = 400_000
_FRAME_BYTES = 262
"""Payload of the event frame that a message of the sockets program becomes."""
_DELIVERIES_A_SECOND = 80_000
"""Most of a core: a server that mostly sleeps pays for cold caches and for waking its readers at each message."""


async def fanout(wires: Wires, rooms: tuple[int, ...] = (1_000, 5_000)) -> Section:
    """Deliveries per second of server CPU, one message at a time and four a burst."""
    figures: list[Figure] = []
    for size in rooms:
        figures += await _room(wires, size)
    return Section(
        "Fan-out: one frame to every socket of a room",
        "python -m nexync_bench fanout",
        tuple(figures),
    )


async def _room(wires: Wires, size: int) -> list[Figure]:
    instance = Instance()
    port = gateway_port(wires)
    messages = max(40, _DELIVERIES // size)
    rate = _DELIVERIES_A_SECOND / size
    async with owners(wires, 1) as ((person, chat),):
        lines = [(cookie(person), chat if number == 0 else "-") for number in range(size)]
        before = _floor(size, messages, rate)
        with (
            instance.pinned("gateway-1", SERVER_CORE),
            sockets(port, "/ws", wires.page, lines, core=CLIENT_CORE) as clients,
        ):
            clients.run(rate, 10 / rate)
            single = _measured(instance, clients, rate, messages, 1)
            burst = _measured(instance, clients, rate, messages, 4)
        after = _floor(size, messages, rate)
    lowest = (before + after) / 2
    return [
        Figure(
            f"{size} sockets, C floor",
            f"{lowest:.0f} k/core",
            "",
            f"{_FRAME_BYTES} bytes, {rate:.0f} a second; {before:.0f} before and {after:.0f} after the gateway",
        ),
        Figure(
            f"{size} sockets, gateway",
            f"{single:.0f} k/core = {single / lowest:.2f} of the floor",
            "≥ 0.9",
        ),
        Figure(
            f"{size} sockets, four messages a burst",
            f"{burst:.0f} k/core = {burst / single:.1f} times uncoalesced",
            "≥ 3.5",
        ),
    ]


def _floor(size: int, messages: int, rate: float) -> float:
    """Thousand deliveries a CPU second of the C loop, at the same rate and size of frames."""
    with floor(size, server_core=SERVER_CORE, client_core=CLIENT_CORE) as server:
        server.fan(10, _FRAME_BYTES, rate)
        return per_core(*server.fan(messages, _FRAME_BYTES, rate))


def _measured(
    instance: Instance, clients: Sockets, rate: float, messages: int, burst: int
) -> float:
    """Thousand deliveries a CPU second of the gateway."""
    before, cpu = clients.stat(), instance.cpu("gateway-1")
    after = clients.run(
        rate * (1 if burst == 1 else 2), messages / rate / (1 if burst == 1 else 2), burst
    )
    cpu = instance.cpu("gateway-1") - cpu
    events = after.events - before.events
    _complete(after, events, messages)
    return per_core(events, cpu)


def _complete(after: Counts, events: int, messages: int) -> None:
    wanted = after.sent * after.open
    if events < wanted or after.sent < messages * 0.9:
        msg = f"{events} of {wanted} deliveries came ({after})"
        raise RuntimeError(msg)
