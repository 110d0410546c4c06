"""How long a killed persister's partitions stay silent."""

import asyncio
import itertools
import os
import signal
import time

from nexync_bench.figures import Figure, Section
from nexync_bench.instance import Instance, owners
from nexync_contracts.ids import ChatId, Stream, chat_stream
from nexync_e2e.client import Device
from nexync_e2e.settings import Wires

_PEOPLE = 16
_EVERY_SECONDS = 0.1


async def failover(wires: Wires, runs: int = 2) -> Section:
    """Kill each persister in turn while 16 chats (spread over all partitions) write ten times a second."""
    figures: list[Figure] = []
    async with owners(wires, _PEOPLE) as people:
        for number in range(1, runs + 1):
            name = f"persister-{number}"
            times: dict[Stream, list[float]] = {chat_stream(chat): [] for _, chat in people}

            def note(stream: Stream, now: float, times: dict[Stream, list[float]] = times) -> None:
                times.setdefault(stream, []).append(now)

            async with asyncio.TaskGroup() as group:
                stop = asyncio.Event()
                for person, chat in people:
                    device = Device(person, wires.gateways, name=person.username, on_event=note)
                    group.create_task(_write(device, chat, stop))
                await asyncio.sleep(3)
                os.kill(Instance().pid(name), signal.SIGKILL)
                at = time.monotonic()
                await asyncio.sleep(14)
                stop.set()
            streams = [chat_stream(chat) for _, chat in people]
            silences = [_silence(times[stream], at) for stream in streams]
            figures.append(
                Figure(
                    f"{name} killed: longest silence of a chat",
                    f"{max(silences):.1f} s",
                    "≤ 10 s",
                    f"{sum(silence > 0.8 for silence in silences)} of {len(silences)} chats were silent",
                )
            )
    return Section("Failover", "python -m nexync_bench failover", tuple(figures))


def _silence(times: list[float], at: float) -> float:
    """Seconds from the last event before the kill's effect to the next one."""
    marks = [moment for moment in times if moment > at - 1]
    if len(marks) < 2:
        return float("inf")
    return max(after - before for before, after in itertools.pairwise(marks))


async def _write(device: Device, chat: ChatId, stop: asyncio.Event) -> None:
    async with device.running():
        number = 0
        while not stop.is_set():
            number += 1
            await device.send(chat, f"{number}")
            await asyncio.sleep(_EVERY_SECONDS)
