"""One partition's sequencer: decides its records in order and gathers what follows from them.

No I/O: what it needs from Postgres is loaded before (`needs`), what it makes is carried out after.
"""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nexync_contracts.channels import (
    KIND_EVENT,
    KIND_MEMBERSHIP,
    KIND_OUTCOME,
    encode_published,
    reply_channel,
    stream_channel,
)
from nexync_contracts.commands import CommandEnvelope, Outcome
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import (
    CHANGE_TAGS,
    MEMBERSHIP_TAGS,
    STATE_TAGS,
    ChatCreated,
    EventRecord,
    MemberAdded,
    MemberRemoved,
    MemberRoleChanged,
    Role,
)
from nexync_contracts.frames import AcceptedFrame, RejectedFrame
from nexync_contracts.ids import PersonId, Stream, person_stream, stream_id
from nexync_contracts.retention import Retention
from nexync_streams.deciding import Accepted, Double, Rejected, Seen, decide, digest_of
from nexync_streams.deriving import derive
from nexync_streams.encoding import encode_event, encode_frame
from nexync_streams.fold import ChatState, StreamState, apply, fresh
from svc_persister.changes import is_projected
from svc_persister.faults import Faults
from svc_persister.months import Places
from svc_persister.ports import Lookup, Notice, Taken, WindowEvent
from svc_persister.reading import Poison, Readable, answers_sender
from svc_persister.recent import Recent, command_key
from svc_persister.rows import DerivedRow, EventRow, Portion, RejectionRow, SpanRow

ROW_OVERHEAD = 400
"""Bytes that a row costs beside its payload, roughly."""


@dataclass(slots=True)
class Made:
    """What deciding some records made, to be published now."""

    events: list[WindowEvent] = field(default_factory=list[WindowEvent])
    notices: list[Notice] = field(default_factory=list[Notice])
    membership: bool = False
    chats: int = 0
    """Chats that began."""
    count: Counter[str] = field(default_factory=Counter[str])
    """Records by result."""


class Sequencer:
    """The state of one owned partition. Not thread-safe: the consumer thread alone touches it."""

    def __init__(
        self,
        taken: Taken,
        *,
        recent: int,
        cached: int,
        faults: Faults,
        retention: Retention = Retention.FOREVER,
    ) -> None:
        self.partition = taken.partition
        self.epoch = taken.epoch
        self.log_epoch = taken.log_epoch
        self.next_offset = taken.next_offset
        self.flushed = taken.next_offset
        self.backlog: deque[Readable | Poison] = deque()
        self.in_flight: Portion | None = None
        self.pending = self._portion()
        self._streams: dict[Stream, StreamState] = {}
        self._recent = Recent(recent)
        self._cached = cached
        self._faults = faults
        self._places = Places(retention)
        for row in taken.recent:
            self._recent.add(row.key, row.seen, row.at)
        full = len(taken.recent) >= recent
        self._recent.restore(full, taken.recent[0].at if taken.recent else 0, taken.future_until)

    def _portion(self) -> Portion:
        return Portion(
            self.partition, self.epoch, self.log_epoch, self.next_offset, self.next_offset
        )

    @property
    def read_position(self) -> int:
        """The offset of the next record that the consumer shall deliver."""
        return self.backlog[-1].record.offset + 1 if self.backlog else self.next_offset

    @property
    def unflushed(self) -> int:
        """Decided records that Postgres doesn't have."""
        return self.pending.count + (self.in_flight.count if self.in_flight else 0)

    @property
    def unflushed_bytes(self) -> int:
        """Their size, roughly."""
        return self.pending.size + (self.in_flight.size if self.in_flight else 0)

    @property
    def moved(self) -> bool:
        """Whether a flush has anything to write, if only an offset."""
        return self.next_offset > self.pending.from_offset

    def unpublished(self) -> list[WindowEvent]:
        """All events that Postgres doesn't have, for rewriting the windows."""
        rows = [*(self.in_flight.events if self.in_flight else ()), *self.pending.events]
        return [WindowEvent(row.stream, row.n, row.payload) for row in rows]

    def needs_stream(self, item: Readable) -> bool:
        """Whether the stream's state must be loaded before `item` can be decided."""
        return item.envelope.stream not in self._streams

    def needs_lookup(self, item: Readable) -> Lookup | None:
        """The look-up without which `item` can't be decided, if any."""
        envelope = item.envelope
        if self._faults.dedup_off:
            return None
        key = command_key(envelope.stream, envelope.sender, envelope.id)
        if self._recent.get(key) is not None or not self._recent.must_look_up(envelope.id):
            return None
        return Lookup(
            key,
            envelope.stream,
            envelope.sender,
            envelope.id,
            self.log_epoch,
            item.record.offset,
        )

    def learn(self, stream: Stream, loaded: StreamState | None) -> None:
        """Take in a stream's state from Postgres, or that it has none."""
        if loaded is None:
            state = fresh(stream, self.partition, self.log_epoch)
        else:
            state = StreamState(
                stream,
                loaded.partition,
                self.log_epoch,
                loaded.head,
                loaded.n,
                loaded.at,
                loaded.body,
            )
        self._streams[stream] = state

    def misrouted(self, item: Readable) -> bool:
        """Whether the stream lives in another partition, so that this record must not be decided here."""
        return self._streams[item.envelope.stream].partition != self.partition

    def skip(self, offset: int) -> None:
        """A record that is no command is done with."""
        self.next_offset = offset + 1

    def decide_all(self, items: Sequence[Readable], found: Mapping[str, Seen], made: Made) -> None:
        """Decide records in order. Their streams are known and their look-ups done."""
        for item in items:
            self._decide(item, found, made)
            self.next_offset = item.record.offset + 1

    def _decide(self, item: Readable, found: Mapping[str, Seen], made: Made) -> None:
        envelope, record = item.envelope, item.record
        state = self._streams[envelope.stream]
        key = command_key(envelope.stream, envelope.sender, envelope.id)
        seen = None if self._faults.dedup_off else self._recent.get(key) or found.get(key)
        digest = digest_of(envelope)
        decision = decide(state, envelope, record.append_ms, seen, digest)
        if isinstance(decision, Accepted):
            self._accept(state, decision.record, item, digest, made)
            outcome = Seen(digest, decision.record.seq, None, decision.record.epoch)
            self._recent.add(key, outcome, record.append_ms)
            made.count["event"] += 1
            self._reply(envelope, outcome, made)
        elif isinstance(decision, Rejected):
            outcome = Seen(digest, None, decision.code, self.log_epoch)
            self._reject(item, decision.code, digest)
            self._recent.add(key, outcome, record.append_ms)
            made.count["rejected"] += 1
            self._reply(envelope, outcome, made)
            self._tell(envelope, outcome, record.append_ms, made)
        else:
            outcome = decision.earlier
            if not isinstance(decision, Double):
                outcome = Seen(digest, None, RejectCode.ID_REUSED, self.log_epoch)
            made.count["double"] += 1
            self._reply(envelope, outcome, made)
            self._tell(envelope, outcome, record.append_ms, made)

    def _accept(
        self,
        state: StreamState,
        event: EventRecord,
        item: Readable,
        digest: bytes,
        made: Made,
    ) -> None:
        offset, portion = item.record.offset, self.pending
        after = apply(state, event)
        self._streams[event.stream] = after
        tag = event.event.tag
        made.chats += isinstance(event.event, ChatCreated)
        membership = tag in MEMBERSHIP_TAGS
        inner = encode_event(event.event)
        kind = KIND_MEMBERSHIP if membership else KIND_EVENT
        kept, chapter = self._places.place(state, after)
        if chapter is not None:
            portion.chapters.append(chapter)
        payload = encode_published(kind, event.epoch, event.seq, encode_frame(event, inner))
        portion.events.append(
            EventRow(
                event.stream,
                event.seq,
                event.epoch,
                event.n,
                event.at,
                event.id,
                event.by,
                tag,
                inner,
                digest,
                offset,
                payload,
                kept,
            )
        )
        portion.size += len(payload) + len(inner) + ROW_OVERHEAD
        portion.heads[event.stream] = after
        if after.body is not state.body or state.head == 0:
            portion.bodies.add(event.stream)
        made.events.append(
            WindowEvent(event.stream, event.n, payload, self._faults.drops_publish())
        )
        if tag in CHANGE_TAGS or is_projected(event.event):
            portion.changes.add(event)
        if tag in STATE_TAGS and isinstance(after.body, ChatState):
            made.membership = True
            self._spans(state, event)
            for position, derived in enumerate(derive(event, item.envelope, self.partition)):
                portion.derived.append(
                    DerivedRow(
                        offset,
                        position,
                        derived.partition,
                        derived.envelope.stream,
                        derived.envelope.model_dump_json().encode(),
                    )
                )

    def _spans(self, before: StreamState, record: EventRecord) -> None:
        event, chat, spans = record.event, stream_id(record.stream), self.pending.spans
        if isinstance(event, ChatCreated):
            for member in event.members:
                row = SpanRow(chat, member.person, member.role.value, record.seq, None, record.n)
                spans[chat, member.person, record.seq] = row
        elif isinstance(event, MemberAdded):
            if event.history:
                row = SpanRow(
                    chat,
                    event.person,
                    event.role.value,
                    1,
                    record.seq - 1,
                    from_n=0,
                    until_n=record.n,
                    until_at=record.at,
                    until_name=_name_of(before),
                )
                spans[chat, event.person, 1] = row
            row = SpanRow(chat, event.person, event.role.value, record.seq, None, record.n)
            spans[chat, event.person, record.seq] = row
        elif isinstance(before.body, ChatState):
            self._spans_of_members(before.body, record)

    def _spans_of_members(self, before: ChatState, record: EventRecord) -> None:
        """Spans that end or whose role changes; they keep the seq that they began with."""
        event, chat = record.event, stream_id(record.stream)
        changed: list[tuple[PersonId, Role, int | None]] = []
        if isinstance(event, MemberRemoved):
            changed.append((event.person, before.members[event.person].role, record.seq))
            if event.promoted is not None:
                changed.append((event.promoted, Role.ADMIN, None))
        elif isinstance(event, MemberRoleChanged):
            changed.append((event.person, event.role, None))
        for person, role, until in changed:
            from_seq = before.members[person].from_seq
            pending = self.pending.spans.get((chat, person, from_seq))
            row = SpanRow(
                chat,
                person,
                role.value,
                from_seq,
                until,
                from_n=pending.from_n if pending is not None else None,
                until_n=None if until is None else record.n,
                until_at=None if until is None else record.at,
                until_name=None if until is None else before.name,
            )
            self.pending.spans[chat, person, from_seq] = row

    def _reject(self, item: Readable, code: RejectCode, digest: bytes) -> None:
        envelope, record = item.envelope, item.record
        if code is RejectCode.ID_IN_FUTURE:
            self._recent.refused_future(envelope.id)
        self.pending.rejections.append(
            RejectionRow(
                envelope.stream,
                envelope.sender,
                envelope.id,
                code,
                digest,
                record.append_ms,
                record.offset,
            )
        )
        self.pending.size += ROW_OVERHEAD

    def _reply(self, envelope: CommandEnvelope, outcome: Seen, made: Made) -> None:
        if envelope.reply_to is None:
            return
        answer = Outcome(
            id=envelope.id,
            stream=envelope.stream,
            sender=envelope.sender,
            seq=outcome.seq,
            epoch=outcome.epoch,
            code=outcome.code,
        )
        channel = reply_channel(envelope.reply_to)
        made.notices.append(Notice(channel, answer.model_dump_json().encode()))

    def _tell(self, envelope: CommandEnvelope, outcome: Seen, now: int, made: Made) -> None:
        """The outcome that is no live event goes to the sender's own sockets."""
        if not answers_sender(envelope):
            return
        if outcome.seq is not None:
            frame = AcceptedFrame(
                id=envelope.id, stream=envelope.stream, epoch=outcome.epoch, seq=outcome.seq
            ).model_dump_json()
        elif outcome.code is not None:
            future = outcome.code is RejectCode.ID_IN_FUTURE
            frame = RejectedFrame(
                id=envelope.id,
                code=outcome.code,
                stream=envelope.stream,
                time=now if future else None,
            ).model_dump_json()
        else:
            return
        payload = encode_published(KIND_OUTCOME, outcome.epoch, 0, frame.encode())
        made.notices.append(Notice(stream_channel(person_stream(envelope.sender)), payload))

    def start_flush(self) -> Portion:
        """Hand over what is decided; from here on it is in flight."""
        portion = self.pending
        portion.to_offset = self.next_offset
        self.in_flight = portion
        self.pending = self._portion()
        return portion

    def end_flush(self) -> Portion:
        """Postgres has it. Forget states beyond the cache's limit that nothing unflushed needs."""
        portion = self.in_flight
        if portion is None:
            msg = "no flush was in flight"
            raise RuntimeError(msg)
        self.in_flight, self.flushed = None, portion.to_offset
        excess = len(self._streams) - self._cached
        if excess > 0:
            idle = [stream for stream in self._streams if stream not in self.pending.heads]
            for stream in idle[:excess]:
                del self._streams[stream]
                self._places.forget(stream)
        return portion


def _name_of(state: StreamState) -> str | None:
    return state.body.name if isinstance(state.body, ChatState) else None
