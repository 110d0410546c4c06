"""The end of accounts in Postgres: from a person to a row that names nobody.

The row stays, so that what the person wrote has an author, and so that the id and the partition of the person's
stream mean what they meant. All else that svc-auth has of the person goes in the same transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import psycopg

from nexync_contracts.admin_rest import AdminAction
from nexync_contracts.ids import DELETED_NAME, DELETED_PREFIX, PersonId, SessionId
from nexync_runtime.postgres import Pool
from svc_auth.adapters.postgres_audit import audit
from svc_auth.adapters.postgres_held import hold
from svc_auth.adapters.postgres_sessions import end_all
from svc_auth.erasure_ports import Unfinished

_LOCK: Final = "SELECT pg_try_advisory_xact_lock(hashtextextended('erasure', 0))"
"""One instance begins accounts at a time."""
_REVIVED: Final = """
    SELECT x.person::text, p.id IS NOT NULL FROM erased_people x LEFT JOIN people p ON p.id = x.person
    WHERE NOT EXISTS (SELECT 1 FROM erasures e WHERE e.person = x.person) LIMIT %s
"""
_NOBODY: Final = """
    INSERT INTO erasures (person, begun_at, left_at, done_at) VALUES (%(person)s, %(now)s, %(now)s, %(now)s)
"""
_AGAIN: Final = "UPDATE people SET erase_at = %s WHERE id = %s AND erased_at IS NULL"
_NEXT: Final = """
    SELECT id::text FROM people
    WHERE erase_at IS NOT NULL AND erase_at <= %s AND erased_at IS NULL ORDER BY erase_at LIMIT 1
"""
_BOTS: Final = "SELECT person::text FROM bots WHERE owner = %s ORDER BY person FOR UPDATE"
_STILL: Final = """
    SELECT 1 FROM people WHERE id = %s AND erase_at <= %s AND erased_at IS NULL FOR UPDATE
"""
_NAMES: Final = (
    "SELECT id::text, email, username FROM people WHERE id = ANY(%s::uuid[]) AND erased_at IS NULL"
)
_TABLES: Final = (
    b"verification_codes",
    b"sign_up_claims",
    b"password_resets",
    b"second_factors",
    b"second_factor_enrolments",
    b"passkeys",
    b"email_changes",
    b"identities",
    b"one_time_passwords",
    b"bots",
)
"""What a person has at svc-auth, by the column `person`; recovery codes go with their factor."""
_TOKENS: Final = """
    DELETE FROM refresh_tokens t USING sessions s WHERE s.person = %s AND t.session = s.id
"""
_NAMELESS: Final = """
    UPDATE people SET email = 'deleted:' || id, username = %(username)s, name = %(name)s, password_hash = '',
        admin = false, deactivated_at = NULL, invitation = NULL,
        erase_at = least(erase_at, %(now)s), erased_at = %(now)s
    WHERE id = %(person)s
"""
_MAILS: Final = "DELETE FROM auth_outbox WHERE body ->> 'email' = %s"
_INVITATIONS: Final = "UPDATE invitations SET made_by = %(new)s WHERE made_by = %(old)s"
_ACTED: Final = "UPDATE audit_log SET actor_name = %(new)s WHERE actor = %(person)s"
_SUFFERED: Final = "UPDATE audit_log SET subject_name = %(new)s WHERE subject = %(person)s"
_BEGUN: Final = """
    INSERT INTO erasures (person, begun_at) VALUES (%s, %s) ON CONFLICT (person) DO NOTHING
"""
_UNFINISHED: Final = """
    SELECT person::text, left_at IS NOT NULL FROM erasures WHERE done_at IS NULL ORDER BY begun_at, person LIMIT %s
"""
_OLDEST: Final = """
    SELECT least(
        (SELECT min(erase_at) FROM people WHERE erase_at IS NOT NULL AND erase_at <= %s AND erased_at IS NULL),
        (SELECT min(begun_at) FROM erasures WHERE done_at IS NULL))
"""
_FORGET: Final = "DELETE FROM sessions WHERE person = %s"
_DONE: Final = "UPDATE erasures SET done_at = %s WHERE person = %s AND left_at IS NOT NULL"

_USERNAME_CHARS: Final = 24

_Connection = psycopg.AsyncConnection[Any]


def deleted_username(person: PersonId) -> str:
    """The username of the row that stays: unique, because 24 of the id's 32 digits are in it."""
    return DELETED_PREFIX + person.replace("-", "")[:_USERNAME_CHARS]


class PostgresEraser:
    """The `Eraser` port."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def revive(self, now: datetime, most: int) -> Sequence[PersonId]:
        """Who isn't in this database at all came after its backup, and needs nothing."""
        async with self._pool.connection() as connection, connection.transaction():
            if not await _first(connection):
                return []
            rows = await (await connection.execute(_REVIVED, (most,))).fetchall()
            back: list[PersonId] = []
            for person, there in rows:
                if not there:
                    await connection.execute(_NOBODY, {"person": person, "now": now})
                elif (await connection.execute(_AGAIN, (now, person))).rowcount == 1:
                    back.append(PersonId(person))
            return back

    async def begin(self, now: datetime) -> PersonId | None:
        """Under the locks of the bots and of the person's row: who keeps the account at this moment waits or wins."""
        async with self._pool.connection() as connection, connection.transaction():
            if not await _first(connection):
                return None
            found = await (await connection.execute(_NEXT, (now,))).fetchone()
            if found is None:
                return None
            person = PersonId(found[0])
            bots = [row[0] for row in await (await connection.execute(_BOTS, (person,))).fetchall()]
            if await (await connection.execute(_STILL, (person, now))).fetchone() is None:
                return None
            rows = await (await connection.execute(_NAMES, ([*bots, person],))).fetchall()
            for one, email, username in rows:
                await _erase(connection, PersonId(one), email, username, now)
            return person

    async def oldest(self, now: datetime) -> datetime | None:
        """Of both tables: who could not be begun counts too."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_OLDEST, (now,))).fetchone()
        return None if row is None else row[0]

    async def unfinished(self, most: int) -> Sequence[Unfinished]:
        """By the order in which they were begun."""
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_UNFINISHED, (most,))).fetchall()
        return [Unfinished(PersonId(row[0]), row[1]) for row in rows]

    async def end_sessions(self, person: PersonId, now: datetime) -> Sequence[SessionId]:
        """In one statement."""
        async with self._pool.connection() as connection:
            return await end_all(connection, person, now, but=None)

    async def finish(self, person: PersonId, now: datetime) -> None:
        """Devices for push notifications went with svc-chat's part, or go with their sessions."""
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(_FORGET, (person,))
            await connection.execute(_DONE, (now, person))


async def _first(connection: _Connection) -> bool:
    row = await (await connection.execute(_LOCK)).fetchone()
    return bool(row and row[0])


async def _erase(
    connection: _Connection, person: PersonId, email: str, username: str, now: datetime
) -> None:
    new = deleted_username(person)
    await end_all(connection, person, now, but=None)
    await connection.execute(_TOKENS, (person,))
    for table in _TABLES:
        await connection.execute(b"DELETE FROM " + table + b" WHERE person = %s", (person,))
    await connection.execute(_MAILS, (email,))
    await hold(connection, username, now)
    named = {"person": person, "username": new, "name": DELETED_NAME, "now": now}
    await connection.execute(_NAMELESS, named)
    names = {"person": person, "old": username, "new": new}
    for statement in (_INVITATIONS, _ACTED, _SUFFERED):
        await connection.execute(statement, names)
    await audit(connection, None, AdminAction.ERASED, person, new, now)
    await connection.execute(_BEGUN, (person, now))
