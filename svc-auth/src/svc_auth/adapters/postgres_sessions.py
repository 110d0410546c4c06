"""Sessions and refresh tokens in Postgres."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import psycopg

from nexync_contracts import limits
from nexync_contracts.ids import PersonId, SessionId
from nexync_runtime.postgres import Pool
from svc_auth.ports import (
    ENDED_SECONDS,
    Listed,
    Outlived,
    Refreshed,
    RefreshRefused,
    Reused,
    Standing,
)

USED_KEPT_DAYS: Final = 7
"""How long a used token is remembered, so that its reuse can be told from a made-up one."""

_TOKEN: Final = """
    SELECT t.used_at, t.expires_at, s.id::text, s.created_at, s.ended_at, p.id::text, p.username,
        s.factors
    FROM refresh_tokens t JOIN sessions s ON s.id = t.session JOIN people p ON p.id = s.person
    WHERE t.token_hash = %s
    FOR UPDATE OF t, s
"""
_ADD: Final = """
    INSERT INTO refresh_tokens (token_hash, session, created_at, expires_at)
    VALUES (%s, %s, %s, %s)
"""
_ALIVE: Final = """
    SELECT id::text FROM sessions
    WHERE id = ANY(%s::uuid[]) AND ended_at IS NULL AND seen_at > %s
"""

_SURPLUS: Final = """
    UPDATE sessions SET ended_at = %(now)s WHERE id IN (
        SELECT id FROM sessions WHERE person = %(person)s AND ended_at IS NULL
        ORDER BY id <> %(new)s, seen_at DESC, id OFFSET %(most)s
    )
    RETURNING id::text
"""
_LISTED: Final = """
    SELECT id::text, user_agent, created_at, seen_at FROM sessions
    WHERE person = %s AND ended_at IS NULL AND seen_at > %s
    ORDER BY seen_at DESC, id LIMIT %s
"""
_END_ALL: Final = """
    UPDATE sessions SET ended_at = coalesce(ended_at, %(now)s)
    WHERE person = %(person)s AND id IS DISTINCT FROM %(but)s::uuid
      AND (ended_at IS NULL OR ended_at > %(recent)s)
    RETURNING id::text
"""
"""With those that ended a moment ago: their announcement may have failed, and asking again repairs it."""

_Connection = psycopg.AsyncConnection[Any]


class PostgresSessions:
    """The `Sessions` port."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def open(
        self,
        session: SessionId,
        person: PersonId,
        token_hash: bytes,
        *,
        user_agent: str,
        now: datetime,
        expires_at: datetime,
        standing: Standing,
    ) -> Sequence[SessionId] | None:
        """The session and its first token in one transaction; limit and lock hold under the person's lock."""
        async with self._pool.connection() as connection, connection.transaction():
            cursor = await connection.execute(
                "SELECT deactivated_at IS NOT NULL OR erased_at IS NOT NULL FROM people WHERE id = %s FOR UPDATE",
                (person,),
            )
            locked = await cursor.fetchone()
            if locked is not None and locked[0]:
                return None
            await connection.execute(
                "INSERT INTO sessions (id, person, created_at, seen_at, user_agent, factors)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                (session, person, now, now, user_agent, int(standing)),
            )
            await connection.execute(_ADD, (token_hash, session, now, expires_at))
            cursor = await connection.execute(
                _SURPLUS, {"person": person, "now": now, "most": limits.SESSIONS, "new": session}
            )
            return [SessionId(row[0]) for row in await cursor.fetchall()]

    async def rotate(
        self,
        used_hash: bytes,
        new_hash: bytes,
        *,
        now: datetime,
        grace_seconds: float,
        expires_at: datetime,
        longest: timedelta,
    ) -> Refreshed | RefreshRefused | Reused | Outlived:
        """Under the locks of token and session: of two racing tabs one is first, the other in the grace."""
        async with self._pool.connection() as connection, connection.transaction():
            cursor = await connection.execute(_TOKEN, (used_hash,))
            row = await cursor.fetchone()
            if row is None:
                return RefreshRefused.UNKNOWN
            used_at, token_end, session, created_at, ended_at, person, username, factors = row
            if ended_at is None and created_at + longest <= now:
                await _end(connection, SessionId(session), now)
                return Outlived(SessionId(session), PersonId(person))
            if ended_at is not None or token_end <= now:
                return RefreshRefused.ENDED
            if used_at is not None and now - used_at > timedelta(seconds=grace_seconds):
                await _end(connection, SessionId(session), now)
                return Reused(SessionId(session), PersonId(person))
            if used_at is None:
                await connection.execute(
                    "UPDATE refresh_tokens SET used_at = %s WHERE token_hash = %s",
                    (now, used_hash),
                )
            end = min(expires_at, created_at + longest)
            await connection.execute(_ADD, (new_hash, session, now, end))
            await connection.execute(
                "DELETE FROM refresh_tokens WHERE session = %s AND used_at < %s",
                (session, now - timedelta(days=USED_KEPT_DAYS)),
            )
            await connection.execute(
                "UPDATE sessions SET seen_at = %s WHERE id = %s", (now, session)
            )
            return Refreshed(SessionId(session), PersonId(person), username, Standing(factors))

    async def session_of(self, token_hash: bytes) -> tuple[SessionId, PersonId] | None:
        """The session of a token, ended or not."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT s.id::text, s.person::text FROM refresh_tokens t"
                " JOIN sessions s ON s.id = t.session WHERE t.token_hash = %s",
                (token_hash,),
            )
            row = await cursor.fetchone()
        return None if row is None else (SessionId(row[0]), PersonId(row[1]))

    async def stand(self, session: SessionId, standing: Standing) -> None:
        """One row, or none."""
        async with self._pool.connection() as connection:
            await connection.execute(
                "UPDATE sessions SET factors = %s WHERE id = %s", (int(standing), session)
            )

    async def end(self, session: SessionId, now: datetime) -> None:
        """Keeps the first end."""
        async with self._pool.connection() as connection:
            await _end(connection, session, now)

    async def listed(self, person: PersonId, now: datetime) -> Sequence[Listed]:
        """Not ended, and seen within the life of a refresh token."""
        oldest = now - timedelta(seconds=limits.REFRESH_TOKEN_SECONDS)
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_LISTED, (person, oldest, limits.SESSIONS))
            rows = await cursor.fetchall()
        return [Listed(SessionId(row[0]), *row[1:]) for row in rows]

    async def end_one(self, person: PersonId, session: SessionId, now: datetime) -> bool:
        """Keeps the first end."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "UPDATE sessions SET ended_at = coalesce(ended_at, %s) WHERE id = %s AND person = %s",
                (now, session, person),
            )
            return cursor.rowcount == 1

    async def end_all(
        self, person: PersonId, now: datetime, *, but: SessionId | None
    ) -> Sequence[SessionId]:
        """In one statement."""
        async with self._pool.connection() as connection:
            return await end_all(connection, person, now, but=but)

    async def alive(self, sessions: Sequence[SessionId], now: datetime) -> tuple[SessionId, ...]:
        """Not ended, and seen within the life of a refresh token."""
        oldest = now - timedelta(seconds=limits.REFRESH_TOKEN_SECONDS)
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_ALIVE, (list(sessions), oldest))
            rows = await cursor.fetchall()
        return tuple(SessionId(row[0]) for row in rows)


async def end_all(
    connection: _Connection, person: PersonId, now: datetime, *, but: SessionId | None
) -> list[SessionId]:
    """For a transaction that does more than this."""
    recent = now - timedelta(seconds=ENDED_SECONDS)
    cursor = await connection.execute(
        _END_ALL, {"person": person, "now": now, "but": but, "recent": recent}
    )
    return [SessionId(row[0]) for row in await cursor.fetchall()]


async def _end(connection: _Connection, session: SessionId, now: datetime) -> None:
    await connection.execute(
        "UPDATE sessions SET ended_at = %s WHERE id = %s AND ended_at IS NULL", (now, session)
    )
