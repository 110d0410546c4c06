"""A person's chats in Postgres: one query for the seats, four for the details of a page."""

import json
import time
from collections.abc import Sequence
from typing import Any, Final

from nexync_contracts.events import ChatKind, EventRecord, Role
from nexync_contracts.ids import ChatId, PersonId, Stream, chat_stream
from nexync_contracts.limits import MENTIONS_COUNTED
from nexync_contracts.retention import Retention
from nexync_runtime.postgres import Connection, Pool, one_moment
from nexync_streams import group_settings
from svc_chat.adapters.own_chats import own_of
from svc_chat.adapters.receipts import READ_CHAPTER, READ_N
from svc_chat.adapters.records import RECORD_COLUMNS, record_of
from svc_chat.adapters.streams import SPAN_COLUMNS, membership_of, only_span
from svc_chat.chapters import LATEST, Chapter
from svc_chat.ports import ChatFacts, ChatSeat, MemberRow, StoredHead
from svc_chat.spans import Membership, visible_head

SEATS: Final = 5_000
"""Chats of one person that are listed, the newest memberships first."""

SHOWN_MEMBERS: Final = 20

_SEATS = """
SELECT m.chat::text, CASE WHEN %(kinds)s THEN s.snapshot->>'kind' END,
       s.partition, s.log_epoch, s.head, s.n, s.at,
       CASE WHEN NOT m.present THEN coalesce(m.until_at, s.at)
            WHEN position('"behind"' IN s.snapshot::text) = 0 THEN s.at
            ELSE coalesce((s.snapshot->'behind'->%(who)s->>1)::bigint, s.at) END,
       m.newest, m.until_seq, m.role, m.from_n, m.until_n, m.spans
FROM (
    SELECT chat, 'c:' || chat::text AS stream, bool_or(until_seq IS NULL) AS present,
           max(until_at) AS until_at, max(from_seq) AS newest, max(until_seq) AS until_seq,
           max(role) AS role, max(from_n) AS from_n, max(until_n) AS until_n,
           CASE WHEN count(*) > 1 THEN json_agg(
               json_build_array(from_seq, until_seq, role, from_n, until_n) ORDER BY from_seq) END AS spans
    FROM members WHERE person = %(person)s GROUP BY chat ORDER BY newest DESC LIMIT %(seats)s
) m JOIN streams s ON s.id = m.stream
"""
"""Almost everybody is in a chat by one span, so that one comes as plain columns; JSON takes ten times as long. And a
snapshot, in which there are all members of the chat, is taken apart only where something of it is needed."""

_FACTS: Final = (
    """
SELECT s.id, s.snapshot->>'kind',
       CASE WHEN coalesce((s.snapshot->>'named')::bigint, 1) <= u.seen THEN s.snapshot->>'name'
            ELSE u.left_name END,
       s.partition, s.log_epoch, s.head, s.n, s.at,
       (SELECT count(*) FROM members c WHERE c.chat = w.chat AND c.until_seq IS NULL),
       coalesce(r.seq, 0), {read_n},
       u.spans, u.left_at, (SELECT k.class FROM content_classes k WHERE k.workspace),
       s.snapshot->'settings', o.version, o.muted_until, o.archived_n, o.marked_unread, o.pinned_at,
       o.draft_text, o.draft_reply_to, o.draft_began, o.draft_at, o.draft_ended,
       coalesce(r.delivered_seq, 0), s.snapshot->'behind'->%(who)s
FROM unnest(%(chats)s::uuid[]) AS w(chat)
JOIN streams s ON s.id = 'c:' || w.chat::text
LEFT JOIN read_marks r ON r.chat = w.chat AND r.person = %(person)s
LEFT JOIN own_chats o ON o.chat = w.chat AND o.person = %(person)s
{read_chapter}
CROSS JOIN LATERAL (
    SELECT max(coalesce(m.until_seq, 9223372036854775807)) AS seen, max(m.until_at) AS left_at,
           (array_agg(m.until_name ORDER BY m.from_seq DESC))[1] AS left_name,
           json_agg(json_build_array({spans}) ORDER BY m.from_seq) AS spans
    FROM members m WHERE m.chat = w.chat AND m.person = %(person)s
) u
""".replace("{spans}", SPAN_COLUMNS)
    .replace("{read_n}", READ_N)
    .replace("{read_chapter}", READ_CHAPTER)
)
"""A former member knows the name that the group had until then, not the one that it got later."""

_MEMBERS = """
WITH m AS MATERIALIZED (
    SELECT w.chat, m.* FROM unnest(%s::uuid[]) AS w(chat)
    CROSS JOIN LATERAL (
        SELECT person, role, from_seq FROM members
        WHERE chat = w.chat AND until_seq IS NULL ORDER BY from_seq, person LIMIT %s
    ) m
)
SELECT m.chat::text, p.id::text, p.username, p.name, m.role, p.bot, f.picture::text
FROM m JOIN people p ON p.id = m.person LEFT JOIN profiles f ON f.person = m.person
ORDER BY m.chat, m.from_seq, m.person
"""
"""First the members of all, then who they are: by one join, and not by one for each chat."""

_RECORDS = (
    f"SELECT {RECORD_COLUMNS} FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[])"  # noqa: S608 - constant columns
    " AS w(stream, seq, since, until)"
    " JOIN events e ON e.stream = w.stream AND e.seq = w.seq AND e.at BETWEEN w.since AND w.until"
)

_CHAPTERS = """
SELECT c.stream, c.first_seq, c.first_n, c.first_at, k.kept_from
FROM unnest(%s::text[]) AS w(stream)
JOIN chapters c ON c.stream = w.stream JOIN content_classes k ON k.class = c.class
WHERE EXISTS (
    SELECT FROM chapters g JOIN content_classes h ON h.class = g.class
    WHERE g.stream = w.stream AND g.first_at < h.kept_from
)
ORDER BY c.stream, c.first_seq
"""
"""Of those streams of which something is gone."""

_MENTIONED = """
SELECT w.stream, count(*)
FROM unnest(%(streams)s::text[], %(after)s::bigint[]) AS w(stream, after)
CROSS JOIN LATERAL (
    SELECT e.event, e.sender FROM events e JOIN content_classes k ON k.class = e.class
    WHERE e.stream = w.stream AND e.seq > w.after AND e.at >= k.kept_from AND e.at >= coalesce((
        SELECT max(c.first_at) FROM chapters c WHERE c.stream = w.stream AND c.first_seq <= w.after), 0)
    ORDER BY e.seq DESC LIMIT %(most)s
) e
WHERE e.event::jsonb->'mentions' @> %(named)s::jsonb AND e.sender <> ALL(%(blocked)s::uuid[])
  AND (e.event ->> 'hidden') IS DISTINCT FROM 'true'
GROUP BY w.stream
"""
"""Of a message that was deleted since, the mentions are gone with its text. Whom one blocked calls nobody."""

_BLOCKED = "SELECT blocked FROM blocks WHERE blocker = %s"


class PostgresChats:
    """Reads of the chat list."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def seats(self, person: PersonId, *, kinds: bool = False) -> list[ChatSeat]:
        """Every chat the person is or was in; with `kinds` also what kind of chat each is."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                _SEATS, {"person": person, "who": person, "seats": SEATS, "kinds": kinds}
            )
            rows = await cursor.fetchall()
        return [
            ChatSeat(
                chat=ChatId(row[0]),
                kind=ChatKind(row[1]) if kinds else None,
                stored=StoredHead(*row[2:7]),
                membership=membership_of(row[13]) if row[13] else only_span(*row[8:13]),
                active_at=row[7],
            )
            for row in rows
        ]

    async def facts(self, person: PersonId, chats: Sequence[ChatId]) -> dict[ChatId, ChatFacts]:
        """Details of those chats that the person is or was in, all of one moment."""
        async with one_moment(self._pool) as connection:
            cursor = await connection.execute(
                _FACTS, {"person": person, "who": person, "chats": list(chats)}
            )
            rows = [row for row in await cursor.fetchall() if row[11]]
            members = await _members(connection, chats)
            records = await _records(connection, rows)
            chapters = await _chapters(connection, rows)
            mentioned, blocked = await _mentioned(connection, person, rows)
        facts: dict[ChatId, ChatFacts] = {}
        for row in rows:
            chat, stored, membership = _of(row)
            stream = chat_stream(chat)
            facts[chat] = ChatFacts(
                chat=chat,
                kind=ChatKind(row[1]),
                name=row[2],
                stored=stored,
                membership=membership,
                member_count=row[8],
                mark=(row[9], row[10]),
                members=tuple(members.get(chat, ())),
                last=records.get(stream),
                settings=group_settings.from_json(row[14] or {}),
                own=own_of(row[15:]),
                mentioned=mentioned.get(stream),
                unheard=blocked,
                chapters=chapters.get(stream, ()),
                workspace=Retention(row[13] or Retention.FOREVER),
                delivered=row[25],
            )
        return facts


def _of(row: Sequence[Any]) -> tuple[ChatId, StoredHead, Membership]:
    chat = ChatId(str(row[0]).removeprefix("c:"))
    return chat, StoredHead(*row[3:8]), membership_of(row[11])


async def _members(
    connection: Connection, chats: Sequence[ChatId]
) -> dict[ChatId, list[MemberRow]]:
    cursor = await connection.execute(_MEMBERS, (list(chats), SHOWN_MEMBERS))
    members: dict[ChatId, list[MemberRow]] = {}
    for chat, person, username, name, role, bot, picture in await cursor.fetchall():
        row = MemberRow(PersonId(person), username, name, Role(role), bot, picture)
        members.setdefault(ChatId(chat), []).append(row)
    return members


async def _records(
    connection: Connection, rows: Sequence[Sequence[Any]]
) -> dict[Stream, EventRecord]:
    """The newest event of each chat that the person may see, looked for at the time that it has."""
    wanted: list[tuple[Stream, int, int, int]] = []
    for row in rows:
        chat, stored, membership = _of(row)
        seq = visible_head(membership.spans, stored.head)
        at = stored.at if seq == stored.head else row[12]
        if row[26] is not None and seq == stored.head:
            seq, at = row[26]
        wanted.append((chat_stream(chat), seq, at or 0, LATEST if at is None else at))
    if not wanted:
        return {}
    columns = [list(column) for column in zip(*wanted, strict=True)]
    cursor = await connection.execute(_RECORDS, columns)
    records = [record_of(row) for row in await cursor.fetchall()]
    return {record.stream: record for record in records}


async def _chapters(
    connection: Connection, rows: Sequence[Sequence[Any]]
) -> dict[Stream, tuple[Chapter, ...]]:
    cursor = await connection.execute(_CHAPTERS, ([row[0] for row in rows],))
    found: dict[Stream, tuple[Chapter, ...]] = {}
    for stream, *chapter in await cursor.fetchall():
        found[Stream(stream)] = (*found.get(Stream(stream), ()), Chapter(*chapter))
    return found


async def _mentioned(
    connection: Connection, person: PersonId, rows: Sequence[Sequence[Any]]
) -> tuple[dict[Stream, int], frozenset[PersonId]]:
    """Unread messages that name the person, in those chats that are muted, and whose don't count."""
    now = time.time() * 1000
    after: dict[Stream, int] = {}
    for row in rows:
        chat, stored, membership = _of(row)
        if membership.role is not None and own_of(row[15:]).muted_until > now:
            after[chat_stream(chat)] = min(max(row[9], membership.spans[-1].from_seq), stored.head)
    if not after:
        return {}, frozenset()
    cursor = await connection.execute(_BLOCKED, (person,))
    blocked = frozenset(PersonId(str(row[0])) for row in await cursor.fetchall())
    parameters = {
        "streams": list(after),
        "after": list(after.values()),
        "most": MENTIONS_COUNTED,
        "named": json.dumps([{"person": person}]),
        "blocked": list(blocked),
    }
    cursor = await connection.execute(_MENTIONED, parameters)
    found = {Stream(row[0]): int(row[1]) for row in await cursor.fetchall()}
    return dict.fromkeys(after, 0) | found, blocked
