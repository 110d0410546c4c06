"""A whole gateway over fakes: streams, svc-chat, Redis and clients without I/O, on a clock that tests move."""

import asyncio
import base64
import json
import uuid
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from websockets.frames import Frame, Opcode

from nexync_contracts.attachments import Attachment
from nexync_contracts.channels import encode_published, stream_channel
from nexync_contracts.events import (
    MEMBERSHIP_TAGS,
    ChatJoined,
    ChatKind,
    ChatLeft,
    Event,
    EventRecord,
    MemberAdded,
    MemberRemoved,
    MessageCreated,
    Role,
)
from nexync_contracts.ids import (
    AttachmentId,
    ChatId,
    CommandId,
    PersonId,
    SessionId,
    Stream,
    chat_stream,
    person_stream,
)
from nexync_contracts.session import PersonStreams, Span, StreamHead, StreamView
from nexync_runtime.limiting import Budget
from nexync_streams.encoding import encode_frame
from svc_gateway.errors import (
    BackendAwayError,
    NotVisibleError,
    SetupFirstError,
    UnauthenticatedError,
)
from svc_gateway.metrics import Counts
from svc_gateway.ports import Clock, CommandLog, Happened, Identity, Range, SendMany
from svc_gateway.socket import Socket
from svc_gateway.tasks import Nursery
from svc_gateway.wiring import build_core

ORIGIN = "http://chat.example"
UNLIMITED = Budget(1e6, 1_000_000)
PAST_TRANSPORTS = [False]
"""Whether sockets write past their transports, as with the native function; tests run both ways (conftest.py)."""

START_MS = 1_800_000_000_000


def uuid7(time_ms: int) -> str:
    """A UUIDv7 of that time."""
    tail = uuid.uuid4().hex
    head = f"{time_ms:012x}"
    return str(uuid.UUID(f"{head}7{tail[13:16]}{tail[16:]}"[:32]))


def some_id() -> str:
    return str(uuid.uuid4())


class FakeTransport(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closed = False
        self.reading = True
        self.buffered = 0
        self.on_close: Callable[[], None] | None = None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self.closed:
            self.written.append(bytes(data))

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            if self.on_close is not None:
                self.on_close()

    def abort(self) -> None:
        self.close()

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        del high, low

    def get_write_buffer_size(self) -> int:
        return self.buffered

    def is_closing(self) -> bool:
        return self.closed


def no_descriptor(transport: asyncio.BaseTransport) -> int:
    """Nobody writes past this transport."""
    del transport
    return -1


class FakeSending:
    """Writes past fake transports, by number. Every third offer finds the kernel's buffer full, the one before half."""

    def __init__(self) -> None:
        self.transports: list[FakeTransport] = []
        self.offers = 0

    def descriptor_of(self, transport: asyncio.BaseTransport) -> int:
        assert isinstance(transport, FakeTransport)
        self.transports.append(transport)
        return len(self.transports) - 1

    def __call__(self, descriptors: Sequence[int], data: bytes) -> Sequence[int] | None:
        taken = [self._offer(descriptor, data) for descriptor in descriptors]
        return None if set(taken) == {len(data)} else taken

    def _offer(self, descriptor: int, data: bytes) -> int:
        if descriptor < 0:
            return 0
        transport = self.transports[descriptor]
        assert not transport.closed, "written to a descriptor that was given back"
        assert not transport.buffered, "written past what waits"
        self.offers += 1
        size = (len(data), len(data) // 2, 0)[self.offers % 3]
        transport.write(data[:size])
        return size


@dataclass
class FakeLog:
    """Keeps commands; delivers at once, later, or not at all."""

    records: list[tuple[int, bytes, dict[str, Any]]] = field(
        default_factory=list[tuple[int, bytes, dict[str, Any]]]
    )
    waiting: list[Callable[[Exception | None], None]] = field(
        default_factory=list[Callable[[Exception | None], None]]
    )
    full: bool = False

    def produce(
        self,
        partition: int,
        key: bytes,
        value: bytes,
        on_delivery: Callable[[Exception | None], None],
    ) -> None:
        if self.full:
            raise BackendAwayError("full")
        self.records.append((partition, key, json.loads(value)))
        self.waiting.append(on_delivery)

    def deliver(self, error: Exception | None = None) -> None:
        waiting, self.waiting = self.waiting, []
        for done in waiting:
            done(error)

    async def flush(self, timeout: float) -> int:
        del timeout
        self.deliver()
        return 0


class Client:
    """The other end of one socket."""

    def __init__(self, world: "World", person: PersonId, session: SessionId) -> None:
        self.world = world
        self.person = person
        self.session = session
        self.transport = FakeTransport()
        self.socket = Socket(world.core.kit)
        self.transport.on_close = lambda: self.socket.connection_lost(None)
        self.socket.connection_made(self.transport)
        self._read = 0

    def handshake(
        self, *, origin: str | None = ORIGIN, token: str | None = "", path: str = "/ws"
    ) -> None:
        key = base64.b64encode(b"0123456789abcdef").decode()
        lines = [f"GET {path} HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade"]
        lines += [f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]
        if origin is not None:
            lines.append(f"Origin: {origin}")
        if token is not None:
            lines.append(f"Cookie: other=1; nexync_access={token or self.good_token}")
        self.socket.data_received("\r\n".join([*lines, "", ""]).encode())

    @property
    def good_token(self) -> str:
        return f"good.{self.person}.{self.session}"

    def raw(self, opcode: Opcode, payload: bytes) -> None:
        self.socket.data_received(Frame(opcode, payload).serialize(mask=True))

    def say(self, **frame: Any) -> None:
        self.raw(Opcode.TEXT, json.dumps(frame).encode())

    def send(self, chat: ChatId, body: str, identifier: str | None = None) -> str:
        identifier = identifier or uuid7(self.world.now_ms)
        self.say(t="send", id=identifier, chat=chat, body=body)
        return identifier

    @property
    def status(self) -> str:
        return self.transport.written[0].split(b"\r\n")[0].decode()

    def _payloads(self) -> Iterable[tuple[int, bytes]]:
        data = b"".join(self.transport.written)
        data = data[data.index(b"\r\n\r\n") + 4 :]
        while data:
            size, start = data[1], 2
            if size == 126:
                size, start = int.from_bytes(data[2:4], "big"), 4
            elif size == 127:
                size, start = int.from_bytes(data[2:10], "big"), 10
            yield data[0] & 0x0F, data[start : start + size]
            data = data[start + size :]

    def all_frames(self) -> list[dict[str, Any]]:
        return [json.loads(payload) for opcode, payload in self._payloads() if opcode == 1]

    def new_frames(self) -> list[dict[str, Any]]:
        """Frames since the last call."""
        found = self.all_frames()
        fresh = found[self._read :]
        self._read = len(found)
        return fresh

    def seqs(self, stream: Stream) -> list[int]:
        return [
            frame["seq"]
            for frame in self.all_frames()
            if frame["t"] == "event" and frame["stream"] == stream
        ]

    @property
    def close_code(self) -> int | None:
        for opcode, payload in self._payloads():
            if opcode == 8:
                return int.from_bytes(payload[:2], "big")
        return None

    def hang_up(self) -> None:
        self.transport.close()


class World:
    """The fakes and the gateway between them."""

    def __init__(
        self,
        nursery: Nursery,
        *,
        repair_off: bool = False,
        max_connections: int = 100,
        budget: Budget = UNLIMITED,
        send_many: SendMany | None = None,
        descriptor_of: Callable[[asyncio.BaseTransport], int] | None = None,
        log: CommandLog | None = None,
    ) -> None:
        sending = FakeSending() if PAST_TRANSPORTS[0] else None
        if descriptor_of is None:
            descriptor_of = sending.descriptor_of if sending is not None else no_descriptor
        self.now = 1_000.0
        self.now_ms = START_MS
        self.log = FakeLog()
        self.receipts = FakeLog()
        self.counts = Counts()
        self.records: dict[Stream, list[EventRecord]] = {}
        self.windows_from: dict[Stream, int] = {}
        self.members: dict[ChatId, dict[PersonId, list[Span]]] = {}
        self.subscribed: set[Stream] = set()
        self.ended_sessions: set[SessionId] = set()
        self.dead_sessions: set[SessionId] = set()
        self.chats_away = False
        self.under_way: asyncio.Event | None = None
        """While it is there and not set, what svc-chat has answered is still on its way."""
        self.redis_away = False
        self.heads_lost = False
        self.epoch = 1
        self.sleeps: list[float] = []
        self.sleeping: asyncio.Event | None = None
        self.asked: list[str] = []
        self.files: dict[tuple[PersonId, AttachmentId], Attachment] = {}
        self.notices: list[bytes] = []
        loop = asyncio.get_running_loop()
        self.core = build_core(
            instance="gateway-t",
            origins=(ORIGIN,),
            max_connections=max_connections,
            max_age=0,
            budget=budget,
            repair_off=repair_off,
            channels=self,
            windows=self,
            notices=FakeNotices(self),
            chats=FakeChats(self),
            sessions=self,
            tokens=self,
            commands=log or self.log,
            receipts=self.receipts,
            clock=Clock(lambda: self.now, lambda: self.now_ms),
            sleep=self.sleep,
            spawn=nursery.spawn,
            call_soon=loop.call_soon,
            call_later=loop.call_later,
            send_many=send_many or sending,
            descriptor_of=descriptor_of,
            counts=self.counts,
        )

    # Ports.

    async def sleep(self, seconds: float, /) -> None:
        """Time passes at once, other tasks run."""
        self.sleeps.append(seconds)
        self.now += seconds
        if self.sleeping is not None:
            await self.sleeping.wait()
        await settle(5)

    async def subscribe(self, streams: Iterable[Stream]) -> None:
        if self.redis_away:
            raise BackendAwayError("redis")
        self.subscribed |= set(streams)

    def unsubscribe(self, streams: Iterable[Stream]) -> None:
        self.subscribed -= set(streams)

    async def heads(self, streams: Sequence[Stream]) -> Mapping[Stream, tuple[int, int]]:
        if self.redis_away:
            raise BackendAwayError("redis")
        if self.heads_lost:
            return {}
        return {
            stream: (self.epoch, self.records[stream][-1].seq)
            for stream in streams
            if self.records.get(stream)
        }

    async def windows(self, wanted: Sequence[tuple[Stream, int, int]]) -> Mapping[Stream, Range]:
        if self.redis_away:
            raise BackendAwayError("redis")
        found: dict[Stream, Range] = {}
        for stream, _, count in wanted:
            first = self.windows_from.get(stream, 1)
            kept = [record for record in self.records.get(stream, []) if record.seq >= first]
            if kept:
                self.asked.append(f"window {stream}")
                found[stream] = ranged(kept[-count:])
        return found

    async def ended(self, session: SessionId) -> bool:
        if self.redis_away:
            raise BackendAwayError("redis")
        return session in self.ended_sessions

    async def alive(self, sessions: Sequence[SessionId]) -> frozenset[SessionId]:
        return frozenset(sessions) - self.dead_sessions

    async def identify(self, token: str) -> Identity:
        if token == "setting-up":
            raise SetupFirstError
        if not token.startswith("good."):
            raise UnauthenticatedError("foreign")
        _, person, session = token.split(".")
        return Identity(PersonId(person), SessionId(session))

    # What tests do.

    def chat(self, *people: PersonId, seq: int = 1) -> ChatId:
        """A chat whose people are members from the beginning; `seq` events are there already."""
        chat = ChatId(some_id())
        self.members[chat] = {person: [Span(from_seq=1)] for person in people}
        for _ in range(seq):
            self.message(chat, people[0], "before", publish=False)
        return chat

    def add(
        self, stream: Stream, event: Event, by: PersonId, *, publish: bool = True
    ) -> EventRecord:
        records = self.records.setdefault(stream, [])
        record = EventRecord(
            stream=stream,
            epoch=self.epoch,
            seq=len(records) + 1,
            n=len(records) + 1,
            at=self.now_ms,
            id=CommandId(some_id()),
            by=by,
            event=event,
        )
        records.append(record)
        if publish:
            self.publish(record)
        return record

    def publish(self, record: EventRecord) -> None:
        if record.stream in self.subscribed:
            kind = "m" if record.event.tag in MEMBERSHIP_TAGS else "e"
            payload = encode_published(kind, record.epoch, record.seq, encode_frame(record))
            self.core.receiver.receive(stream_channel(record.stream).encode(), payload)

    def message(
        self, chat: ChatId, by: PersonId, body: str = "hello", *, publish: bool = True
    ) -> EventRecord:
        return self.add(chat_stream(chat), MessageCreated(body=body), by, publish=publish)

    def add_member(
        self, chat: ChatId, person: PersonId, *, publish: bool = True, history: bool = False
    ) -> int:
        event = MemberAdded(person=person, history=history)
        record = self.add(chat_stream(chat), event, person, publish=publish)
        spans = self.members[chat].setdefault(person, [])
        if history:
            spans[:] = [
                Span(from_seq=1, until_seq=record.seq - 1),
                *(span for span in spans if span.from_seq > 1),
            ]
        spans.append(Span(from_seq=record.seq))
        return record.seq

    def remove_member(self, chat: ChatId, person: PersonId, *, publish: bool = True) -> int:
        event = MemberRemoved(person=person)
        record = self.add(chat_stream(chat), event, person, publish=publish)
        spans = self.members[chat][person]
        spans[-1] = Span(from_seq=spans[-1].from_seq, until_seq=record.seq)
        return record.seq

    def tell_joined(self, chat: ChatId, person: PersonId, seq: int) -> None:
        self.add(person_stream(person), ChatJoined(chat=chat, seq=seq, partition=3), person)

    def tell_left(self, chat: ChatId, person: PersonId, seq: int) -> None:
        self.add(person_stream(person), ChatLeft(chat=chat, seq=seq), person)

    def client(self, person: PersonId, session: SessionId | None = None) -> Client:
        return Client(self, person, session or SessionId(some_id()))

    async def resumed(
        self, person: PersonId, heads: dict[Stream, tuple[int, int]] | None = None
    ) -> Client:
        """A client that has resumed."""
        client = self.client(person)
        client.handshake()
        await settle()
        client.say(t="resume", heads=heads or {})
        await settle()
        assert client.all_frames()[-1]["t"] == "resumed", (client.all_frames(), client.close_code)
        client.new_frames()
        return client


class FakeNotices:
    """Pub/Sub of what nobody keeps: it comes back to whoever is subscribed."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def publish(self, stream: Stream, payload: bytes) -> None:
        if self._world.redis_away:
            raise BackendAwayError("redis")
        self._world.notices.append(payload)
        if stream in self._world.subscribed:
            self._world.core.receiver.receive(stream_channel(stream).encode(), payload)


class FakeChats:
    """svc-chat's internal port over the world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def view(self, chat: ChatId, person: PersonId) -> StreamView:
        spans = self._world.members.get(chat, {}).get(person)
        if not spans:
            raise NotVisibleError(chat)
        return StreamView(
            chat=chat,
            kind=ChatKind.GROUP,
            partition=3,
            epoch=self._world.epoch,
            head=len(self._world.records.get(chat_stream(chat), [])),
            role=Role.MEMBER if spans[-1].until_seq is None else None,
            spans=tuple(spans),
        )

    def _there(self, what: str) -> None:
        self._world.asked.append(what)
        if self._world.chats_away:
            raise BackendAwayError("svc-chat")

    async def streams(self, person: PersonId) -> PersonStreams:
        self._there("streams")
        world = self._world
        answer = PersonStreams(
            person=person,
            partition=1,
            epoch=world.epoch,
            head=len(world.records.get(person_stream(person), [])),
            chats=tuple(
                self.view(chat, person)
                for chat, people in world.members.items()
                if person in people
            ),
        )
        await self._arrival()
        return answer

    async def member(self, chat: ChatId, person: PersonId, at_least: int) -> StreamView:
        del at_least
        self._there("member")
        answer = self.view(chat, person)
        await self._arrival()
        return answer

    async def _arrival(self) -> None:
        if self._world.under_way is not None:
            await self._world.under_way.wait()

    async def heads(self, streams: Sequence[Stream]) -> Sequence[StreamHead]:
        self._there("heads")
        return [
            StreamHead(stream=stream, epoch=self._world.epoch, seq=len(self._world.records[stream]))
            for stream in streams
            if stream in self._world.records
        ]

    async def events(self, stream: Stream, after: int, limit: int) -> Range:
        self._there("events")
        kept = [record for record in self._world.records.get(stream, []) if record.seq > after]
        return ranged(kept[:limit]) if kept else Range(self._world.epoch, after, [])

    async def attachments(
        self, person: PersonId, files: Sequence[AttachmentId]
    ) -> Sequence[Attachment]:
        self._there("attachments")
        return [
            self._world.files[person, file] for file in files if (person, file) in self._world.files
        ]


def ranged(records: Sequence[EventRecord]) -> Range:
    events = [Happened(record.seq, encode_frame(record)) for record in records]
    return Range(records[-1].epoch, records[-1].seq, events)


async def settle(turns: int = 30) -> None:
    """Let everything that can run do so."""
    loop = asyncio.get_running_loop()
    for _ in range(turns):
        turn: asyncio.Future[None] = loop.create_future()
        loop.call_soon(turn.set_result, None)
        await turn


class Running:
    """A world inside its TaskGroup."""

    def __init__(self, **options: Any) -> None:
        self._options = options
        self._nursery = Nursery()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> World:
        work = cast("Coroutine[Any, Any, None]", self._nursery.run())
        self._task = asyncio.get_running_loop().create_task(work)
        await settle(2)
        return World(self._nursery, **self._options)

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.wait({self._task})
        if not self._task.cancelled() and (error := self._task.exception()) is not None:
            raise error
