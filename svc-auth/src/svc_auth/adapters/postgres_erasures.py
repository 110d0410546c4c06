"""What people ask for about the erasure of their accounts, in Postgres."""

from datetime import datetime
from typing import Any, Final

import psycopg

from nexync_contracts.ids import PersonId, SessionId
from nexync_runtime.postgres import Pool
from svc_auth.adapters.postgres_administration import ANOTHER_ADMIN, IS_ADMIN, LOCK
from svc_auth.adapters.postgres_erasing_date import set_erasure
from svc_auth.adapters.postgres_sessions import end_all
from svc_auth.erasure_ports import Asked, ErasureState, NotAsked, Notice
from svc_auth.ports import Owner

_STATE: Final = """
    SELECT p.erase_at, p.password_hash <> '',
        EXISTS (SELECT 1 FROM passkeys k WHERE k.person = p.id),
        EXISTS (SELECT 1 FROM second_factors f WHERE f.person = p.id),
        (SELECT s.created_at FROM sessions s WHERE s.id = %s AND s.person = p.id AND s.ended_at IS NULL)
    FROM people p WHERE p.id = %s AND p.verified_at IS NOT NULL AND p.erased_at IS NULL
"""
_OWNER: Final = """
    SELECT email, username, erase_at FROM people
    WHERE id = %s AND verified_at IS NOT NULL AND erased_at IS NULL AND NOT bot FOR UPDATE
"""

_Connection = psycopg.AsyncConnection[Any]


class PostgresErasures:
    """The `Erasures` port. `admins` are the addresses of administrators by the settings."""

    def __init__(self, pool: Pool, admins: tuple[str, ...]) -> None:
        self._pool = pool
        self._admins = list(admins)

    async def state(self, person: PersonId, session: SessionId) -> ErasureState | None:
        """One row."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_STATE, (session, person))).fetchone()
        return None if row is None else ErasureState(*row)

    async def ask(
        self, person: PersonId, at: datetime, notice: Notice, now: datetime, *, but: SessionId
    ) -> Asked | NotAsked:
        """Under the lock of the administration, so that the last two administrators can't both go."""
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(LOCK)
            found = await _locked(connection, person)
            if found is None:
                return NotAsked.UNKNOWN
            owner, before = found
            asked = {"person": person, "admins": self._admins}
            is_admin = await (await connection.execute(IS_ADMIN.encode(), asked)).fetchone()
            another = await (await connection.execute(ANOTHER_ADMIN.encode(), asked)).fetchone()
            if is_admin is not None and another is None:
                return NotAsked.LAST_ADMIN
            if before is None:
                await set_erasure(connection, owner, at, notice)
            return Asked(before or at, await end_all(connection, person, now, but=but))

    async def keep(self, person: PersonId, notice: Notice) -> bool:
        """Waits for the job, and is too late when that came first."""
        async with self._pool.connection() as connection, connection.transaction():
            found = await _locked(connection, person)
            if found is None or found[1] is None:
                return False
            await set_erasure(connection, found[0], None, notice)
            return True


async def _locked(
    connection: _Connection, person: PersonId
) -> tuple[Owner, datetime | None] | None:
    row = await (await connection.execute(_OWNER, (person,))).fetchone()
    return None if row is None else (Owner(person, row[0], row[1], ""), row[2])
