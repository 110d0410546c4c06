"""People, codes and the outbox in Postgres."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

import psycopg

from nexync_contracts.ids import InviteId, PersonId
from nexync_contracts.jobs import WelcomeJob
from nexync_runtime.placing import choose, taken_partitions
from nexync_runtime.postgres import Pool
from svc_auth.adapters.postgres_invitations import spend
from svc_auth.adapters.postgres_outbox import enqueue
from svc_auth.ports import (
    Account,
    CodeRefused,
    Door,
    MakeCode,
    NewPerson,
    NotAdmitted,
    OneTime,
    Registered,
    SentCode,
)
from svc_auth.registering import Holder, plan_registration
from svc_auth.usernames import SKELETON_SQL, skeleton

RACES_MAX: Final = 3
"""Attempts when somebody else takes the same address or username in between."""

_HOLDERS: Final = f"""
    SELECT p.id::text, p.email, p.username, p.verified_at IS NOT NULL, c.expires_at
    FROM people p LEFT JOIN verification_codes c ON c.person = p.id
    WHERE p.email = %(email)s OR {SKELETON_SQL} = %(skeleton)s
    ORDER BY p.id
    FOR UPDATE OF p
"""  # noqa: S608 - what is put in is a constant of ours
_ADD: Final = """
    INSERT INTO people (id, email, username, name, password_hash, partition, invitation)
    VALUES (%(person)s, %(email)s, %(username)s, %(username)s, %(password_hash)s, %(partition)s, %(invitation)s)
"""
_REPLACE: Final = """
    UPDATE people
    SET username = %(username)s, name = %(username)s, password_hash = %(password_hash)s,
        invitation = %(invitation)s
    WHERE id = %(person)s
"""
_CODE: Final = """
    INSERT INTO verification_codes (person, code_hash, tries_left, sent_at, expires_at)
    VALUES (%(person)s, %(code_hash)s, %(tries)s, %(sent_at)s, %(expires_at)s)
    ON CONFLICT (person) DO UPDATE
    SET code_hash = excluded.code_hash, tries_left = excluded.tries_left,
        sent_at = excluded.sent_at, expires_at = excluded.expires_at
"""
_CODE_OF: Final = """
    SELECT p.id::text, p.username, p.password_hash, c.code_hash, c.tries_left, c.expires_at,
        p.invitation::text
    FROM people p JOIN verification_codes c ON c.person = p.id
    WHERE p.email = %s AND p.verified_at IS NULL
    FOR UPDATE OF p, c
"""
ACCOUNT_SQL: Final = """
    SELECT people.id::text, people.username, people.password_hash, verified_at IS NOT NULL,
        EXISTS (SELECT 1 FROM second_factors f WHERE f.person = people.id),
        o.password_hash, o.expires_at
    FROM people LEFT JOIN one_time_passwords o ON o.person = people.id
"""
_BY_EMAIL: Final = f"{ACCOUNT_SQL} WHERE email = %s"
_BY_USERNAME: Final = f"{ACCOUNT_SQL} WHERE username = %s"

_Connection = psycopg.AsyncConnection[Any]


def account_of(row: Sequence[Any]) -> Account:
    """The account of a row that ACCOUNT_SQL selects."""
    one_time = None if row[5] is None else OneTime(row[5], row[6])
    return Account(PersonId(row[0]), row[1], row[2], row[3], row[4], one_time)


class PostgresAccounts:
    """The `Accounts` port. `tries` is the number of wrong codes that a code survives."""

    def __init__(self, pool: Pool, *, tries: int, first_partitions: int) -> None:
        self._pool = pool
        self._first = first_partitions
        self._tries = tries

    async def register(self, new: NewPerson, make_code: MakeCode, now: datetime) -> Registered:
        """Decide under the rows' locks; a race for a new row is decided again."""
        for attempt in range(RACES_MAX):
            try:
                return await self._register(new, make_code, now)
            except psycopg.errors.UniqueViolation:
                if attempt == RACES_MAX - 1:
                    raise
        return Registered.USERNAME_TAKEN

    async def _register(self, new: NewPerson, make_code: MakeCode, now: datetime) -> Registered:
        async with self._pool.connection() as connection, connection.transaction():
            looks = skeleton(new.username)
            # Two names that look alike are no unique violation, so the second one waits for the first.
            await connection.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"username {looks}",)
            )
            cursor = await connection.execute(_HOLDERS, {"email": new.email, "skeleton": looks})
            holders = [Holder(PersonId(row[0]), *row[1:]) for row in await cursor.fetchall()]
            plan = plan_registration(holders, new.email, new.username, now)
            if plan.outcome is not Registered.CODE_SENT:
                return plan.outcome
            if plan.removes:
                await connection.execute(
                    "DELETE FROM people WHERE id = ANY(%s::uuid[]) AND verified_at IS NULL",
                    (list(plan.removes),),
                )
            person = plan.replaces or new.person
            taken = await taken_partitions(connection)
            await connection.execute(
                _REPLACE if plan.replaces else _ADD,
                {
                    "person": person,
                    "email": new.email,
                    "username": new.username,
                    "password_hash": new.password_hash,
                    "partition": choose(new.person, taken, self._first),
                    "invitation": new.invitation,
                },
            )
            await self._send(connection, person, make_code(person, new.username))
            return Registered.CODE_SENT

    async def resend(self, email: str, make_code: MakeCode) -> bool:
        """Replace the code; the old one is no longer good."""
        async with self._pool.connection() as connection, connection.transaction():
            cursor = await connection.execute(
                "SELECT id::text, username FROM people"
                " WHERE email = %s AND verified_at IS NULL FOR UPDATE",
                (email,),
            )
            row = await cursor.fetchone()
            if row is None:
                return False
            person = PersonId(row[0])
            await self._send(connection, person, make_code(person, row[1]))
            return True

    async def _send(self, connection: _Connection, person: PersonId, sent: SentCode) -> None:
        await connection.execute(
            _CODE,
            {
                "person": person,
                "code_hash": sent.code_hash,
                "tries": self._tries,
                "sent_at": sent.sent_at,
                "expires_at": sent.expires_at,
            },
        )
        await enqueue(connection, sent.job)

    async def spend_code(
        self,
        email: str,
        matches: Callable[[PersonId, str], bool],
        welcome: Callable[[str], WelcomeJob],
        now: datetime,
        door: Door,
    ) -> Account | CodeRefused | NotAdmitted:
        """Under the rows' locks, so that no try is counted twice or not at all."""
        async with self._pool.connection() as connection, connection.transaction():
            cursor = await connection.execute(_CODE_OF, (email,))
            row = await cursor.fetchone()
            if row is None:
                return CodeRefused.WRONG
            person, username, password_hash, code_hash, tries_left, expires_at, invitation = row
            if expires_at <= now:
                return CodeRefused.WRONG
            if tries_left <= 0:
                return CodeRefused.SPENT
            if not matches(PersonId(person), code_hash):
                await connection.execute(
                    "UPDATE verification_codes SET tries_left = tries_left - 1 WHERE person = %s",
                    (person,),
                )
                return CodeRefused.WRONG
            if door is Door.SHUT or (door is Door.INVITATION and invitation is None):
                return NotAdmitted.NOT_ADMITTED
            if door is Door.INVITATION and not await spend(connection, InviteId(invitation)):
                return NotAdmitted.INVITATION_OVER
            await connection.execute("DELETE FROM verification_codes WHERE person = %s", (person,))
            await connection.execute(
                "UPDATE people SET verified_at = %s WHERE id = %s", (now, person)
            )
            await enqueue(connection, welcome(username))
            return Account(PersonId(person), username, password_hash, verified=True)

    async def find(self, login: str) -> Account | None:
        """By address when it has an @, by username otherwise; the two can't be confused."""
        if "\x00" in login:
            return None
        query = _BY_EMAIL if "@" in login else _BY_USERNAME
        async with self._pool.connection() as connection:
            cursor = await connection.execute(query, (login,))
            row = await cursor.fetchone()
        return None if row is None else account_of(row)

    async def set_password_hash(self, person: PersonId, password_hash: str) -> None:
        """Replace the hash."""
        async with self._pool.connection() as connection:
            await connection.execute(
                "UPDATE people SET password_hash = %s WHERE id = %s", (password_hash, person)
            )
