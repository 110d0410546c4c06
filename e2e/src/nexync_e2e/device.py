"""One device: a socket that comes back, resumes by heads, resends, repairs, checks and follows a drain."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncGenerator, Callable
from typing import Final

from pydantic import ValidationError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from nexync_contracts import frames
from nexync_contracts.errors import TERMINAL_CLOSE_FROM, CloseCode
from nexync_contracts.ids import ChatId, ClientId, Stream, is_chat_stream, stream_id
from nexync_e2e.ids import ServerClock, client_id
from nexync_e2e.inbox import Inbox, Seen, seen_event, seen_skip
from nexync_e2e.outbox import Command, Outbox, Sending
from nexync_e2e.person import Person
from nexync_e2e.rest import RefusedError
from nexync_e2e.waiting import until_true

_HANDSHAKE: Final = (401, 403)
_RESUME_SECONDS: Final = 20.0


class Device:
    """A person's device at one or several gateways, tried in turn.

    `repair` off makes a device that never asks for what it lacks. `check_seconds` is its own check of heads.
    `only` names the chats that this device keeps; events of others are passed over. `on_event` is called with
    the stream and the monotonic time of every event frame. `longest_hole` is in seconds; `moves` are the monotonic
    times at which a socket became the device's, `offline` the spans in which it had none after it had one.
    """

    def __init__(
        self,
        person: Person,
        gateways: tuple[str, ...],
        *,
        name: str = "device",
        trust_acks: bool = False,
        repair: bool = True,
        check_seconds: float = 15.0,
        dice: random.Random | None = None,
        on_event: Callable[[Stream, float], None] | None = None,
        only: frozenset[Stream] | None = None,
    ) -> None:
        self.person = person
        self.name = name
        self.inboxes: dict[Stream, Inbox] = {}
        self.outbox = Outbox(trust_acks=trust_acks)
        self.errors: list[frames.ErrorFrame] = []
        self.typists: list[frames.TypistFrame] = []
        self.own_chats: list[frames.OwnChatFrame] = []
        self.marks: list[frames.ReadFrame] = []
        self.close_codes: list[int] = []
        self.gateways_seen: list[str] = []
        self.resets = 0
        self.repairs = 0
        self.live = False
        self.longest_hole = 0.0
        self.moves: list[float] = []
        self.offline: list[tuple[float, float]] = []
        self._offline_since: float | None = None
        self._hole_since: dict[Stream, float] = {}
        self._gateways = gateways
        self._turn = 0
        self._repair = repair
        self._check_seconds = check_seconds
        self._on_event = on_event
        self._only = only
        self._dice = dice or random.Random()
        self._clock = ServerClock()
        self._socket: ClientConnection | None = None
        self._stopping = False
        self._resetting: set[Stream] = set()
        self._group: asyncio.TaskGroup | None = None
        self._successors: set[asyncio.Task[None]] = set()
        self._terminal = False

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator["Device"]:
        """Connected, and kept so, within the block; resumed when the block starts."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            runner = group.create_task(self._run(), name=f"{self.name} run")
            checker = group.create_task(self._check(), name=f"{self.name} check")
            try:
                await until_true(lambda: self.live, f"{self.name} resumed", seconds=30)
                yield self
            finally:
                self._stopping = True
                if self._socket is not None:
                    await self._socket.close()
                runner.cancel()
                checker.cancel()
                for successor in self._successors:
                    successor.cancel()

    async def send(self, chat: ChatId, body: str) -> Sending:
        """Line up a message and write it when the socket takes it; doesn't wait for anything."""
        return await self._line_up(frames.SendFrame(id=self._id(), chat=chat, body=body))

    async def edit(self, chat: ChatId, target: int, body: str) -> Sending:
        """The same for another text of the message `target`."""
        return await self._line_up(
            frames.EditFrame(id=self._id(), chat=chat, target=target, body=body)
        )

    async def delete(self, chat: ChatId, target: int) -> Sending:
        """The same for deleting the message `target`."""
        return await self._line_up(frames.DeleteFrame(id=self._id(), chat=chat, target=target))

    async def react(self, chat: ChatId, target: int, emoji: str, *, on: bool = True) -> Sending:
        """The same for an emoji on the message `target`."""
        return await self._line_up(
            frames.ReactFrame(id=self._id(), chat=chat, target=target, emoji=emoji, on=on)
        )

    def _id(self) -> ClientId:
        return client_id(self._clock.now_ms())

    async def _line_up(self, frame: Command) -> Sending:
        sending = self.outbox.add(frame, time.monotonic())
        await self._pump()
        return sending

    async def send_again(self, sending: Sending) -> None:
        """Write a command once more although nothing asks for it, as an impatient client would."""
        if self._socket is not None and self.live:
            with contextlib.suppress(ConnectionClosed):
                await self._socket.send(sending.frame.model_dump_json())

    async def settled(self, *, seconds: float = 30.0) -> None:
        """Wait until every command has its outcome."""
        await until_true(
            lambda: not self.outbox.unsettled, f"{self.name}: all outcomes", seconds=seconds
        )

    async def caught_up(self, stream: Stream, seq: int, *, seconds: float = 30.0) -> None:
        """Wait until the stream is closed up to `seq`."""
        await until_true(
            lambda: stream in self.inboxes and self.inboxes[stream].head >= seq,
            f"{self.name}: {stream} up to {seq}",
            seconds=seconds,
        )

    async def drop(self) -> None:
        """Lose the connection without a closing handshake; the device comes back by itself."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def write_raw(self, data: str | bytes) -> None:
        """Any bytes as one text (str) or binary (bytes) frame. Raises ConnectionError when not connected."""
        if self._socket is None:
            msg = f"{self.name} isn't connected"
            raise ConnectionError(msg)
        await self._socket.send(data)

    async def _run(self) -> None:
        failures = 0
        while not self._stopping:
            started = time.monotonic()
            url = self._gateways[self._turn % len(self._gateways)]
            self._turn += 1
            await self._session(url)
            while self._successors:
                await asyncio.wait(self._successors)
            if self._terminal:
                return
            failures = 0 if time.monotonic() - started > 5.0 else failures + 1
            await asyncio.sleep(self._dice.uniform(0.02, min(2.0, 0.1 * 2**failures)))

    async def _session(self, url: str) -> None:
        """One socket from handshake to close; notes when the server said not to come back."""
        try:
            async with asyncio.timeout(10.0):
                socket = await connect(
                    url,
                    origin=None,
                    additional_headers={
                        "Origin": self.person.rest.origin,
                        "Cookie": self.person.rest.cookie,
                    },
                    compression=None,
                    max_size=2**22,
                    proxy=None,
                    ping_interval=None,
                    close_timeout=1.0,
                )
        except InvalidStatus as error:
            if error.response.status_code in _HANDSHAKE:
                await self._refresh()
            return
        except (OSError, TimeoutError, WebSocketException):
            return
        try:
            await self._read(socket)
        except (ConnectionClosed, TimeoutError, OSError):
            pass
        finally:
            if self._socket is socket:
                self.live = False
                self._socket = None
                self._offline_since = time.monotonic()
            await socket.close()
        code = socket.close_code or 1006
        self.close_codes.append(code)
        if code == CloseCode.UNAUTHENTICATED:
            await self._refresh()
        self._terminal = self._terminal or code >= TERMINAL_CLOSE_FROM

    async def _refresh(self) -> None:
        with contextlib.suppress(RefusedError, OSError):
            await self.person.rest.refresh()

    async def _read(self, socket: ClientConnection) -> None:
        async with asyncio.timeout(_RESUME_SECONDS) as patience:
            while True:
                data = await socket.recv(decode=False)
                try:
                    frame = frames.server_frame_adapter.validate_json(data)
                except ValidationError as error:
                    msg = f"{self.name} got a frame outside the contract: {data[:200]!r}"
                    raise AssertionError(msg) from error
                if isinstance(frame, frames.WelcomeFrame):
                    self._clock.set(frame.time)
                    self.gateways_seen.append(frame.gateway)
                    await socket.send(self._resume().model_dump_json())
                elif isinstance(frame, frames.ResumedFrame):
                    patience.reschedule(None)
                    await self._take_over(socket)
                elif isinstance(frame, frames.DrainFrame):
                    self._follow_drain(socket)
                else:
                    await self._take(frame, socket)

    def _resume(self) -> frames.ResumeFrame:
        heads: dict[Stream, frames.Head] = {
            stream: (inbox.epoch, inbox.head) for stream, inbox in self.inboxes.items()
        }
        return frames.ResumeFrame(heads=heads)

    async def _take_over(self, socket: ClientConnection) -> None:
        """This socket is the device's from now on; an older one (drained) is closed."""
        older, self._socket = self._socket, socket
        self.live = True
        now = time.monotonic()
        self.moves.append(now)
        if self._offline_since is not None:
            self.offline.append((self._offline_since, now))
            self._offline_since = None
        self.outbox.reconnected()
        await self._pump()
        if older is not None and older is not socket:
            await older.close()

    def _follow_drain(self, socket: ClientConnection) -> None:
        """Have a second socket before the first is closed, as the page has."""
        if self._group is not None and not self._stopping:
            successor = self._group.create_task(
                self._succeed(socket), name=f"{self.name} successor"
            )
            self._successors.add(successor)
            successor.add_done_callback(self._successors.discard)

    async def _succeed(self, drained: ClientConnection) -> None:
        """Sockets until one has taken over from the drained one and ended, or the drained one is gone."""
        while self._socket is drained and not self._stopping and not self._terminal:
            url = self._gateways[self._turn % len(self._gateways)]
            self._turn += 1
            await self._session(url)
            await asyncio.sleep(self._dice.uniform(0.05, 0.2))

    async def _take(self, frame: frames.ServerFrame, socket: ClientConnection) -> None:
        now = time.monotonic()
        if self._passes_over(frame):
            return
        match frame:
            case frames.EventFrame():
                inbox = self._inbox(frame.stream, frame.epoch)
                if self._on_event is not None:
                    self._on_event(frame.stream, now)
                if frame.by == self.person.id:
                    self.outbox.accepted(frame.id, frame.seq)
                await self._take_piece(frame.stream, inbox, seen_event(frame), socket)
            case frames.SkipFrame():
                inbox = self._inbox(frame.stream, frame.epoch)
                await self._take_piece(frame.stream, inbox, seen_skip(frame), socket)
            case frames.ResetFrame():
                self._start_reset(frame)
            case frames.GoneFrame():
                self._inbox(frame.stream, 1).gone_at = frame.seq
            case frames.ErrorFrame():
                self.errors.append(frame)
            case frames.TypistFrame():
                self.typists.append(frame)
            case frames.OwnChatFrame():
                self.own_chats.append(frame)
            case frames.ReadFrame():
                self.marks.append(frame)
            case _:
                await self._take_outcome(frame, now)

    def _passes_over(self, frame: frames.ServerFrame) -> bool:
        return (
            self._only is not None
            and isinstance(
                frame,
                frames.EventFrame | frames.SkipFrame | frames.ResetFrame | frames.GoneFrame,
            )
            and is_chat_stream(frame.stream)
            and frame.stream not in self._only
        )

    async def _take_outcome(self, frame: frames.ServerFrame, now: float) -> None:
        match frame:
            case frames.AckFrame():
                self.outbox.acked(frame.id, now)
                await self._pump()
            case frames.AcceptedFrame():
                self.outbox.accepted(frame.id, frame.seq)
            case frames.RejectedFrame():
                self.outbox.rejected(frame.id, frame.code)
            case frames.RetryFrame():
                self.outbox.retry(frame.id)
                self._later(frame.after_ms / 1000)
            case _:
                pass

    def _inbox(self, stream: Stream, epoch: int) -> Inbox:
        inbox = self.inboxes.get(stream)
        if inbox is None:
            inbox = self.inboxes[stream] = Inbox(epoch=epoch)
        return inbox

    async def _take_piece(
        self, stream: Stream, inbox: Inbox, piece: Seen, socket: ClientConnection
    ) -> None:
        opened = inbox.take(piece)
        now = time.monotonic()
        if opened:
            self._hole_since[stream] = now
            if self._repair:
                self.repairs += 1
                ask = frames.RepairFrame(stream=stream, after=inbox.head)
                await socket.send(ask.model_dump_json())
        elif stream in self._hole_since and not inbox.hole:
            self.longest_hole = max(self.longest_hole, now - self._hole_since.pop(stream))

    def _later(self, seconds: float) -> None:
        if self._group is not None and not self._stopping:
            self._group.create_task(self._pump_after(seconds), name=f"{self.name} retry")

    async def _pump_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._pump()

    async def _pump(self) -> None:
        socket = self._socket
        if socket is None or not self.live:
            return
        for frame in self.outbox.due():
            with contextlib.suppress(ConnectionClosed):
                await socket.send(frame.model_dump_json())

    def _start_reset(self, frame: frames.ResetFrame) -> None:
        self.resets += 1
        if not is_chat_stream(frame.stream):
            self._inbox(frame.stream, frame.epoch).restart(frame.epoch, frame.seq)
            return
        if self._group is not None and frame.stream not in self._resetting:
            self._resetting.add(frame.stream)
            self._group.create_task(self._reset(frame), name=f"{self.name} reset")

    async def _reset(self, frame: frames.ResetFrame) -> None:
        """Read what is missing over REST, to `frame.seq` at least; a continued epoch keeps what is there."""
        try:
            inbox = self._inbox(frame.stream, frame.epoch)
            if inbox.epoch != frame.epoch:
                inbox.restart(frame.epoch, 0)
            chat = ChatId(stream_id(frame.stream))
            history = await self.person.history(chat, after=inbox.head, at_least=frame.seq)
            for piece in history.pieces:
                inbox.take(piece)
        finally:
            self._resetting.discard(frame.stream)

    async def _check(self) -> None:
        while True:
            await asyncio.sleep(self._check_seconds)
            if not (self._repair and self.live and self._socket is not None):
                continue
            heads: dict[Stream, frames.Head] = {
                stream: (inbox.epoch, inbox.head)
                for stream, inbox in sorted(self.inboxes.items())[:64]
            }
            with contextlib.suppress(ConnectionClosed):
                await self._socket.send(frames.CheckFrame(heads=heads).model_dump_json())
