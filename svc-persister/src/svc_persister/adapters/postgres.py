"""Postgres: the log's projection."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg import errors as pg

from nexync_contracts.channels import KIND_EVENT, KIND_MEMBERSHIP, encode_published
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import MEMBERSHIP_TAGS
from nexync_contracts.ids import Stream, id_time_ms
from nexync_contracts.limits import ID_AHEAD_MS
from nexync_contracts.retention import Retention
from nexync_streams.deciding import Seen
from nexync_streams.encoding import join_frame
from nexync_streams.fold import StreamState, from_snapshot
from svc_persister.adapters import flush_sql, statements
from svc_persister.adapters.database import Database
from svc_persister.adapters.months import MAKE_MONTH
from svc_persister.errors import FencedError, WrongLogError
from svc_persister.faults import Faults
from svc_persister.months import month_of
from svc_persister.ports import LastEvent, LogIdentity, Lookup, RecentRow, Taken
from svc_persister.rows import DerivedRow, Portion

TAKE_SECONDS = 10.0
"""A take reads the recent set, which may be large."""

ADVISORY_CLASS = 0x6E78
"""First half of the advisory lock that a flush holds on its partitions, shared."""


class PostgresStore:
    """Implements the `Store` port."""

    def __init__(self, database: Database, *, faults: Faults) -> None:
        self._database = database
        self._faults = faults

    def close(self) -> None:
        """Close the connection, if there is one."""
        self._database.close()

    def take(self, partition: int, identity: LogIdentity, recent: int) -> Taken:
        with self._database.transaction(TAKE_SECONDS) as cursor:
            cursor.execute(statements.END_OLD_FLUSHES, (ADVISORY_CLASS, partition))
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", (ADVISORY_CLASS, partition))
            cursor.execute(statements.TAKE, (partition, identity.cluster_id, identity.topic_id))
            row = cursor.fetchone()
            assert row is not None  # noqa: S101 - an upsert returns its row
            epoch, next_offset, log_epoch, cluster_id, topic_id = row
            if (cluster_id, topic_id) != identity:
                msg = (
                    f"partition {partition}: Postgres was built from cluster {cluster_id} topic "
                    f"{topic_id}, this log is cluster {identity.cluster_id} topic "
                    f"{identity.topic_id}; check the address, or adopt it: nexyncctl log adopt"
                )
                raise WrongLogError(msg)
            cursor.execute(statements.RECENT, {"p": partition, "limit": recent})
            rows = [
                RecentRow(
                    key, Seen(digest, seq, RejectCode(code) if code else None, seen_epoch), at
                )
                for key, seq, code, digest, at, seen_epoch in cursor
            ]
            cursor.execute(statements.FUTURE, (partition,))
            future = max((_time_of(one) for (one,) in cursor), default=0)
            cursor.execute(statements.DERIVED, (partition,))
            derived = [DerivedRow(*row) for row in cursor]
        return Taken(partition, epoch, log_epoch, next_offset, rows, future, derived)

    def load(self, streams: Sequence[Stream]) -> Mapping[Stream, StreamState]:
        with self._database.transaction() as cursor:
            cursor.execute(statements.LOAD, (list(streams),))
            return {
                Stream(stream): StreamState(
                    Stream(stream), partition, epoch, head, n, at, from_snapshot(stream, text)
                )
                for stream, partition, epoch, head, n, at, text in cursor
            }

    def find(self, lookups: Sequence[Lookup]) -> Mapping[str, Seen]:
        with self._database.transaction() as cursor:
            cursor.execute(
                statements.FIND,
                (
                    [one.key for one in lookups],
                    [one.stream for one in lookups],
                    [one.sender for one in lookups],
                    [one.id for one in lookups],
                    [one.log_epoch for one in lookups],
                    [one.log_offset for one in lookups],
                    [_since(one.id) for one in lookups],
                ),
            )
            return {
                key: Seen(digest, seq, RejectCode(code) if code else None, epoch)
                for key, seq, epoch, code, digest in cursor
            }

    def heads_since(self, partition: int, log_epoch: int, offset: int) -> Sequence[LastEvent]:
        with self._database.transaction() as cursor:
            cursor.execute(statements.HEADS_SINCE, (partition, log_epoch, offset))
            return [_last_event(*row) for row in cursor]

    def flush(self, portions: Sequence[Portion]) -> None:
        try:
            self._flush(portions)
        except pg.CheckViolation:
            # A month without a table: of old records that are replayed, or nobody made it ahead.
            months = {month_of(row.at) for portion in portions for row in portion.events}
            with self._database.transaction() as cursor:
                for kept in Retention:
                    for month in sorted(months):
                        cursor.execute(MAKE_MONTH, (kept.value, month.label, *month))
            self._flush(portions)

    def _flush(self, portions: Sequence[Portion]) -> None:
        with self._database.transaction() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock_shared(%s, p) FROM unnest(%s::int[]) AS p",
                (ADVISORY_CLASS, [portion.partition for portion in portions]),
            )
            flush_sql.write(cursor, portions)
            for portion in portions:
                self._advance(cursor, portion)

    def _advance(self, cursor: psycopg.Cursor[tuple[Any, ...]], portion: Portion) -> None:
        if self._faults.offset_outside_transaction:
            return
        if self._faults.fence_off:
            self.write_offset_by(cursor, portion.partition, portion.to_offset)
            return
        cursor.execute(
            statements.ADVANCE,
            (portion.to_offset, portion.partition, portion.epoch, portion.from_offset),
        )
        if cursor.rowcount != 1:
            msg = f"partition {portion.partition}: another persister has taken it"
            raise FencedError(msg)

    def committed(self, portions: Sequence[Portion]) -> bool:
        with self._database.transaction() as cursor:
            cursor.execute(statements.POSITIONS, ([portion.partition for portion in portions],))
            now = {partition: (epoch, offset) for partition, epoch, offset in cursor}
        moved = any(portion.to_offset > portion.from_offset for portion in portions)
        return moved and all(
            now.get(portion.partition) == (portion.epoch, portion.to_offset) for portion in portions
        )

    def write_offset(self, partition: int, next_offset: int) -> None:
        with self._database.transaction() as cursor:
            self.write_offset_by(cursor, partition, next_offset)

    def write_offset_by(
        self, cursor: psycopg.Cursor[tuple[Any, ...]], partition: int, next_offset: int
    ) -> None:
        """Move the offset without a fence: only for the planted faults."""
        cursor.execute(
            "UPDATE partitions SET next_offset = %s WHERE id = %s", (next_offset, partition)
        )


def _last_event(
    stream: str, epoch: int, head: int, n: int, at: int, command: str, by: str, tag: str, event: str
) -> LastEvent:
    frame = join_frame(
        stream=stream,
        epoch=epoch,
        seq=head,
        n=n,
        at=at,
        command=command,
        by=by,
        event=event.encode(),
    )
    kind = KIND_MEMBERSHIP if tag in MEMBERSHIP_TAGS else KIND_EVENT
    return LastEvent(Stream(stream), epoch, head, n, encode_published(kind, epoch, head, frame))


def _since(identifier: str) -> int:
    """No event with this id is older, Unix ms; 0 for an id without a time."""
    made = id_time_ms(identifier)
    return 0 if made is None else max(0, made - ID_AHEAD_MS)


def _time_of(identifier: uuid.UUID) -> int:
    return identifier.int >> 80 if identifier.version == 7 else 0
