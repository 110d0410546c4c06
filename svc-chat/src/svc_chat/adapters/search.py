"""Texts of messages in Postgres, by the index `events_search` or among the newest messages; bounded in time."""

import asyncio
from typing import Any, Final

import psycopg
from pydantic import TypeAdapter

from nexync_contracts.attachments import Attachment
from nexync_contracts.ids import PersonId, Stream
from nexync_runtime.postgres import Pool
from svc_chat.adapters.search_sql import seen_of, statement
from svc_chat.errors import BusyError, TooSlowError
from svc_chat.ports import Hit, HitPlace, Phase, Sought

STATEMENT_MS: Final = 2_000

AT_ONCE: Final = 3
"""Searches of this process that run at the same time, so that they leave connections to all other reads."""

WAIT_SECONDS: Final = 3.0
"""How long one waits for its turn."""

COMPARED_CHATS: Final = 200
"""From so many chats on the index takes longer to look for each of them at each hit than it takes to read the hit: some
25 ns a chat against 4 µs. That is of use where half of all events are in these chats, so that most hits are theirs."""

TOTAL_SECONDS: Final = 60.0
"""How long it is remembered how many events there are."""

_TOTAL: Final = """
SELECT coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint
FROM pg_partition_tree('events') t JOIN pg_class c ON c.oid = t.relid WHERE t.isleaf
"""
"""All events, as the planner counts them."""

_ATTACHMENTS: Final[TypeAdapter[tuple[Attachment, ...]]] = TypeAdapter(tuple[Attachment, ...])


class PostgresSearch:
    """Reads of `events` for search."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._total: int = 0
        self._total_until = 0.0

    async def author(self, username: str) -> PersonId | None:
        """Who has this username."""
        query = "SELECT id FROM people WHERE username = %s AND verified_at IS NOT NULL"
        async with self._pool.connection() as connection:
            row = await (await connection.execute(query, (username,))).fetchone()
        return PersonId(str(row[0])) if row else None

    async def hits(
        self, sought: Sought, phase: Phase, after: HitPlace | None, count: int
    ) -> list[Hit]:
        """The first hits behind that place. Raises TooSlowError after 2 s, BusyError."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._turns.acquire()
        except TimeoutError:
            raise BusyError from None
        try:
            async with self._pool.connection() as connection, connection.transaction():
                await bound(connection)
                keyed = not await self._mostly_theirs(connection, sought)
                rows = await _rows(connection, sought, phase, after, count, keyed=keyed)
        except psycopg.errors.QueryCanceled:
            raise TooSlowError from None
        finally:
            self._turns.release()
        return [
            Hit(
                HitPlace(row[2], Stream(row[0]), row[1]),
                PersonId(row[3]),
                row[4],
                row[5],
                _ATTACHMENTS.validate_json(row[6] or "[]"),
                row[7],
            )
            for row in rows
        ]

    async def _mostly_theirs(
        self, connection: psycopg.AsyncConnection[Any], sought: Sought
    ) -> bool:
        """Whether the chats are many and have half of all events; False while it isn't known how many there are."""
        if len(sought.ranges) < COMPARED_CHATS:
            return False
        now = asyncio.get_running_loop().time()
        if now >= self._total_until:
            row = await (await connection.execute(_TOTAL)).fetchone()
            self._total, self._total_until = int(row[0]) if row else 0, now + TOTAL_SECONDS
        theirs = sum(part.size for ranges in sought.ranges.values() for part in ranges)
        return 0 < self._total <= 2 * theirs


async def bound(connection: psycopg.AsyncConnection[Any]) -> None:
    """Limit this transaction in time, and keep it off sequential scans, which are never right here.

    And off parallel workers: to start them takes longer than what they do, and AT_ONCE would bound a third of the work.
    """
    await connection.execute(
        f"SELECT set_config('statement_timeout', '{STATEMENT_MS}', true),"
        " set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true),"
        " set_config('max_parallel_workers_per_gather', '0', true)".encode()
    )


async def _rows(
    connection: psycopg.AsyncConnection[Any],
    sought: Sought,
    phase: Phase,
    after: HitPlace | None,
    count: int,
    *,
    keyed: bool,
) -> list[Any]:
    """The rows of hits; for whole words from the newest messages alone where these have enough of them."""
    seen = seen_of(sought)
    if phase is Phase.WHOLE and not sought.has:
        query, parameters = statement(sought, phase, after, count, fresh=True, seen=seen)
        rows = await (await connection.execute(query, parameters)).fetchall()
        if len(rows) == count:
            return rows
    query, parameters = statement(sought, phase, after, count, keyed=keyed, seen=seen)
    return await (await connection.execute(query, parameters)).fetchall()
