"""What a gateway subscribes to in Redis: the numbers behind the decision.

5,000 connected people with 50 (then 200) chats of ten members each, half of every chat's members on another
gateway. Compared are one channel a stream (a gateway subscribes once for all of its readers) and one channel a
person (the publisher sends every event once for each member). Raw RESP over one connection, as the gateway does.
"""

import asyncio
import os
import socket
import time
from itertools import islice
from urllib.parse import urlsplit
from uuid import UUID

from nexync_bench.figures import Figure, Section
from nexync_e2e.settings import Wires

_PEOPLE = 5_000
_MEMBERS = 10
_BATCH = 1_000
_PUBLISHES = 2_000


async def subscribing(wires: Wires) -> Section:
    """Channels, time, memory and publish cost of both ways."""
    url = os.environ.get("NEXYNC_REDIS_STATE_URL", wires.redis_state)
    figures: list[Figure] = []
    for chats in (50, 200):
        figures += await asyncio.to_thread(_measure, url, chats)
    return Section(
        f"Redis subscriptions of one gateway with {_PEOPLE} people",
        "python -m nexync_bench subscriptions",
        tuple(figures),
    )


def _measure(url: str, chats: int) -> list[Figure]:
    distinct = _PEOPLE * chats // (_MEMBERS // 2)
    streams = [f"s:bench:c:{UUID(int=number)}" for number in range(distinct)]
    people = [f"s:bench:p:{UUID(int=number)}" for number in range(_PEOPLE)]
    by_stream, stream_memory = _subscribe(url, [*streams, *people])
    by_person, person_memory = _subscribe(url, people)
    one = _publish(url, streams[:1])
    ten = _publish(url, people[:_MEMBERS])
    return [
        Figure(
            f"{chats} chats each, a channel a stream",
            f"{distinct + _PEOPLE} channels, {stream_memory / 2**20:.1f} MiB in Redis",
            "",
            f"{by_stream:.2f} s for all, {by_stream / _PEOPLE * 1e6:.0f} µs a connecting person, "
            f"{one:.1f} µs to publish an event",
        ),
        Figure(
            f"{chats} chats each, a channel a person",
            f"{_PEOPLE} channels, {person_memory / 2**20:.1f} MiB in Redis",
            "",
            f"{by_person:.2f} s for all, {by_person / _PEOPLE * 1e6:.0f} µs a connecting person, "
            f"{ten:.1f} µs to publish an event",
        ),
    ]


class _Redis:
    """One connection with pipelined commands."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port or 6379), timeout=60)
        self._file = self.socket.makefile("rb")

    def send(self, *commands: list[str]) -> None:
        """Write commands in one go."""
        out: list[str] = []
        for command in commands:
            out.append(f"*{len(command)}\r\n")
            out += [f"${len(part)}\r\n{part}\r\n" for part in command]
        self.socket.sendall("".join(out).encode())

    def lines(self, count: int) -> list[bytes]:
        """So many lines of answer."""
        return list(islice(self._file, count))

    def used_memory(self) -> int:
        """Redis's own count, bytes."""
        self.send(["INFO", "memory"])
        size = int(self.lines(1)[0][1:])
        text = self._file.read(size + 2).decode()
        return int(text.split("used_memory:")[1].split()[0])

    def close(self) -> None:
        """Close the connection."""
        self._file.close()
        self.socket.close()


def _subscribe(url: str, channels: list[str]) -> tuple[float, int]:
    """Seconds to subscribe to all, a thousand a command, and the memory they take in Redis."""
    watcher, subscriber = _Redis(url), _Redis(url)
    try:
        before = watcher.used_memory()
        start = time.monotonic()
        for first in range(0, len(channels), _BATCH):
            part = channels[first : first + _BATCH]
            subscriber.send(["SUBSCRIBE", *part])
            subscriber.lines(6 * len(part))
        return time.monotonic() - start, watcher.used_memory() - before
    finally:
        subscriber.close()
        watcher.close()


def _publish(url: str, channels: list[str]) -> float:
    """Microseconds to publish one event of 300 bytes to all of the channels, pipelined by 50 events."""
    publisher = _Redis(url)
    text = "x" * 300
    try:
        start = time.monotonic()
        for _ in range(_PUBLISHES // 50):
            publisher.send(*([["PUBLISH", channel, text] for channel in channels] * 50))
            publisher.lines(50 * len(channels))
        return (time.monotonic() - start) / _PUBLISHES * 1e6
    finally:
        publisher.close()
