"""Writes of one loop tick, joined: each connection gets one write a tick, however many frames there are."""

from collections.abc import Callable, Iterable
from typing import Protocol

from svc_gateway.metrics import Counts


class Outlet(Protocol):
    """A socket as the fan-out sees it."""

    out: list[bytes]
    """Frames of this tick, ready for the wire."""

    def write(self, data: bytes) -> None:
        """Hand the bytes to the transport. Never blocks, never raises."""
        ...


class Flusher:
    """Collects frames of a tick. Bounded by the tick; what a transport buffers has its own policy."""

    __slots__ = ("_call_soon", "_counts", "_dirty", "_scheduled")

    def __init__(self, call_soon: Callable[[Callable[[], None]], object], counts: Counts) -> None:
        self._call_soon = call_soon
        self._counts = counts
        self._dirty: list[Outlet] = []
        self._scheduled = False

    def push(self, outlet: Outlet, frame: bytes) -> None:
        """Queue one encoded frame for one socket."""
        out = outlet.out
        if not out:
            self._dirty.append(outlet)
            if not self._scheduled:
                self._scheduled = True
                self._call_soon(self.flush)
        out.append(frame)

    def fan_out(self, outlets: Iterable[Outlet], frame: bytes) -> None:
        """Queue one encoded frame for many sockets; the loop of the whole service."""
        dirty = self._dirty
        count = 0
        for outlet in outlets:
            out = outlet.out
            if not out:
                dirty.append(outlet)
            out.append(frame)
            count += 1
        if dirty and not self._scheduled:
            self._scheduled = True
            self._call_soon(self.flush)
        self._counts.deliveries += count

    def flush(self) -> None:
        """Write out. Sockets with the same frames share one bytes object, also in the kernel's queue."""
        self._scheduled = False
        dirty, self._dirty = self._dirty, []
        last: list[bytes] = []
        joined = b""
        for outlet in dirty:
            out = outlet.out
            if len(out) == 1:
                data = out[0]
            elif not out:
                continue
            elif out == last:
                data = joined
            else:
                last = out.copy()
                data = joined = b"".join(out)
            out.clear()
            outlet.write(data)
