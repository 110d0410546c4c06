"""The metrics of the persister: a closed set, all with the prefix `nexync_persister_`.

| name | kind | meaning |
|---|---|---|
| records_total{result} | counter | records decided: event, rejected, double, poison |
| flush_seconds | histogram | time of one flush to Postgres, from hand-over to commit |
| flush_events | histogram | events of one flush |
| unflushed | gauge | decided records that Postgres doesn't have |
| partitions | gauge | partitions owned |
| partitions_paused | gauge | owned partitions that Kafka holds back |
| windows_unknown | gauge | owned partitions whose windows must be rewritten |
| postgres_away, redis_away | gauge | 1 while the backend doesn't answer |
| takes_total | counter | partitions taken |
| rewrites_total | counter | windows of a partition rewritten |
| derived_total | counter | derived commands that Kafka confirmed |
| lag | gauge | records of owned partitions not yet read; 0 for one that waits for Postgres |
| record_bytes_total{partition} | counter | bytes of keys and values read; a replay counts again |
| chats_created_total | counter | chats that began; a replay counts again |
| months_dropped_total | counter | tables of content dropped, their class's time being over |
| notify_sent_total | counter | notifications of new messages that RabbitMQ confirmed |
| notify_dropped_total | counter | those that waited too long for RabbitMQ |
| receipts_total{result} | counter | marks, moved (watermarks), untold (Redis was away), unreadable (records) |
| receipt_bytes_total | counter | bytes published about watermarks |
| receipts_waiting | gauge | watermarks that Postgres doesn't have yet |
"""

from dataclasses import dataclass

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

PREFIX = "nexync_persister_"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
EVENTS = (1, 10, 100, 1_000, 2_500, 5_000, 10_000, 20_000)


@dataclass(frozen=True, slots=True)
class Metrics:
    """One instance a process, made by the composition root."""

    records: Counter
    flush_seconds: Histogram
    flush_events: Histogram
    unflushed: Gauge
    partitions: Gauge
    paused: Gauge
    windows_unknown: Gauge
    postgres_away: Gauge
    redis_away: Gauge
    takes: Counter
    rewrites: Counter
    derived: Counter
    lag: Gauge
    record_bytes: Counter
    chats_created: Counter
    months_dropped: Counter
    notify_sent: Counter
    notify_dropped: Counter
    receipts: Counter
    receipt_bytes: Counter
    receipts_waiting: Gauge


def make(registry: CollectorRegistry = REGISTRY) -> Metrics:
    """Register the set."""

    def gauge(name: str, text: str) -> Gauge:
        return Gauge(PREFIX + name, text, registry=registry)

    def counter(name: str, text: str) -> Counter:
        return Counter(PREFIX + name, text, registry=registry)

    return Metrics(
        records=Counter(PREFIX + "records", "Records decided", ["result"], registry=registry),
        flush_seconds=Histogram(
            PREFIX + "flush_seconds", "Time of one flush", buckets=SECONDS, registry=registry
        ),
        flush_events=Histogram(
            PREFIX + "flush_events", "Events of one flush", buckets=EVENTS, registry=registry
        ),
        unflushed=gauge("unflushed", "Decided records that Postgres doesn't have"),
        partitions=gauge("partitions", "Partitions owned"),
        paused=gauge("partitions_paused", "Owned partitions that Kafka holds back"),
        windows_unknown=gauge("windows_unknown", "Owned partitions whose windows are unknown"),
        postgres_away=gauge("postgres_away", "1 while Postgres doesn't answer"),
        redis_away=gauge("redis_away", "1 while Redis doesn't answer"),
        takes=counter("takes", "Partitions taken"),
        rewrites=counter("rewrites", "Windows of a partition rewritten"),
        derived=counter("derived", "Derived commands that Kafka confirmed"),
        lag=gauge(
            "lag", "Records of owned partitions not yet read, 0 while Postgres is waited for"
        ),
        record_bytes=Counter(
            PREFIX + "record_bytes", "Bytes of records read", ["partition"], registry=registry
        ),
        chats_created=counter("chats_created", "Chats that began"),
        months_dropped=counter("months_dropped", "Tables of content dropped"),
        notify_sent=counter("notify_sent", "Notifications that RabbitMQ confirmed"),
        notify_dropped=counter("notify_dropped", "Notifications that waited too long"),
        receipts=Counter(
            PREFIX + "receipts", "Marks and what became of them", ["result"], registry=registry
        ),
        receipt_bytes=counter("receipt_bytes", "Bytes published about watermarks"),
        receipts_waiting=gauge("receipts_waiting", "Watermarks that Postgres doesn't have yet"),
    )
