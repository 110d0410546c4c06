"""Nobody stays behind unknowingly: holes are fetched, heads compared."""

import asyncio
from typing import Final

from nexync_contracts import limits
from nexync_contracts.events import MEMBERSHIP_TAGS
from nexync_contracts.ids import Stream
from nexync_runtime import log
from svc_gateway.metrics import Counts
from svc_gateway.ports import Chats, Clock, Sleep, Spawn, Windows
from svc_gateway.ranges import Ranges
from svc_gateway.rooms import Room, Rooms

BULK: Final = 1_000
CONCURRENT: Final = 8
"""Holes that are fetched at the same time; others wait their turn."""

BACKOFF_SECONDS: Final = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0)
ATTEMPTS: Final = 30
"""Tries to close one hole, about 45 s; the comparison of heads starts it again after that."""

_MEMBERSHIP: Final = tuple(b'"tag":"%b"' % tag.encode() for tag in sorted(MEMBERSHIP_TAGS))
_log = log.get("repair")


def changes_members(frame: bytes) -> bool:
    """Whether a fetched event may change memberships. A message's text can't look so: its quotes are escaped."""
    return any(tag in frame for tag in _MEMBERSHIP)


class Mender:
    """Closes holes: one fetch a hole for all sockets of the room."""

    def __init__(
        self,
        *,
        rooms: Rooms,
        ranges: Ranges,
        spawn: Spawn,
        sleep: Sleep,
        clock: Clock,
        counts: Counts,
        off: bool = False,
    ) -> None:
        self._rooms = rooms
        self._ranges = ranges
        self._spawn = spawn
        self._sleep = sleep
        self._clock = clock
        self._counts = counts
        self._turns = asyncio.Semaphore(CONCURRENT)
        self._off = off

    def mend(self, room: Room) -> None:
        """Start on the room's hole, if nobody is at it."""
        if room.mending or self._off:
            return
        room.mending = True
        self._counts.holes += 1
        self._spawn(self._mend(room), "mend")

    async def _mend(self, room: Room) -> None:
        began = self._clock.monotonic()
        try:
            for attempt in range(ATTEMPTS):
                if room.top <= room.last or self._rooms.get(room.stream) is not room:
                    break
                if room.top - room.last > limits.REPAIR_EVENTS:
                    self._rooms.restart(room, room.epoch, room.top)
                    break
                before = room.last
                async with self._turns:
                    await self._fetch(room)
                if room.last == before:
                    wait = BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS) - 1)]
                    await self._sleep(wait)
        finally:
            room.mending = False
        if room.top <= room.last:
            self._counts.holes_repaired += 1
            self._counts.repair_seconds += self._clock.monotonic() - began
        else:
            _log.warning("hole stays", stream=room.stream, after=room.last, to=room.top)

    async def _fetch(self, room: Room) -> None:
        found = await self._ranges.read([(room.stream, room.last, room.top)])
        read = found.get(room.stream)
        if read is None:
            return
        if read.epoch != room.epoch:
            self._rooms.seen(room, read.epoch, read.head)
            return
        for event in read.events:
            if event.seq == room.last + 1:
                self._counts.events_repaired += 1
                self._rooms.offer(
                    room, read.epoch, event.seq, event.frame, parse=changes_members(event.frame)
                )


class Comparer:
    """Compares the heads of all rooms with what Redis, and after a reconnect svc-chat, knows."""

    def __init__(self, *, rooms: Rooms, windows: Windows, chats: Chats) -> None:
        self._rooms = rooms
        self._windows = windows
        self._chats = chats

    async def compare(self, *, ask_chats: bool) -> None:
        """One pass. Raises BackendAwayError."""
        streams = [room.stream for room in self._rooms.all() if room.opened]
        missing: list[Stream] = []
        for start in range(0, len(streams), BULK):
            bulk = streams[start : start + BULK]
            heads = await self._windows.heads(bulk)
            for stream in bulk:
                head = heads.get(stream)
                if head is None:
                    missing.append(stream)
                else:
                    self._see(stream, *head)
        if ask_chats:
            for start in range(0, len(missing), BULK):
                for head in await self._chats.heads(missing[start : start + BULK]):
                    self._see(head.stream, head.epoch, head.seq)

    def _see(self, stream: Stream, epoch: int, seq: int) -> None:
        room = self._rooms.get(stream)
        if room is not None:
            self._rooms.seen(room, epoch, seq)
