"""Takes in receipts: merges the marks of a tick, writes them with the offset, and tells those who may know.

Everything here runs in a thread of its own, beside the sequencer's; time is given, so tests need no clock. Receipts
wait for Postgres, and Kafka holds what comes meanwhile. What can't be read is left out and counted: its client says
where it is again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from pydantic import ValidationError

from nexync_contracts.receipts import ReceiptRecord
from nexync_runtime import log
from nexync_streams.watermarks import Watermark, joined, marked
from svc_persister.errors import StoreAwayError, WindowsAwayError
from svc_persister.faults import Faults
from svc_persister.metrics import Metrics
from svc_persister.ports import (
    LogIdentity,
    LogRecord,
    Moved,
    Notices,
    Reader,
    ReceiptPortion,
    ReceiptStore,
    Source,
)
from svc_persister.telling import notices

TICK_SECONDS = 0.5
RETRY_SECONDS = 1.0
PENDING = 20_000
"""Watermarks that wait for Postgres; from there on Kafka holds the rest."""

OWED = 20_000
"""Moved watermarks that wait for Redis; the oldest are forgotten: a page reads again when it comes back."""


@dataclass(slots=True)
class _Partition:
    """One partition that is ours: `flushed` is Postgres' offset, `position` ours."""

    epoch: int
    flushed: int
    position: int
    pending: dict[Reader, Watermark] = field(default_factory=dict[Reader, Watermark])


class ReceiptEngine:
    """Owns the assigned partitions of the receipt topic."""

    def __init__(
        self,
        *,
        source: Source,
        store: ReceiptStore,
        channels: Notices,
        identity: LogIdentity,
        faults: Faults,
        metrics: Metrics,
    ) -> None:
        self._source = source
        self._store = store
        self._channels = channels
        self._identity = identity
        self._faults = faults
        self._metrics = metrics
        self._owned: dict[int, _Partition] = {}
        self._wanted: dict[int, float] = {}
        self._owed: dict[Reader, Moved] = {}
        self._paused = False
        self._due = 0.0
        self._away = False
        self._log = log.get("receipts")

    @property
    def owned(self) -> frozenset[int]:
        """Partitions that are ours and taken."""
        return frozenset(self._owned)

    def assign(self, partitions: Sequence[int], now: float) -> Mapping[int, int]:
        """The offsets of those that Postgres gave us; the others are taken as soon as it answers."""
        offsets: dict[int, int] = {}
        for partition in partitions:
            taken = self._take(partition, now)
            if taken is not None:
                offsets[partition] = taken.flushed
        return offsets

    def revoke(self, partitions: Iterable[int], now: float) -> None:
        """The group takes partitions away: write what they have, if Postgres takes it, then let them go."""
        leaving = set(partitions)
        if any(self._owned[one].pending for one in leaving & self._owned.keys()):
            self._flush(now)
        self._drop(leaving)

    def lose(self, partitions: Iterable[int]) -> None:
        """Others own these already, and read them from where Postgres is."""
        self._drop(set(partitions))

    def drain(self, now: float) -> None:
        """Write and tell what there is."""
        self._flush(now)
        self._tell()

    def step(self, records: Sequence[LogRecord], now: float) -> None:
        """One turn: take in, and with each tick write and tell. Raises FencedError."""
        for partition, due in sorted(self._wanted.items()):
            if due <= now:
                self._take_again(partition, now)
        for record in records:
            self._accept(record)
        if now >= self._due:
            self._due = now + TICK_SECONDS
            self._flush(now)
            self._tell()
        self._hold_back()

    def _take(self, partition: int, now: float) -> _Partition | None:
        try:
            taken = self._store.take(partition, self._identity)
        except StoreAwayError as error:
            self._lost(error)
            self._wanted[partition] = now + RETRY_SECONDS
            return None
        self._wanted.pop(partition, None)
        owned = _Partition(taken.epoch, taken.next_offset, taken.next_offset)
        self._owned[partition] = owned
        return owned

    def _take_again(self, partition: int, now: float) -> None:
        taken = self._take(partition, now)
        if taken is None:
            return
        if self._source.seek(partition, taken.flushed):
            if not self._paused:
                self._source.resume(partition)
        else:
            self._drop({partition})
            self._wanted[partition] = now + RETRY_SECONDS

    def _drop(self, partitions: set[int]) -> None:
        for partition in partitions:
            self._owned.pop(partition, None)
            self._wanted.pop(partition, None)

    def _accept(self, record: LogRecord) -> None:
        owned = self._owned.get(record.partition)
        if owned is None or record.offset < owned.position:
            return
        owned.position = record.offset + 1
        try:
            marks = ReceiptRecord.model_validate_json(record.value or b"")
        except ValidationError:
            self._metrics.receipts.labels("unreadable").inc()
            return
        for mark in marks.marks:
            reader = Reader(marks.chat, mark.person)
            said = marked(mark.read, mark.delivered, mark.at)
            before = owned.pending.get(reader)
            owned.pending[reader] = (
                said if before is None or self._faults.last_receipt_wins else joined(before, said)
            )
        self._metrics.receipts.labels("marks").inc(len(marks.marks))

    def _flush(self, now: float) -> None:
        portions = [
            ReceiptPortion(number, one.epoch, one.flushed, one.position, one.pending)
            for number, one in self._owned.items()
            if one.position > one.flushed
        ]
        if not portions:
            return
        try:
            moved = self._store.write(portions)
        except StoreAwayError as error:
            self._lost(error)
            self._due = now + RETRY_SECONDS
            return
        if self._away:
            self._away = False
            self._log.info("receipts are written again")
        for portion in portions:
            owned = self._owned[portion.partition]
            owned.flushed = portion.to_offset
            owned.pending = {}
        self._metrics.receipts.labels("moved").inc(len(moved))
        for reader, one in moved.items():
            before = self._owed.pop(reader, None)
            self._owed[reader] = one._replace(read=one.read or (before is not None and before.read))
        for reader in list(islice(self._owed, max(0, len(self._owed) - OWED))):
            del self._owed[reader]
            self._metrics.receipts.labels("untold").inc()

    def _tell(self) -> None:
        """Postgres or Redis away: the same is told with the next tick that finds both."""
        if not self._owed:
            return
        try:
            made = notices(self._owed, self._store.reads(self._owed))
            self._channels.publish(made)
        except (StoreAwayError, WindowsAwayError) as error:
            self._lost(error)
            return
        self._metrics.receipt_bytes.inc(sum(len(notice.payload) for notice in made))
        self._owed.clear()

    def _hold_back(self) -> None:
        waiting = sum(len(one.pending) for one in self._owned.values())
        self._metrics.receipts_waiting.set(waiting)
        if not self._paused and waiting >= PENDING:
            self._paused = True
            for partition in self._owned:
                self._source.pause(partition)
        elif self._paused and waiting < PENDING:
            self._paused = False
            for partition in self._owned:
                self._source.resume(partition)

    def _lost(self, error: Exception) -> None:
        if not self._away:
            self._away = True
            self._log.warning("receipts wait", reason=str(error))
