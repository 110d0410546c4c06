"""Bots in Postgres: a row in `people` for everybody, one in `bots` for the owner, a session for the token."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import psycopg

from nexync_contracts.ids import PersonId, SessionId
from nexync_runtime.placing import choose, taken_partitions
from nexync_runtime.postgres import Pool
from svc_auth.adapters.postgres_held import is_held_or_asked_for
from svc_auth.bot_ports import Bot, BotRefused, Changed, Holder, NewToken
from svc_auth.usernames import SKELETON_SQL, skeleton

ADDRESS: Final = "bots.invalid"
"""No mail leads there (RFC 2606, 2), and no code can prove such an address: it only fills the column."""

_BOT: Final = """
    SELECT p.id::text, p.username, p.name, b.made_at, b.token_at,
        CASE WHEN s.seen_at > b.token_at THEN s.seen_at END
    FROM bots b JOIN people p ON p.id = b.person LEFT JOIN sessions s ON s.id = b.session
"""
_OF_OWNER: Final = (
    f"{_BOT} WHERE b.owner = %s AND b.retired_at IS NULL ORDER BY b.made_at DESC, p.id"
)
_BY_ID: Final = f"{_BOT} WHERE b.person = %s"
_COUNT: Final = "SELECT count(*) FROM bots WHERE owner = %s AND retired_at IS NULL"
_NAMED: Final = f"""
    SELECT 1 FROM people p WHERE p.username = %(username)s OR {SKELETON_SQL} = %(skeleton)s LIMIT 1
"""  # noqa: S608 - what is put in is a constant of ours
_PERSON: Final = """
    INSERT INTO people (id, email, username, name, password_hash, partition, verified_at, bot)
    VALUES (%(person)s, %(email)s, %(username)s, %(name)s, '', %(partition)s, %(now)s, true)
"""
_SESSION: Final = """
    INSERT INTO sessions (id, person, created_at, seen_at, user_agent) VALUES (%s, %s, %s, %s, 'bot')
"""
_ADD: Final = """
    INSERT INTO bots (person, owner, made_at, token_hash, token_at, session)
    VALUES (%s, %s, %s, %s, %s, %s)
"""
_LOCK: Final = """
    SELECT b.session::text, b.retired_at IS NOT NULL FROM bots b
    JOIN people o ON o.id = b.owner JOIN people p ON p.id = b.person
    WHERE b.person = %s AND b.owner = %s AND o.deactivated_at IS NULL AND p.deactivated_at IS NULL
    FOR UPDATE OF b FOR SHARE OF o, p
"""
"""Where an administrator has locked either account, no token is made; this waits for one who does so now."""
_END: Final = "UPDATE sessions SET ended_at = coalesce(ended_at, %s) WHERE id = %s"
_RENEW: Final = "UPDATE bots SET token_hash = %s, token_at = %s, session = %s WHERE person = %s"
_REVOKE: Final = """
    UPDATE bots SET token_hash = NULL, token_at = NULL, retired_at = CASE WHEN %s THEN %s::timestamptz END
    WHERE person = %s
"""
_HOLDER: Final = """
    UPDATE sessions s SET seen_at = greatest(s.seen_at, %(now)s)
    FROM bots b JOIN people p ON p.id = b.person
    WHERE b.token_hash = %(token_hash)s AND s.id = b.session AND s.ended_at IS NULL
    RETURNING p.id::text, p.username, s.id::text
"""

_Connection = psycopg.AsyncConnection[Any]


class PostgresBots:
    """The `Bots` port."""

    def __init__(self, pool: Pool, *, first_partitions: int) -> None:
        self._pool = pool
        self._first = first_partitions

    async def of(self, owner: PersonId) -> Sequence[Bot]:
        """By the index of the owner."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_OF_OWNER.encode(), (owner,))
            return [_bot(row) for row in await cursor.fetchall()]

    async def add(
        self, owner: PersonId, bot: Bot, token: NewToken, *, most: int
    ) -> BotRefused | None:
        """Two names that look alike are no unique violation, so the second one waits for the first."""
        looks = skeleton(bot.username)
        async with self._pool.connection() as connection, connection.transaction():
            locked = await connection.execute(
                "SELECT 1 FROM people WHERE id = %s AND deactivated_at IS NULL FOR UPDATE", (owner,)
            )
            if await locked.fetchone() is None:
                return BotRefused.OWNER_LOCKED
            count = await (await connection.execute(_COUNT, (owner,))).fetchone()
            if count is not None and count[0] >= most:
                return BotRefused.FULL
            await connection.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"username {looks}",)
            )
            named = {"username": bot.username, "skeleton": looks}
            there = await (await connection.execute(_NAMED.encode(), named)).fetchone()
            if there is not None or await is_held_or_asked_for(connection, looks):
                return BotRefused.USERNAME_TAKEN
            taken = await taken_partitions(connection)
            await connection.execute(
                _PERSON,
                {
                    "person": bot.person,
                    "email": f"{bot.person}@{ADDRESS}",
                    "username": bot.username,
                    "name": bot.name,
                    "partition": choose(bot.person, taken, self._first),
                    "now": token.at,
                },
            )
            await _begin(connection, bot.person, token)
            await connection.execute(
                _ADD, (bot.person, owner, bot.made_at, token.token_hash, token.at, token.session)
            )
        return None

    async def renew(self, owner: PersonId, bot: PersonId, token: NewToken) -> Changed | None:
        """Under the bot's lock."""
        async with self._pool.connection() as connection, connection.transaction():
            locked = await _locked(connection, owner, bot)
            if locked is None or locked[1]:
                return None
            ended = await _end(connection, locked[0], token.at)
            await _begin(connection, bot, token)
            await connection.execute(_RENEW, (token.token_hash, token.at, token.session, bot))
            return Changed(await _read(connection, bot), ended)

    async def revoke(
        self, owner: PersonId, bot: PersonId, now: datetime, *, retire: bool
    ) -> Changed | None:
        """Keeps the session, so that a repeated call announces its end once more: the first news may have failed."""
        async with self._pool.connection() as connection, connection.transaction():
            locked = await _locked(connection, owner, bot)
            if locked is None or (locked[1] and not retire):
                return None
            ended = await _end(connection, locked[0], now)
            if not locked[1]:
                await connection.execute(_REVOKE, (retire, now, bot))
            return Changed(await _read(connection, bot), ended)

    async def holder(self, token_hash: bytes, now: datetime) -> Holder | None:
        """One statement, by the token's hash."""
        asked = {"token_hash": token_hash, "now": now}
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_HOLDER, asked)).fetchone()
        return None if row is None else Holder(PersonId(row[0]), row[1], SessionId(row[2]))


async def _locked(
    connection: _Connection, owner: PersonId, bot: PersonId
) -> tuple[SessionId | None, bool] | None:
    """The bot's session, and whether it is retired."""
    row = await (await connection.execute(_LOCK, (bot, owner))).fetchone()
    if row is None:
        return None
    return (None if row[0] is None else SessionId(row[0])), bool(row[1])


async def _begin(connection: _Connection, bot: PersonId, token: NewToken) -> None:
    await connection.execute(_SESSION, (token.session, bot, token.at, token.at))


async def _end(
    connection: _Connection, session: SessionId | None, now: datetime
) -> SessionId | None:
    if session is not None:
        await connection.execute(_END, (now, session))
    return session


async def _read(connection: _Connection, bot: PersonId) -> Bot:
    row = await (await connection.execute(_BY_ID.encode(), (bot,))).fetchone()
    if row is None:
        msg = f"the bot {bot} vanished under its lock"
        raise RuntimeError(msg)
    return _bot(row)


def _bot(row: Sequence[Any]) -> Bot:
    return Bot(PersonId(row[0]), row[1], row[2], row[3], row[4], row[5])
