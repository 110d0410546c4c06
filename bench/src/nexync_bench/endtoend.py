"""Durable end to end: 100 rooms with 10 sockets each, through real Kafka, sequencing and Redis.

A room is a group of one person with ten devices, all on one gateway; only that gateway's CPU time is "gateway
core". The load is open (sent at a rate, whatever comes back). The rates are steps, not the limit of the machine.
"""

from nexync_bench.figures import Figure, Section, per_core
from nexync_bench.instance import (
    CLIENT_CORE,
    SERVICES,
    Instance,
    cookie,
    gateway_port,
    owners,
)
from nexync_bench.native import Counts, Sockets, sockets
from nexync_e2e.settings import Wires

_GATEWAYS = ("gateway-1",)


async def endtoend(
    wires: Wires, rooms: int = 100, rates: tuple[int, ...] = (500, 1_000, 2_000, 4_000)
) -> Section:
    """Deliveries per core at growing rates, and latency at half of the highest that arrives whole."""
    instance = Instance()
    figures: list[Figure] = []
    async with owners(wires, rooms) as people:
        lines = [
            (cookie(person), chat if number == 0 else "-")
            for person, chat in people
            for number in range(10)
        ]
        with sockets(gateway_port(wires), "/ws", wires.page, lines, core=CLIENT_CORE) as clients:
            clients.run(50, 2)
            reached = 0
            for rate in rates:
                counts, figure = _at(instance, clients, rate)
                figures.append(figure)
                late = counts.seconds > 1.3 * counts.sent / rate + 1
                if counts.sent == 0 or late:
                    break
                reached = rate
            half = clients.run(max(20, reached / 2), 6)
            figures.append(
                Figure(
                    f"latency socket to socket at {reached // 2} messages/s",
                    f"p50 {half.p50_ms:.1f} ms, p99 {half.p99_ms:.1f} ms",
                    "p50 ≤ 10 ms, p99 ≤ 30 ms",
                )
            )
    return Section(
        "Durable end to end, 100 rooms of 10", "python -m nexync_bench endtoend", tuple(figures)
    )


def _at(instance: Instance, clients: Sockets, rate: int) -> tuple[Counts, Figure]:
    before = clients.stat()
    gateways, everything = instance.cpu(*_GATEWAYS), instance.cpu(*SERVICES)
    after = clients.run(rate, 5)
    gateways = instance.cpu(*_GATEWAYS) - gateways
    everything = instance.cpu(*SERVICES) - everything
    events = after.events - before.events
    missing = after.sent * 10 - events
    figure = Figure(
        f"{rate} messages/s in",
        f"{per_core(events, gateways):.1f} k deliveries/gateway core, "
        f"{per_core(events, everything):.1f} k/core of all Nexync processes",
        "",
        f"{events} deliveries in {after.seconds:.1f} s, {missing} missing, p50 {after.p50_ms:.1f} ms, "
        f"p99 {after.p99_ms:.1f} ms",
    )
    return after, figure
