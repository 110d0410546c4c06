"""A log, its backends and the engine between them, in time that the test moves."""

import json
from collections.abc import Iterable, Mapping

from persister_backends import (
    FakeDeadLetters,
    FakeFlushing,
    FakeLog,
    FakeSource,
    FakeStore,
    FakeWindows,
)
from persister_commands import LUNCH, PARTITION
from prometheus_client import CollectorRegistry

from nexync_contracts.channels import Published, decode_published
from nexync_contracts.commands import CommandEnvelope
from nexync_contracts.ids import PersonId, Stream
from svc_persister import metrics
from svc_persister.engine import Engine, Limits
from svc_persister.faults import FaultName, Faults
from svc_persister.ports import (
    LogIdentity,
    LogRecord,
)
from svc_persister.publishing import Publisher
from svc_persister.rows import EventRow


class World:
    """A log, its backends, and the persister that owns the partition now."""

    def __init__(self, limits: Limits | None = None, fault: FaultName | None = None) -> None:
        self.limits = limits or Limits(recent_records=50, unflushed_events=20)
        self.fault: FaultName | None = fault
        self.log = FakeLog()
        self.store = FakeStore()
        self.windows = FakeWindows()
        self.dead = FakeDeadLetters()
        self.now = 0.0
        self.start()

    def start(self) -> None:
        """A new process takes the partition; whatever the last one had in memory is gone."""
        self.registry = CollectorRegistry()
        registry = metrics.make(self.registry)
        self.source = FakeSource()
        self.flushing = FakeFlushing(self.store, self.log)
        self.engine = Engine(
            source=self.source,
            store=self.store,
            publisher=Publisher(windows=self.windows, store=self.store, metrics=registry),
            flushing=self.flushing,
            dead_letters=self.dead,
            identity=LogIdentity("cluster", "topic"),
            limits=self.limits,
            faults=Faults(self.fault),
            metrics=registry,
        )
        offsets = self.engine.assign([PARTITION], self.now)
        self.source.position = offsets.get(PARTITION, 0)
        if PARTITION not in offsets:
            self.source.pause(PARTITION)

    def add(self, *values: CommandEnvelope | bytes) -> None:
        for value in values:
            self.log.add(value)

    def step(self, most: int = 1000, seconds: float = 0.01) -> None:
        """One turn of the loop with up to `most` records."""
        self.now += seconds
        self.source.high = len(self.log.records)
        records: list[LogRecord] = []
        if PARTITION not in self.source.paused:
            records = self.log.records[self.source.position : self.source.position + most]
            self.source.position += len(records)
        self.engine.step(records, self.now)

    def settle(self) -> None:
        """Turn until everything in the log is decided and stored."""
        for _ in range(200):
            self.step(seconds=1.0)
            if self.store.next_offset == len(self.log.records) and not self.store.derived:
                return
        raise AssertionError("the log was not worked off")

    def metric(self, name: str, **labels: str) -> float | None:
        """What the process that owns the partition now shows."""
        return self.registry.get_sample_value(f"nexync_persister_{name}", labels)

    def history(self, stream: Stream = LUNCH) -> list[EventRow]:
        rows = [row for (one, _), row in self.store.events.items() if one == stream]
        return sorted(rows, key=lambda row: row.seq)

    def bodies(self, stream: Stream = LUNCH) -> list[str]:
        events = [json.loads(row.event) for row in self.history(stream)]
        return [event["body"] for event in events if event["tag"] == "message.created"]

    def frames(self, person: PersonId) -> list[Mapping[str, object]]:
        """The outcomes that the person's sockets got."""
        return [
            json.loads(decode_published(notice.payload).frame)
            for notice in self.windows.notices
            if notice.channel == f"s:p:{person}"
        ]


def live(published: Iterable[tuple[Stream, Published]], stream: Stream) -> list[int]:
    """What a reader shows: numbers in the order of arrival, those it has already left out."""
    seqs: list[int] = []
    for one, event in published:
        if one == stream and (not seqs or event.seq > seqs[-1]):
            seqs.append(event.seq)
    return seqs
