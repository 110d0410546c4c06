"""Webhooks in Postgres: what the snapshot says of them, and whether the two of a private chat are connected."""

from typing import Final

from nexync_contracts.events import ChatKind, Role
from nexync_contracts.ids import ChatId, PersonId, chat_stream
from nexync_runtime.postgres import Pool
from nexync_streams import group_settings
from svc_chat.ports import HookPlace

_PLACE: Final = """
SELECT s.partition, s.snapshot->>'kind', s.snapshot->'settings',
       (SELECT m.role FROM members m
        WHERE m.chat = %(chat)s AND m.person = %(person)s AND m.until_seq IS NULL)
FROM streams s WHERE s.id = %(stream)s
"""

_CONNECTED: Final = """
SELECT EXISTS (
    SELECT FROM members m
    JOIN connections c ON c.person_a = least(m.person, %(person)s::uuid)
        AND c.person_b = greatest(m.person, %(person)s::uuid)
    JOIN people mine ON mine.id = %(person)s
    JOIN people theirs ON theirs.id = m.person
    WHERE m.chat = %(chat)s AND m.person <> %(person)s AND m.until_seq IS NULL
      AND c.accepted_at IS NOT NULL
      AND mine.deactivated_at IS NULL AND mine.erase_at IS NULL AND theirs.erase_at IS NULL
)
"""


class PostgresHooks:
    """Reads of chats that have webhooks."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def place(self, chat: ChatId, person: PersonId | None) -> HookPlace | None:
        """The chat with its webhooks, and the person's role in it; None where there is none."""
        values = {"chat": chat, "stream": chat_stream(chat), "person": person}
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_PLACE, values)).fetchone()
        if row is None or row[1] is None:
            return None
        return HookPlace(
            partition=row[0],
            kind=ChatKind(row[1]),
            hooks=group_settings.from_json(row[2] or {}).hooks,
            role=None if row[3] is None else Role(row[3]),
        )

    async def connected(self, chat: ChatId, person: PersonId) -> bool:
        """Whether the person is connected with the other one of a private chat, and may speak."""
        values = {"chat": chat, "person": person}
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_CONNECTED, values)).fetchone()
        return row is not None and bool(row[0])
