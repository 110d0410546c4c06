"""What is left of erased people in Postgres. Each step takes the person's row of `erasures`, one instance at a time."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Final

import psycopg
import psycopg_pool

from nexync_contracts.commands import (
    ClosePrivateChat,
    Command,
    CommandEnvelope,
    NoteErasure,
    RemoveMember,
)
from nexync_contracts.events import ChatKind
from nexync_contracts.ids import (
    ChatId,
    CommandId,
    PersonId,
    Stream,
    chat_stream,
    person_stream,
)
from nexync_runtime.postgres import Connection, Pool
from svc_chat.adapters.blocks import OUTBOX
from svc_chat.adapters.people import end_connection
from svc_chat.errors import StoreAwayError
from svc_chat.identifiers import departure_id, erasure_note_id

CHATS: Final = 200
"""Chats, and connections, of one person that one round ends; the next goes on."""

_OPEN: Final = """
    SELECT m.chat, m.from_seq, s.partition, s.snapshot ->> 'kind'
    FROM members m JOIN streams s ON s.id = 'c:' || m.chat::text
    WHERE m.person = {person} AND m.until_seq IS NULL
      AND (s.snapshot ->> 'kind' = 'group' OR s.snapshot -> 'settings' ->> 'dismissed' IS DISTINCT FROM 'true')
"""
_AGAIN: Final = f"""
    UPDATE erasures e SET left_at = NULL
    WHERE e.left_at > now() - interval '1 day' AND EXISTS ({_OPEN.format(person="e.person")})
"""  # noqa: S608 - what is put in is a constant of ours
"""Whoever was let in by a command that was on its way; a day is longer than any command waits."""
_WAITING: Final = (
    "SELECT person::text FROM erasures WHERE left_at IS NULL ORDER BY begun_at, person LIMIT %s"
)
_TAKE: Final = """
    SELECT p.partition FROM erasures e JOIN people p ON p.id = e.person
    WHERE e.person = %s AND e.left_at IS NULL FOR UPDATE OF e SKIP LOCKED
"""
_OPEN_OF: Final = f"{_OPEN.format(person='%(person)s')} ORDER BY m.chat LIMIT %(most)s"
_OTHERS: Final = """
    SELECT CASE WHEN person_a = %(person)s THEN person_b ELSE person_a END::text FROM connections
    WHERE person_a = %(person)s OR person_b = %(person)s LIMIT %(most)s
"""
_LET_GO: Final = """
    UPDATE attachments SET check_at = now() WHERE owner = %(person)s AND purpose = 'picture'
      AND (admitted_at IS NULL OR admitted_at < now() - interval '1 day')
"""
"""Those of groups stay: the collector keeps what is carried."""
_REMOVED: Final = (
    "DELETE FROM profiles WHERE person = %(person)s",
    "DELETE FROM blocks WHERE blocker = %(person)s OR blocked = %(person)s",
    "DELETE FROM own_chats WHERE person = %(person)s",
    "DELETE FROM scheduled_messages WHERE person = %(person)s",
    "DELETE FROM push_devices WHERE person = %(person)s",
    "DELETE FROM push_settings WHERE person = %(person)s",
    "UPDATE reports SET comment = '' WHERE reporter = %(person)s AND comment <> ''",
)
_KNOWN: Final = "SELECT 1 FROM erased_people WHERE person = %s"
_LEFT: Final = f"""
    UPDATE erasures SET left_at = now()
    WHERE person = %(person)s AND left_at IS NULL AND begun_at < now() - interval '5 seconds'
      AND EXISTS (SELECT FROM erased_people x WHERE x.person = %(person)s)
      AND NOT EXISTS (SELECT FROM connections c WHERE c.person_a = %(person)s OR c.person_b = %(person)s)
      AND NOT EXISTS ({_OPEN.format(person="%(person)s")})
"""  # noqa: S608 - as above
"""Five seconds are enough for what the person's last request still wrote; each round removes it again."""


class PostgresDepartures:
    """The `Departures` port."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def waiting(self, most: int) -> Sequence[PersonId]:
        """The oldest first."""
        async with self._transaction() as connection:
            await connection.execute(_AGAIN.encode())
            rows = await (await connection.execute(_WAITING, (most,))).fetchall()
        return [PersonId(row[0]) for row in rows]

    async def clear(self, person: PersonId) -> bool:
        """In one transaction with the outbox's rows."""
        asked = {"person": person, "most": CHATS}
        async with self._transaction() as connection:
            row = await (await connection.execute(_TAKE, (person,))).fetchone()
            if row is None:
                return False
            others = await (await connection.execute(_OTHERS, asked)).fetchall()
            for (other,) in others:
                await end_connection(connection, person, PersonId(other))
            await connection.execute(_LET_GO, asked)
            for statement in _REMOVED:
                await connection.execute(statement.encode(), asked)
            chats = await (await connection.execute(_OPEN_OF.encode(), asked)).fetchall()
            for chat, from_seq, partition, kind in chats:
                gone = kind == ChatKind.GROUP.value
                command = RemoveMember(person=person) if gone else ClosePrivateChat()
                identifier = departure_id(ChatId(str(chat)), person, from_seq)
                stream = chat_stream(ChatId(str(chat)))
                places = {person: int(row[0])}
                await _tell(connection, stream, partition, identifier, person, command, places)
            if await (await connection.execute(_KNOWN, (person,))).fetchone() is None:
                note, stream = erasure_note_id(person), person_stream(person)
                await _tell(connection, stream, row[0], note, person, NoteErasure(), {})
        return True

    async def leave(self, person: PersonId) -> bool:
        """One statement, which judges by what Postgres has of the log."""
        async with self._transaction() as connection:
            cursor = await connection.execute(_LEFT.encode(), {"person": person})
            return cursor.rowcount == 1

    @asynccontextmanager
    async def _transaction(self) -> AsyncGenerator[Connection]:
        try:
            async with self._pool.connection() as connection, connection.transaction():
                yield connection
        except (psycopg.Error, psycopg_pool.PoolTimeout, psycopg_pool.TooManyRequests) as error:
            raise StoreAwayError(f"{type(error).__name__}: {error}") from error


async def _tell(
    connection: Connection,
    stream: Stream,
    partition: int,
    identifier: CommandId,
    person: PersonId,
    command: Command,
    places: dict[PersonId, int],
) -> None:
    envelope = CommandEnvelope(
        stream=stream, id=identifier, sender=person, people_partitions=places, command=command
    )
    text = envelope.model_dump_json().encode()
    await connection.execute(OUTBOX, (identifier, stream, partition, text))
