"""Writes of one loop tick, joined: each connection gets one write a tick, however many frames there are.

Sockets that get the same bytes get them by one native call, where there is one. What the kernel doesn't take of
them goes to the socket's transport, which keeps it. The bytes of a socket are the same either way.
"""

from collections.abc import Callable, Collection
from typing import Final, Protocol

from svc_gateway.metrics import Counts
from svc_gateway.ports import SendMany

MANY: Final = 2
"""From how many sockets on the native call costs less than their transports."""


class Pending:
    """Frames of this tick that wait for the same sockets: those of `before`, then `frames`."""

    __slots__ = ("before", "frames", "outlets")

    def __init__(self, before: "Pending | None", frame: bytes) -> None:
        self.before = before
        self.frames = [frame]
        self.outlets: list[Outlet] = []
        """Those that wait for this, and those that did until more came for them."""

    def data(self) -> bytes:
        """All of it, ready for the wire."""
        if self.before is None and len(self.frames) == 1:
            return self.frames[0]
        parts: list[bytes] = []
        pending: Pending | None = self
        while pending is not None:
            parts += reversed(pending.frames)
            pending = pending.before
        parts.reverse()
        return b"".join(parts)


class Outlet(Protocol):
    """A socket as the fan-out sees it."""

    pending: Pending | None
    """What it gets at the end of this tick."""

    direct: int
    """The descriptor that takes the next bytes; -1 while only `write` may: some wait already, or the socket ends."""

    def write(self, data: bytes | memoryview) -> None:
        """Hand the bytes to the transport. Never blocks, never raises."""
        ...


class Flusher:
    """Collects frames of a tick. Bounded by the tick; what a transport buffers has its own policy."""

    __slots__ = ("_call_soon", "_counts", "_send_many", "_tick")

    def __init__(
        self,
        call_soon: Callable[[Callable[[], None]], object],
        counts: Counts,
        send_many: SendMany | None = None,
    ) -> None:
        self._call_soon = call_soon
        self._counts = counts
        self._send_many = send_many
        self._tick: list[Pending] = []

    def push(self, outlet: Outlet, frame: bytes) -> None:
        """Queue one encoded frame for one socket."""
        before = outlet.pending
        if before is not None and len(before.outlets) == 1:
            before.frames.append(frame)
            return
        outlet.pending = pending = self._new(before, frame)
        pending.outlets.append(outlet)

    def fan_out(self, outlets: Collection[Outlet], frame: bytes) -> None:
        """Queue one encoded frame for many sockets; the loop of the whole service."""
        if not outlets:
            return
        self._counts.deliveries += len(outlets)
        before: Pending | None = None
        pending = self._new(None, frame)
        following: dict[Pending | None, Pending] = {None: pending}
        for outlet in outlets:
            if outlet.pending is not before:
                before = outlet.pending
                known = following.get(before)
                pending = following[before] = known or self._new(before, frame)
            outlet.pending = pending
            pending.outlets.append(outlet)

    def flush(self) -> None:
        """Write out. Sockets with the same frames share one bytes object, also in the kernel's queue."""
        tick, self._tick = self._tick, []
        for pending in tick:
            alike = [outlet for outlet in pending.outlets if outlet.pending is pending]
            for outlet in alike:
                outlet.pending = None
            if alike:
                self._write(alike, pending.data())

    def _new(self, before: Pending | None, frame: bytes) -> Pending:
        if not self._tick:
            self._call_soon(self.flush)
        pending = Pending(before, frame)
        self._tick.append(pending)
        return pending

    def _write(self, alike: list[Outlet], data: bytes) -> None:
        """The same bytes to some sockets. Descriptors are read and used without anything in between."""
        send_many = self._send_many
        if send_many is None or len(alike) < MANY:
            for outlet in alike:
                outlet.write(data)
            return
        taken = send_many([outlet.direct for outlet in alike], data)
        if taken is None:
            return
        for outlet, count in zip(alike, taken, strict=True):
            if count == 0:
                outlet.write(data)
            elif count < len(data):
                outlet.write(memoryview(data)[count:])
