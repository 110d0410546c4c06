"""People under an administrator's hand, in Postgres.

All changes take one advisory lock, so no two administrators take each other's role at the same moment.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import psycopg

from nexync_contracts.admin_rest import AdminAction, AdminRole
from nexync_contracts.ids import PersonId
from nexync_runtime.postgres import Pool
from svc_auth.adapters.postgres_audit import audit, newest
from svc_auth.adapters.postgres_erasing_date import set_erasure
from svc_auth.adapters.postgres_outbox import enqueue
from svc_auth.adapters.postgres_sessions import end_all
from svc_auth.admin_ports import Actor, Audited, Done, Managed, NotDone, Notice
from svc_auth.erasure_ports import Notice as ErasureNotice
from svc_auth.ports import Owner

_ROLE: Final = """CASE WHEN p.verified_at IS NULL OR p.bot THEN 'none'
    WHEN p.email = ANY(%(admins)s) THEN 'settings' WHEN p.admin THEN 'granted' ELSE 'none' END"""
_MANAGED: Final = f"""
    SELECT p.id::text, p.username, p.name, p.email, {_ROLE}, p.verified_at IS NOT NULL, p.bot,
        (SELECT o.username FROM bots b JOIN people o ON o.id = b.owner WHERE b.person = p.id),
        EXISTS (SELECT 1 FROM second_factors f WHERE f.person = p.id),
        (SELECT count(*) FROM passkeys k WHERE k.person = p.id),
        (SELECT count(*) FROM sessions s WHERE s.person = p.id AND s.ended_at IS NULL),
        p.created_at,
        (SELECT max(s.seen_at) FROM sessions s WHERE s.person = p.id),
        p.deactivated_at, p.erase_at
    FROM people p
"""  # noqa: S608 - what is put in is a constant of ours
_BY_ID: Final = f"{_MANAGED} WHERE p.id = %(person)s AND p.erased_at IS NULL"
_ALL: Final = f"""
    {_MANAGED} WHERE p.erased_at IS NULL AND p.username > %(past)s ORDER BY p.username LIMIT %(most)s
"""
FOUND_SQL: Final = f"""
    {_MANAGED}
    WHERE p.erased_at IS NULL AND p.username > %(past)s
        AND (p.username LIKE %(like)s OR p.email LIKE %(like)s OR p.name ILIKE %(like)s)
    ORDER BY p.username LIMIT %(most)s
"""
"""Few matches are found by the three trigram indexes, a page of many by a walk along the usernames: which it is
depends on the text, so the plan must be made for it. One or two letters have no trigram, and are always a walk."""

_ADMIN: Final = """
    p.verified_at IS NOT NULL AND p.deactivated_at IS NULL AND p.erase_at IS NULL AND NOT p.bot
    AND (p.admin OR p.email = ANY(%(admins)s))
"""
IS_ADMIN: Final = f"SELECT 1 FROM people p WHERE p.id = %(person)s AND {_ADMIN}"  # noqa: S608 - as above
ANOTHER_ADMIN: Final = f"SELECT 1 FROM people p WHERE p.id <> %(person)s AND {_ADMIN} LIMIT 1"  # noqa: S608 - as above
_ADMINS: Final = f"{_MANAGED} WHERE {_ADMIN} ORDER BY p.username LIMIT 1000"
LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('administration', 0))"
_DEACTIVATE: Final = """
    UPDATE people SET deactivated_at = coalesce(deactivated_at, %s), admin = false WHERE id = %s
"""
_TAKE_TOKENS: Final = """
    UPDATE bots SET token_hash = NULL, token_at = NULL WHERE person = %(person)s OR owner = %(person)s
    RETURNING person::text
"""
_NAME: Final = (
    "SELECT id::text FROM people WHERE username = %s AND verified_at IS NOT NULL AND NOT bot"
)

_Connection = psycopg.AsyncConnection[Any]


class PostgresAdministration:
    """The `Administration` port. `admins` are addresses that the settings make administrators, once verified."""

    def __init__(self, pool: Pool, admins: Sequence[str]) -> None:
        self._pool = pool
        self._admins = list(admins)

    async def is_admin(self, person: PersonId) -> bool:
        """One row."""
        async with self._pool.connection() as connection:
            return await self._is(connection, person)

    async def people(self, text: str, past: str, most: int) -> Sequence[Managed]:
        """What is typed is found anywhere, and `%` and `_` mean themselves."""
        escaped = text.lower().translate({ord(one): f"\\{one}" for one in "\\%_"})
        asked = {"past": past, "like": f"%{escaped}%", "most": most, "admins": self._admins}
        query = FOUND_SQL if text else _ALL
        async with self._pool.connection() as connection:
            cursor = await connection.execute(query.encode(), asked, prepare=False)
            return [_managed(row) for row in await cursor.fetchall()]

    async def deactivate(self, actor: Actor, person: PersonId, now: datetime) -> Done | NotDone:
        """A log-in at this moment waits for the row, and is refused."""
        async with self._pool.connection() as connection, connection.transaction():
            found = await self._begin(connection, actor, person)
            if isinstance(found, NotDone):
                return found
            if person == actor.person:
                return NotDone.ONESELF
            if found.role is AdminRole.SETTINGS:
                return NotDone.BY_SETTINGS
            await connection.execute(_DEACTIVATE, (now, person))
            cursor = await connection.execute(_TAKE_TOKENS, {"person": person})
            bots = [PersonId(row[0]) for row in await cursor.fetchall()]
            ended = [
                (one, session)
                for one in {person, *bots}
                for session in await end_all(connection, one, now, but=None)
            ]
            if found.deactivated_at is None:
                await self._audit(connection, actor, AdminAction.DEACTIVATED, found, now)
            return Done(await self._read(connection, person), ended)

    async def reactivate(self, actor: Actor, person: PersonId, now: datetime) -> Done | NotDone:
        """Repeating it changes nothing."""
        async with self._pool.connection() as connection, connection.transaction():
            found = await self._begin(connection, actor, person)
            if isinstance(found, NotDone):
                return found
            if found.deactivated_at is not None:
                await connection.execute(
                    "UPDATE people SET deactivated_at = NULL WHERE id = %s", (person,)
                )
                await self._audit(connection, actor, AdminAction.REACTIVATED, found, now)
            return Done(await self._read(connection, person))

    async def erase(
        self,
        actor: Actor | None,
        person: PersonId,
        at: datetime,
        notice: ErasureNotice | None,
        now: datetime,
    ) -> Done | NotDone:
        """Who has asked already keeps the first date, unless this one is sooner."""
        async with self._pool.connection() as connection, connection.transaction():
            found = await self._begin(connection, actor, person)
            if isinstance(found, NotDone):
                return found
            if found.bot or not found.verified:
                return NotDone.NO_PERSON
            if found.role is AdminRole.SETTINGS:
                return NotDone.BY_SETTINGS
            if found.role is AdminRole.GRANTED and not await self._another(connection, person):
                return NotDone.LAST_ADMIN
            if found.erase_at is None or at < found.erase_at:
                await set_erasure(connection, _owner(found), at, notice)
                await self._audit(connection, actor, AdminAction.ERASURE_ASKED, found, now)
            ended = [(person, one) for one in await end_all(connection, person, now, but=None)]
            return Done(await self._read(connection, person), ended)

    async def keep(
        self, actor: Actor, person: PersonId, notice: ErasureNotice, now: datetime
    ) -> Done | NotDone:
        """Repeating it changes nothing."""
        async with self._pool.connection() as connection, connection.transaction():
            found = await self._begin(connection, actor, person)
            if isinstance(found, NotDone):
                return found
            if found.erase_at is not None:
                await set_erasure(connection, _owner(found), None, notice)
                await self._audit(connection, actor, AdminAction.ERASURE_CANCELLED, found, now)
            return Done(await self._read(connection, person))

    async def reset_factors(
        self, actor: Actor, person: PersonId, notice: Notice, now: datetime
    ) -> Done | NotDone:
        """An enrolment that waits goes too; recovery codes go with their factor."""
        async with self._pool.connection() as connection, connection.transaction():
            found = await self._begin(connection, actor, person)
            if isinstance(found, NotDone):
                return found
            if found.bot or not found.verified:
                return NotDone.NO_PERSON
            for table in (b"second_factors", b"second_factor_enrolments", b"passkeys"):
                await connection.execute(b"DELETE FROM " + table + b" WHERE person = %s", (person,))
            ended = [(person, one) for one in await end_all(connection, person, now, but=None)]
            await enqueue(connection, notice(_owner(found)))
            await self._audit(connection, actor, AdminAction.FACTORS_RESET, found, now)
            return Done(await self._read(connection, person), ended)

    async def set_role(
        self, actor: Actor | None, person: PersonId, now: datetime, *, admin: bool
    ) -> Done | NotDone:
        """None as the actor is the operator's command, which may do it to anybody but the last administrator."""
        async with self._pool.connection() as connection, connection.transaction():
            found = await self._begin(connection, actor, person)
            if isinstance(found, NotDone):
                return found
            if found.role is AdminRole.SETTINGS:
                return NotDone.BY_SETTINGS
            if found.bot or not found.verified or (admin and found.deactivated_at is not None):
                return NotDone.NO_PERSON
            if admin == (found.role is AdminRole.GRANTED):
                return Done(found)
            if not admin and not await self._another(connection, person):
                return NotDone.LAST_ADMIN
            await connection.execute("UPDATE people SET admin = %s WHERE id = %s", (admin, person))
            action = AdminAction.ROLE_GRANTED if admin else AdminAction.ROLE_TAKEN
            await self._audit(connection, actor, action, found, now)
            return Done(await self._read(connection, person))

    async def log(self, before: int | None, most: int, now: datetime) -> Sequence[Audited]:
        """By number."""
        async with self._pool.connection() as connection:
            return await newest(connection, before, most, now)

    async def named(self, username: str) -> PersonId | None:
        """A verified person, for the operator's command."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_NAME, (username,))).fetchone()
        return None if row is None else PersonId(row[0])

    async def admins(self) -> Sequence[Managed]:
        """All administrators by username, for the operator's command."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_ADMINS.encode(), {"admins": self._admins})
            return [_managed(row) for row in await cursor.fetchall()]

    async def _begin(
        self, connection: _Connection, actor: Actor | None, person: PersonId
    ) -> Managed | NotDone:
        """Under the lock: whether the actor is (still) an administrator, and whom it is about."""
        await connection.execute(LOCK)
        if actor is not None and not await self._is(connection, actor.person):
            return NotDone.NOT_ADMIN
        await connection.execute("SELECT 1 FROM people WHERE id = %s FOR UPDATE", (person,))
        asked = {"person": person, "admins": self._admins}
        row = await (await connection.execute(_BY_ID.encode(), asked)).fetchone()
        return NotDone.UNKNOWN if row is None else _managed(row)

    async def _is(self, connection: _Connection, person: PersonId) -> bool:
        asked = {"person": person, "admins": self._admins}
        return await (await connection.execute(IS_ADMIN.encode(), asked)).fetchone() is not None

    async def _another(self, connection: _Connection, person: PersonId) -> bool:
        asked = {"person": person, "admins": self._admins}
        return (
            await (await connection.execute(ANOTHER_ADMIN.encode(), asked)).fetchone() is not None
        )

    async def _read(self, connection: _Connection, person: PersonId) -> Managed:
        asked = {"person": person, "admins": self._admins}
        row = await (await connection.execute(_BY_ID.encode(), asked)).fetchone()
        if row is None:
            msg = f"{person} vanished under the lock"
            raise RuntimeError(msg)
        return _managed(row)

    async def _audit(
        self,
        connection: _Connection,
        actor: Actor | None,
        action: AdminAction,
        subject: Managed,
        now: datetime,
    ) -> None:
        await audit(connection, actor, action, subject.person, subject.username, now)


def _owner(found: Managed) -> Owner:
    return Owner(found.person, found.email, found.username, "")


def _managed(row: Sequence[Any]) -> Managed:
    return Managed(PersonId(row[0]), row[1], row[2], row[3], AdminRole(row[4]), *row[5:])
