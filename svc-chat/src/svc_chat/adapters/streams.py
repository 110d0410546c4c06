"""Streams and their events in Postgres."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any, Final

from nexync_contracts.events import ChatKind, EventRecord, Role
from nexync_contracts.ids import PersonId, Stream, is_chat_stream, stream_id
from nexync_contracts.session import Span
from nexync_runtime.placing import choose, taken_partitions
from nexync_runtime.postgres import Connection, Pool, one_moment
from nexync_streams.messages import Edit, Now
from svc_chat.adapters import messages
from svc_chat.adapters.records import RECORD_COLUMNS, record_of
from svc_chat.chapters import Chapter, window
from svc_chat.ports import StoredHead
from svc_chat.spans import NO_MEMBERSHIP, Membership, Range

PLACES_KEPT: Final = 50_000
"""Partitions of streams remembered. They never change; over the bound the memory starts anew."""

SPANS_KEPT: Final = 2_000
"""Most people are in their chats since one of the first events, so few spans are those of many."""

_CHAT_PLACE: Final = (
    "SELECT partition FROM streams WHERE id = %(id)s"
    " UNION ALL SELECT partition FROM placements WHERE stream = %(id)s LIMIT 1"
)
_PERSON_PLACE: Final = "SELECT partition FROM people WHERE id = %(id)s"
_PLACE: Final = (
    "INSERT INTO placements (stream, partition) VALUES (%(id)s, %(partition)s)"
    " ON CONFLICT (stream) DO NOTHING"
)
SPAN_COLUMNS: Final = """
m.from_seq, m.until_seq, m.role,
coalesce(m.from_n, (SELECT e.n FROM events e WHERE e.stream = 'c:' || m.chat::text AND e.seq = m.from_seq)),
m.until_n
"""
"""A span of a persister that doesn't know of `from_n` yet is counted by its event."""
_HEAD: Final = """
SELECT s.partition, s.log_epoch, s.head, s.n, s.at, s.snapshot->>'kind',
       (SELECT json_agg(json_build_array(c.first_seq, c.first_n, c.first_at, k.kept_from)
                        ORDER BY c.first_seq)
        FROM chapters c JOIN content_classes k ON k.class = c.class WHERE c.stream = s.id),
       (SELECT json_agg(json_build_array({spans}) ORDER BY m.from_seq)
        FROM members m WHERE m.chat = %(chat)s AND m.person = %(person)s)
FROM (SELECT) one LEFT JOIN streams s ON s.id = %(stream)s
""".replace("{spans}", SPAN_COLUMNS)
"""One row, also of a stream that isn't there."""
_EVENTS = (
    f"SELECT {RECORD_COLUMNS} FROM unnest(%s::bigint[], %s::bigint[]) AS r(low, high)"  # noqa: S608 - constant columns
    " JOIN events e ON e.stream = %s AND e.seq BETWEEN r.low AND r.high"
    " AND e.at BETWEEN %s AND %s ORDER BY e.seq"
)


def membership_of(rows: Sequence[Sequence[Any]]) -> Membership:
    """A membership from rows of `SPAN_COLUMNS`, oldest first."""
    if not rows:
        return NO_MEMBERSHIP
    last = only_span(*rows[-1])
    return last._replace(spans=tuple(_span(row[0], row[1]) for row in rows))


@lru_cache(maxsize=SPANS_KEPT)
def only_span(
    low: int, high: int | None, role: str, joined_n: int | None, left_n: int | None
) -> Membership:
    """A membership from the one row of `SPAN_COLUMNS` that there is."""
    present = Role(role) if high is None else None
    return Membership((_span(low, high),), present, joined_n or 0, left_n)


@lru_cache(maxsize=SPANS_KEPT)
def _span(low: int, high: int | None) -> Span:
    return Span(from_seq=low, until_seq=high)


class PostgresSnapshot:
    """One repeatable-read transaction."""

    def __init__(
        self,
        connection: Connection,
        stream: Stream,
        stored: StoredHead | None,
        membership: Membership,
        chapters: Sequence[Chapter] = (),
        person: PersonId | None = None,
    ) -> None:
        self._connection = connection
        self._stream = stream
        self.stored = stored
        self.membership = membership
        self.chapters = chapters
        self._where = messages.Where(connection, stream, chapters, person)

    async def events(self, ranges: Sequence[Range]) -> list[EventRecord]:
        """The events of the ranges, ascending, whoever may see them."""
        if not ranges:
            return []
        lows, highs = [part.low for part in ranges], [part.high for part in ranges]
        times = window(self.chapters, lows[0], highs[-1])
        cursor = await self._connection.execute(_EVENTS, (lows, highs, self._stream, *times))
        return [record_of(row) for row in await cursor.fetchall()]

    async def lines(
        self, ranges: Sequence[Range], count: int, *, newest: bool
    ) -> list[EventRecord]:
        """The newest or oldest lines of the ranges, ascending."""
        return await messages.lines(self._where, ranges, count, newest=newest)

    async def messages_now(self, targets: Sequence[int], as_of: int) -> Mapping[int, Now]:
        """What became of messages."""
        return await messages.messages_now(self._where, targets, as_of)

    async def versions(self, target: int, as_of: int, count: int) -> list[Edit]:
        """The newest edits of a message, oldest first."""
        return await messages.versions(self._where, target, as_of, count)


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
        chat = stream_id(stream) if is_chat_stream(stream) else None
        async with one_moment(self._pool) as connection:
            cursor = await connection.execute(
                _HEAD, {"stream": stream, "chat": chat, "person": person}
            )
            row = await cursor.fetchone()
            membership = NO_MEMBERSHIP if row is None else membership_of(row[7] or ())
            if row is None or row[0] is None:
                yield PostgresSnapshot(connection, stream, None, membership)
                return
            kind = ChatKind(row[5]) if row[5] else None
            stored = StoredHead(row[0], row[1], row[2], row[3], row[4], kind)
            places = tuple(Chapter(*one) for one in row[6] or ())
            yield PostgresSnapshot(connection, stream, stored, membership, places, person)

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
