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

_FRAME_BYTES = 262
"""Payload of the event frame that a message of the sockets program becomes."""
_FRAME_SLACK = 8
"""Digits of counters, and the sender's acks among the bytes."""
_DELIVERIES_A_SECOND = (30_000, 80_000)
"""A fifth and a half of a core or more. A server that mostly sleeps pays for cold caches and for waking its readers
at each message, so the ratio to the floor depends on the rate: both are shown."""
_SECONDS = 5


async def fanout(wires: Wires, rooms: tuple[int, ...] = (1_000, 5_000)) -> Section:
    """Deliveries per second of server CPU, one message at a time and four a burst."""
    figures: list[Figure] = []
    for size in rooms:
        for deliveries in _DELIVERIES_A_SECOND:
            figures += await _room(wires, size, deliveries / size)
    return Section(
        "Fan-out: one frame to every socket of a room",
        "python -m nexync_bench fanout",
        tuple(figures),
    )


async def _room(wires: Wires, size: int, rate: float) -> list[Figure]:
    instance = Instance()
    port = gateway_port(wires)
    messages = max(20, round(rate * _SECONDS))
    at = f"{size} sockets, {rate:.0f} messages/s"
    async with owners(wires, 1) as ((person, chat),):
        lines = [(cookie(person), chat if number == 0 else "-") for number in range(size)]
        before = _floor(size, messages, rate)
        with (
            instance.pinned("gateway-1", SERVER_CORE),
            sockets(port, "/ws", wires.page, lines, core=CLIENT_CORE) as clients,
        ):
            _of_the_floors_size(clients.stat(), clients.run(rate, 10 / rate))
            single = _measured(instance, clients, rate, messages, 1)
            burst = _measured(instance, clients, rate, messages, 4)
        after = _floor(size, messages, rate)
    lowest = (before + after) / 2
    return [
        Figure(
            f"{at}: C floor",
            f"{lowest:.0f} k/core",
            "",
            f"{_FRAME_BYTES} bytes; {before:.0f} before and {after:.0f} after the gateway",
        ),
        Figure(
            f"{at}: gateway",
            f"{single:.0f} k/core = {single / lowest:.2f} of the floor",
            "≥ 0.9",
        ),
        Figure(
            f"{at}: gateway, four a burst",
            f"{burst:.0f} k/core = {burst / single:.1f} times uncoalesced",
            "≥ 3.5",
        ),
    ]


def _of_the_floors_size(before: Counts, after: Counts) -> None:
    """The floor's frames are as large as real ones. Raises RuntimeError when the contract has grown away from it."""
    payload = (after.bytes - before.bytes) / max(1, after.events - before.events) - 4
    if abs(payload - _FRAME_BYTES) > _FRAME_SLACK:
        msg = f"an event frame has {payload:.0f} bytes, the floor sends {_FRAME_BYTES}"
        raise RuntimeError(msg)


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
