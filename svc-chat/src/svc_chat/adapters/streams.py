"""Streams and their events in Postgres."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from nexync_contracts.events import EventRecord, Role
from nexync_contracts.ids import PersonId, Stream, is_chat_stream, stream_id
from nexync_contracts.session import Span
from nexync_runtime.placing import choose, taken_partitions
from nexync_runtime.postgres import Pool
from nexync_streams.messages import Edit, Now
from svc_chat.adapters import messages
from svc_chat.adapters.records import RECORD_COLUMNS, Connection, record_of
from svc_chat.ports import StoredHead
from svc_chat.spans import NO_MEMBERSHIP, Membership, Range

PLACES_KEPT: Final = 50_000
"""Partitions of streams remembered. They never change; over the bound the memory starts anew."""

_CHAT_PLACE: Final = (
    "SELECT partition FROM streams WHERE id = %(id)s"
    " UNION ALL SELECT partition FROM placements WHERE stream = %(id)s LIMIT 1"
)
_PERSON_PLACE: Final = "SELECT partition FROM people WHERE id = %(id)s"
_PLACE: Final = (
    "INSERT INTO placements (stream, partition) VALUES (%(id)s, %(partition)s)"
    " ON CONFLICT (stream) DO NOTHING"
)
_HEAD = "SELECT partition, log_epoch, head, n, at FROM streams WHERE id = %s"
_SPANS = (
    "SELECT from_seq, until_seq, role FROM members WHERE chat = %s AND person = %s"
    " ORDER BY from_seq"
)
_EVENTS = (
    f"SELECT {RECORD_COLUMNS} FROM unnest(%s::bigint[], %s::bigint[]) AS r(low, high)"  # noqa: S608 - constant columns
    " JOIN events e ON e.stream = %s AND e.seq BETWEEN r.low AND r.high ORDER BY e.seq"
)


def membership_of(rows: Sequence[Sequence[Any]]) -> Membership:
    """A membership from rows (from_seq, until_seq, role), oldest first."""
    if not rows:
        return NO_MEMBERSHIP
    spans = tuple(Span(from_seq=row[0], until_seq=row[1]) for row in rows)
    return Membership(spans, Role(rows[-1][2]) if rows[-1][1] is None else None)


class PostgresSnapshot:
    """One repeatable-read transaction."""

    def __init__(
        self,
        connection: Connection,
        stream: Stream,
        stored: StoredHead | None,
        membership: Membership,
    ) -> None:
        self._connection = connection
        self._stream = stream
        self.stored = stored
        self.membership = membership

    async def events(self, ranges: Sequence[Range]) -> list[EventRecord]:
        """The events of the ranges, ascending."""
        lows, highs = [part.low for part in ranges], [part.high for part in ranges]
        cursor = await self._connection.execute(_EVENTS, (lows, highs, self._stream))
        return [record_of(row) for row in await cursor.fetchall()]

    async def lines(
        self, ranges: Sequence[Range], count: int, *, newest: bool
    ) -> list[EventRecord]:
        """The newest or oldest lines of the ranges, ascending."""
        return await messages.lines(self._connection, self._stream, ranges, count, newest=newest)

    async def messages_now(self, targets: Sequence[int], as_of: int) -> Mapping[int, Now]:
        """What became of messages."""
        return await messages.messages_now(self._connection, self._stream, targets, as_of)

    async def versions(self, target: int, as_of: int, count: int) -> list[Edit]:
        """The newest edits of a message, oldest first."""
        return await messages.versions(self._connection, self._stream, target, as_of, count)


class PostgresStreams:
    """Reads of streams."""

    def __init__(self, pool: Pool, *, first_partitions: int) -> None:
        self._pool = pool
        self._first = first_partitions
        self._places: dict[Stream, int] = {}

    @asynccontextmanager
    async def snapshot(
        self, stream: Stream, person: PersonId | None
    ) -> AsyncGenerator[PostgresSnapshot]:
        """Head, membership and events of one moment."""
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            row = await (await connection.execute(_HEAD, (stream,))).fetchone()
            membership = NO_MEMBERSHIP
            if person is not None and is_chat_stream(stream):
                cursor = await connection.execute(_SPANS, (stream_id(stream), person))
                membership = membership_of(await cursor.fetchall())
            stored = StoredHead(*row) if row else None
            yield PostgresSnapshot(connection, stream, stored, membership)

    async def partition_of(self, stream: Stream) -> int | None:
        """Where the stream lives: a chat's from the request that makes it, a person's from the registration."""
        known = self._places.get(stream)
        if known is not None:
            return known
        identifier = stream_id(stream)
        query = _CHAT_PLACE if is_chat_stream(stream) else _PERSON_PLACE
        parameter = stream if is_chat_stream(stream) else identifier
        async with self._pool.connection() as connection:
            row = await (await connection.execute(query, {"id": parameter})).fetchone()
        if row is None:
            return None
        return self._remember(stream, int(row[0]))

    async def place(self, stream: Stream) -> int:
        """The partition that the stream has, or one that a persister reads; whoever writes first decides."""
        known = await self.partition_of(stream)
        if known is not None:
            return known
        async with self._pool.connection() as connection:
            taken = await taken_partitions(connection)
            chosen = choose(stream_id(stream), taken, self._first)
            await connection.execute(_PLACE, {"id": stream, "partition": chosen})
            row = await (await connection.execute(_CHAT_PLACE, {"id": stream})).fetchone()
        return self._remember(stream, int(row[0]) if row else chosen)

    def _remember(self, stream: Stream, partition: int) -> int:
        if len(self._places) >= PLACES_KEPT:
            self._places.clear()
        self._places[stream] = partition
        return partition

    async def heads(self, streams: Sequence[Stream]) -> Mapping[Stream, StoredHead]:
        """Heads of those streams that Postgres has."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT id, partition, log_epoch, head, n, at FROM streams WHERE id = ANY(%s)",
                (list(streams),),
            )
            return {Stream(row[0]): StoredHead(*row[1:]) for row in await cursor.fetchall()}

    async def log_epoch(self) -> int:
        """The epoch of the log as a whole, for streams without an event."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute("SELECT coalesce(max(log_epoch), 1) FROM partitions")
            row = await cursor.fetchone()
        return int(row[0]) if row else 1
