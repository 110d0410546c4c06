"""Sessions and refresh tokens in Postgres."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import psycopg

from nexync_contracts import limits
from nexync_contracts.ids import PersonId, SessionId
from nexync_runtime.postgres import Pool
from svc_auth.ports import Refreshed, RefreshRefused, Reused

USED_KEPT_DAYS: Final = 7
"""How long a used token is remembered, so that its reuse can be told from a made-up one."""

_TOKEN: Final = """
    SELECT t.used_at, t.expires_at, s.id::text, s.ended_at, p.id::text, p.username
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
    ) -> None:
        """The session and its first token in one transaction."""
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(
                "INSERT INTO sessions (id, person, created_at, seen_at, user_agent)"
                " VALUES (%s, %s, %s, %s, %s)",
                (session, person, now, now, user_agent),
            )
            await connection.execute(_ADD, (token_hash, session, now, expires_at))

    async def rotate(
        self,
        used_hash: bytes,
        new_hash: bytes,
        *,
        now: datetime,
        grace_seconds: float,
        expires_at: datetime,
    ) -> Refreshed | RefreshRefused | Reused:
        """Under the locks of token and session: of two racing tabs one is first, the other in the grace."""
        async with self._pool.connection() as connection, connection.transaction():
            cursor = await connection.execute(_TOKEN, (used_hash,))
            row = await cursor.fetchone()
            if row is None:
                return RefreshRefused.UNKNOWN
            used_at, token_end, session, ended_at, person, username = row
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
            await connection.execute(_ADD, (new_hash, session, now, expires_at))
            await connection.execute(
                "DELETE FROM refresh_tokens WHERE session = %s AND used_at < %s",
                (session, now - timedelta(days=USED_KEPT_DAYS)),
            )
            await connection.execute(
                "UPDATE sessions SET seen_at = %s WHERE id = %s", (now, session)
            )
            return Refreshed(SessionId(session), PersonId(person), username)

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

    async def end(self, session: SessionId, now: datetime) -> None:
        """Keeps the first end."""
        async with self._pool.connection() as connection:
            await _end(connection, session, now)

    async def alive(self, sessions: Sequence[SessionId], now: datetime) -> tuple[SessionId, ...]:
        """Not ended, and seen within the life of a refresh token."""
        oldest = now - timedelta(seconds=limits.REFRESH_TOKEN_SECONDS)
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_ALIVE, (list(sessions), oldest))
            rows = await cursor.fetchall()
        return tuple(SessionId(row[0]) for row in rows)


async def _end(connection: _Connection, session: SessionId, now: datetime) -> None:
    await connection.execute(
        "UPDATE sessions SET ended_at = %s WHERE id = %s AND ended_at IS NULL", (now, session)
    )
