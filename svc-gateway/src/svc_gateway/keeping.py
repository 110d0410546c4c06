"""Open sockets: pings, the dead, the slow, the old. One sweep a second, a twentieth of the sockets each."""

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from random import Random
from typing import Final, Protocol

from nexync_contracts.errors import CloseCode
from nexync_contracts.frames import DrainFrame
from svc_gateway import frames
from svc_gateway.framing import PING_FRAME
from svc_gateway.metrics import Counts
from svc_gateway.outbox import Flusher, Pending

PING_SECONDS: Final = 20
DEAD_SECONDS: Final = 45.0
"""Nothing heard for so long, although it was pinged twice."""

SLOW_SECONDS: Final = 10.0
"""How long a socket may stay above the transport's high-water mark."""

SLOW_BYTES: Final = 1_048_576
"""What one socket may have buffered at any moment."""

OLD_WITHIN_MS: Final = 20_000
AGE_JITTER: Final = 0.1


class KeptSocket(Protocol):
    """A socket as the keeper sees it."""

    pending: Pending | None
    direct: int
    bucket: int
    host: str
    """Whom the connection came from: an edge, as a rule. Empty where nobody knows."""
    heard_at: float
    """When bytes came last, monotonic seconds."""
    paused_at: float
    """Since when the transport is above its high-water mark; 0 when it isn't."""
    retire_at: float
    """When the socket has to make way for a new one; 0 for never."""

    def write(self, data: bytes | memoryview) -> None: ...

    def close(self, code: int, reason: str) -> None: ...

    def abort(self) -> None:
        """Drop the connection without a word."""
        ...


class Keeper:
    """All open sockets of this gateway."""

    def __init__(
        self, *, flusher: Flusher, counts: Counts, random: Random, max_age: float = 0.0
    ) -> None:
        self._flusher = flusher
        self._counts = counts
        self._random = random
        self._max_age = max_age
        self.hosts: Counter[str] = Counter()
        """How many sockets each host has open here."""
        self._buckets: list[set[KeptSocket]] = [set() for _ in range(PING_SECONDS)]
        self._paused: set[KeptSocket] = set()
        self._next = 0
        self._turn = 0

    def __len__(self) -> int:
        return self._counts.connections

    def __iter__(self) -> Iterator[KeptSocket]:
        return chain.from_iterable(self._buckets)

    def add(self, socket: KeptSocket, now: float) -> None:
        """A socket has opened."""
        socket.bucket = self._next
        self._next = (self._next + 1) % PING_SECONDS
        self._buckets[socket.bucket].add(socket)
        self._counts.connections += 1
        if socket.host:
            self.hosts[socket.host] += 1
        socket.heard_at = now
        if self._max_age:
            jitter = self._random.uniform(1 - AGE_JITTER, 1 + AGE_JITTER)
            socket.retire_at = now + self._max_age * jitter

    def remove(self, socket: KeptSocket) -> None:
        """A socket has closed; harmless for one that never opened."""
        bucket = self._buckets[socket.bucket]
        if socket in bucket:
            bucket.discard(socket)
            self._counts.connections -= 1
            self._forget(socket.host)
        self._paused.discard(socket)

    def _forget(self, host: str) -> None:
        if self.hosts[host] > 1:
            self.hosts[host] -= 1
        else:
            del self.hosts[host]

    def paused(self, socket: KeptSocket) -> None:
        """The socket's transport is above its high-water mark."""
        self._paused.add(socket)

    def resumed(self, socket: KeptSocket) -> None:
        """It is below again."""
        self._paused.discard(socket)

    def slow(self, socket: KeptSocket) -> None:
        """The written policy for a reader that doesn't keep up: it is closed and resumes elsewhere."""
        self._counts.slow_readers += 1
        self._paused.discard(socket)
        socket.close(CloseCode.SLOW_READER, "too slow a reader")

    def tick(self, now: float) -> None:
        """One second of the keeper's work."""
        for socket in [one for one in self._paused if now - one.paused_at > SLOW_SECONDS]:
            self.slow(socket)
        bucket = self._buckets[self._turn]
        self._turn = (self._turn + 1) % PING_SECONDS
        for socket in list(bucket):
            if now - socket.heard_at > DEAD_SECONDS:
                self._counts.dead_sockets += 1
                socket.abort()
                continue
            self._flusher.push(socket, PING_FRAME)
            if socket.retire_at and now > socket.retire_at:
                self._retire(socket, now)

    def _retire(self, socket: KeptSocket, now: float) -> None:
        """First the hint, then, a round of pings later, the close."""
        if now - socket.retire_at > PING_SECONDS:
            socket.close(CloseCode.RESTART, "old")
        else:
            hint = frames.wire(DrainFrame(within_ms=OLD_WITHIN_MS))
            self._flusher.push(socket, hint)
