"""People, codes and the outbox in Postgres."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, LiteralString

import psycopg

from nexync_contracts.ids import InviteId, PersonId
from nexync_contracts.jobs import WelcomeJob
from nexync_runtime.placing import choose, taken_partitions
from nexync_runtime.postgres import Pool
from svc_auth.adapters.postgres_held import is_held
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

HOLDERS_SQL: Final = f"""
    SELECT p.id::text, p.email, p.username, p.verified_at IS NOT NULL, c.expires_at, s.looks
    FROM people p LEFT JOIN verification_codes c ON c.person = p.id
        LEFT JOIN sign_up_claims s ON s.person = p.id
    WHERE p.email = %(email)s OR {SKELETON_SQL} = %(skeleton)s
        OR p.id = ANY (ARRAY(SELECT person FROM sign_up_claims WHERE looks = %(skeleton)s))
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
_CLAIM_ANEW: Final = "UPDATE sign_up_claims SET looks = %(looks)s WHERE person = %(person)s"
_CLAIM: Final = """
    INSERT INTO sign_up_claims (person, looks) VALUES (%(person)s, %(looks)s)
"""
_ASKED: Final[dict[tuple[bool, bool], LiteralString]] = {
    (False, False): _ADD,
    (False, True): _REPLACE,
    (True, False): _CLAIM,
    (True, True): _CLAIM_ANEW,
}
"""By whether the address has an account, and whether somebody signed up with it before."""
_CODE: Final = """
    INSERT INTO verification_codes (person, code_hash, tries_left, sent_at, expires_at)
    VALUES (%(person)s, %(code_hash)s, %(tries)s, %(sent_at)s, %(expires_at)s)
    ON CONFLICT (person) DO UPDATE
    SET code_hash = excluded.code_hash, tries_left = excluded.tries_left,
        sent_at = excluded.sent_at, expires_at = excluded.expires_at
"""
_CODE_OF: Final = """
    SELECT p.id::text, p.username, p.password_hash, c.code_hash, c.tries_left, c.expires_at,
        p.invitation::text, p.verified_at IS NOT NULL
    FROM people p JOIN verification_codes c ON c.person = p.id
    WHERE p.email = %s
    FOR UPDATE OF p, c
"""
ACCOUNT_SQL: Final = """
    SELECT people.id::text, people.username, people.password_hash, verified_at IS NOT NULL,
        EXISTS (SELECT 1 FROM second_factors f WHERE f.person = people.id),
        o.password_hash, o.expires_at
    FROM people LEFT JOIN one_time_passwords o ON o.person = people.id
"""
_OVER: Final = (
    b"DELETE FROM people WHERE id = ANY(%s::uuid[]) AND verified_at IS NULL",
    b"DELETE FROM sign_up_claims WHERE person = ANY(%s::uuid[])",
)
_SIGNED_UP: Final = """
    SELECT id::text, username, verified_at IS NOT NULL FROM people p
    WHERE email = %s
        AND (verified_at IS NULL OR EXISTS (SELECT 1 FROM sign_up_claims s WHERE s.person = p.id))
    FOR UPDATE OF p
"""
_BY_EMAIL: Final = f"{ACCOUNT_SQL} WHERE email = %s"
_BY_USERNAME: Final = f"{ACCOUNT_SQL} WHERE username = %s"

_Connection = psycopg.AsyncConnection[Any]


def account_of(row: Sequence[Any]) -> Account:
    """The account of a row that ACCOUNT_SQL selects."""
    one_time = None if row[5] is None else OneTime(row[5], row[6])
    return Account(PersonId(row[0]), row[1], row[2], row[3], row[4], one_time)


def _holders_of(row: Sequence[Any]) -> Iterator[Holder]:
    person, email, username, verified, expires_at, claimed = row
    yield Holder(PersonId(person), email, username, verified, expires_at)
    if claimed is not None:
        yield Holder(
            PersonId(person), email, claimed, verified=False, code_expires_at=expires_at, claim=True
        )


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
            cursor = await connection.execute(HOLDERS_SQL, {"email": new.email, "skeleton": looks})
            holders = [one for row in await cursor.fetchall() for one in _holders_of(row)]
            plan = plan_registration(holders, new.email, new.username, now)
            if plan.outcome is Registered.USERNAME_TAKEN or await is_held(connection, looks):
                return Registered.USERNAME_TAKEN
            if plan.removes:
                for statement in _OVER:
                    await connection.execute(statement, (list(plan.removes),))
            # From here on each statement has its like for an address that has an account.
            same = next((one for one in holders if one.person == plan.same), None)
            known = same is not None and same.verified
            again = any(one.person == plan.same and not one.verified for one in holders)
            person = new.person if same is None else same.person
            taken = await taken_partitions(connection)
            await connection.execute(
                _ASKED[known, again],
                {
                    "person": person,
                    "email": new.email,
                    "looks": looks,
                    "username": new.username,
                    "password_hash": new.password_hash,
                    "partition": choose(new.person, taken, self._first),
                    "invitation": new.invitation,
                },
            )
            username = same.username if same is not None and known else new.username
            await self._send(connection, person, make_code(person, username, known))
            return plan.outcome

    async def resend(self, email: str, make_code: MakeCode) -> bool:
        """Replace the code; the old one is no longer good."""
        async with self._pool.connection() as connection, connection.transaction():
            cursor = await connection.execute(_SIGNED_UP, (email,))
            row = await cursor.fetchone()
            if row is None:
                return False
            person = PersonId(row[0])
            await self._send(connection, person, make_code(person, row[1], row[2]))
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
            (
                person,
                username,
                password_hash,
                code_hash,
                tries_left,
                expires_at,
                invitation,
                known,
            ) = row
            if expires_at <= now:
                return CodeRefused.WRONG
            if tries_left <= 0:
                return CodeRefused.SPENT
            # The code of an address that has an account is nobody's, and opens nothing even when it is guessed.
            if not matches(PersonId(person), code_hash) or known:
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
