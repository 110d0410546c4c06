"""Receipts in Postgres, and the word of them over Redis."""

import time
import uuid
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import psycopg
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from nexync_contracts.ids import ChatId, PersonId
from nexync_contracts.limits import RECEIPT_MEMBERS
from nexync_runtime.redis_client import authority
from nexync_streams.watermarks import NOTHING, Moment, Watermark, joined
from svc_persister.adapters.database import Database
from svc_persister.errors import FencedError, WindowsAwayError
from svc_persister.faults import Faults
from svc_persister.ports import (
    LogIdentity,
    Moved,
    Notice,
    Reader,
    Reads,
    ReceiptPortion,
    ReceiptsTaken,
)

REDIS_SECONDS: Final = 1.0
COUNTED_MS: Final = 2 * 24 * 3_600_000
"""Messages up to a mark are counted for younger events alone, so that no old month is looked through."""

_TAKE: Final = """
INSERT INTO receipt_partitions AS p (id, epoch, next_offset, cluster_id, topic_id)
VALUES (%s, 1, 0, %s, %s)
ON CONFLICT (id) DO UPDATE SET epoch = p.epoch + 1, updated_at = now(),
  next_offset = CASE WHEN (p.cluster_id, p.topic_id) = (excluded.cluster_id, excluded.topic_id)
    THEN p.next_offset ELSE 0 END,
  cluster_id = excluded.cluster_id, topic_id = excluded.topic_id
RETURNING epoch, next_offset
"""

_ADVANCE: Final = """
UPDATE receipt_partitions SET next_offset = %s, updated_at = now()
WHERE id = %s AND epoch = %s AND next_offset = %s
"""

_STORED: Final = """
SELECT r.chat, r.person, r.seq, r.read_at, r.delivered_seq, r.delivered_at, r.moments
FROM unnest(%s::uuid[], %s::uuid[]) AS k (chat, person)
JOIN read_marks r ON r.chat = k.chat AND r.person = k.person
ORDER BY r.chat, r.person
FOR UPDATE OF r
"""

_STORE: Final = """
INSERT INTO read_marks (chat, person, seq, read_at, delivered_seq, delivered_at, moments)
SELECT chat, person, seq, read_at, delivered_seq, delivered_at, moments::bigint[]
FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[])
  AS k (chat, person, seq, read_at, delivered_seq, delivered_at, moments)
WHERE NOT EXISTS (SELECT FROM erased_people e WHERE e.person = k.person)
ON CONFLICT (chat, person) DO UPDATE SET seq = excluded.seq, read_at = excluded.read_at,
  delivered_seq = excluded.delivered_seq, delivered_at = excluded.delivered_at,
  moments = excluded.moments
"""

_MEMBERS: Final = """
SELECT w.chat, m.person FROM unnest(%s::uuid[]) AS w (chat)
CROSS JOIN LATERAL (
  SELECT person FROM members WHERE chat = w.chat AND until_seq IS NULL LIMIT %s
) m
"""

_HIDDEN: Final = (
    "SELECT person FROM profiles WHERE person = ANY(%s::uuid[]) AND receipts = 'nobody'"
)

_APART: Final = """
SELECT blocker, blocked FROM blocks WHERE blocker = ANY(%(people)s::uuid[]) AND blocked = ANY(%(people)s::uuid[])
"""

_COUNTS: Final = """
SELECT k.chat, k.person, e.n FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[]) AS k (chat, person, seq)
JOIN events e ON e.stream = 'c:' || k.chat::text AND e.seq = k.seq AND e.at >= %s
"""

Cursor = psycopg.Cursor[tuple[Any, ...]]


class PostgresReceipts:
    """Implements the `ReceiptStore` port."""

    def __init__(self, database: Database, *, faults: Faults) -> None:
        self._database = database
        self._faults = faults

    def close(self) -> None:
        """Close the connection, if there is one."""
        self._database.close()

    def take(self, partition: int, identity: LogIdentity) -> ReceiptsTaken:
        with self._database.transaction() as cursor:
            cursor.execute(_TAKE, (partition, identity.cluster_id, identity.topic_id))
            row = cursor.fetchone()
        assert row is not None  # noqa: S101 - an upsert returns its row
        return ReceiptsTaken(*row)

    def write(self, portions: Sequence[ReceiptPortion]) -> Mapping[Reader, Moved]:
        said = {reader: mark for one in portions for reader, mark in one.watermarks.items()}
        with self._database.transaction() as cursor:
            # The offsets first: their rows are locked until the commit, so no two owners merge at the same time.
            for portion in portions:
                cursor.execute(
                    _ADVANCE,
                    (portion.to_offset, portion.partition, portion.epoch, portion.from_offset),
                )
                if cursor.rowcount != 1 and not self._faults.fence_off:
                    msg = (
                        f"receipts of partition {portion.partition}: another persister has taken it"
                    )
                    raise FencedError(msg)
            return self._merge(cursor, said) if said else {}

    def _merge(self, cursor: Cursor, said: Mapping[Reader, Watermark]) -> Mapping[Reader, Moved]:
        keys = [list(column) for column in zip(*map(_key, said), strict=True)]
        cursor.execute(_STORED, keys)
        stored = {
            Reader(ChatId(str(row[0])), PersonId(str(row[1]))): _watermark(row) for row in cursor
        }
        moved: dict[Reader, Moved] = {}
        for reader in sorted(said):
            before = stored.get(reader, NOTHING)
            after = said[reader] if self._faults.last_receipt_wins else joined(before, said[reader])
            if after != before:
                moved[reader] = Moved(after, after.read != before.read)
        if moved:
            rows = [
                (
                    *_key(reader),
                    mark.read,
                    mark.read_at,
                    mark.delivered,
                    mark.delivered_at,
                    _moments(mark),
                )
                for reader, (mark, _) in moved.items()
            ]
            cursor.execute(_STORE, [list(column) for column in zip(*rows, strict=True)])
        return moved

    def reads(self, moved: Mapping[Reader, Moved]) -> Reads:
        chats = sorted({uuid.UUID(reader.chat) for reader in moved})
        with self._database.transaction() as cursor:
            members = _members(cursor, chats)
            people = sorted({uuid.UUID(one) for some in members.values() for one in some})
            cursor.execute(_HIDDEN, (people,))
            hidden = frozenset(PersonId(str(row[0])) for row in cursor)
            cursor.execute(_APART, {"people": people})
            apart = frozenset((PersonId(str(row[0])), PersonId(str(row[1]))) for row in cursor)
            rows = [(*_key(reader), mark.read) for reader, (mark, _) in moved.items()]
            since = time.time_ns() // 10**6 - COUNTED_MS
            cursor.execute(_COUNTS, [*(list(column) for column in zip(*rows, strict=True)), since])
            counts = {
                Reader(ChatId(str(row[0])), PersonId(str(row[1]))): int(row[2]) for row in cursor
            }
        return Reads(members, hidden, apart, counts)


class RedisNotices:
    """Implements the `Notices` port; used by one thread alone."""

    def __init__(self, url: str, *, ca_file: Path | None = None) -> None:
        client: Any = Redis.from_url(  # pyright: ignore[reportUnknownMemberType] - partial types of redis-py
            url,
            socket_timeout=REDIS_SECONDS,
            socket_connect_timeout=REDIS_SECONDS,
            retry=Retry(NoBackoff(), 0),
            **authority(url, ca_file),
        )
        self._redis = client

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()

    def publish(self, notices: Sequence[Notice]) -> None:
        if not notices:
            return
        try:
            pipeline = self._redis.pipeline(transaction=False)
            for notice in notices:
                pipeline.execute_command("PUBLISH", notice.channel, notice.payload)
            pipeline.execute()
        except (RedisError, OSError) as error:
            self._redis.connection_pool.disconnect()
            raise WindowsAwayError(f"Redis: {error}") from error


def _members(cursor: Cursor, chats: Collection[uuid.UUID]) -> dict[ChatId, frozenset[PersonId]]:
    """Of the chats that aren't too large."""
    cursor.execute(_MEMBERS, (list(chats), RECEIPT_MEMBERS + 1))
    found: dict[ChatId, set[PersonId]] = {}
    for chat, person in cursor:
        found.setdefault(ChatId(str(chat)), set()).add(PersonId(str(person)))
    return {
        chat: frozenset(people) for chat, people in found.items() if len(people) <= RECEIPT_MEMBERS
    }


def _key(reader: Reader) -> tuple[uuid.UUID, uuid.UUID]:
    return uuid.UUID(reader.chat), uuid.UUID(reader.person)


def _moments(mark: Watermark) -> str:
    """As the text of an array: arrays of arrays must be of one length."""
    return "{" + ",".join(str(number) for moment in mark.moments for number in moment) + "}"


def _watermark(row: Sequence[Any]) -> Watermark:
    flat: Sequence[int] = row[6]
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return Watermark(*row[2:6], moments=tuple(Moment(seq, at) for seq, at in pairs))
