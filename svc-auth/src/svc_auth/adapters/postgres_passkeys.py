"""Passkeys in Postgres."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import psycopg

from nexync_contracts.ids import PasskeyId, PersonId, SessionId
from nexync_contracts.jobs import PasskeyChangedJob
from nexync_runtime.postgres import Pool
from svc_auth.adapters.postgres_outbox import enqueue
from svc_auth.adapters.postgres_sessions import end_all
from svc_auth.passkey_ports import (
    KnownPasskey,
    NewPasskey,
    NotAdded,
    Notice,
    Passkey,
    Signed,
    Used,
)
from svc_auth.ports import Owner, Standing

_LISTED: Final = """
    SELECT id::text, credential, transports, name, synced, created_at, used_at
    FROM passkeys WHERE person = %s ORDER BY created_at, id
"""
_KNOWN: Final = """
    SELECT k.id::text, k.name, k.public_key, p.id::text, p.email, p.username, p.password_hash
    FROM passkeys k JOIN people p ON p.id = k.person
    WHERE k.credential = %s AND p.verified_at IS NOT NULL
"""
_ADD: Final = """
    INSERT INTO passkeys
        (id, person, credential, public_key, sign_count, transports, name, synced, created_at)
    VALUES (%(id)s, %(person)s, %(credential)s, %(public_key)s, %(sign_count)s, %(transports)s, %(name)s,
        %(synced)s, %(created_at)s)
    ON CONFLICT (credential) DO NOTHING
"""
_USE: Final = """
    UPDATE passkeys SET sign_count = %(count)s, synced = %(synced)s, used_at = %(now)s
    WHERE id = %(id)s AND (sign_count < %(count)s OR (sign_count = 0 AND %(count)s = 0))
"""

_RAISE: Final = "UPDATE sessions SET factors = %s WHERE id = %s AND factors = %s"

_Connection = psycopg.AsyncConnection[Any]


class PostgresPasskeys:
    """The `Passkeys` port."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def listed(self, person: PersonId) -> Sequence[Passkey]:
        """By the index of the person."""
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_LISTED, (person,))).fetchall()
        return [Passkey(PasskeyId(row[0]), *row[1:]) for row in rows]

    async def known(self, credential: bytes) -> KnownPasskey | None:
        """One row, or none."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_KNOWN, (credential,))).fetchone()
        if row is None:
            return None
        owner = Owner(PersonId(row[3]), row[4], row[5], row[6])
        return KnownPasskey(PasskeyId(row[0]), row[1], row[2], owner)

    async def add(
        self,
        person: PersonId,
        session: SessionId,
        new: NewPasskey,
        most: int,
        notice: Notice,
        now: datetime,
    ) -> Sequence[SessionId] | NotAdded:
        """Under the lock of the person's row, so that two at once are counted one after the other."""
        async with self._pool.connection() as connection, connection.transaction():
            owner = await _lock(connection, person)
            cursor = await connection.execute(
                "SELECT count(*) FROM passkeys WHERE person = %s", (person,)
            )
            row = await cursor.fetchone()
            if owner is None or row is None or row[0] >= most:
                return NotAdded.FULL
            one = new.passkey
            values = {
                "id": one.id,
                "person": person,
                "credential": one.credential,
                "public_key": new.public_key,
                "sign_count": new.sign_count,
                "transports": list(one.transports),
                "name": one.name,
                "synced": one.synced,
                "created_at": one.created_at,
            }
            if (await connection.execute(_ADD, values)).rowcount != 1:
                return NotAdded.TAKEN
            await enqueue(connection, notice(owner, one.name))
            raised = await connection.execute(
                _RAISE, (int(Standing.TWO_FACTORS), session, int(Standing.SETTING_UP))
            )
            if raised.rowcount != 1:
                return ()
            return await end_all(connection, person, now, but=session)

    async def use(self, passkey: PasskeyId, signed: Signed, now: datetime) -> Used:
        """Of two at once with the same counter one changes the row, and the other finds it changed."""
        values = {
            "id": passkey,
            "count": signed.sign_count,
            "synced": signed.synced,
            "now": now,
        }
        async with self._pool.connection() as connection:
            if (await connection.execute(_USE, values)).rowcount == 1:
                return Used.ACCEPTED
            cursor = await connection.execute("SELECT 1 FROM passkeys WHERE id = %s", (passkey,))
            return Used.REMOVED if await cursor.fetchone() is None else Used.BACKWARDS

    async def rename(self, person: PersonId, passkey: PasskeyId, name: str) -> bool:
        """One row, or none."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "UPDATE passkeys SET name = %s WHERE id = %s AND person = %s",
                (name, passkey, person),
            )
            return cursor.rowcount == 1

    async def remove(self, person: PersonId, passkey: PasskeyId, notice: Notice) -> bool:
        """Of two at once one deletes the row and tells."""
        async with self._pool.connection() as connection, connection.transaction():
            owner = await _lock(connection, person)
            cursor = await connection.execute(
                "DELETE FROM passkeys WHERE id = %s AND person = %s RETURNING name",
                (passkey, person),
            )
            row = await cursor.fetchone()
            if row is None or owner is None:
                return False
            await enqueue(connection, notice(owner, row[0]))
            return True

    async def tell(self, job: PasskeyChangedJob) -> None:
        """Through the outbox, as everything."""
        async with self._pool.connection() as connection, connection.transaction():
            await enqueue(connection, job)


async def _lock(connection: _Connection, person: PersonId) -> Owner | None:
    cursor = await connection.execute(
        "SELECT email, username, password_hash FROM people"
        " WHERE id = %s AND verified_at IS NOT NULL FOR UPDATE",
        (person,),
    )
    row = await cursor.fetchone()
    return None if row is None else Owner(person, *row)
