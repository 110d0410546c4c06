"""Fakes of what is around the engine: a log and its consumer, Postgres with its flusher, Redis, dead letters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from persister_commands import PARTITION, START_MS

from nexync_contracts.channels import Published, decode_published
from nexync_contracts.commands import CommandEnvelope
from nexync_contracts.ids import Stream
from nexync_streams.deciding import Seen
from nexync_streams.fold import StreamState, from_snapshot, snapshot
from svc_persister.errors import (
    BrokenInvariantError,
    FencedError,
    StoreAwayError,
    WindowsAwayError,
)
from svc_persister.ports import (
    Append,
    Claim,
    FlushDone,
    LastEvent,
    LogIdentity,
    LogRecord,
    Lookup,
    Notice,
    RecentRow,
    Taken,
    WindowEvent,
)
from svc_persister.recent import command_key
from svc_persister.rows import DerivedKey, DerivedRow, EventRow, Portion, RejectionRow


@dataclass
class FakeLog:
    """One partition of the chat topic."""

    records: list[LogRecord] = field(default_factory=list[LogRecord])

    def add(self, value: CommandEnvelope | bytes, at_ms: int = START_MS) -> None:
        raw = value.model_dump_json().encode() if isinstance(value, CommandEnvelope) else value
        self.records.append(LogRecord(PARTITION, len(self.records), at_ms, None, raw))


@dataclass
class FakeStore:
    """Postgres, with the constraints that matter: unique events, the fence, one transaction."""

    away: bool = False
    epoch: int = 0
    next_offset: int = 0
    events: dict[tuple[Stream, int], EventRow] = field(
        default_factory=dict[tuple[Stream, int], EventRow]
    )
    rejections: dict[str, RejectionRow] = field(default_factory=dict[str, RejectionRow])
    streams: dict[Stream, StreamState] = field(default_factory=dict[Stream, StreamState])
    roles: dict[tuple[str, str, int], str] = field(default_factory=dict[tuple[str, str, int], str])
    spans: dict[tuple[str, str, int], int | None] = field(
        default_factory=dict[tuple[str, str, int], int | None]
    )
    derived: dict[DerivedKey, DerivedRow] = field(default_factory=dict[DerivedKey, DerivedRow])
    queries: list[str] = field(default_factory=list[str])

    def _ask(self, name: str) -> None:
        self.queries.append(name)
        if self.away:
            raise StoreAwayError("Postgres is away")

    def take(self, partition: int, identity: LogIdentity, recent: int) -> Taken:
        self._ask("take")
        self.epoch += 1
        rows = [(row.log_offset, self._recent(row)) for row in self.events.values()]
        rows += [(row.log_offset, self._recent(row)) for row in self.rejections.values()]
        newest = [row for _, row in sorted(rows, key=lambda pair: pair[0])][-recent:]
        derived = [row for _, row in sorted(self.derived.items())]
        return Taken(partition, self.epoch, 1, self.next_offset, newest, 0, derived)

    def _recent(self, row: EventRow | RejectionRow) -> RecentRow:
        seq = row.seq if isinstance(row, EventRow) else None
        code = row.code if isinstance(row, RejectionRow) else None
        return RecentRow(
            command_key(row.stream, row.sender, row.id), Seen(row.digest, seq, code), row.at
        )

    def load(self, streams: Sequence[Stream]) -> Mapping[Stream, StreamState]:
        self._ask("load")
        return {one: self.streams[one] for one in streams if one in self.streams}

    def find(self, lookups: Sequence[Lookup]) -> Mapping[str, Seen]:
        self._ask("find")
        wanted = {one.key: one.log_offset for one in lookups}
        rows: list[EventRow | RejectionRow] = [*self.events.values(), *self.rejections.values()]
        found: dict[str, Seen] = {}
        for row in rows:
            key = command_key(row.stream, row.sender, row.id)
            if key in wanted and row.log_offset < wanted[key]:
                found[key] = self._recent(row).seen
        return found

    def heads_since(self, partition: int, log_epoch: int, offset: int) -> Sequence[LastEvent]:
        self._ask("heads_since")
        last: dict[Stream, LastEvent] = {}
        for row in sorted(self.events.values(), key=lambda row: row.seq):
            if row.log_offset >= offset:
                last[row.stream] = LastEvent(row.stream, 1, row.seq, row.n, row.payload)
        return list(last.values())

    def flush(self, portions: Sequence[Portion]) -> None:
        self._ask("flush")
        for portion in portions:
            if portion.epoch != self.epoch or portion.from_offset != self.next_offset:
                raise FencedError("another persister has taken it")
            commands = {command_key(r.stream, r.sender, r.id) for r in self.events.values()}
            for row in portion.events:
                key = command_key(row.stream, row.sender, row.id)
                if (row.stream, row.seq) in self.events or key in commands:
                    raise BrokenInvariantError("Postgres has this already")
                commands.add(key)
            for row in portion.rejections:
                self.rejections[command_key(row.stream, row.sender, row.id)] = row
            self.events |= {(row.stream, row.seq): row for row in portion.events}
            for stream, state in portion.heads.items():
                assert state.body is not None
                body = from_snapshot(stream, snapshot(state.body))
                self.streams[stream] = StreamState(
                    stream, state.partition, state.epoch, state.head, state.n, state.at, body
                )
            self.roles |= {key: span.role for key, span in portion.spans.items()}
            self.spans |= {key: span.until_seq for key, span in portion.spans.items()}
            for key in portion.confirmed:
                self.derived.pop(key, None)
            self.derived |= {DerivedKey(r.log_offset, r.position): r for r in portion.derived}
            self.next_offset = portion.to_offset

    def committed(self, portions: Sequence[Portion]) -> bool:
        return False

    def write_offset(self, partition: int, next_offset: int) -> None:
        self.next_offset = next_offset


@dataclass
class FakeWindows:
    """Redis: windows as dense lists, a marker, and all that was published."""

    away: bool = False
    marker: tuple[str, int, int, int] | None = None
    windows: dict[Stream, list[Published]] = field(default_factory=dict[Stream, list[Published]])
    published: list[tuple[Stream, Published]] = field(
        default_factory=list[tuple[Stream, Published]]
    )
    notices: list[Notice] = field(default_factory=list[Notice])

    def clear(self) -> None:
        self.marker = None
        self.windows.clear()

    def _ask(self, claim: Claim | None) -> None:
        if self.away:
            raise WindowsAwayError("Redis is away")
        if claim is not None and self.marker is not None and self.marker[1] > claim.epoch:
            raise FencedError("another persister publishes for it")

    def _put(self, event: WindowEvent) -> None:
        one = decode_published(event.payload)
        window = self.windows.setdefault(event.stream, [])
        if window and one.seq <= window[-1].seq:
            assert one in window or one.seq < window[0].seq
        else:
            assert not window or one.seq == window[-1].seq + 1
            window.append(one)
        if not event.silent:
            self.published.append((event.stream, one))

    def append(self, appends: Sequence[Append], notices: Sequence[Notice]) -> Mapping[int, bool]:
        stands: dict[int, bool] = {}
        self._ask(None)
        for one in appends:
            self._ask(one.claim)
            expected = (one.claim.run, one.claim.epoch, one.before)
            stands[one.claim.partition] = (
                self.marker is not None
                and (self.marker[0], self.marker[1], self.marker[3]) == expected
            )
            if stands[one.claim.partition] and self.marker is not None:
                for event in one.events:
                    self._put(event)
                self.marker = (*self.marker[:3], one.after)
        self.notices += notices
        return stands

    def begin(self, claim: Claim) -> int | None:
        self._ask(claim)
        if self.marker is None:
            return None
        self.marker = (claim.run, claim.epoch, self.marker[2], -1)
        return self.marker[2]

    def rewrite(
        self, claim: Claim, heads: Sequence[LastEvent], events: Sequence[WindowEvent]
    ) -> None:
        self._ask(claim)
        for head in heads:
            window = self.windows.get(head.stream, [])
            if not window or window[-1].seq < head.head:
                one = decode_published(head.payload)
                self.windows[head.stream] = [one]
                self.published.append((head.stream, one))
        for event in events:
            self._put(event)

    def finish(self, claim: Claim, flushed: int, position: int) -> None:
        self._ask(claim)
        self.marker = (claim.run, claim.epoch, flushed, position)

    def trim(self, claim: Claim, flushed: int, seqs: Mapping[Stream, int]) -> bool:
        self._ask(claim)
        if self.marker is None or self.marker[:2] != (claim.run, claim.epoch):
            return False
        self.marker = (*self.marker[:2], flushed, self.marker[3])
        return True


@dataclass
class FakeSource:
    """The consumer: what is paused, and where it was sent."""

    paused: set[int] = field(default_factory=set[int])
    position: int = 0
    can_seek: bool = True
    high: int = 0

    def high_water(self, partition: int) -> int:
        return self.high if partition == PARTITION else 0

    def pause(self, partition: int) -> None:
        self.paused.add(partition)

    def resume(self, partition: int) -> None:
        self.paused.discard(partition)

    def seek(self, partition: int, offset: int) -> bool:
        if self.can_seek:
            self.position = offset
        return self.can_seek


@dataclass
class FakeFlushing:
    """The flusher without its thread: a flush ends when the engine asks for its end."""

    store: FakeStore
    log: FakeLog
    away: bool = False
    job: Sequence[Portion] | None = None
    keys: list[DerivedKey] = field(default_factory=list[DerivedKey])

    def submit(self, portions: Sequence[Portion]) -> None:
        assert self.job is None
        self.job = portions

    def produce(self, partition: int, derived: Sequence[DerivedRow]) -> None:
        for row in derived:
            self.log.add(row.envelope)
            self.keys.append(DerivedKey(row.log_offset, row.position))

    def done(self, timeout: float) -> FlushDone | None:
        portions = self.job
        if portions is None:
            return None
        try:
            self.store.flush(portions)
        except StoreAwayError:
            return None
        except (FencedError, BrokenInvariantError) as error:
            self.job = None
            return FlushDone(portions, error)
        self.job = None
        for portion in portions:
            self.produce(portion.partition, portion.derived)
        return FlushDone(portions, None)

    def confirmed(self, partition: int) -> list[DerivedKey]:
        keys, self.keys = self.keys, []
        return keys


@dataclass
class FakeDeadLetters:
    put_away: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])

    def put(self, record: LogRecord, reason: str) -> None:
        self.put_away.append((record.offset, reason))
