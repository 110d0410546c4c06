"""Messages for later in Postgres."""

from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import psycopg
import psycopg_pool

from nexync_contracts.attachments import Attachment
from nexync_contracts.commands import CreateMessage
from nexync_contracts.errors import RejectCode
from nexync_contracts.ids import ChatId, PersonId, ScheduledId
from nexync_runtime.postgres import Connection, Pool
from svc_chat.adapters.attachments import LATER
from svc_chat.errors import InvalidError, StoreAwayError
from svc_chat.scheduling import Scheduled, carrying

LOCK: Final = 30
"""Seed of the advisory locks, one a person, so that no two messages are counted at once."""

_COLUMNS: Final = "m.id, m.person, m.chat, m.at, m.command::text, m.problem"

_OF: Final = f"""
SELECT {_COLUMNS} FROM scheduled_messages m
WHERE m.person = %(person)s AND m.chat = %(chat)s ORDER BY m.at, m.id
"""  # noqa: S608 - constant columns

_ONE: Final = f"""
SELECT {_COLUMNS} FROM scheduled_messages m
WHERE m.id = %(id)s AND m.person = %(person)s AND m.chat = %(chat)s FOR UPDATE
"""  # noqa: S608 - as above

_ADD: Final = """
INSERT INTO scheduled_messages (id, person, chat, at, command)
SELECT %(id)s, %(person)s, %(chat)s, %(at)s, %(command)s
WHERE (SELECT count(*) FROM scheduled_messages WHERE person = %(person)s) < %(most)s
"""

_CHANGE: Final = """
UPDATE scheduled_messages SET at = %(at)s, command = %(command)s, problem = NULL WHERE id = %(id)s
"""

_HOLD: Final = f"""
UPDATE attachments SET check_at = {LATER}
WHERE id IN (
    SELECT id FROM attachments
    WHERE id = ANY(%(files)s::uuid[]) AND owner = %(person)s AND purpose = 'message' AND facts IS NOT NULL
    ORDER BY id FOR UPDATE
) RETURNING facts::text
"""  # noqa: S608 - as above

_FILES: Final = """
INSERT INTO scheduled_files (message, attachment) SELECT %(id)s, unnest(%(files)s::uuid[])
ON CONFLICT (message, attachment) DO NOTHING
"""

_FREE: Final = """
WITH gone AS (
    DELETE FROM scheduled_files WHERE message = %(id)s AND attachment <> ALL(%(files)s::uuid[]) RETURNING attachment
)
UPDATE attachments a SET check_at = now() FROM gone g WHERE a.id = g.attachment AND a.admitted_at IS NULL
"""
"""The collector looks at them at once, and passes by what waits with another message, too."""

_REMOVE: Final = """
WITH gone AS (
    DELETE FROM scheduled_messages WHERE id = %(id)s AND person = %(person)s AND chat = %(chat)s RETURNING id
), freed AS (
    UPDATE attachments a SET check_at = now() FROM scheduled_files s, gone g
    WHERE s.message = g.id AND a.id = s.attachment AND a.admitted_at IS NULL
)
SELECT count(*) FROM gone
"""
"""A file that a gateway asked for may be on its way; that one is looked at when its day is over."""

_DUE: Final = f"""
SELECT {_COLUMNS}, s.partition,
    EXISTS (SELECT FROM people p WHERE p.id = m.person AND (p.deactivated_at IS NOT NULL OR p.erase_at IS NOT NULL))
FROM scheduled_messages m JOIN streams s ON s.id = 'c:' || m.chat::text
WHERE m.problem IS NULL AND m.at <= %(now)s AND m.id <> ALL(%(but)s::uuid[])
ORDER BY m.at LIMIT 1 FOR UPDATE OF m SKIP LOCKED
"""  # noqa: S608 - as above

_SENT: Final = "DELETE FROM scheduled_messages WHERE id = %s"
_REFUSED: Final = "UPDATE scheduled_messages SET problem = %s WHERE id = %s"


class PostgresScheduled:
    """What authors read and write."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def of(self, person: PersonId, chat: ChatId) -> Sequence[Scheduled]:
        """By their time."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_OF, {"person": person, "chat": chat})
            return [_message(row) for row in await cursor.fetchall()]

    async def add(self, message: Scheduled, most: int) -> Scheduled | None:
        """Keep it and its files, or find the one that has its id; None when the person has `most` already."""
        asked = {**_asked(message), "most": most}
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", (message.person, LOCK)
            )
            there = await (await connection.execute(_ONE, asked)).fetchone()
            if there is not None:
                return _message(there)
            if message.command.files:
                message = await _holding(connection, message)
                asked |= _asked(message)
            if (await connection.execute(_ADD, asked)).rowcount != 1:
                return None
            if message.command.files:
                await connection.execute(_FILES, _files(message))
        return message

    async def change(
        self,
        person: PersonId,
        chat: ChatId,
        message: ScheduledId,
        fold: Callable[[Scheduled], Scheduled],
    ) -> Scheduled | None:
        """As `fold` makes it. While an instance sends it this waits, and finds it gone.

        Raises InvalidError for files that aren't the person's and ready.
        """
        asked = {"id": message, "person": person, "chat": chat}
        async with self._pool.connection() as connection, connection.transaction():
            row = await (await connection.execute(_ONE, asked)).fetchone()
            if row is None:
                return None
            before = _message(row)
            changed = fold(before)
            if changed.command.files != before.command.files:
                changed = await _holding(connection, changed)
                await connection.execute(_FREE, _files(changed))
                await connection.execute(_FILES, _files(changed))
            await connection.execute(_CHANGE, _asked(changed))
        return changed

    async def remove(self, person: PersonId, chat: ChatId, message: ScheduledId) -> bool:
        """Whether it was there; its files may go at once unless something else has asked for them."""
        asked = {"id": message, "person": person, "chat": chat}
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_REMOVE, asked)).fetchone()
        return row is not None and row[0] == 1


class _Held:
    """A row that this transaction has locked."""

    def __init__(self, connection: Connection, message: Scheduled, partition: int) -> None:
        self._connection = connection
        self.message = message
        self.partition = partition

    async def sent(self) -> None:
        """Forget it."""
        await self._connection.execute(_SENT, (self.message.id,))

    async def refused(self, code: RejectCode) -> None:
        """Keep why."""
        await self._connection.execute(_REFUSED, (code.value, self.message.id))


class PostgresDue:
    """What senders take. Over a pool of its own: a row is held for as long as the log takes."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @asynccontextmanager
    async def take(self, now: int, but: Collection[ScheduledId]) -> AsyncGenerator[_Held | None]:
        """One row that nobody else holds. Raises StoreAwayError.

        What somebody whom an administrator locked wanted to say, or whose account is to be erased, is refused; it stays
        for its author.
        """
        asked = {"now": now, "but": list(but)}
        try:
            async with self._pool.connection() as connection, connection.transaction():
                row = await (await connection.execute(_DUE, asked)).fetchone()
                while row is not None and row[7]:
                    await connection.execute(_REFUSED, (RejectCode.NOT_ALLOWED.value, row[0]))
                    row = await (await connection.execute(_DUE, asked)).fetchone()
                yield None if row is None else _Held(connection, _message(row), int(row[6]))
        except (psycopg.Error, psycopg_pool.PoolTimeout, psycopg_pool.TooManyRequests) as error:
            raise StoreAwayError(f"{type(error).__name__}: {error}") from error


async def _holding(connection: Connection, message: Scheduled) -> Scheduled:
    """With what is known of its files, whose rows stay locked until it stands beside them."""
    wanted = message.command.files
    asked = {"files": list(wanted), "person": message.person}
    rows = await (await connection.execute(_HOLD.encode(), asked)).fetchall()
    ready = [Attachment.model_validate_json(row[0]) for row in rows]
    if len(ready) != len(set(wanted)):
        raise InvalidError(("body", "files"), "one of them isn't an upload of yours that is ready")
    return message._replace(command=carrying(message.command, ready))


def _files(message: Scheduled) -> dict[str, Any]:
    return {"id": message.id, "files": sorted(set(message.command.files))}


def _asked(message: Scheduled) -> dict[str, Any]:
    return {
        "id": message.id,
        "person": message.person,
        "chat": message.chat,
        "at": message.at,
        "command": message.command.model_dump_json(exclude_defaults=True),
    }


def _message(row: Sequence[Any]) -> Scheduled:
    return Scheduled(
        id=ScheduledId(str(row[0])),
        person=PersonId(str(row[1])),
        chat=ChatId(str(row[2])),
        at=row[3],
        command=CreateMessage.model_validate_json(row[4]),
        problem=None if row[5] is None else RejectCode(row[5]),
    )
