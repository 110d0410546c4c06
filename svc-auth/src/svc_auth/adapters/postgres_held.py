"""Usernames that nobody may take for a while, though no row of people has them.

Somebody whose account was erased was known by them, or they were asked for with an address that has an account.

Of the erased, kept is the SHA-256 of what the name looks like. Whoever has the table can try names on it, so it is no
secret; it only keeps names out of the tables.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final

import psycopg

from nexync_contracts import limits
from svc_auth.usernames import skeleton

_HOLD: Final = """
    INSERT INTO held_usernames (digest, until) VALUES (%s, %s)
    ON CONFLICT (digest) DO UPDATE SET until = greatest(held_usernames.until, excluded.until)
"""
_HELD: Final = "SELECT 1 FROM held_usernames WHERE digest = %s AND until > now()"
_ASKED_FOR: Final = "SELECT 1 FROM sign_up_claims WHERE looks = %s LIMIT 1"
_SWEEP: Final = "DELETE FROM held_usernames WHERE until <= %s"

_Connection = psycopg.AsyncConnection[Any]


async def hold(connection: _Connection, username: str, now: datetime) -> None:
    """From now on; forgets those whose time is over."""
    await connection.execute(_SWEEP, (now,))
    until = now + timedelta(days=limits.HELD_USERNAME_DAYS)
    await connection.execute(_HOLD, (_digest(skeleton(username)), until))


async def is_held(connection: _Connection, looks: str) -> bool:
    """Whether a name that looks like this (`usernames.skeleton`) is held back."""
    cursor = await connection.execute(_HELD, (_digest(looks),))
    return await cursor.fetchone() is not None


async def is_held_or_asked_for(connection: _Connection, looks: str) -> bool:
    """As `is_held`, or asked for by a sign-up with an address that has an account.

    For who takes names in other ways than signing up; there each row of people counts, also with an old code.
    """
    if await is_held(connection, looks):
        return True
    cursor = await connection.execute(_ASKED_FOR, (looks,))
    return await cursor.fetchone() is not None


def _digest(looks: str) -> bytes:
    return hashlib.sha256(looks.encode()).digest()
