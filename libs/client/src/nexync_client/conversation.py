"""The conversation with Nexync, without I/O or a clock: what came goes in, what is to be done comes out.

At most two sockets: the *current* one, which everything is written to, and a *candidate*, which is opened when there
is no current one or when its gateway wants to go away. When the candidate has resumed it is the current one, and an
older one is closed. All times are monotonic seconds.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from nexync_client import happenings as tell
from nexync_client.actions import Action, Close, Open, Renew, Write
from nexync_client.ids import ServerClock, client_id
from nexync_client.inbox import Seen, seen_event, seen_skip
from nexync_client.options import Options
from nexync_client.outbox import Command, Outbox, Sending
from nexync_client.streams import OfStream, Streams
from nexync_contracts import frames
from nexync_contracts.errors import TERMINAL_CLOSE_FROM, CloseCode
from nexync_contracts.ids import ClientId, Stream

CONNECT_SECONDS: Final = 10.0
RESUME_SECONDS: Final = 20.0
STEADY_SECONDS: Final = 5.0
"""A socket that lived so long was no failure."""

_HANDSHAKE: Final = (401, 403)
_NO_CLOSE: Final = 1006

Output = Action | tell.Happening


@dataclass(slots=True)
class _Socket:
    number: int
    began: float
    deadline: float
    heard: float
    opened: bool = False
    draining: bool = False
    said: frames.WelcomeFrame | None = None


@dataclass(slots=True)
class _Due:
    """Moments at which something is to be done; None: not at all."""

    open: float | None = None
    check: float | None = None
    pump: float | None = None
    fetch: dict[Stream, float] = field(default_factory=dict[Stream, float])


class Conversation:
    """One client's conversation. After each input, do what `outputs` says; call `wake` at `next_wake`."""

    def __init__(
        self,
        addresses: Sequence[str],
        options: Options,
        *,
        unix_ms: float,
        now: float,
        heads: Mapping[Stream, frames.Head] | None = None,
        dice: random.Random | None = None,
    ) -> None:
        self.outbox = Outbox(options.trust_acks, options.room, options.remember)
        self.streams = Streams(options.only, options.keep, options.history)
        self.streams.begin(heads or {})
        self.clock = ServerClock(unix_ms, now)
        self.ended: int | None = None
        self._addresses = tuple(addresses)
        self._options = options
        self._dice = dice or random.Random()
        self._out: list[Output] = []
        self._turn = 0
        self._numbers = 0
        self._failures = 0
        self._renewing = False
        self._stopped = False
        self._current: _Socket | None = None
        self._candidate: _Socket | None = None
        self._due = _Due()

    @property
    def live(self) -> bool:
        """Whether there is a socket that has resumed."""
        return self._current is not None

    @property
    def current(self) -> int | None:
        """The number of the socket that everything is written to."""
        return self._current.number if self._current is not None else None

    def outputs(self) -> list[Output]:
        """What is to be done and told since the last time, in this order."""
        out, self._out = self._out, []
        return out

    def next_wake(self) -> float | None:
        """When `wake` has something to do, unless something comes before."""
        due = self._due
        moments = [due.open, due.check, due.pump, *due.fetch.values()]
        if self._candidate is not None:
            moments.append(self._candidate.deadline)
        if self._current is not None and self._options.silence_seconds:
            moments.append(self._current.heard + self._options.silence_seconds)
        return min((moment for moment in moments if moment is not None), default=None)

    # What the program wants.

    def start(self, now: float) -> None:
        """Open the first socket."""
        self._open(now)

    def stop(self) -> None:
        """Close everything; nothing is opened any more."""
        self._stopped = True
        for socket in (self._current, self._candidate):
            if socket is not None:
                self._out.append(Close(socket.number))
        self._current = self._candidate = None
        self._due = _Due()

    def new_id(self, now: float) -> ClientId:
        """An id on the server's time."""
        return client_id(self.clock.unix_ms(now))

    def line_up(self, frame: Command, now: float) -> Sending:
        """Send a command; its outcome is told as `Settled`. Raises OutboxFullError."""
        sending = self.outbox.add(frame, now)
        self._pump(now)
        return sending

    def write_again(self, frame: Command) -> None:
        """Write a command once more although nothing asks for it; one that waits for its turn goes out with that."""
        if self.outbox.may_write(frame.id):
            self._write_command(frame)

    def say(self, frame: frames.LookFrame | frames.TypingFrame | frames.PingFrame) -> bool:
        """Write what has no outcome; False when there is no socket for it."""
        return self._write(frame)

    # What the shell saw.

    def opened(self, number: int, now: float) -> None:
        """The handshake is through."""
        socket = self._candidate
        if socket is not None and socket.number == number:
            socket.opened = True
            socket.deadline = now + RESUME_SECONDS

    def lost(self, number: int, code: int, now: float, *, status: int | None = None) -> None:
        """The socket closed with this code, or its handshake failed (with the HTTP status, if there was one)."""
        socket = self._known(number)
        if socket is None or socket.opened:
            self._out.append(tell.SocketClosed(code))
        if socket is None:
            return
        self._forget(socket, code)
        if socket.opened and code >= TERMINAL_CLOSE_FROM:
            self._end(code)
            return
        if (socket.opened and code == CloseCode.UNAUTHENTICATED) or status in _HANDSHAKE:
            self._renewing = True
            self._due.open = None
            self._out.append(Renew())
        self._come_back(socket, now)

    def renewed(self, now: float, *, possible: bool) -> None:
        """What the handshake proves itself with is new, or (not `possible`) never will be."""
        self._renewing = False
        if not possible:
            self._end(CloseCode.UNAUTHENTICATED)
        else:
            self._come_back(None, now)

    def fetched(self, stream: Stream, at_least: int, pieces: Iterable[Seen], now: float) -> None:
        """The chat as REST told it."""
        for piece in pieces:
            self._take(stream, piece, None)
        inbox = self.streams.inboxes[stream]
        if inbox.head < at_least:
            self.unfetched(stream, now, for_good=False)
            return
        self.streams.was_read(stream)
        if inbox.hole:
            self._repair(stream, None)

    def unfetched(self, stream: Stream, now: float, *, for_good: bool) -> None:
        """The chat couldn't be read: try later, unless it is not the reader's any more."""
        if for_good:
            self.streams.was_read(stream)
        elif not self._stopped:
            self._due.fetch[stream] = now + self._options.backoff.delay(1, self._dice)

    def received(self, number: int, frame: frames.ServerFrame, now: float) -> None:
        """A frame came on this socket."""
        socket = self._known(number)
        if socket is None:
            return
        socket.heard = now
        match frame:
            case frames.WelcomeFrame():
                socket.said = frame
                self.clock.set(frame.time, now)
                resume = frames.ResumeFrame(heads=self.streams.heads())
                self._out.append(Write(number, resume))
            case frames.ResumedFrame():
                self._take_over(socket, now)
            case frames.DrainFrame():
                socket.draining = True
                if socket is self._current and self._candidate is None:
                    self._open(now)
            case frames.AckFrame():
                self._out.append(tell.Traced(frame.id, number, "acked"))
                self.outbox.acked(frame.id, now)
                self._pump(now)
            case frames.RetryFrame():
                self._out.append(tell.Traced(frame.id, number, "refused", frame.reason))
                self.outbox.retry(frame.id)
                self._due.pump = now + frame.after_ms / 1000
            case frames.AcceptedFrame():
                self._settle(self.outbox.accepted(frame.id, frame.seq))
            case frames.RejectedFrame():
                self._settle(self.outbox.rejected(frame.id, frame.code))
            case frames.PongFrame():
                pass
            case (
                frames.TypistFrame()
                | frames.OwnChatFrame()
                | frames.ReadFrame()
                | frames.MarkedFrame()
                | frames.ReceiptsFrame()
                | frames.ErrorFrame()
            ):
                self._out.append(tell.Said(frame))
            case _:
                self._received_of_stream(socket, frame)

    def wake(self, now: float) -> None:
        """Do what is due by now."""
        candidate, current = self._candidate, self._current
        if candidate is not None and candidate.deadline <= now:
            self._give_up(candidate, now)
        silence = self._options.silence_seconds
        if current is not None and silence and current.heard + silence <= now:
            self._give_up(current, now)
        if self._due.open is not None and self._due.open <= now:
            self._open(now)
        if self._due.pump is not None and self._due.pump <= now:
            self._due.pump = None
            self._pump(now)
        if self._due.check is not None and self._due.check <= now:
            self._due.check = now + self._options.check_seconds
            self._write(frames.CheckFrame(heads=self.streams.heads_to_check()))
        for stream in [stream for stream, moment in self._due.fetch.items() if moment <= now]:
            del self._due.fetch[stream]
            self._out.append(self.streams.read_again(stream))

    # Sockets.

    def _known(self, number: int) -> _Socket | None:
        return next(
            (
                socket
                for socket in (self._current, self._candidate)
                if socket is not None and socket.number == number
            ),
            None,
        )

    def _forget(self, socket: _Socket, code: int) -> None:
        """Take the socket out; when it was the current one, say so."""
        if socket is self._candidate:
            self._candidate = None
        else:
            self._current = None
            self._due.check = self._due.pump = None
            self._out.append(tell.Away(code))

    def _give_up(self, socket: _Socket, now: float) -> None:
        self._forget(socket, _NO_CLOSE)
        self._out.append(Close(socket.number))
        self._come_back(socket, now)

    def _come_back(self, lost: _Socket | None, now: float) -> None:
        """Have another candidate in a while, if one is wanted and none is on its way."""
        if self._stopped:
            return
        if lost is not None:
            steady = lost.opened and now - lost.began > STEADY_SECONDS
            self._failures = 0 if steady else self._failures + 1
        wanted = self._current is None or self._current.draining
        if wanted and self._candidate is None and not self._renewing:
            self._due.open = now + self._options.backoff.delay(self._failures, self._dice)

    def _open(self, now: float) -> None:
        self._due.open = None
        self._numbers += 1
        address = self._addresses[self._turn % len(self._addresses)]
        self._turn += 1
        self._candidate = _Socket(self._numbers, now, now + CONNECT_SECONDS, now)
        self._out.append(Open(self._numbers, address))

    def _take_over(self, socket: _Socket, now: float) -> None:
        """This socket is the client's from now on; an older one is closed."""
        if socket is not self._candidate or socket.said is None:
            return
        older, self._current, self._candidate = self._current, socket, None
        said = socket.said
        self._out.append(tell.Live(said.gateway, said.person, said.session, said.features))
        self._due.pump = None
        if self._options.repair and self._options.check_seconds:
            self._due.check = now + self._options.check_seconds
        self.outbox.reconnected()
        self._pump(now)
        if older is not None:
            self._out.append(Close(older.number))
        if socket.draining:
            self._open(now)

    def _end(self, code: int) -> None:
        if self.ended is None:
            self.ended = code
            self._out.append(tell.Ended(code))
            self.stop()

    # What is written.

    def _write(self, frame: frames.ClientFrame) -> bool:
        if self._current is None:
            return False
        self._out.append(Write(self._current.number, frame))
        return True

    def _write_command(self, frame: Command) -> None:
        if self._write(frame) and self._current is not None:
            self._out.append(tell.Traced(frame.id, self._current.number, "written"))

    def _pump(self, now: float) -> None:
        if self._current is None or (self._due.pump is not None and now < self._due.pump):
            return
        for frame in self.outbox.due():
            self._write_command(frame)

    def _settle(self, sending: Sending | None) -> None:
        if sending is not None:
            self._out.append(tell.Settled(sending))

    # What comes of streams.

    def _received_of_stream(self, socket: _Socket, frame: OfStream) -> None:
        if self.streams.passes_over(frame):
            return
        match frame:
            case frames.EventFrame():
                self._out.append(tell.Arrived(frame.stream, frame.seq))
                if socket.said is not None and frame.by == socket.said.person:
                    self._settle(self.outbox.accepted(frame.id, frame.seq))
                self.streams.inbox(frame.stream, frame.epoch)
                self._take(frame.stream, seen_event(frame), socket)
            case frames.SkipFrame():
                self.streams.inbox(frame.stream, frame.epoch)
                self._take(frame.stream, seen_skip(frame), socket)
            case frames.ResetFrame():
                self._out.append(tell.WasReset(frame.stream))
                fetch = self.streams.reset(frame)
                if fetch is not None:
                    self._out.append(fetch)
            case frames.GoneFrame():
                self.streams.inbox(frame.stream, 1).gone_at = frame.seq
                self._out.append(tell.Left(frame.stream, frame.seq))

    def _take(self, stream: Stream, piece: Seen, on: _Socket | None) -> None:
        inbox = self.streams.inboxes[stream]
        had_a_hole = inbox.hole
        taken = inbox.take(piece)
        self._out += [tell.Happened(stream, closed) for closed in taken.closed]
        if taken.opened:
            asked = self._options.repair and not self.streams.is_read(stream)
            self._out.append(tell.HoleOpened(stream, inbox.head, asked))
            if asked:
                self._repair(stream, on)
        elif had_a_hole and not inbox.hole:
            self._out.append(tell.HoleClosed(stream))

    def _repair(self, stream: Stream, on: _Socket | None) -> None:
        socket = on or self._current
        if socket is not None and self._options.repair:
            frame = frames.RepairFrame(stream=stream, after=self.streams.inboxes[stream].head)
            self._out.append(Write(socket.number, frame))
