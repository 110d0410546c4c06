"""Addresses that change, in Postgres."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import psycopg

from nexync_contracts.ids import PersonId, SessionId
from nexync_contracts.jobs import EmailChangedJob, EmailCodeJob
from nexync_runtime.postgres import Pool
from svc_auth.adapters.postgres_outbox import enqueue
from svc_auth.adapters.postgres_sessions import end_all
from svc_auth.email_ports import NewEmail, OwnEmail, Pending
from svc_auth.ports import CodeRefused, Owner

RACES_MAX: Final = 3
"""Attempts when somebody registers the address in between."""

_OWN: Final = """
    SELECT p.email, c.email, c.expires_at FROM people p
    LEFT JOIN email_changes c ON c.person = p.id AND c.session = %s AND c.expires_at > %s
    WHERE p.id = %s AND p.verified_at IS NOT NULL
"""
_ASK: Final = """
    INSERT INTO email_changes (person, session, email, code_hash, tries_left, expires_at)
    VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (person) DO UPDATE SET session = excluded.session, email = excluded.email,
        code_hash = excluded.code_hash, tries_left = excluded.tries_left,
        expires_at = excluded.expires_at
"""
# In the order in which a registration locks them too.
_LOCK: Final = """
    SELECT p.id FROM people p
    WHERE p.id = %(person)s
        OR p.email = (SELECT c.email FROM email_changes c WHERE c.person = %(person)s)
    ORDER BY p.id
    FOR UPDATE
"""
_CODE: Final = """
    SELECT p.email, p.username, p.password_hash, c.email, c.code_hash, c.tries_left,
        EXISTS (SELECT 1 FROM people o WHERE o.email = c.email AND o.verified_at IS NOT NULL)
    FROM email_changes c JOIN people p ON p.id = c.person
    WHERE c.person = %s AND c.session = %s AND c.expires_at > %s
    FOR UPDATE OF c
"""


class PostgresEmails:
    """The `Emails` port. `tries` is the number of wrong codes that a code survives."""

    def __init__(self, pool: Pool, *, tries: int) -> None:
        self._pool = pool
        self._tries = tries

    async def own(self, person: PersonId, session: SessionId, now: datetime) -> OwnEmail | None:
        """In one statement."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_OWN, (session, now, person))).fetchone()
        if row is None:
            return None
        email, waiting, expires_at = row
        return OwnEmail(email, None if waiting is None else Pending(waiting, expires_at))

    async def ask(self, new: NewEmail, job: EmailCodeJob) -> bool:
        """The same row for every address: its code, which nobody gets when it is somebody's, can be tried alike."""
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(
                _ASK,
                (new.person, new.session, new.email, new.code_hash, self._tries, new.expires_at),
            )
            cursor = await connection.execute(
                "SELECT 1 FROM people WHERE email = %s AND verified_at IS NOT NULL", (new.email,)
            )
            if await cursor.fetchone() is not None:
                return False
            await enqueue(connection, job)
            return True

    async def spend_code(
        self,
        person: PersonId,
        session: SessionId,
        matches: Callable[[str], bool],
        notice: Callable[[Owner], EmailChangedJob],
        now: datetime,
    ) -> Sequence[SessionId] | CodeRefused:
        """Decide under the rows' locks; a race for the address is decided again."""
        for _ in range(RACES_MAX):
            try:
                return await self._spend(person, session, matches, notice, now)
            except psycopg.errors.UniqueViolation:
                continue
        return CodeRefused.SPENT

    async def _spend(
        self,
        person: PersonId,
        session: SessionId,
        matches: Callable[[str], bool],
        notice: Callable[[Owner], EmailChangedJob],
        now: datetime,
    ) -> Sequence[SessionId] | CodeRefused:
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(_LOCK, {"person": person})
            row = await (await connection.execute(_CODE, (person, session, now))).fetchone()
            if row is None:
                return CodeRefused.WRONG
            old, username, password_hash, new, code_hash, tries_left, somebodys = row
            if tries_left <= 0:
                return CodeRefused.SPENT
            if not matches(code_hash):
                await connection.execute(
                    "UPDATE email_changes SET tries_left = tries_left - 1 WHERE person = %s",
                    (person,),
                )
                return CodeRefused.WRONG
            await connection.execute("DELETE FROM email_changes WHERE person = %s", (person,))
            if somebodys:
                return CodeRefused.SPENT
            # Whoever registered with it has not proved it; here it is proved.
            await connection.execute(
                "DELETE FROM people WHERE email = %s AND verified_at IS NULL", (new,)
            )
            await connection.execute("UPDATE people SET email = %s WHERE id = %s", (new, person))
            await connection.execute("DELETE FROM password_resets WHERE person = %s", (person,))
            await enqueue(connection, notice(Owner(person, old, username, password_hash)))
            return await end_all(connection, person, now, but=session)
