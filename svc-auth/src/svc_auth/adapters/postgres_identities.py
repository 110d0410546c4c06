"""Identities at providers, and the accounts that they make and open, in Postgres."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

import psycopg

from nexync_contracts import limits
from nexync_contracts.ids import IdentityId, PersonId
from nexync_contracts.jobs import IdentityChangedJob
from nexync_runtime.placing import choose, taken_partitions
from nexync_runtime.postgres import Pool
from svc_auth.adapters.postgres_accounts import ACCOUNT_SQL, account_of
from svc_auth.adapters.postgres_held import is_held_or_asked_for
from svc_auth.adapters.postgres_invitations import spend_token
from svc_auth.adapters.postgres_outbox import enqueue
from svc_auth.ports import Account, Door
from svc_auth.provider_ports import (
    Admission,
    Linked,
    Newness,
    NotLinked,
    Proven,
    Unlinked,
)
from svc_auth.usernames import SKELETON_SQL, skeleton

RACES_MAX: Final = 3
"""Attempts when the same identity, address or username comes at the same moment."""

_BY_IDENTITY: Final = f"""
    {ACCOUNT_SQL} JOIN identities i ON i.person = people.id
    WHERE i.issuer = %s AND i.subject = %s AND verified_at IS NOT NULL
"""
_BY_EMAIL: Final = f"{ACCOUNT_SQL} WHERE email = %s FOR UPDATE OF people"
_TAKEN: Final = f"SELECT 1 FROM people WHERE {SKELETON_SQL} = %s AND id IS DISTINCT FROM %s LIMIT 1"  # noqa: S608 - what is put in is a constant of ours
_ADD: Final = """
    INSERT INTO people (id, email, username, name, password_hash, partition, verified_at, invitation)
    VALUES (%(person)s, %(email)s, %(username)s, %(name)s, '', %(partition)s, %(now)s, %(invitation)s)
"""
_TAKE_OVER: Final = """
    UPDATE people
    SET username = %(username)s, name = %(name)s, password_hash = '', verified_at = %(now)s,
        invitation = %(invitation)s
    WHERE id = %(person)s
"""
_ONE_TIME: Final = """
    INSERT INTO one_time_passwords (person, password_hash, expires_at) VALUES (%s, %s, %s)
    ON CONFLICT (person) DO UPDATE
    SET password_hash = excluded.password_hash, expires_at = excluded.expires_at
"""
_LINK: Final = """
    INSERT INTO identities (id, issuer, subject, person, email, linked_at)
    VALUES (%s, %s, %s, %s, %s, %s)
"""
_LISTED: Final = """
    SELECT id::text, issuer, email, linked_at FROM identities WHERE person = %s
    ORDER BY linked_at, id LIMIT %s
"""

_Connection = psycopg.AsyncConnection[Any]


class PostgresIdentities:
    """The `Identities` port."""

    def __init__(self, pool: Pool, *, first_partitions: int) -> None:
        self._pool = pool
        self._first = first_partitions

    async def account(self, issuer: str, subject: str) -> Account | None:
        """One row, or none."""
        async with self._pool.connection() as connection:
            return await _by_identity(connection, issuer, subject)

    async def admit(
        self, proven: Proven, email: str, new: Newness, now: datetime
    ) -> tuple[Account, Admission] | NotLinked:
        """Decide under the lock of the address's row; a race for a new row is decided again."""
        for attempt in range(RACES_MAX):
            try:
                async with self._pool.connection() as connection, connection.transaction():
                    return await self._admit(connection, proven, email, new, now)
            except psycopg.errors.UniqueViolation:
                if attempt == RACES_MAX - 1:
                    raise
        return NotLinked.LINK_NEEDED

    async def _admit(
        self, connection: _Connection, proven: Proven, email: str, new: Newness, now: datetime
    ) -> tuple[Account, Admission] | NotLinked:
        known = await _by_identity(connection, proven.issuer, proven.subject)
        if known is not None:
            return known, Admission.KNOWN
        row = await (await connection.execute(_BY_EMAIL, (email,))).fetchone()
        same = None if row is None else account_of(row)
        if same is not None and same.verified:
            if same.second_factor or await _has_another(connection, same.person, proven.issuer):
                return NotLinked.LINK_NEEDED
            await _link(connection, same.person, proven, email, now)
            await enqueue(connection, new.notice(same.username))
            return same, Admission.LINKED
        if new.door is Door.SHUT or (new.door is Door.INVITATION and new.invitation is None):
            return NotLinked.NOT_ADMITTED
        invitation = None
        if new.door is Door.INVITATION and new.invitation is not None:
            invitation = await spend_token(connection, new.invitation, now)
            if invitation is None:
                return NotLinked.INVITATION_OVER
        person = PersonId(str(uuid.uuid4())) if same is None else same.person
        username = await _free(connection, new.usernames, person)
        await connection.execute(
            _ADD if same is None else _TAKE_OVER,
            {
                "person": person,
                "email": email,
                "username": username,
                "name": proven.name or username,
                "partition": choose(person, await taken_partitions(connection), self._first),
                "now": now,
                "invitation": invitation,
            },
        )
        await connection.execute("DELETE FROM verification_codes WHERE person = %s", (person,))
        newcomer = new.newcomer(username)
        await connection.execute(_ONE_TIME, (person, newcomer.one_time_hash, newcomer.expires_at))
        await _link(connection, person, proven, email, now)
        await enqueue(connection, newcomer.job)
        return Account(person, username, "", verified=True), Admission.CREATED

    async def link(
        self,
        person: PersonId,
        proven: Proven,
        email: str,
        notice: Callable[[str, str], IdentityChangedJob],
        now: datetime,
    ) -> NotLinked | None:
        """Under the person's lock; an identity that is linked to the person already stays as it is."""
        try:
            async with self._pool.connection() as connection, connection.transaction():
                owner = await _lock(connection, person)
                if owner is None:
                    return NotLinked.LINKED_ELSEWHERE
                known = await _by_identity(connection, proven.issuer, proven.subject)
                if known is not None:
                    return None if known.person == person else NotLinked.LINKED_ELSEWHERE
                if await _has_another(connection, person, proven.issuer):
                    return NotLinked.LINKED_ELSEWHERE
                await _link(connection, person, proven, email, now)
                await enqueue(connection, notice(owner[0], owner[1]))
                return None
        except psycopg.errors.UniqueViolation:
            return NotLinked.LINKED_ELSEWHERE

    async def listed(self, person: PersonId) -> tuple[Sequence[Linked], bool]:
        """Two reads."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_LISTED, (person, limits.IDENTITIES))
            rows = await cursor.fetchall()
            cursor = await connection.execute(
                "SELECT password_hash <> '' FROM people WHERE id = %s", (person,)
            )
            own = await cursor.fetchone()
        found = [Linked(IdentityId(row[0]), *row[1:]) for row in rows]
        return found, own is not None and bool(own[0])

    async def unlink(
        self,
        person: PersonId,
        identity: IdentityId,
        usable: Sequence[str],
        notice: Callable[[str, str, str], IdentityChangedJob],
    ) -> Unlinked:
        """Under the person's lock, so that of two at once one is the last."""
        async with self._pool.connection() as connection, connection.transaction():
            owner = await _lock(connection, person)
            cursor = await connection.execute(_LISTED, (person, limits.IDENTITIES))
            issuers = {row[0]: row[1] for row in await cursor.fetchall()}
            if owner is None or identity not in issuers:
                return Unlinked.UNKNOWN
            others = {issuer for one, issuer in issuers.items() if one != identity}
            if not owner[2] and not others & set(usable):
                return Unlinked.LAST_WAY_IN
            await connection.execute("DELETE FROM identities WHERE id = %s", (identity,))
            await enqueue(connection, notice(owner[0], owner[1], issuers[identity]))
            return Unlinked.DONE


async def _by_identity(connection: _Connection, issuer: str, subject: str) -> Account | None:
    row = await (await connection.execute(_BY_IDENTITY, (issuer, subject))).fetchone()
    return None if row is None else account_of(row)


async def _lock(connection: _Connection, person: PersonId) -> tuple[str, str, str] | None:
    """Address, username and password hash of somebody verified, whose row is locked."""
    cursor = await connection.execute(
        "SELECT email, username, password_hash FROM people"
        " WHERE id = %s AND verified_at IS NOT NULL FOR UPDATE",
        (person,),
    )
    row = await cursor.fetchone()
    return None if row is None else (row[0], row[1], row[2])


async def _has_another(connection: _Connection, person: PersonId, issuer: str) -> bool:
    """Whether the person has an identity of this issuer, or as many as one may have."""
    cursor = await connection.execute(_LISTED, (person, limits.IDENTITIES))
    issuers = [row[1] for row in await cursor.fetchall()]
    return issuer in issuers or len(issuers) >= limits.IDENTITIES


async def _link(
    connection: _Connection, person: PersonId, proven: Proven, email: str, now: datetime
) -> None:
    values = (str(uuid.uuid4()), proven.issuer, proven.subject, person, email, now)
    await connection.execute(_LINK, values)


async def _free(connection: _Connection, usernames: Sequence[str], person: PersonId) -> str:
    """The first that nobody has and none looks like.

    It never waits for who registers such a name at this moment, so that the two can't wait for each other.
    """
    for username in usernames:
        looks = skeleton(username)
        cursor = await connection.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", (f"username {looks}",)
        )
        row = await cursor.fetchone()
        if row is None or not row[0]:
            continue
        taken = await (await connection.execute(_TAKEN, (looks, person))).fetchone()
        if taken is None and not await is_held_or_asked_for(connection, looks):
            return username
    msg = f"none of {len(usernames)} generated usernames is free"
    raise RuntimeError(msg)
