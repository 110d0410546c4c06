"""The subscribing connection: a small asyncio Protocol over hiredis, ten times cheaper a message than a client.

Subscriptions are sent in bulk. A lost connection is made again with a growing delay, and everything wanted is
subscribed again before `on_resubscribed`.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import unquote, urlsplit

import hiredis

from nexync_contracts.channels import stream_channel
from nexync_contracts.ids import Stream
from nexync_runtime import log
from svc_gateway.errors import BackendAwayError

CONNECT_SECONDS: Final = 2.0
CONFIRM_SECONDS: Final = 5.0
RESUBSCRIBE_SECONDS: Final = 30.0
BACKOFF_SECONDS: Final = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
BULK: Final = 1_000
"""Channels in one SUBSCRIBE."""

OnMessage = Callable[[bytes, bytes], None]
_log = log.get("pubsub")


class Connection(asyncio.Protocol):
    """One connection to Redis that only subscribes and pings."""

    def __init__(self, on_message: OnMessage, lost: "asyncio.Future[str]") -> None:
        self._on_message = on_message
        self.lost = lost
        self._reader: Any = hiredis.Reader()
        self._transport: asyncio.Transport | None = None
        self._confirming: deque[tuple[list[int], asyncio.Future[None]]] = deque()
        self._answers: deque[asyncio.Future[None]] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Connected."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Dispatch every whole reply."""
        reader = self._reader
        reader.feed(data)
        while True:
            reply = reader.gets()
            if reply is False:
                return
            if isinstance(reply, list):
                self._pushed(cast("list[bytes]", reply))
            elif isinstance(reply, hiredis.ReplyError):
                self._end(str(reply))
                return
            elif self._answers:
                self._settle(self._answers.popleft())

    def connection_lost(self, exc: Exception | None) -> None:
        """Disconnected: everybody who waits is told."""
        self._end(str(exc) if exc else "closed by Redis")

    def authenticate(self, username: str | None, password: str) -> "asyncio.Future[None]":
        """AUTH; the answer comes in its turn."""
        words = [b"AUTH", *([username.encode()] if username else []), password.encode()]
        return self._ask(words)

    def ping(self) -> "asyncio.Future[None]":
        """PING; answered also between subscriptions."""
        return self._ask([b"PING"])

    def subscribe(self, channels: Sequence[bytes]) -> "asyncio.Future[None]":
        """SUBSCRIBE; done when each channel is confirmed."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._confirming.append(([len(channels)], done))
        self._send([b"SUBSCRIBE", *channels])
        return done

    def unsubscribe(self, channels: Sequence[bytes]) -> None:
        """UNSUBSCRIBE; nobody waits for it."""
        self._send([b"UNSUBSCRIBE", *channels])

    def close(self) -> None:
        """Drop the connection."""
        if self._transport is not None:
            self._transport.abort()

    def _pushed(self, reply: list[bytes]) -> None:
        kind = reply[0]
        if kind == b"message":
            self._on_message(reply[1], reply[2])
        elif kind == b"subscribe" and self._confirming:
            remaining, done = self._confirming[0]
            remaining[0] -= 1
            if remaining[0] == 0:
                self._confirming.popleft()
                self._settle(done)
        elif kind == b"pong" and self._answers:
            self._settle(self._answers.popleft())

    def _ask(self, words: list[bytes]) -> "asyncio.Future[None]":
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answers.append(done)
        self._send(words)
        return done

    def _send(self, words: list[bytes]) -> None:
        if self._transport is not None:
            self._transport.write(pack(words))

    def _end(self, reason: str) -> None:
        self.close()
        if not self.lost.done():
            self.lost.set_result(reason)
        waiting = [done for _, done in self._confirming] + list(self._answers)
        self._confirming.clear()
        self._answers.clear()
        for done in waiting:
            if not done.done():
                done.cancel()

    @staticmethod
    def _settle(done: "asyncio.Future[None]") -> None:
        if not done.done():
            done.set_result(None)


def pack(words: Sequence[bytes]) -> bytes:
    """One command in RESP2."""
    parts = [b"*%d\r\n" % len(words)]
    parts += [b"$%d\r\n%b\r\n" % (len(word), word) for word in words]
    return b"".join(parts)


class RedisChannels:
    """Keeps one subscribing connection alive; `run` is a task of the service."""

    def __init__(
        self,
        url: str,
        *,
        on_message: OnMessage,
        on_lost: Callable[[], None],
        on_resubscribed: Callable[[], None],
        ca_file: Path | None = None,
    ) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or "127.0.0.1"
        self._port = parts.port or 6379
        self._tls = ssl.create_default_context(cafile=ca_file) if parts.scheme == "rediss" else None
        self._username = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._on_message = on_message
        self._on_lost = on_lost
        self._on_resubscribed = on_resubscribed
        self._wanted: dict[Stream, None] = {}
        self._connection: Connection | None = None

    @property
    def connected(self) -> bool:
        """Whether there is a connection on which everything is subscribed."""
        return self._connection is not None

    async def subscribe(self, streams: Iterable[Stream]) -> None:
        """Subscribe; what fails now is subscribed again with the next connection while it is wanted."""
        fresh = list(streams)
        self._wanted.update(dict.fromkeys(fresh))
        connection = self._connection
        if connection is None:
            raise BackendAwayError("redis pub/sub")
        await self._confirmed(connection, fresh, CONFIRM_SECONDS)

    def unsubscribe(self, streams: Iterable[Stream]) -> None:
        """No more messages of these."""
        old = [stream for stream in streams if stream in self._wanted]
        for stream in old:
            del self._wanted[stream]
        connection = self._connection
        if connection is not None:
            for bulk in bulks(old):
                connection.unsubscribe(bulk)

    async def ping(self) -> None:
        """Returns at the answer. Raises BackendAwayError."""
        connection = self._connection
        if connection is None:
            raise BackendAwayError("redis pub/sub")
        await self._answered(connection.ping())

    async def run(self) -> None:
        """Connect, subscribe what is wanted, wait for the loss; for ever."""
        attempt = 0
        first = True
        while True:
            connection = await self._connect()
            if connection is None:
                await asyncio.sleep(BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS) - 1)])
                attempt += 1
                continue
            attempt = 0
            try:
                self._connection = connection
                if not first:
                    _log.info("resubscribed", channels=len(self._wanted))
                    self._on_resubscribed()
                first = False
                reason = await asyncio.shield(connection.lost)
            finally:
                self._connection = None
                connection.close()
            _log.warning("subscribing connection lost", reason=reason)
            self._on_lost()

    async def _connect(self) -> Connection | None:
        loop = asyncio.get_running_loop()
        lost: asyncio.Future[str] = loop.create_future()
        connection = Connection(self._on_message, lost)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await loop.create_connection(
                    lambda: connection, self._host, self._port, ssl=self._tls
                )
                if self._password is not None:
                    await self._answered(connection.authenticate(self._username, self._password))
                await self._answered(connection.ping())
            await self._confirmed(connection, list(self._wanted), RESUBSCRIBE_SECONDS)
        except (TimeoutError, OSError, BackendAwayError):
            connection.close()
            return None
        return connection

    async def _confirmed(
        self, connection: Connection, streams: Sequence[Stream], timeout: float
    ) -> None:
        waiting = [connection.subscribe(bulk) for bulk in bulks(streams)]
        try:
            async with asyncio.timeout(timeout):
                for done in waiting:
                    await self._answered(done)
        except TimeoutError:
            connection.close()
            raise BackendAwayError("redis pub/sub") from None

    @staticmethod
    async def _answered(done: "asyncio.Future[None]") -> None:
        """Wait for an answer; a lost connection cancels the future, not the one who waits."""
        await asyncio.wait({done})
        if done.cancelled():
            raise BackendAwayError("redis pub/sub")


def bulks(streams: Iterable[Stream]) -> Iterable[list[bytes]]:
    """Channels in portions of BULK."""
    rest = iter(streams)
    while bulk := [stream_channel(stream).encode() for stream in islice(rest, BULK)]:
        yield bulk
