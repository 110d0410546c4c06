"""One WebSocket connection and its life: handshake, who it is, pauses, close. What its frames mean is `socket`'s."""

import asyncio
from collections.abc import Callable
from typing import Final, cast

from nexync_contracts import limits
from nexync_contracts.errors import CloseCode
from nexync_contracts.frames import (
    WelcomeFrame,
)
from nexync_contracts.ids import PersonId, SessionId, Stream
from svc_gateway import frames
from svc_gateway.entrances import host_of
from svc_gateway.errors import BackendAwayError, SetupFirstError, UnauthenticatedError
from svc_gateway.framing import (
    Decoder,
    encode_close,
)
from svc_gateway.handshake import HEAD_BYTES, head_end, judge
from svc_gateway.keeping import SLOW_BYTES
from svc_gateway.kit import Kit, State
from svc_gateway.looking import EVERY_SECONDS
from svc_gateway.outbox import Pending
from svc_gateway.people import Person

HANDSHAKE_SECONDS: Final = 10.0
RESUME_SECONDS: Final = 10.0
PARTING_SECONDS: Final = 3.0
"""From our close frame to dropping the connection."""

HIGH_WATER_BYTES: Final = 262_144
FEATURES: Final = ("typing", "forwarded", "files", "receipts")
"""What `welcome` says that this gateway takes beyond the frames of the first release."""

NOBODY: Final = PersonId("")
NO_SESSION: Final = SessionId("")


class Connection(asyncio.Protocol):
    """A connection, from the first byte of its handshake to its end."""

    __slots__ = (
        "_decoder",
        "_descriptor",
        "_head",
        "_identity",
        "_kit",
        "_rest",
        "_state",
        "_timer",
        "_transport",
        "bucket",
        "direct",
        "full_at",
        "heard_at",
        "host",
        "live",
        "looking",
        "paused_at",
        "pending",
        "person",
        "retire_at",
        "session",
        "typed_at",
    )

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._transport: asyncio.Transport | None = None
        self._state = State.HEAD
        self._head = b""
        self._decoder: Decoder | None = None
        self._identity = NOBODY
        self._rest: asyncio.TimerHandle | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._descriptor = -1
        self.bucket = 0
        self.full_at = 0.0
        self.direct = -1
        self.heard_at = 0.0
        self.host = ""
        self.live = False
        self.looking: Stream | None = None
        self.paused_at = 0.0
        self.pending: Pending | None = None
        self.person: Person | None = None
        self.retire_at = 0.0
        self.session = NO_SESSION
        self.typed_at = -EVERY_SECONDS

    @property
    def identity(self) -> PersonId:
        """Whose socket it is; nobody's until the token is checked."""
        return self._identity

    @property
    def ended(self) -> bool:
        """Closing or closed."""
        return self._state in {State.CLOSING, State.CLOSED}

    # The transport calls these.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A TCP connection; the handshake has ten seconds."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=HIGH_WATER_BYTES)
        self._descriptor = self._kit.descriptor_of(transport)
        self.host = host_of(transport)
        self._kit.opening += 1
        self._after(HANDSHAKE_SECONDS, self.abort)

    def data_received(self, data: bytes) -> None:
        """Bytes, in whatever state."""
        if self._state is State.OPEN or self._state is State.CLOSING:
            self._read(data)
        elif self._state is State.HEAD:
            self._handshake(data)
        elif self._state is State.WAITING or self._state is State.IDENTIFYING:
            self._head += data
            if len(self._head) > limits.FRAME_BYTES:
                self.abort()

    def pause_writing(self) -> None:
        """The transport holds more than the high-water mark."""
        self.direct = -1
        self.paused_at = self._kit.clock.monotonic()
        self._kit.keeper.paused(self)

    def resume_writing(self) -> None:
        """The reader has caught up."""
        self.paused_at = 0.0
        self._kit.keeper.resumed(self)

    def eof_received(self) -> bool | None:
        """The peer sends no more: close."""
        self._descriptor = self.direct = -1
        return None

    def connection_lost(self, exc: Exception | None) -> None:
        """The end, for whatever reason."""
        del exc
        self._descriptor = self.direct = -1
        self._settle()
        self._state = State.CLOSED
        self._transport = None
        self._cancel_timer()
        self._wake()
        self._leave()

    # Everybody else calls these.

    def write(self, data: bytes | memoryview) -> None:
        """Hand bytes to the transport; past SLOW_BYTES the socket is closed.

        What waits there must leave first, so only when nothing does may the next bytes go past the transport.
        """
        transport = self._transport
        if transport is None or self._state is State.CLOSING:
            return
        transport.write(data)
        waiting = transport.get_write_buffer_size()
        self.direct = -1 if waiting or transport.is_closing() else self._descriptor
        if self.paused_at and waiting > SLOW_BYTES:
            self._kit.keeper.slow(self)

    def close(self, code: int, reason: str) -> None:
        """Send what is queued and a close frame, take part in nothing more, drop after three seconds."""
        transport = self._transport
        if transport is None or self._state in {State.CLOSING, State.CLOSED}:
            return
        if self._state is State.WAITING:
            self.abort()
            return
        if self._state is State.IDENTIFYING:
            transport.resume_reading()
        self._wake()
        self._settle()
        self._state = State.CLOSING
        self.direct = -1
        before = b"" if self.pending is None else self.pending.data()
        transport.write(before + encode_close(code, reason))
        self._leave()
        self._after(PARTING_SECONDS, self.abort)

    def abort(self) -> None:
        """Drop the connection."""
        self._descriptor = self.direct = -1
        if self._transport is not None:
            self._transport.abort()

    # The life of a connection, in order.

    def _handshake(self, data: bytes) -> None:
        transport = self._transport
        if transport is None:
            return
        self._head += data
        end = head_end(self._head)
        if end < 0:
            if len(self._head) > HEAD_BYTES:
                self.abort()
            return
        transport.pause_reading()
        if self._kit.arrivals.at_once():
            self._judge(transport, end)
            return
        self._state = State.WAITING
        self._kit.spawn(self._wait(end), "arrive")

    async def _wait(self, end: int) -> None:
        await self._kit.arrivals.turn()
        if self._state is State.WAITING and self._transport is not None:
            self._judge(self._transport, end)

    def _judge(self, transport: asyncio.Transport, end: int) -> None:
        kit = self._kit
        full = kit.counts.connections + kit.opening > kit.max_connections
        judged = judge(self._head[:end], kit.origins, full=full, leaving=kit.leaving)
        transport.write(judged.response)
        if not judged.opened:
            kit.counts.handshakes_refused += 1
            self._settle()
            self._state = State.CLOSING
            transport.close()
            return
        self._head = self._head[end:]
        self._state = State.IDENTIFYING
        kit.spawn(self._identify(judged.token), "identify")

    async def _identify(self, token: str | None) -> None:
        kit = self._kit
        try:
            identity = await kit.tokens.identify(token or "")
            ended = await kit.windows.ended(identity.session)
        except UnauthenticatedError:
            self.close(CloseCode.UNAUTHENTICATED, "log in first")
            return
        except SetupFirstError:
            self.close(CloseCode.SETUP_FIRST, "set up a second factor first")
            return
        except BackendAwayError:
            self.close(CloseCode.LOST_BACKEND, "try again")
            return
        if ended:
            self.close(CloseCode.SESSION_ENDED, "logged out")
            return
        if kit.leaving:
            self.close(CloseCode.RESTART, "restart")
            return
        transport = self._transport
        if self._state is not State.IDENTIFYING or transport is None:
            return
        self._identity, self.session = identity
        self._settle()
        self._state = State.OPEN
        kit.counts.handshakes += 1
        kit.keeper.add(self, kit.clock.monotonic())
        self._after(RESUME_SECONDS, self._no_resume)
        welcome = WelcomeFrame(
            person=identity.person,
            session=identity.session,
            time=kit.clock.unix_ms(),
            gateway=kit.instance,
            features=FEATURES,
        )
        kit.flusher.push(self, frames.wire(welcome))
        self._decoder = Decoder(limits.FRAME_BYTES)
        head, self._head = self._head, b""
        transport.resume_reading()
        if head:
            self._read(head)

    def _no_resume(self) -> None:
        self.close(CloseCode.RESUME_TIMEOUT, "no resume came")

    def _read(self, data: bytes) -> None:
        """Bytes of frames, once it is known who sends them."""
        raise NotImplementedError

    def _pause(self, seconds: float) -> None:
        """Read nothing for a while: a sender that is too fast is slowed by TCP."""
        if self._transport is None or self._rest is not None:
            return
        self._kit.counts.rests += 1
        self._transport.pause_reading()
        self._rest = self._kit.call_later(seconds, self._wake)

    def _wake(self) -> None:
        if self._rest is None:
            return
        self._rest.cancel()
        self._rest = None
        if self._transport is not None:
            self._transport.resume_reading()

    def _settle(self) -> None:
        """The handshake is over, one way or the other."""
        if self._state in {State.HEAD, State.IDENTIFYING}:
            self._kit.opening -= 1

    def _leave(self) -> None:
        self.pending = None
        self._kit.keeper.remove(self)
        self._kit.looking.leave(self)
        if self.person is not None:
            self._kit.people.leave(self.person, self)
        self._decoder = None if self._state is State.CLOSED else self._decoder

    def _after(self, seconds: float, call: Callable[[], None]) -> None:
        self._cancel_timer()
        self._timer = self._kit.call_later(seconds, call)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
