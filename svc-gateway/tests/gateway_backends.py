"""What is behind a gateway, without I/O: streams, svc-chat, Redis and the command log."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway_ids import START_MS, some_id

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
from nexync_streams.encoding import encode_frame
from svc_gateway.errors import (
    BackendAwayError,
    NotVisibleError,
)
from svc_gateway.ports import Happened, Range


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


class Backends:
    """Streams and who may read them, with Redis before them; each can be away."""

    receive: Callable[[bytes, bytes], None]
    """Where Pub/Sub delivers; the gateway sets it."""

    def __init__(self) -> None:
        self.now_ms = START_MS
        self.log = FakeLog()
        self.receipts = FakeLog()
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
        self.asked: list[str] = []
        self.files: dict[tuple[PersonId, AttachmentId], Attachment] = {}
        self.notices: list[bytes] = []

    # Ports.

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
            self.receive(stream_channel(record.stream).encode(), payload)

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


class FakeNotices:
    """Pub/Sub of what nobody keeps: it comes back to whoever is subscribed."""

    def __init__(self, backends: Backends) -> None:
        self._backends = backends

    async def publish(self, stream: Stream, payload: bytes) -> None:
        if self._backends.redis_away:
            raise BackendAwayError("redis")
        self._backends.notices.append(payload)
        if stream in self._backends.subscribed:
            self._backends.receive(stream_channel(stream).encode(), payload)


class FakeChats:
    """svc-chat's internal port over the backends."""

    def __init__(self, backends: Backends) -> None:
        self._backends = backends

    def view(self, chat: ChatId, person: PersonId) -> StreamView:
        spans = self._backends.members.get(chat, {}).get(person)
        if not spans:
            raise NotVisibleError(chat)
        return StreamView(
            chat=chat,
            kind=ChatKind.GROUP,
            partition=3,
            epoch=self._backends.epoch,
            head=len(self._backends.records.get(chat_stream(chat), [])),
            role=Role.MEMBER if spans[-1].until_seq is None else None,
            spans=tuple(spans),
        )

    def _there(self, what: str) -> None:
        self._backends.asked.append(what)
        if self._backends.chats_away:
            raise BackendAwayError("svc-chat")

    async def streams(self, person: PersonId) -> PersonStreams:
        self._there("streams")
        backends = self._backends
        answer = PersonStreams(
            person=person,
            partition=1,
            epoch=backends.epoch,
            head=len(backends.records.get(person_stream(person), [])),
            chats=tuple(
                self.view(chat, person)
                for chat, people in backends.members.items()
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
        if self._backends.under_way is not None:
            await self._backends.under_way.wait()

    async def heads(self, streams: Sequence[Stream]) -> Sequence[StreamHead]:
        self._there("heads")
        return [
            StreamHead(
                stream=stream, epoch=self._backends.epoch, seq=len(self._backends.records[stream])
            )
            for stream in streams
            if stream in self._backends.records
        ]

    async def events(self, stream: Stream, after: int, limit: int) -> Range:
        self._there("events")
        kept = [record for record in self._backends.records.get(stream, []) if record.seq > after]
        return ranged(kept[:limit]) if kept else Range(self._backends.epoch, after, [])

    async def attachments(
        self, person: PersonId, files: Sequence[AttachmentId]
    ) -> Sequence[Attachment]:
        self._there("attachments")
        return [
            self._backends.files[person, file]
            for file in files
            if (person, file) in self._backends.files
        ]


def ranged(records: Sequence[EventRecord]) -> Range:
    events = [Happened(record.seq, encode_frame(record)) for record in records]
    return Range(records[-1].epoch, records[-1].seq, events)
