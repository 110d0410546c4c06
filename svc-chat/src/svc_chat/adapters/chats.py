"""A person's chats in Postgres: one query for the seats, four for the details of a page."""

import json
import time
from collections.abc import Sequence
from typing import Any, Final

from nexync_contracts.events import ChatKind, EventRecord, Role
from nexync_contracts.ids import ChatId, PersonId, Stream, chat_stream
from nexync_contracts.limits import MENTIONS_COUNTED
from nexync_runtime.postgres import Pool
from nexync_streams import group_settings
from svc_chat.adapters.own_chats import own_of
from svc_chat.adapters.records import RECORD_COLUMNS, Connection, record_of
from svc_chat.adapters.streams import membership_of
from svc_chat.ports import ChatFacts, ChatSeat, MemberRow, StoredHead
from svc_chat.spans import Membership, visible_head

SEATS: Final = 5_000
"""Chats of one person that are listed, the newest memberships first."""

SHOWN_MEMBERS: Final = 20

_SEATS = """
SELECT m.chat, m.spans, s.snapshot->>'kind', s.partition, s.log_epoch, s.head, s.n, s.at,
       CASE WHEN m.present THEN s.at
            ELSE coalesce((SELECT e.at FROM events e
                           WHERE e.stream = s.id AND e.seq = m.until_seq), s.at) END
FROM (
    SELECT chat, 'c:' || chat::text AS stream, bool_or(until_seq IS NULL) AS present,
           max(until_seq) AS until_seq, max(from_seq) AS newest,
           json_agg(json_build_array(from_seq, until_seq, role) ORDER BY from_seq) AS spans
    FROM members WHERE person = %s GROUP BY chat ORDER BY newest DESC LIMIT %s
) m JOIN streams s ON s.id = m.stream
"""

_FACTS = """
SELECT s.id, s.snapshot->>'kind',
       CASE WHEN coalesce((s.snapshot->>'named')::bigint, 1) <= u.seen THEN s.snapshot->>'name'
            ELSE (SELECT e.event->>'name' FROM events e
                  WHERE e.stream = s.id AND e.seq <= u.seen
                    AND e.tag IN ('chat.created', 'chat.renamed')
                  ORDER BY e.seq DESC LIMIT 1) END,
       s.partition, s.log_epoch, s.head, s.n, s.at,
       (SELECT count(*) FROM members c WHERE c.chat = w.chat AND c.until_seq IS NULL),
       coalesce(r.seq, 0), coalesce(r.n, 0),
       (SELECT json_agg(json_build_array(v.from_seq, v.until_seq, v.role) ORDER BY v.from_seq)
        FROM members v WHERE v.chat = w.chat AND v.person = %(person)s),
       s.snapshot->'settings', o.version, o.muted_until, o.archived_n, o.marked_unread, o.pinned_at,
       o.draft_text, o.draft_reply_to, o.draft_began, o.draft_at, o.draft_ended
FROM unnest(%(chats)s::uuid[]) AS w(chat)
JOIN streams s ON s.id = 'c:' || w.chat::text
LEFT JOIN read_marks r ON r.chat = w.chat AND r.person = %(person)s
LEFT JOIN own_chats o ON o.chat = w.chat AND o.person = %(person)s
CROSS JOIN LATERAL (
    SELECT max(coalesce(v.until_seq, 9223372036854775807)) AS seen
    FROM members v WHERE v.chat = w.chat AND v.person = %(person)s
) u
"""
"""A former member knows the name that the group had until then, not the one that it got later."""

_MEMBERS = """
SELECT w.chat, p.id, p.username, p.name, m.role
FROM unnest(%s::uuid[]) AS w(chat)
CROSS JOIN LATERAL (
    SELECT person, role, from_seq FROM members
    WHERE chat = w.chat AND until_seq IS NULL ORDER BY from_seq, person LIMIT %s
) m JOIN people p ON p.id = m.person
ORDER BY w.chat, m.from_seq, m.person
"""

_RECORDS = (
    f"SELECT {RECORD_COLUMNS} FROM unnest(%s::text[], %s::bigint[]) AS w(stream, seq)"  # noqa: S608 - constant columns
    " JOIN events e ON e.stream = w.stream AND e.seq = w.seq"
)

_MENTIONED = """
SELECT w.stream, count(*)
FROM unnest(%(streams)s::text[], %(after)s::bigint[]) AS w(stream, after)
CROSS JOIN LATERAL (
    SELECT e.event FROM events e WHERE e.stream = w.stream AND e.seq > w.after
    ORDER BY e.seq DESC LIMIT %(most)s
) e
WHERE e.event::jsonb->'mentions' @> %(named)s::jsonb
GROUP BY w.stream
"""
"""Of a message that was deleted since, the mentions are gone with its text."""

_MARK = """
INSERT INTO read_marks AS r (chat, person, seq, n) VALUES (%s, %s, %s, %s)
ON CONFLICT (chat, person) DO UPDATE
    SET seq = greatest(r.seq, excluded.seq), n = greatest(r.n, excluded.n)
RETURNING seq, n
"""


class PostgresChats:
    """Reads of the chat list and the read marks."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def seats(self, person: PersonId) -> list[ChatSeat]:
        """Every chat the person is or was in."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_SEATS, (person, SEATS))
            rows = await cursor.fetchall()
        return [
            ChatSeat(
                chat=ChatId(str(row[0])),
                kind=ChatKind(row[2]),
                stored=StoredHead(*row[3:8]),
                membership=membership_of(row[1]),
                active_at=row[8],
            )
            for row in rows
        ]

    async def facts(self, person: PersonId, chats: Sequence[ChatId]) -> dict[ChatId, ChatFacts]:
        """Details of those chats that the person is or was in, all of one moment."""
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor = await connection.execute(_FACTS, {"person": person, "chats": list(chats)})
            rows = [row for row in await cursor.fetchall() if row[11]]
            members = await _members(connection, chats)
            records = await _records(connection, rows)
            mentioned = await _mentioned(connection, person, rows)
        facts: dict[ChatId, ChatFacts] = {}
        for row in rows:
            chat, stored, membership = _of(row)
            joined, last = _points(membership, stored)
            stream = chat_stream(chat)
            joining = records.get((stream, joined))
            facts[chat] = ChatFacts(
                chat=chat,
                kind=ChatKind(row[1]),
                name=row[2],
                stored=stored,
                membership=membership,
                member_count=row[8],
                mark=(row[9], row[10]),
                members=tuple(members.get(chat, ())),
                last=records.get((stream, last)),
                joined_n=joining.n if joining else 0,
                settings=group_settings.from_json(row[12] or {}),
                own=own_of(row[13:]),
                mentioned=mentioned.get(stream),
            )
        return facts

    async def mark(self, chat: ChatId, person: PersonId, seq: int, n: int) -> tuple[int, int]:
        """Move the read mark forward, never back; what holds now."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_MARK, (chat, person, seq, n))
            row = await cursor.fetchone()
        return (row[0], row[1]) if row else (seq, n)


def _of(row: Sequence[Any]) -> tuple[ChatId, StoredHead, Membership]:
    chat = ChatId(str(row[0]).removeprefix("c:"))
    return chat, StoredHead(*row[3:8]), membership_of(row[11])


def _points(membership: Membership, stored: StoredHead) -> tuple[int, int]:
    """The seqs of the last join and of the newest event that the person may see."""
    return membership.spans[-1].from_seq, visible_head(membership.spans, stored.head)


async def _members(
    connection: Connection, chats: Sequence[ChatId]
) -> dict[ChatId, list[MemberRow]]:
    cursor = await connection.execute(_MEMBERS, (list(chats), SHOWN_MEMBERS))
    members: dict[ChatId, list[MemberRow]] = {}
    for chat, person, username, name, role in await cursor.fetchall():
        row = MemberRow(PersonId(str(person)), username, name, Role(role))
        members.setdefault(ChatId(str(chat)), []).append(row)
    return members


async def _records(
    connection: Connection, rows: Sequence[Sequence[Any]]
) -> dict[tuple[Stream, int], EventRecord]:
    wanted: set[tuple[Stream, int]] = set()
    for row in rows:
        chat, stored, membership = _of(row)
        wanted.update((chat_stream(chat), seq) for seq in _points(membership, stored))
    ordered = sorted(wanted)
    cursor = await connection.execute(
        _RECORDS, ([stream for stream, _ in ordered], [seq for _, seq in ordered])
    )
    records = [record_of(row) for row in await cursor.fetchall()]
    return {(record.stream, record.seq): record for record in records}


async def _mentioned(
    connection: Connection, person: PersonId, rows: Sequence[Sequence[Any]]
) -> dict[Stream, int]:
    """Unread messages that name the person, in those chats that are muted and have unread ones."""
    now = time.time() * 1000
    after: dict[Stream, int] = {}
    for row in rows:
        chat, stored, membership = _of(row)
        if membership.role is not None and own_of(row[13:]).muted_until > now:
            after[chat_stream(chat)] = min(max(row[9], membership.spans[-1].from_seq), stored.head)
    if not after:
        return {}
    parameters = {
        "streams": list(after),
        "after": list(after.values()),
        "most": MENTIONS_COUNTED,
        "named": json.dumps([{"person": person}]),
    }
    cursor = await connection.execute(_MENTIONED, parameters)
    return dict.fromkeys(after, 0) | {Stream(row[0]): row[1] for row in await cursor.fetchall()}
