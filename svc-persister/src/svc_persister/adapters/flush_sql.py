"""What a flush writes, in one transaction: binary COPY straight into the indexed tables."""

import struct
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

from nexync_contracts.ids import Stream
from nexync_contracts.retention import Retention, longer
from nexync_streams.fold import snapshot
from svc_persister.adapters import changes_sql, notify_sql
from svc_persister.rows import Portion

_SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + struct.pack("!ii", 0, 0)
_TRAILER = struct.pack("!h", -1)
_EVENT_HEAD = struct.Struct("!hi")
_LENGTH = struct.Struct("!i")
_MIDDLE = struct.Struct("!iqiiiqiqi16si16si")
_LAST = struct.Struct("!iiiq")

COPY_EVENTS = """
COPY events
  (stream, seq, log_epoch, n, at, id, sender, tag, event, digest, partition, log_offset, class)
FROM STDIN (FORMAT binary)
"""

_CLASSES = {one: struct.pack("!i", len(one.value)) + one.value.encode() for one in Retention}

ADD_CHAPTERS = """
INSERT INTO chapters (stream, first_seq, first_n, first_at, class)
SELECT u.stream, u.first_seq, u.first_n, u.first_at, u.class
FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::bool[])
  AS u (stream, first_seq, first_n, first_at, class, month, sure)
WHERE u.sure OR NOT EXISTS (
  SELECT FROM (
    SELECT class, first_at FROM chapters WHERE stream = u.stream ORDER BY first_seq DESC LIMIT 1
  ) AS last
  WHERE last.class = u.class AND last.first_at >= u.month
)
ON CONFLICT (stream, first_seq) DO NOTHING
"""

CLASSES_OF = """
SELECT e.stream, e.seq, coalesce((
  SELECT c.class FROM chapters c WHERE c.stream = e.stream AND c.first_seq <= e.target
  ORDER BY c.first_seq DESC LIMIT 1
), 'forever')
FROM unnest(%s::text[], %s::bigint[], %s::bigint[]) AS e (stream, seq, target)
"""
"""Of the messages that these edits change."""

COPY_REJECTIONS = """
COPY rejections (stream, sender, id, log_epoch, code, digest, at, partition, log_offset)
FROM STDIN (FORMAT binary)
"""

COPY_DERIVED = """
COPY derived_commands (partition, log_offset, position, target_partition, stream, envelope)
FROM STDIN (FORMAT binary)
"""

UPSERT_STREAMS = """
INSERT INTO streams (id, partition, log_epoch, head, n, at, snapshot)
SELECT id, partition, log_epoch, head, n, at, snapshot::json
FROM unnest(%s::text[], %s::int[], %s::int[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[])
  AS s (id, partition, log_epoch, head, n, at, snapshot)
ON CONFLICT (id) DO UPDATE SET log_epoch = excluded.log_epoch, head = excluded.head,
  n = excluded.n, at = excluded.at, snapshot = excluded.snapshot
"""

MOVE_STREAMS = """
UPDATE streams SET log_epoch = s.log_epoch, head = s.head, n = s.n, at = s.at
FROM unnest(%s::text[], %s::int[], %s::bigint[], %s::bigint[], %s::bigint[])
  AS s (id, log_epoch, head, n, at)
WHERE streams.id = s.id
"""

UPSERT_SPANS = """
INSERT INTO members AS m
  (chat, person, role, from_seq, until_seq, from_n, until_n, until_at, until_name)
SELECT chat, person, role, from_seq, until_seq, from_n, until_n, until_at, until_name
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bigint[], %s::bigint[],
            %s::bigint[], %s::bigint[], %s::bigint[], %s::text[]) WITH ORDINALITY
  AS s (chat, person, role, from_seq, until_seq, from_n, until_n, until_at, until_name, number)
ORDER BY number
ON CONFLICT (chat, person, from_seq) DO UPDATE
SET role = excluded.role, until_seq = excluded.until_seq, from_n = coalesce(excluded.from_n, m.from_n),
  until_n = excluded.until_n, until_at = excluded.until_at, until_name = excluded.until_name
"""

DELETE_DERIVED = """
DELETE FROM derived_commands d
USING unnest(%s::int[], %s::bigint[], %s::int[]) AS k (partition, log_offset, position)
WHERE d.partition = k.partition AND d.log_offset = k.log_offset AND d.position = k.position
"""

Cursor = psycopg.Cursor[tuple[Any, ...]]


def write(cursor: Cursor, portions: Sequence[Portion]) -> None:
    """Write all rows of the portions; the caller moves the offsets in the same transaction."""
    _delete_derived(cursor, portions)
    _write_chapters(cursor, portions)
    if any(portion.events for portion in portions):
        lasting = _lasting(cursor, portions)
        with cursor.copy(COPY_EVENTS) as copy:
            copy.write(_events(portions, lasting))
    if any(portion.rejections for portion in portions):
        with cursor.copy(COPY_REJECTIONS) as copy:
            copy.set_types(
                ["text", "uuid", "uuid", "int4", "text", "bytea", "int8", "int4", "int8"]
            )
            for portion in portions:
                for row in portion.rejections:
                    copy.write_row(
                        (
                            row.stream,
                            uuid.UUID(row.sender),
                            uuid.UUID(row.id),
                            portion.log_epoch,
                            row.code.value,
                            row.digest,
                            row.at,
                            portion.partition,
                            row.log_offset,
                        )
                    )
    if any(portion.derived for portion in portions):
        with cursor.copy(COPY_DERIVED) as copy:
            copy.set_types(["int4", "int8", "int4", "int4", "text", "bytea"])
            for portion in portions:
                for row in portion.derived:
                    copy.write_row((portion.partition, *row))
    _write_streams(cursor, portions)
    _write_spans(cursor, portions)
    changes_sql.write(cursor, portions)
    notify_sql.write(cursor, portions)


def _write_chapters(cursor: Cursor, portions: Sequence[Portion]) -> None:
    rows = [row._replace(kept=row.kept.value) for portion in portions for row in portion.chapters]
    if rows:
        cursor.execute(ADD_CHAPTERS, _columns(rows))


def _lasting(cursor: Cursor, portions: Sequence[Portion]) -> Mapping[tuple[Stream, int], Retention]:
    """The classes of edits whose message is of a longer one: its text of now must not go before it."""
    mortal = {
        (row.stream, row.seq): row.kept
        for portion in portions
        if portion.changes.edits
        for row in portion.events
        if row.tag == "message.edited" and row.kept is not Retention.FOREVER
    }
    if not mortal:
        return {}
    edits = [
        (edit.stream, edit.seq, edit.target)
        for portion in portions
        for edit in portion.changes.edits
        if (edit.stream, edit.seq) in mortal
    ]
    cursor.execute(CLASSES_OF, _columns(edits))
    return {
        (Stream(stream), seq): longer(mortal[Stream(stream), seq], Retention(kept))
        for stream, seq, kept in cursor.fetchall()
    }


def _events(portions: Sequence[Portion], lasting: Mapping[tuple[Stream, int], Retention]) -> bytes:
    """The rows of `events` in COPY's binary format: per field a 4-byte length, then the value."""
    parts = [_SIGNATURE]
    for portion in portions:
        last = _LAST.pack(4, portion.partition, 8, 0)[:-8]
        for row in portion.events:
            stream, tag = row.stream.encode(), row.tag.encode()
            parts += (
                _EVENT_HEAD.pack(13, len(stream)),
                stream,
                _MIDDLE.pack(
                    8,
                    row.seq,
                    4,
                    row.log_epoch,
                    8,
                    row.n,
                    8,
                    row.at,
                    16,
                    bytes.fromhex(row.id.replace("-", "")),
                    16,
                    bytes.fromhex(row.sender.replace("-", "")),
                    len(tag),
                ),
                tag,
                _LENGTH.pack(len(row.event)),
                row.event,
                _LENGTH.pack(len(row.digest)),
                row.digest,
                last,
                row.log_offset.to_bytes(8, "big"),
                _CLASSES[lasting.get((row.stream, row.seq), row.kept) if lasting else row.kept],
            )
    parts.append(_TRAILER)
    return b"".join(parts)


def _write_streams(cursor: Cursor, portions: Sequence[Portion]) -> None:
    new: list[tuple[object, ...]] = []
    moved: list[tuple[object, ...]] = []
    for portion in portions:
        for stream, state in portion.heads.items():
            at = (state.epoch, state.head, state.n, state.at)
            if stream in portion.bodies and state.body is not None:
                new.append((stream, state.partition, *at, snapshot(state.body)))
            else:
                moved.append((stream, *at))
    if new:
        cursor.execute(UPSERT_STREAMS, _columns(new))
    if moved:
        cursor.execute(MOVE_STREAMS, _columns(moved))


def _write_spans(cursor: Cursor, portions: Sequence[Portion]) -> None:
    rows = [
        (uuid.UUID(s.chat), uuid.UUID(s.person), *s[2:])
        for portion in portions
        for s in portion.spans.values()
    ]
    if rows:
        cursor.execute(UPSERT_SPANS, _columns(rows))


def _delete_derived(cursor: Cursor, portions: Sequence[Portion]) -> None:
    rows = [
        (portion.partition, key.log_offset, key.position)
        for portion in portions
        for key in portion.confirmed
    ]
    if rows:
        cursor.execute(DELETE_DERIVED, _columns(rows))


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]
