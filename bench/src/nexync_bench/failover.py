"""How long a killed persister's partitions stay silent."""

import asyncio
import itertools
import os
import signal
import time
from functools import partial

from nexync_bench.figures import Figure, Section
from nexync_bench.instance import Instance, owners
from nexync_contracts.ids import ChatId, Stream, chat_stream, is_chat_stream
from nexync_e2e.client import Device
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until_true

_PEOPLE = 16
_EVERY_SECONDS = 0.1
_WARM = 10


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
                pid = await asyncio.to_thread(_pid, name)
                await until_true(
                    partial(_all_warm, times),
                    "every chat delivers before the kill",
                    seconds=60,
                )
                at = time.monotonic()
                os.kill(pid, signal.SIGKILL)
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


def _all_warm(times: dict[Stream, list[float]]) -> bool:
    return all(len(seen) >= _WARM for stream, seen in times.items() if is_chat_stream(stream))


def _pid(name: str) -> int:
    return Instance().pid(name)


def _silence(times: list[float], at: float) -> float:
    """The longest time without an event from the last one before the kill on; infinite when none came after it."""
    before = [moment for moment in times if moment <= at]
    after = [moment for moment in times if moment > at]
    if not before or not after:
        return float("inf")
    return max(later - earlier for earlier, later in itertools.pairwise([before[-1], *after]))


async def _write(device: Device, chat: ChatId, stop: asyncio.Event) -> None:
    async with device.running():
        number = 0
        while not stop.is_set():
            number += 1
            await device.send(chat, f"{number}")
            await asyncio.sleep(_EVERY_SECONDS)
