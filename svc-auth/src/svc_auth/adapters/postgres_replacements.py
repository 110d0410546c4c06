"""Passwords that are replaced, in Postgres."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from nexync_contracts.ids import PersonId, SessionId
from nexync_contracts.jobs import PasswordChangedJob
from nexync_runtime.postgres import Pool
from svc_auth.adapters.postgres_outbox import enqueue
from svc_auth.adapters.postgres_sessions import end_all
from svc_auth.links import ResetToken
from svc_auth.ports import OneTime, Owner, SentLink

_OWNER: Final = (
    "SELECT id::text, email, username, people.password_hash, o.password_hash, o.expires_at"
    " FROM people LEFT JOIN one_time_passwords o ON o.person = people.id WHERE verified_at IS NOT NULL"
    " AND erased_at IS NULL"
)
_LINK: Final = """
    INSERT INTO password_resets (person, id, expires_at)
    SELECT id, %(link)s, %(expires_at)s FROM people WHERE id = %(person)s
    ON CONFLICT (person) DO UPDATE SET id = excluded.id, expires_at = excluded.expires_at
"""
_HASH: Final = "UPDATE people SET password_hash = %s WHERE id = %s"
_NO_ONE_TIME: Final = "DELETE FROM one_time_passwords WHERE person = %s"


def _owner(row: Sequence[Any]) -> Owner:
    one_time = None if row[4] is None else OneTime(row[4], row[5])
    return Owner(PersonId(row[0]), row[1], row[2], row[3], one_time)


def _nobody(email: str) -> Owner:
    return Owner(PersonId(str(uuid.uuid4())), email, "nobody", "")


class PostgresReplacements:
    """The `Replacements` port."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def ask(self, email: str, make_link: Callable[[Owner], SentLink]) -> bool:
        """The person's only row is replaced, so an older link is over.

        For who isn't there the same statements are made, and a job that goes nowhere: see tests/test_real_alike.py.
        """
        async with self._pool.connection() as connection, connection.transaction():
            cursor = await connection.execute(
                f"{_OWNER} AND email = %s AND NOT bot FOR UPDATE OF people", (email,)
            )
            row = await cursor.fetchone()
            owner = _nobody(email) if row is None else _owner(row)
            made = make_link(owner)
            token = made.token
            values = {"person": token.person, "link": token.id, "expires_at": token.expires_at}
            await connection.execute(_LINK, values)
            await enqueue(connection, made.job, sent=row is not None)
            return row is not None

    async def owner(self, person: PersonId) -> Owner | None:
        """By the id."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(f"{_OWNER} AND id = %s", (person,))).fetchone()
        return None if row is None else _owner(row)

    async def spend(
        self,
        token: ResetToken,
        password_hash: str,
        notice: PasswordChangedJob | None,
        now: datetime,
    ) -> Sequence[SessionId] | None:
        """Of two at once with the same link one deletes the row, and the other finds none."""
        async with self._pool.connection() as connection, connection.transaction():
            cursor = await connection.execute(
                "DELETE FROM password_resets WHERE person = %s AND id = %s AND expires_at > %s",
                (token.person, token.id, now),
            )
            if cursor.rowcount != 1 or notice is None:
                return None
            await connection.execute(_HASH, (password_hash, token.person))
            await connection.execute(_NO_ONE_TIME, (token.person,))
            await enqueue(connection, notice)
            return await end_all(connection, token.person, now, but=None)

    async def change(
        self,
        person: PersonId,
        password_hash: str,
        notice: PasswordChangedJob,
        now: datetime,
        *,
        but: SessionId | None,
    ) -> Sequence[SessionId]:
        """A link that was asked for before is over too."""
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute("DELETE FROM password_resets WHERE person = %s", (person,))
            await connection.execute(_HASH, (password_hash, person))
            await connection.execute(_NO_ONE_TIME, (person,))
            await enqueue(connection, notice)
            return await end_all(connection, person, now, but=but)
