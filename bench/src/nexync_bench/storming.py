"""A reconnect storm: 5,000 clients of one gateway lose their sockets and come back at once, while others talk.

While they are away, each of their chats gets messages. Each comes back with the head that it has, so all that it gets
is what it missed. A client that is turned away comes again within a second, as clients do. The storm's clients, the
others and who sends share one core, so what the others wait for is also these programs' own work.
"""

import asyncio
import functools
import time

from nexync_bench.figures import Figure, Section
from nexync_bench.instance import CLIENT_CORE, Instance, cookie, gateway_port, owners
from nexync_bench.native import Counts, Sockets, sockets
from nexync_e2e.settings import Wires

_EACH = 50
_OTHERS = 20
_OTHERS_EACH = 10
_OTHERS_RATE = 200
_MISSED = 4
"""Messages that each chat gets while its readers are away."""
_SECONDS = 5.0
_STORM_SECONDS = 60.0


async def storming(wires: Wires, people: int = 100) -> Section:
    """Whether all are caught up and how long it takes, and what the others notice."""
    instance, port = Instance(), gateway_port(wires)
    async with owners(wires, people + _OTHERS) as known:
        coming, others = known[:people], known[people:]
        storm_lines = [(cookie(person), chat) for person, chat in coming for _ in range(_EACH)]
        other_lines = [
            (cookie(person), chat if number == 0 else "-")
            for person, chat in others
            for number in range(_OTHERS_EACH)
        ]
        writers = [(cookie(person), chat) for person, chat in coming]
        opened = functools.partial(sockets, port, "/ws", wires.page, core=CLIENT_CORE)
        with opened(storm_lines) as storm, opened(other_lines) as talk, opened(writers) as write:
            talk.run(_OTHERS_RATE, 1)
            before = await asyncio.to_thread(_talk, talk)
            storm.drop()
            missed = write.run(200, people * _MISSED / 200)
            if missed.acks < missed.sent:
                msg = f"only {missed.acks} of {missed.sent} messages were taken"
                raise RuntimeError(msg)
            cpu = instance.cpu("gateway-1")
            async with asyncio.TaskGroup() as group:
                during = group.create_task(asyncio.to_thread(_talk, talk))
                await asyncio.sleep(0.5)
                started = time.monotonic()
                found = await asyncio.to_thread(storm.storm, _STORM_SECONDS)
                took = time.monotonic() - started
            meanwhile = during.result()
            cpu = instance.cpu("gateway-1") - cpu
    count, wanted = people * _EACH, missed.sent * _EACH
    return Section(
        f"Reconnect storm of {count:,} clients",
        "python -m nexync_bench storm",
        (
            Figure(
                "caught up",
                f"{found.resumed} of {count} in {found.seconds:.1f} s",
                "all",
                f"{found.again} turned away first and back within a second; {cpu:.1f} s of the gateway's CPU in "
                f"{took:.1f} s, the others' messages included",
            ),
            Figure(
                "events that they had missed",
                f"{found.caught} of {wanted} came, {found.holes} left out, {found.short} clients behind",
                "all, 0, 0",
                f"{_MISSED} messages a chat while its {_EACH} readers were away",
            ),
            Figure(
                f"the others' p99 at {_OTHERS_RATE} messages/s",
                f"{before.p99_ms:.1f} ms before, {meanwhile.p99_ms:.1f} ms in the {_SECONDS:.0f} s of the storm "
                f"= {meanwhile.p99_ms / max(0.01, before.p99_ms):.1f} times",
                "≤ 2 times",
                f"p50 {before.p50_ms:.1f} and {meanwhile.p50_ms:.1f} ms; {_lost(meanwhile)} deliveries missing",
            ),
        ),
    )


def _talk(talk: Sockets) -> Counts:
    return talk.run(_OTHERS_RATE, _SECONDS)


def _lost(counts: Counts) -> int:
    return counts.sent * _OTHERS_EACH - counts.measured
