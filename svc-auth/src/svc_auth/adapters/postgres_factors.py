"""Second factors in Postgres."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

import psycopg

from nexync_contracts.ids import PersonId, SessionId
from nexync_contracts.jobs import SecondFactorJob
from nexync_runtime.postgres import Pool
from svc_auth.adapters.postgres_outbox import enqueue
from svc_auth.adapters.postgres_sessions import end_all
from svc_auth.factor_ports import Factor, RecoverySet
from svc_auth.ports import Standing

_FACTOR: Final = """
    SELECT f.secret, f.last_step, f.recovery_salt, f.created_at,
        (SELECT count(*) FROM recovery_codes c WHERE c.person = f.person)
    FROM second_factors f WHERE f.person = %s
"""
_ENROL: Final = """
    INSERT INTO second_factor_enrolments (person, session, secret, expires_at)
    SELECT %(person)s, %(session)s, %(secret)s, %(expires_at)s
    WHERE NOT EXISTS (SELECT 1 FROM second_factors WHERE person = %(person)s)
    ON CONFLICT (person) DO UPDATE SET session = excluded.session, secret = excluded.secret,
        expires_at = excluded.expires_at
"""
_TAKE_ENROLMENT: Final = """
    DELETE FROM second_factor_enrolments
    WHERE person = %s AND session = %s AND secret = %s AND expires_at > %s
"""
_TURN_ON: Final = """
    INSERT INTO second_factors (person, secret, last_step, recovery_salt, created_at)
    VALUES (%s, %s, %s, %s, %s) ON CONFLICT (person) DO NOTHING
"""
_ACCEPT: Final = (
    "UPDATE second_factors SET last_step = %(step)s"
    " WHERE person = %(person)s AND last_step < %(step)s"
)

_STAND: Final = "UPDATE sessions SET factors = %s WHERE id = %s"
"""Who turned it on has shown both factors in this session."""

_Connection = psycopg.AsyncConnection[Any]


class PostgresFactors:
    """The `Factors` port."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def factor(self, person: PersonId) -> Factor | None:
        """With the count of its recovery codes."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_FACTOR, (person,))).fetchone()
        return None if row is None else Factor(*row)

    async def enrol(
        self, person: PersonId, session: SessionId, secret: bytes, expires_at: datetime
    ) -> bool:
        """The person's only row is replaced."""
        values = {
            "person": person,
            "session": session,
            "secret": secret,
            "expires_at": expires_at,
        }
        async with self._pool.connection() as connection:
            return (await connection.execute(_ENROL, values)).rowcount == 1

    async def enrolment(self, person: PersonId, session: SessionId, now: datetime) -> bytes | None:
        """Of this session alone, and in time."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT secret FROM second_factor_enrolments"
                " WHERE person = %s AND session = %s AND expires_at > %s",
                (person, session, now),
            )
            row = await cursor.fetchone()
        return None if row is None else row[0]

    async def turn_on(
        self,
        person: PersonId,
        session: SessionId,
        factor: Factor,
        codes: RecoverySet,
        notice: SecondFactorJob,
    ) -> Sequence[SessionId] | None:
        """Of two at once one deletes the enrolment, and the other finds none."""
        async with self._pool.connection() as connection, connection.transaction():
            taken = await connection.execute(
                _TAKE_ENROLMENT, (person, session, factor.secret, factor.since)
            )
            if taken.rowcount != 1:
                return None
            made = await connection.execute(
                _TURN_ON,
                (person, factor.secret, factor.last_step, factor.recovery_salt, factor.since),
            )
            if made.rowcount != 1:
                return None
            await _add_codes(connection, person, codes)
            await connection.execute(_STAND, (int(Standing.TWO_FACTORS), session))
            await enqueue(connection, notice)
            return await end_all(connection, person, factor.since, but=session)

    async def accept(self, person: PersonId, step: int) -> bool:
        """Of two at once with the same step one changes the row, and the other finds it changed."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_ACCEPT, {"person": person, "step": step})
            return cursor.rowcount == 1

    async def spend_recovery_code(
        self, person: PersonId, code_hash: bytes, notice: Callable[[int], SecondFactorJob]
    ) -> bool:
        """Of two at once with the same code one deletes the row; under the factor's lock the count is true."""
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(
                "SELECT 1 FROM second_factors WHERE person = %s FOR UPDATE", (person,)
            )
            cursor = await connection.execute(
                "DELETE FROM recovery_codes WHERE person = %s AND code_hash = %s",
                (person, code_hash),
            )
            if cursor.rowcount != 1:
                return False
            cursor = await connection.execute(
                "SELECT count(*) FROM recovery_codes WHERE person = %s", (person,)
            )
            row = await cursor.fetchone()
            await enqueue(connection, notice(0 if row is None else row[0]))
            return True

    async def renew_recovery_codes(
        self,
        person: PersonId,
        session: SessionId,
        codes: RecoverySet,
        notice: SecondFactorJob,
        now: datetime,
    ) -> Sequence[SessionId] | None:
        """Salt and codes together, under the factor's lock."""
        async with self._pool.connection() as connection, connection.transaction():
            cursor = await connection.execute(
                "UPDATE second_factors SET recovery_salt = %s WHERE person = %s",
                (codes.salt, person),
            )
            if cursor.rowcount != 1:
                return None
            await connection.execute("DELETE FROM recovery_codes WHERE person = %s", (person,))
            await _add_codes(connection, person, codes)
            await enqueue(connection, notice)
            return await end_all(connection, person, now, but=session)

    async def turn_off(
        self, person: PersonId, session: SessionId, notice: SecondFactorJob, now: datetime
    ) -> Sequence[SessionId] | None:
        """The codes go with the factor."""
        async with self._pool.connection() as connection, connection.transaction():
            cursor = await connection.execute(
                "DELETE FROM second_factors WHERE person = %s", (person,)
            )
            if cursor.rowcount != 1:
                return None
            await enqueue(connection, notice)
            return await end_all(connection, person, now, but=session)


async def _add_codes(connection: _Connection, person: PersonId, codes: RecoverySet) -> None:
    await connection.execute(
        "INSERT INTO recovery_codes (person, code_hash) SELECT %s, unnest(%s::bytea[])",
        (person, list(codes.hashes)),
    )
