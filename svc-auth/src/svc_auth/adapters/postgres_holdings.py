"""What people have of roles and factors, in Postgres."""

from collections.abc import Sequence
from typing import Final

from nexync_contracts.ids import PersonId
from nexync_runtime.postgres import Pool
from svc_auth.adapters.postgres_administration import IS_ADMIN
from svc_auth.requiring import Held

_HELD: Final = f"""
    SELECT EXISTS ({IS_ADMIN}),
        EXISTS (SELECT 1 FROM second_factors WHERE person = %(person)s),
        (SELECT count(*) FROM passkeys WHERE person = %(person)s)
"""  # noqa: S608 - what is put in is a constant of ours


class PostgresHoldings:
    """The `Holdings` port. `admins` are addresses that the settings make administrators, once verified."""

    def __init__(self, pool: Pool, admins: Sequence[str]) -> None:
        self._pool = pool
        self._admins = list(admins)

    async def held(self, person: PersonId) -> Held:
        """One statement."""
        asked = {"person": person, "admins": self._admins}
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_HELD.encode(), asked)).fetchone()
        return Held(*row) if row is not None else Held(admin=False, app=False, passkeys=0)
