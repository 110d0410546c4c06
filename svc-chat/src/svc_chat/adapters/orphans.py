"""Orphans in Postgres: one instance looks at them at a time."""

from typing import Final

import psycopg
import psycopg_pool

from nexync_runtime.postgres import Connection, Pool
from svc_chat.adapters.attachments import LATER, throw_away
from svc_chat.errors import StoreAwayError

LOCK: Final = 0x6E65_7879_0002
"""The advisory lock of the collector."""

_RELEASED: Final = """
WITH taken AS (
    DELETE FROM attachment_releases
    WHERE attachment IN (SELECT attachment FROM attachment_releases LIMIT %(limit)s)
    RETURNING attachment
), due AS (
    UPDATE attachments a SET check_at = now() FROM taken t
    WHERE a.id = t.attachment AND a.check_at IS NULL
)
SELECT count(*) FROM taken
"""

_DUE: Final = """
SELECT a.id, EXISTS (SELECT FROM attachment_uses u WHERE u.attachment = a.id)
          OR EXISTS (SELECT FROM profiles p WHERE p.picture = a.id),
       EXISTS (SELECT FROM scheduled_files s WHERE s.attachment = a.id)
FROM (
    SELECT id FROM attachments WHERE check_at <= clock_timestamp()
    ORDER BY check_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
) a
"""

_KEEP: Final = "UPDATE attachments SET check_at = NULL WHERE id = ANY(%s::uuid[])"
_LATER: Final = f"UPDATE attachments SET check_at = {LATER} WHERE id = ANY(%s::uuid[])"  # noqa: S608 - a constant of ours
"""What a message for later is going to carry is looked at again, so that nobody has to say when that is over."""

_DELETE: Final = """
DELETE FROM attachments WHERE id = ANY(%s::uuid[]) RETURNING id::text, content::text
"""


class PostgresOrphans:
    """Raises StoreAwayError where Postgres is away."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def judge(self, limit: int) -> int:
        """Keep what is carried, mark the rest as garbage; how many were looked at."""
        try:
            async with self._pool.connection() as connection, connection.transaction():
                cursor = await connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (LOCK,))
                row = await cursor.fetchone()
                return await _judge(connection, limit) if row and row[0] else 0
        except (psycopg.Error, psycopg_pool.PoolTimeout) as error:
            raise StoreAwayError(type(error).__name__) from error

    async def garbage(self, limit: int) -> list[str]:
        """Folders of the object store that nothing refers to."""
        try:
            async with self._pool.connection() as connection:
                cursor = await connection.execute(
                    "SELECT folder FROM attachment_garbage LIMIT %s", (limit,)
                )
                return [row[0] for row in await cursor.fetchall()]
        except (psycopg.Error, psycopg_pool.PoolTimeout) as error:
            raise StoreAwayError(type(error).__name__) from error

    async def removed(self, folders: list[str]) -> None:
        """These are gone."""
        try:
            async with self._pool.connection() as connection:
                await connection.execute(
                    "DELETE FROM attachment_garbage WHERE folder = ANY(%s)", (folders,)
                )
        except (psycopg.Error, psycopg_pool.PoolTimeout) as error:
            raise StoreAwayError(type(error).__name__) from error


async def _judge(connection: Connection, limit: int) -> int:
    released = await (await connection.execute(_RELEASED, {"limit": limit})).fetchone()
    rows = await (await connection.execute(_DUE, {"limit": limit})).fetchall()
    await connection.execute(_KEEP, ([row[0] for row in rows if row[1]],))
    await connection.execute(_LATER.encode(), ([row[0] for row in rows if row[2] and not row[1]],))
    orphans = [row[0] for row in rows if not row[1] and not row[2]]
    gone = await (await connection.execute(_DELETE, (orphans,))).fetchall()
    await throw_away(connection, gone)
    return max(len(rows), int(released[0]) if released else 0)
