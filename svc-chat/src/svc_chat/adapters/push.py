"""Devices of sessions, what people want in notifications, and who reads a chat, in Postgres."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from nexync_contracts import limits
from nexync_contracts.events import ChatKind
from nexync_contracts.ids import ChatId, PersonId, SessionId, chat_stream
from nexync_contracts.push_rest import PushToken
from nexync_runtime.postgres import Pool
from svc_chat.adapters.receipts import READ_CHAPTER, READ_N
from svc_chat.adapters.records import RECORD_COLUMNS, record_of
from svc_chat.pushing import Flushed, Reader

_VIEW: Final = """
SELECT EXISTS (SELECT FROM push_devices WHERE session = %(session)s),
       coalesce((SELECT preview FROM push_settings WHERE person = %(person)s), false)
"""

_MOVE: Final = "DELETE FROM push_devices WHERE token = %(token)s AND session <> %(session)s"

_KEEP: Final = """
INSERT INTO push_devices AS d (session, person, token)
SELECT id, person, %(token)s FROM sessions
WHERE id = %(session)s AND person = %(person)s AND ended_at IS NULL
ON CONFLICT (session) DO UPDATE SET token = excluded.token, kept_at = now()
"""

_LIMIT: Final = """
DELETE FROM push_devices WHERE session IN (
    SELECT d.session FROM push_devices d JOIN sessions s ON s.id = d.session
    WHERE d.person = %(person)s
    ORDER BY (s.ended_at IS NULL) DESC, d.kept_at DESC, d.session OFFSET %(most)s
)
"""

_SETTLE: Final = """
INSERT INTO push_settings (person, preview) VALUES (%s, %s)
ON CONFLICT (person) DO UPDATE SET preview = excluded.preview
"""

_CHAT: Final = "SELECT snapshot->>'kind', snapshot->>'name' FROM streams WHERE id = %s"

_MESSAGES: Final = f"""
SELECT {RECORD_COLUMNS} FROM events e
WHERE e.stream = %(stream)s AND e.seq BETWEEN %(low)s AND %(high)s AND e.tag = 'message.created'
  AND (e.event ->> 'hidden') IS DISTINCT FROM 'true'
  AND NOT EXISTS (SELECT FROM message_deletions d WHERE d.stream = e.stream AND d.target = e.seq)
ORDER BY e.seq DESC LIMIT %(most)s
"""  # noqa: S608 - constant columns

_NAMES: Final = "SELECT id::text, name FROM people WHERE id = ANY(%s::uuid[])"

_READERS: Final = """
WITH page AS MATERIALIZED (
    SELECT person, from_seq FROM members
    WHERE chat = %(chat)s AND until_seq IS NULL AND (%(after)s::uuid IS NULL OR person > %(after)s::uuid)
    ORDER BY person LIMIT %(most)s
), devices AS MATERIALIZED (
    SELECT d.person, array_agg(d.session::text ORDER BY d.session) AS sessions,
           array_agg(d.token ORDER BY d.session) AS tokens
    FROM page JOIN push_devices d ON d.person = page.person JOIN sessions s ON s.id = d.session
    WHERE s.ended_at IS NULL AND s.seen_at > now() - make_interval(secs => %(lifetime)s)
    GROUP BY d.person
)
SELECT page.person::text, page.from_seq, coalesce(r.seq, 0), coalesce(o.muted_until, 0),
       coalesce(p.preview, false), devices.sessions, devices.tokens,
       coalesce((SELECT array_agg(b.blocked::text) FROM blocks b
                 WHERE b.blocker = page.person AND b.blocked = ANY(%(senders)s::uuid[])), '{}')
FROM page LEFT JOIN devices ON devices.person = page.person
LEFT JOIN read_marks r ON r.chat = %(chat)s AND r.person = page.person
LEFT JOIN own_chats o ON o.chat = %(chat)s AND o.person = page.person
LEFT JOIN push_settings p ON p.person = page.person
ORDER BY page.person
"""

_UNREAD: Final = f"""
SELECT m.person::text, sum(greatest(0, s.n - greatest({READ_N}, coalesce(m.from_n, 0))))::bigint
FROM members m
JOIN streams s ON s.id = 'c:' || m.chat::text
LEFT JOIN read_marks r ON r.chat = m.chat AND r.person = m.person
LEFT JOIN own_chats o ON o.chat = m.chat AND o.person = m.person
{READ_CHAPTER}
WHERE m.person = ANY(%s::uuid[]) AND m.until_seq IS NULL
  AND coalesce(o.muted_until, 0) < extract(epoch FROM now()) * 1000
GROUP BY m.person
"""  # noqa: S608 - what is put in are constants of ours


class PostgresPush:
    """Reads what persister, svc-auth and svc-chat have written; writes devices and settings."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def view(self, person: PersonId, session: SessionId) -> tuple[bool, bool]:
        """Whether the session has a device, and whether the person wants previews."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_VIEW, {"session": session, "person": person})
            row = await cursor.fetchone()
        return (row[0], row[1]) if row else (False, False)

    async def keep(self, person: PersonId, session: SessionId, token: PushToken) -> None:
        """The session's device; those of a person beyond the limit go, ended and old ones first."""
        values = {
            "person": person,
            "session": session,
            "token": token,
            "most": limits.PUSH_DEVICES,
        }
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%(token)s, 0))", values
            )
            await connection.execute(_MOVE, values)
            await connection.execute(_KEEP, values)
            await connection.execute(_LIMIT, values)

    async def end(self, session: SessionId) -> None:
        """No more notifications for this session."""
        async with self._pool.connection() as connection:
            await connection.execute("DELETE FROM push_devices WHERE session = %s", (session,))

    async def forget(self, session: SessionId, token: PushToken) -> bool:
        """Remove the device if it still has this token; whether it had."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "DELETE FROM push_devices WHERE session = %s AND token = %s", (session, token)
            )
        return cursor.rowcount == 1

    async def settle(self, person: PersonId, *, preview: bool) -> None:
        """Show texts, or not."""
        async with self._pool.connection() as connection:
            await connection.execute(_SETTLE, (person, preview))

    async def flushed(self, chat: ChatId, low: int, high: int, most: int) -> Flushed | None:
        """The messages of the range that still exist, newest first; None when there is no such chat."""
        stream = chat_stream(chat)
        async with self._pool.connection() as connection:
            found = await (await connection.execute(_CHAT, (stream,))).fetchone()
            if found is None:
                return None
            values = {"stream": stream, "low": low, "high": high, "most": most}
            rows = await (await connection.execute(_MESSAGES, values)).fetchall()
            messages = [record_of(row) for row in rows]
            cursor = await connection.execute(_NAMES, ([record.by for record in messages],))
            names = {PersonId(row[0]): row[1] for row in await cursor.fetchall()}
        return Flushed(ChatKind(found[0]), found[1], messages, names)

    async def readers(
        self, chat: ChatId, after: PersonId | None, most: int, senders: Collection[PersonId]
    ) -> tuple[list[Reader], PersonId | None]:
        """Members behind `after` with a device, out of the next `most`; where the next page begins."""
        values: dict[str, Any] = {
            "chat": chat,
            "after": after,
            "most": most,
            "senders": list(senders),
            "lifetime": limits.REFRESH_TOKEN_SECONDS,
        }
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_READERS, values)).fetchall()
        readers = [
            Reader(
                person=PersonId(person),
                from_seq=from_seq,
                read_seq=read_seq,
                muted_until=muted_until,
                preview=preview,
                blocks=frozenset(blocks),
                devices=tuple(zip(sessions, tokens, strict=True)),
            )
            for person, from_seq, read_seq, muted_until, preview, sessions, tokens, blocks in rows
            if sessions
        ]
        return readers, PersonId(rows[-1][0]) if len(rows) == most else None

    async def unread(self, people: Collection[PersonId]) -> Mapping[PersonId, int]:
        """Messages that wait in all chats that are not muted."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_UNREAD, (list(people),))
            return {PersonId(row[0]): row[1] for row in await cursor.fetchall()}
