"""One WebSocket connection: bytes in, bytes out, and the state that its life needs.

Nothing is awaited here but in the small tasks that a socket has while it reads something: who it is, what it
missed, whether it may send to a chat that isn't in the cache.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, cast

from nexync_contracts import limits
from nexync_contracts.errors import CloseCode
from nexync_contracts.frames import (
    CheckFrame,
    ErrorFrame,
    MarkFrame,
    RepairFrame,
    ResumeFrame,
    WelcomeFrame,
)
from nexync_contracts.ids import PersonId, SessionId, Stream
from svc_gateway import frames
from svc_gateway.conversation import (
    NOT_AGAIN,
    Asking,
    Close,
    Conversation,
    Passing,
    Reading,
    Reply,
)
from svc_gateway.entrances import host_of
from svc_gateway.errors import BackendAwayError, SetupFirstError, UnauthenticatedError
from svc_gateway.framing import (
    CLOSE,
    PING,
    PONG,
    TEXT,
    Decoder,
    Message,
    encode,
    encode_close,
)
from svc_gateway.handshake import HEAD_BYTES, head_end, judge
from svc_gateway.keeping import SLOW_BYTES
from svc_gateway.kit import Kit, State
from svc_gateway.looking import EVERY_SECONDS
from svc_gateway.outbox import Pending
from svc_gateway.people import Person
from svc_gateway.spending import cost_of

HANDSHAKE_SECONDS: Final = 10.0
RESUME_SECONDS: Final = 10.0
PARTING_SECONDS: Final = 3.0
"""From our close frame to dropping the connection."""

HIGH_WATER_BYTES: Final = 262_144
READS: Final = 8
"""Repairs and checks of one socket that wait for their turn; the next is answered with an error."""

FEATURES: Final = ("typing", "forwarded", "files", "receipts")
"""What `welcome` says that this gateway takes beyond the frames of the first release."""

NOBODY: Final = PersonId("")
NO_SESSION: Final = SessionId("")


class Socket(asyncio.Protocol):
    """A connection, from the first byte of its handshake to its end."""

    __slots__ = (
        "_decoder",
        "_descriptor",
        "_head",
        "_identity",
        "_kit",
        "_reads",
        "_rest",
        "_state",
        "_timer",
        "_transport",
        "bucket",
        "conversation",
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
        "sends",
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
        self._reads: deque[Reading] | None = None
        self._rest: asyncio.TimerHandle | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._descriptor = -1
        self.bucket = 0
        self.conversation = Conversation()
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
        self.sends: deque[tuple[Asking, int]] | None = None
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
        decoder = self._decoder
        if decoder is None:
            return
        self.heard_at = self._kit.clock.monotonic()
        messages, error = decoder.feed(data)
        for message in messages:
            self._take(message)
        if error is not None:
            self.close(error.code, error.reason)
        elif messages and self._state is State.OPEN:
            rest = self._kit.budget.rest(self, self.person, cost_of(messages), self.heard_at)
            if rest > 0:
                self._pause(rest)

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

    def _take(self, message: Message) -> None:
        if message.opcode == CLOSE:
            if self._state is State.OPEN:
                self.close(1000, "")
            if self._transport is not None:
                self._transport.close()
        elif self._state is not State.OPEN:
            return
        elif message.opcode == TEXT:
            self._text(message.payload)
        elif message.opcode == PING:
            self._kit.flusher.push(self, encode(PONG, message.payload))

    def _text(self, payload: bytes) -> None:
        kit = self._kit
        kit.counts.frames_in += 1
        step = self.conversation.receive(payload, self.heard_at, kit.clock.unix_ms())
        if isinstance(step, Asking):
            self._send(step)
        elif isinstance(step, Reply):
            if isinstance(step.frame, ErrorFrame):
                kit.counts.bad_frames += 1
            kit.flusher.push(self, frames.wire(step.frame))
        elif isinstance(step, Close):
            kit.counts.stuck_sends += step.reason is NOT_AGAIN
            self.close(step.code, step.reason)
        elif isinstance(step, Passing):
            if isinstance(step, MarkFrame):
                kit.marking.take(step, self, self.person)
            else:
                kit.looking.take(step, self, self.person, self.heard_at)
        else:
            self._queue_read(step)

    def _send(self, frame: Asking) -> None:
        turn = self.conversation.order.turn
        if self.sends is None:
            if self.person is not None and self._kit.admission.admit(self, frame, turn):
                return
            self.sends = deque(((frame, turn),))
            if self.person is not None:
                self._kit.spawn(self._kit.admission.drain(self), "sends")
        else:
            self.sends.append((frame, turn))

    def _queue_read(self, frame: Reading) -> None:
        if isinstance(frame, ResumeFrame):
            self._cancel_timer()
        if self._reads is None:
            self._reads = deque((frame,))
            self._kit.spawn(self._work(), "reads")
        elif len(self._reads) < READS:
            self._reads.append(frame)
        else:
            error = ErrorFrame(code="too_often", message=f"{READS} repairs and checks wait already")
            self._kit.flusher.push(self, frames.wire(error))

    async def _work(self) -> None:
        """Resume, repairs and checks, one after the other."""
        while self._reads and self._state is State.OPEN:
            frame = self._reads[0]
            if isinstance(frame, ResumeFrame):
                await self._resume(frame)
            elif self.person is not None and isinstance(frame, RepairFrame):
                await self._kit.resumer.repair(self.person, self, frame.stream, frame.after)
            elif self.person is not None and isinstance(frame, CheckFrame):
                await self._kit.resumer.check(self.person, self, frame.heads)
            self._reads.popleft()
        self._reads = None

    async def _resume(self, frame: ResumeFrame) -> None:
        kit = self._kit
        try:
            person = await kit.people.enter(self._identity, self)
            ended = await kit.windows.ended(self.session)
        except BackendAwayError:
            self.close(CloseCode.LOST_BACKEND, "try again")
            return
        if self._state is not State.OPEN:
            kit.people.leave(person, self)
            return
        self.person = person
        if ended:
            self.close(CloseCode.SESSION_ENDED, "logged out")
            return
        if self.sends:
            kit.spawn(kit.admission.drain(self), "sends")
        await kit.resumer.resume(person, self, frame.heads)

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
