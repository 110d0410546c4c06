"""Groups in Postgres: what the snapshot says about one, and pages of its members."""

from typing import Final

from nexync_contracts.events import ChatKind, Role
from nexync_contracts.ids import ChatId, PersonId, chat_stream
from nexync_contracts.retention import Retention
from nexync_runtime.postgres import Pool
from nexync_streams import group_settings
from svc_chat.ports import GroupFacts, MemberPlace, MemberRow

_GROUP: Final = """
SELECT s.partition, s.snapshot->>'kind', s.snapshot->>'name', s.snapshot->'settings',
       (SELECT count(*) FROM members c WHERE c.chat = %(chat)s AND c.until_seq IS NULL),
       (SELECT m.role FROM members m
        WHERE m.chat = %(chat)s AND m.person = %(person)s AND m.until_seq IS NULL)
FROM streams s WHERE s.id = %(stream)s
"""

_MEMBERS: Final = """
SELECT p.id, p.username, p.name, m.role, m.from_seq, p.bot, f.picture::text
FROM (
    SELECT person, role, from_seq FROM members
    WHERE chat = %(chat)s AND until_seq IS NULL
      AND (role, from_seq, person) > (%(role)s, %(from_seq)s, %(person)s)
    ORDER BY role, from_seq, person LIMIT %(limit)s
) m JOIN people p ON p.id = m.person LEFT JOIN profiles f ON f.person = m.person
ORDER BY m.role, m.from_seq, m.person
"""
"""Admins come first because their role sorts first; the index `members_page` has this order."""


class PostgresGroups:
    """Reads of groups."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def group(self, chat: ChatId, person: PersonId) -> GroupFacts | None:
        """The group, and the person's role in it; None for what isn't a group."""
        parameters = {"chat": chat, "stream": chat_stream(chat), "person": person}
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_GROUP, parameters)).fetchone()
        if row is None or row[1] != ChatKind.GROUP.value:
            return None
        return GroupFacts(
            partition=row[0],
            name=row[2],
            settings=group_settings.from_json(row[3] or {}),
            member_count=row[4],
            role=None if row[5] is None else Role(row[5]),
        )

    async def workspace_retention(self) -> Retention:
        """What svc-persister is set to."""
        query = "SELECT class FROM content_classes WHERE workspace"
        async with self._pool.connection() as connection:
            row = await (await connection.execute(query)).fetchone()
        return Retention(row[0]) if row else Retention.FOREVER

    async def members(
        self, chat: ChatId, after: MemberPlace, limit: int
    ) -> list[tuple[MemberRow, MemberPlace]]:
        """Present members behind that place, each with its own."""
        parameters = {
            "chat": chat,
            "role": after.role,
            "from_seq": after.from_seq,
            "person": after.person,
            "limit": limit,
        }
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_MEMBERS, parameters)).fetchall()
        return [
            (
                MemberRow(PersonId(str(row[0])), row[1], row[2], Role(row[3]), row[5], row[6]),
                MemberPlace(row[3], row[4], PersonId(str(row[0]))),
            )
            for row in rows
        ]
