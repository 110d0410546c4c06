"""The persister's loop body: takes partitions, decides what comes, publishes, schedules flushes, holds back.

Everything here runs in the consumer's thread; time is given, so tests need no clock.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nexync_contracts.retention import Retention
from nexync_runtime import log
from nexync_streams.deciding import Seen
from svc_persister.burying import Graveyard
from svc_persister.errors import (
    BrokenInvariantError,
    DeadLetterLimitError,
    FencedError,
    LostPartitionsError,
    PersisterError,
    StoreAwayError,
    UnknownTagError,
)
from svc_persister.faults import Faults
from svc_persister.intake import Intake
from svc_persister.metrics import Metrics
from svc_persister.ports import (
    DeadLetters,
    FlushDone,
    Flushing,
    LogIdentity,
    LogRecord,
    Source,
    Store,
)
from svc_persister.preparing import Preparing
from svc_persister.publishing import Publisher
from svc_persister.reading import Poison, Readable
from svc_persister.rows import Portion
from svc_persister.sequencing import Made, Sequencer

MEASURE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """The engine's sizes; see settings for their meaning. Times in seconds."""

    flush_seconds: float = 5.0
    flush_events: int = 5_000
    unflushed_events: int = 20_000
    unflushed_bytes: int = 32 << 20
    recent_records: int = 50_000
    cached_streams: int = 20_000
    dead_letters_per_hour: int = 100
    retry_seconds: float = 1.0
    fast_flush_seconds: float = 0.2
    revoke_seconds: float = 4.0


class Engine:
    """Owns the sequencers of the assigned partitions."""

    def __init__(
        self,
        *,
        source: Source,
        store: Store,
        publisher: Publisher,
        flushing: Flushing,
        dead_letters: DeadLetters,
        identity: LogIdentity,
        limits: Limits,
        faults: Faults,
        metrics: Metrics,
        retention: Retention = Retention.FOREVER,
    ) -> None:
        self._source = source
        self._store = store
        self._publisher = publisher
        self._flushing = flushing
        self._graveyard = Graveyard(dead_letters, limits.dead_letters_per_hour, metrics)
        self._intake = Intake(source)
        self._preparing = Preparing(
            store,
            most=limits.unflushed_events,
            most_bytes=limits.unflushed_bytes,
            retry_seconds=limits.retry_seconds,
        )
        self._identity = identity
        self._limits = limits
        self._faults = faults
        self._retention = retention
        self._metrics = metrics
        self._log = log.get("engine")
        self._owned: dict[int, Sequencer] = {}
        self._wanted: dict[int, float] = {}
        self._paused: set[int] = set()
        self._flushing_now = False
        self._flush_at = 0.0
        self._urgent = False
        self._measure_at = 0.0
        self._bytes: Counter[int] = Counter()
        self._fatal: PersisterError | None = None
        self.assigned_once = False

    @property
    def owned(self) -> frozenset[int]:
        """Partitions that are ours and taken."""
        return frozenset(self._owned)

    @property
    def waiting(self) -> str | None:
        """Why the service isn't ready, None if it is."""
        if not self.assigned_once:
            return "waits for its first assignment"
        if self._wanted:
            return f"partitions {sorted(self._wanted)} wait for Postgres"
        return None

    @property
    def busy(self) -> bool:
        """Whether the loop should look again soon: a flush is in flight or something waits."""
        return self._flushing_now or self._urgent or bool(self._wanted)

    def assign(self, partitions: Sequence[int], now: float) -> Mapping[int, int]:
        """The group gave us partitions: the offsets of those that Postgres gave us too.

        The others are to be paused by the caller; they are taken as soon as Postgres answers.
        """
        self.assigned_once = True
        offsets: dict[int, int] = {}
        for partition in partitions:
            sequencer = self._take(partition, now)
            if sequencer is not None:
                offsets[partition] = sequencer.next_offset
        return offsets

    def _take_wanted(self, now: float) -> None:
        for partition, due in sorted(self._wanted.items()):
            if due > now:
                continue
            sequencer = self._take(partition, now)
            if sequencer is None:
                continue
            if self._source.seek(partition, sequencer.next_offset):
                self._source.resume(partition)
            else:
                self._drop({partition})
                self._wanted[partition] = now + self._limits.retry_seconds

    def _take(self, partition: int, now: float) -> Sequencer | None:
        try:
            taken = self._store.take(partition, self._identity, self._limits.recent_records)
        except StoreAwayError as error:
            if partition not in self._wanted:
                self._log.warning("partition waits", partition=partition, reason=str(error))
            self._wanted[partition] = now + self._limits.retry_seconds
            return None
        self._wanted.pop(partition, None)
        sequencer = Sequencer(
            taken,
            recent=self._limits.recent_records,
            cached=self._limits.cached_streams,
            faults=self._faults,
            retention=self._retention,
        )
        self._owned[partition] = sequencer
        self._flushing.produce(partition, taken.derived)
        self._publisher.own(sequencer)
        self._metrics.takes.inc()
        self._metrics.partitions.set(len(self._owned))
        self._log.info(
            "partition taken",
            partition=partition,
            epoch=taken.epoch,
            next_offset=taken.next_offset,
            recent=len(taken.recent),
        )
        return sequencer

    def revoke(self, partitions: Iterable[int], now: float) -> None:
        """The group takes partitions away: flush what they have, within bounds, then let them go."""
        leaving = set(partitions)
        if any(self._unfinished(self._owned[p]) for p in leaving & self._owned.keys()):
            self._flush_now(now)
        self._drop(leaving)

    def lose(self, partitions: Iterable[int]) -> None:
        """Others own these already: forget them and stop, for nothing here can be trusted to be ours."""
        if self._faults.fence_off:
            return
        lost = sorted(set(partitions) & self._owned.keys())
        self._drop(set(partitions))
        if lost:
            msg = f"partitions {lost} were lost: this process did not answer the group in time"
            self._fatal = LostPartitionsError(msg)

    def _drop(self, partitions: set[int]) -> None:
        for partition in partitions:
            self._wanted.pop(partition, None)
            self._owned.pop(partition, None)
            self._paused.discard(partition)
            self._publisher.disown(partition)
        self._metrics.partitions.set(len(self._owned))

    def _unfinished(self, sequencer: Sequencer) -> bool:
        return sequencer.moved or sequencer.in_flight is not None

    def drain(self, now: float) -> None:
        """Write everything that is decided, waiting for it within bounds."""
        if any(self._unfinished(sequencer) for sequencer in self._owned.values()):
            self._flush_now(now)

    def _flush_now(self, now: float) -> None:
        self._finish(self._limits.revoke_seconds, now)
        if not self._flushing_now:
            self._start_flush(now)
            self._finish(self._limits.revoke_seconds, now)

    def step(self, records: Sequence[LogRecord], now: float) -> None:
        """One turn: new records, finished flushes, due work. Raises what must stop the process."""
        self._intake.turn()
        self._finish(0.0, now)
        if self._wanted:
            self._take_wanted(now)
        for record in records:
            self._accept(record)
        if any(sequencer.backlog for sequencer in self._owned.values()):
            self._work(now)
        self._urgent |= self._publisher.tick(now)
        self._hold_back()
        self._schedule(now)
        if now >= self._measure_at:
            self._measure_at = now + MEASURE_SECONDS
            self._measure()
        if self._fatal is not None:
            self.drain(now)
            raise self._fatal

    def _accept(self, record: LogRecord) -> None:
        sequencer = self._owned.get(record.partition)
        if sequencer is None:
            return
        self._bytes[record.partition] += len(record.key or b"") + len(record.value or b"")
        try:
            self._intake.accept(sequencer, record)
        except UnknownTagError as error:
            self._stop_at(sequencer, error)

    def _stop_at(self, sequencer: Sequencer, error: PersisterError) -> None:
        """What came before is still decided and stored; then the process stops."""
        if self._fatal is None:
            self._fatal = error
        if sequencer.partition not in self._paused:
            self._paused.add(sequencer.partition)
            self._source.pause(sequencer.partition)

    def _work(self, now: float) -> None:
        ready = self._preparing.prepare(self._owned.values(), now)
        made: dict[int, Made] = {}
        found = ready.found
        for sequencer, items in ready.items:
            made[sequencer.partition] = self._decide(sequencer, items, found, now)
        if not made:
            return
        for one in made.values():
            for result, count in one.count.items():
                self._metrics.records.labels(result).inc(count)
        self._metrics.chats_created.inc(sum(one.chats for one in made.values()))
        self._urgent |= any(one.membership for one in made.values())
        self._urgent |= self._publisher.publish(made, now)
        if self._faults.offset_outside_transaction:
            for partition in made:
                self._store.write_offset(partition, self._owned[partition].next_offset)

    def _decide(
        self,
        sequencer: Sequencer,
        items: Sequence[Readable | Poison],
        found: Mapping[str, Seen],
        now: float,
    ) -> Made:
        made = Made()
        run: list[Readable] = []
        for item in items:
            bad = self._unfit(sequencer, item)
            if bad is None:
                assert isinstance(item, Readable)  # noqa: S101 - what is fit is readable
                run.append(item)
                continue
            sequencer.decide_all(run, found, made)
            run = []
            try:
                self._graveyard.bury(bad, now)
            except DeadLetterLimitError as error:
                self._stop_at(sequencer, error)
                break
            sequencer.skip(bad.record.offset)
        sequencer.decide_all(run, found, made)
        while sequencer.backlog and sequencer.backlog[0].record.offset < sequencer.next_offset:
            sequencer.backlog.popleft()
        return made

    def _unfit(self, sequencer: Sequencer, item: Readable | Poison) -> Poison | None:
        if isinstance(item, Poison):
            return item
        if sequencer.misrouted(item):
            return Poison(item.record, "the stream lives in another partition")
        return None

    def _hold_back(self) -> None:
        """Kafka keeps what we can't take: pause partitions with a backlog, resume those without."""
        for partition, sequencer in self._owned.items():
            if sequencer.backlog and partition not in self._paused:
                self._paused.add(partition)
                self._source.pause(partition)
            elif not sequencer.backlog and partition in self._paused and self._fatal is None:
                self._paused.discard(partition)
                self._source.resume(partition)
        self._metrics.paused.set(len(self._paused))
        self._metrics.unflushed.set(sum(one.unflushed for one in self._owned.values()))

    def _measure(self) -> None:
        """What isn't read yet, for the autoscaler: another persister can't help what waits for Postgres."""
        lag = 0
        for partition, sequencer in self._owned.items():
            if partition not in self._paused:
                lag += max(0, self._source.high_water(partition) - sequencer.read_position)
        self._metrics.lag.set(lag)
        for partition, size in self._bytes.items():
            self._metrics.record_bytes.labels(str(partition)).inc(size)
        self._bytes.clear()

    def _schedule(self, now: float) -> None:
        if self._flushing_now:
            return
        pending = sum(one.pending.count for one in self._owned.values())
        full = pending >= self._limits.flush_events
        full |= any(one.backlog for one in self._owned.values()) and pending > 0
        pace = self._limits.flush_seconds
        if self._publisher.away:
            pace = self._limits.fast_flush_seconds
        if (
            self._urgent
            or full
            or now >= self._flush_at
            or now >= self._flush_at - (self._limits.flush_seconds - pace)
        ):
            self._start_flush(now)

    def _start_flush(self, now: float) -> None:
        self._urgent = False
        self._flush_at = now + self._limits.flush_seconds
        portions: list[Portion] = []
        for sequencer in self._owned.values():
            confirmed = self._flushing.confirmed(sequencer.partition)
            sequencer.pending.confirmed.extend(confirmed)
            if sequencer.moved or sequencer.pending.confirmed:
                portions.append(sequencer.start_flush())
        if portions:
            self._flushing.submit(portions)
            self._flushing_now = True

    def _finish(self, timeout: float, now: float) -> None:
        if not self._flushing_now:
            return
        self._metrics.postgres_away.set(1 if self._flushing.away else 0)
        done = self._flushing.done(timeout)
        if done is None:
            return
        self._flushing_now = False
        if done.error is not None:
            self._survive(done)
            return
        for portion in done.portions:
            if self._owns(portion):
                sequencer = self._owned[portion.partition]
                self._publisher.flushed(sequencer, sequencer.end_flush(), now)

    def _survive(self, done: FlushDone) -> None:
        """A partition that was given away in the meantime may be fenced; what is still ours may not."""
        kept = [p for p in done.portions if self._owns(p)]
        if not isinstance(done.error, FencedError) or len(kept) == len(done.portions):
            raise done.error or BrokenInvariantError("a flush ended without a reason")
        if kept:
            self._flushing.submit(kept)
            self._flushing_now = True

    def _owns(self, portion: Portion) -> bool:
        sequencer = self._owned.get(portion.partition)
        return sequencer is not None and sequencer.in_flight is portion
