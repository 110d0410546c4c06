"""People and connections in Postgres, and the outbox rows that a change of a connection leaves."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from nexync_contracts.commands import CommandEnvelope, NoteConnection
from nexync_contracts.events import ConnectionChange
from nexync_contracts.ids import PersonId, person_stream
from nexync_runtime.postgres import Connection, Pool
from svc_chat.adapters import blocks
from svc_chat.adapters.people_sql import BY_ID, SEARCH, WORD_LIKENESS
from svc_chat.adapters.records import literal_like
from svc_chat.errors import ClosedError
from svc_chat.identifiers import connection_note_id
from svc_chat.ports import PersonRow

_CONNECTIONS: Final = """
SELECT p.id, p.username, p.name,
       CASE WHEN c.accepted_at IS NOT NULL THEN 'connected'
            WHEN c.asker = %(viewer)s::uuid THEN 'asked'
            ELSE 'asking' END, true, true, p.bot, f.picture::text
FROM (
    SELECT person_b AS other, asker, accepted_at FROM connections WHERE person_a = %(viewer)s::uuid
    UNION ALL
    SELECT person_a, asker, accepted_at FROM connections WHERE person_b = %(viewer)s::uuid
) c JOIN people p ON p.id = c.other LEFT JOIN profiles f ON f.person = p.id
WHERE p.verified_at IS NOT NULL AND p.erase_at IS NULL AND p.username > %(after)s
ORDER BY p.username LIMIT %(limit)s
"""

_ASK: Final = """
INSERT INTO connections (person_a, person_b, asker)
VALUES (least(%(me)s::uuid, %(other)s::uuid), greatest(%(me)s::uuid, %(other)s::uuid), %(me)s::uuid)
ON CONFLICT (person_a, person_b) DO NOTHING RETURNING asked_at
"""

_ACCEPT: Final = """
UPDATE connections SET accepted_at = now()
WHERE person_a = least(%(me)s::uuid, %(other)s::uuid)
  AND person_b = greatest(%(me)s::uuid, %(other)s::uuid)
  AND asker = %(other)s::uuid AND accepted_at IS NULL
RETURNING asked_at
"""

_END: Final = """
DELETE FROM connections
WHERE person_a = least(%(me)s::uuid, %(other)s::uuid)
  AND person_b = greatest(%(me)s::uuid, %(other)s::uuid)
RETURNING asked_at, asker, accepted_at IS NOT NULL
"""

_PAIR: Final = """
SELECT pg_advisory_xact_lock(hashtextextended(
    least(%(me)s::uuid, %(other)s::uuid)::text || greatest(%(me)s::uuid, %(other)s::uuid)::text, 0))
"""
"""Asking and blocking take turns: neither may overlook what the other commits."""

_BLOCKED: Final = """
SELECT p.id, p.username, p.name, 'blocked', false, false, p.bot, f.picture::text
FROM blocks b JOIN people p ON p.id = b.blocked LEFT JOIN profiles f ON f.person = p.id
WHERE b.blocker = %(viewer)s ORDER BY b.blocked_at DESC, p.username LIMIT %(limit)s
"""


def _row(row: Sequence[Any]) -> PersonRow:
    return PersonRow(PersonId(str(row[0])), row[1], row[2], row[3], row[4], row[5], row[6], row[7])


class PostgresPeople:
    """People; only verified ones exist here."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def search(self, viewer: PersonId, text: str, limit: int) -> list[PersonRow]:
        """By prefix or likeness of username, name or a word of it, among those whom the viewer may find."""
        literal = literal_like(text)
        parameters = {
            "viewer": viewer,
            "text": text,
            "prefix": f"{literal}%",
            "word": f"% {literal}%",
            "limit": limit,
        }
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(WORD_LIKENESS)
            cursor = await connection.execute(SEARCH.encode(), parameters)
            return [_row(row) for row in await cursor.fetchall()]

    async def person(self, viewer: PersonId, person: PersonId) -> PersonRow | None:
        """One person."""
        return (await self.rows(viewer, [person])).get(person)

    async def rows(
        self, viewer: PersonId, people: Collection[PersonId]
    ) -> dict[PersonId, PersonRow]:
        """Those of these people that exist."""
        found = await self._rows(BY_ID, {"viewer": viewer, "people": list(people)})
        return {row.person: row for row in found}

    async def connections(self, viewer: PersonId, after: str | None, limit: int) -> list[PersonRow]:
        """By username, those after `after`."""
        parameters = {"viewer": viewer, "after": after or "", "limit": limit}
        return await self._rows(_CONNECTIONS, parameters)

    async def partitions(self, people: Collection[PersonId]) -> dict[PersonId, int]:
        """Where the streams of those people live that exist."""
        query = "SELECT id, partition FROM people WHERE id = ANY(%s) AND verified_at IS NOT NULL"
        async with self._pool.connection() as connection:
            cursor = await connection.execute(query, (list(people),))
            return {PersonId(str(row[0])): row[1] for row in await cursor.fetchall()}

    async def ask(self, me: PersonId, other: PersonId) -> PersonRow | None:
        """Ask, or accept when the other has asked; a bot accepts at once. None when there is no such person.

        Raises ClosedError when the other takes no request of this person.
        """
        pair = {"me": me, "other": other}
        async with self._pool.connection() as connection, connection.transaction():
            places = await _places(connection, me, other)
            if places is None:
                return None
            await connection.execute(_PAIR, pair)
            cursor = await connection.execute(BY_ID.encode(), {"viewer": me, "people": [other]})
            seen = [_row(row) for row in await cursor.fetchall()]
            if not all(row.askable for row in seen):
                raise ClosedError
            asked = await (await connection.execute(_ASK, pair)).fetchone()
            if asked is not None and any(row.bot for row in seen):
                await connection.execute(_ACCEPT, {"me": other, "other": me})
                await _note(connection, places, other, me, ConnectionChange.ACCEPTED, asked[0])
            elif asked is not None:
                await _note(connection, places, me, me, ConnectionChange.REQUESTED, asked[0])
            else:
                accepted = await (await connection.execute(_ACCEPT, pair)).fetchone()
                if accepted is not None:
                    change = ConnectionChange.ACCEPTED
                    await _note(connection, places, me, other, change, accepted[0])
        return await self.person(me, other)

    async def accept(self, me: PersonId, other: PersonId) -> PersonRow | None:
        """Accept. Repeating it changes nothing; None when the other has not asked."""
        pair = {"me": me, "other": other}
        async with self._pool.connection() as connection, connection.transaction():
            places = await _places(connection, me, other)
            if places is None:
                return None
            accepted = await (await connection.execute(_ACCEPT, pair)).fetchone()
            if accepted is not None:
                change = ConnectionChange.ACCEPTED
                await _note(connection, places, me, other, change, accepted[0])
        row = await self.person(me, other)
        return row if row is not None and row.relation == "connected" else None

    async def end(self, me: PersonId, other: PersonId) -> PersonRow | None:
        """End whatever is between two people. Repeating it changes nothing; None without the other."""
        async with self._pool.connection() as connection, connection.transaction():
            places = await _places(connection, me, other)
            if places is None:
                return None
            await _end(connection, places, me, other)
        return await self.person(me, other)

    async def block(self, me: PersonId, other: PersonId) -> PersonRow | None:
        """Block, and end what is between the two. Repeating it changes nothing; None without the other."""
        pair = {"me": me, "other": other}
        async with self._pool.connection() as connection, connection.transaction():
            places = await _places(connection, me, other)
            if places is None:
                return None
            await connection.execute(_PAIR, pair)
            await blocks.block(connection, me, other)
            await _end(connection, places, me, other)
        return await self.person(me, other)

    async def unblock(self, me: PersonId, other: PersonId) -> PersonRow | None:
        """Take the block back. Repeating it changes nothing; None without the other."""
        pair = {"me": me, "other": other}
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(_PAIR, pair)
            await blocks.unblock(connection, me, other)
        return await self.person(me, other)

    async def carry_blocks(self, me: PersonId, other: PersonId) -> None:
        """Tell the private chat of two people, which has just begun, of the blocks there are between them.

        A block that was set while the chat was being made may have come to the log before it, where it meant nothing.
        """
        pair = {"me": me, "other": other}
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(_PAIR, pair)
            await blocks.carry(connection, me, other)

    async def blocked(self, viewer: PersonId, limit: int) -> list[PersonRow]:
        """Whom the viewer blocked, the newest first."""
        return await self._rows(_BLOCKED, {"viewer": viewer, "limit": limit})

    async def _rows(self, query: str, parameters: dict[str, Any]) -> list[PersonRow]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(query.encode(), parameters)
            return [_row(row) for row in await cursor.fetchall()]


async def _places(
    connection: Connection, me: PersonId, other: PersonId
) -> dict[PersonId, int] | None:
    """The partitions of both streams, None when one of the people doesn't exist."""
    cursor = await connection.execute(
        "SELECT id, partition FROM people"
        " WHERE id = ANY(%s) AND verified_at IS NOT NULL AND erased_at IS NULL FOR SHARE",
        ([me, other],),
    )
    places = {PersonId(str(row[0])): int(row[1]) for row in await cursor.fetchall()}
    return places if len(places) == 2 else None


async def end_connection(connection: Connection, person: PersonId, other: PersonId) -> None:
    """End what is between two people, one of whom is erased, in the caller's transaction."""
    cursor = await connection.execute(
        "SELECT id, partition FROM people WHERE id = ANY(%s)", ([person, other],)
    )
    places = {PersonId(str(row[0])): int(row[1]) for row in await cursor.fetchall()}
    await _end(connection, places, person, other)


async def _end(
    connection: Connection, places: dict[PersonId, int], me: PersonId, other: PersonId
) -> None:
    """Take away what is between two people, if there is anything, and say so to both."""
    ended = await (await connection.execute(_END, {"me": me, "other": other})).fetchone()
    if ended is not None:
        asker = PersonId(str(ended[1]))
        await _note(connection, places, me, asker, ConnectionChange.ENDED, ended[0])
        if ended[2]:
            await blocks.parted(connection, me, other)


async def _note(
    connection: Connection,
    places: dict[PersonId, int],
    actor: PersonId,
    asker: PersonId,
    change: ConnectionChange,
    asked_at: datetime,
) -> None:
    """One row for each of the two streams, in the transaction that holds the pair's row lock."""
    asked_ms = round(asked_at.timestamp() * 1000)
    first, second = sorted(places)
    for owner, other in ((first, second), (second, first)):
        stream = person_stream(owner)
        identifier = connection_note_id(owner, other, change.value, asked_ms)
        envelope = CommandEnvelope(
            stream=stream,
            id=identifier,
            sender=actor,
            command=NoteConnection(person=other, asker=asker, change=change),
        )
        text = envelope.model_dump_json().encode()
        await connection.execute(blocks.OUTBOX, (identifier, stream, places[owner], text))
