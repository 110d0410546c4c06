"""Reads a range of a stream: the window in Redis first, svc-chat for what the window lacks."""

from collections.abc import Sequence
from typing import Final

from nexync_contracts import limits
from nexync_contracts.ids import Stream
from svc_gateway.errors import BackendAwayError
from svc_gateway.ports import Chats, Range, Windows

SLACK: Final = 16
"""Events read beyond those asked for, because the window moves on while we ask."""


class Ranges:
    """Ranges of streams for holes and resumes; many streams at once cost one round trip to Redis."""

    def __init__(self, windows: Windows, chats: Chats) -> None:
        self._windows = windows
        self._chats = chats

    async def read(self, wanted: Sequence[tuple[Stream, int, int]]) -> dict[Stream, Range]:
        """For each (stream, after, to): its events from `after` + 1 at least to `to`.

        A stream is missing when neither Redis nor svc-chat could give the whole range.
        """
        found = await self._from_windows(wanted)
        for stream, after, to in wanted:
            if stream in found:
                continue
            try:
                read = await self._chats.events(stream, after, limits.REPAIR_EVENTS)
            except BackendAwayError:
                continue
            kept = cut(read, after, to)
            if kept is not None:
                found[stream] = kept
        return found

    async def _from_windows(self, wanted: Sequence[tuple[Stream, int, int]]) -> dict[Stream, Range]:
        asks = [(stream, after, to - after + SLACK) for stream, after, to in wanted]
        try:
            windows = await self._windows.windows(asks)
        except BackendAwayError:
            return {}
        found: dict[Stream, Range] = {}
        for stream, after, to in wanted:
            window = windows.get(stream)
            kept = None if window is None else cut(window, after, to)
            if kept is not None:
                found[stream] = kept
        return found


def cut(read: Range, after: int, to: int) -> Range | None:
    """The dense part of `read` that begins at `after` + 1, or None if it doesn't reach `to`."""
    expected = after + 1
    kept = [event for event in read.events if event.seq > after]
    for event in kept:
        if event.seq != expected:
            return None
        expected += 1
    if expected <= to:
        return None
    return Range(read.epoch, max(read.head, expected - 1), kept)
