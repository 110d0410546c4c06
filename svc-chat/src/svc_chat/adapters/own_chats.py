"""What people keep about their chats, in Postgres; and the word to their pages that it changed, over Redis."""

from collections.abc import Sequence
from typing import Any, Final

import redis.asyncio
import redis.exceptions

from nexync_contracts.channels import KIND_OWN, encode_published, stream_channel
from nexync_contracts.frames import OwnChatFrame
from nexync_contracts.ids import ChatId, PersonId, person_stream
from nexync_runtime.postgres import Pool
from svc_chat import metrics
from svc_chat.own import NOTHING_KEPT, Draft, Drafts, Fold, Own

LOCK: Final = 0x6E65_7879_0002
"""Seed of the advisory locks, one a person."""

_OWN: Final = """
SELECT version, muted_until, archived_n, marked_unread, pinned_at,
       draft_text, draft_reply_to, draft_began, draft_at, draft_ended
FROM own_chats WHERE person = %s AND chat = %s
"""

_OTHERS_PINNED: Final = """
SELECT count(*) FROM own_chats WHERE person = %s AND chat <> %s AND pinned_at IS NOT NULL
"""

_PUT: Final = """
INSERT INTO own_chats (person, chat, version, muted_until, archived_n, marked_unread, pinned_at,
                       draft_text, draft_reply_to, draft_began, draft_at, draft_ended)
VALUES (%(person)s, %(chat)s, %(version)s, %(muted_until)s, %(archived_n)s, %(marked_unread)s, %(pinned_at)s,
        %(text)s, %(reply_to)s, %(began)s, %(at)s, %(ended)s)
ON CONFLICT (person, chat) DO UPDATE
    SET version = excluded.version, muted_until = excluded.muted_until, archived_n = excluded.archived_n,
        marked_unread = excluded.marked_unread, pinned_at = excluded.pinned_at,
        draft_text = excluded.draft_text, draft_reply_to = excluded.draft_reply_to,
        draft_began = excluded.draft_began, draft_at = excluded.draft_at, draft_ended = excluded.draft_ended
"""

_READ: Final = """
UPDATE own_chats SET marked_unread = false, version = version + 1
WHERE person = %s AND chat = %s AND marked_unread
"""


class PostgresOwnChats:
    """One row a (person, chat), made with the first change."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def own(self, person: PersonId, chat: ChatId) -> Own:
        """What is kept."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_OWN, (person, chat))).fetchone()
        return NOTHING_KEPT if row is None else own_of(row)

    async def change(self, person: PersonId, chat: ChatId, fold: Fold) -> Own:
        """Apply the change; the lock lets no two of one person count pinned chats at once."""
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", (person, LOCK)
            )
            row = await (await connection.execute(_OWN + "FOR UPDATE", (person, chat))).fetchone()
            counted = await (await connection.execute(_OTHERS_PINNED, (person, chat))).fetchone()
            before = NOTHING_KEPT if row is None else own_of(row)
            after = fold(before, counted[0] if counted else 0)
            if after == before:
                return before
            after = after._replace(version=before.version + 1)
            await connection.execute(_PUT, {"person": person, "chat": chat, **_columns(after)})
        return after

    async def read(self, person: PersonId, chat: ChatId) -> bool:
        """Take the mark away; whether there was one."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_READ, (person, chat))
        return cursor.rowcount == 1


class RedisOwnNotices:
    """One PUBLISH on the person's channel."""

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self._client: Any = client

    async def changed(self, person: PersonId, chat: ChatId) -> None:
        """Tell the person's open pages; they read again on their own after Redis was away."""
        body = OwnChatFrame(chat=chat).model_dump_json().encode()
        try:
            await self._client.publish(
                stream_channel(person_stream(person)), encode_published(KIND_OWN, 0, 0, body)
            )
        except (redis.exceptions.RedisError, OSError):
            metrics.OWN_NOTICES_DROPPED.inc()


def own_of(row: Sequence[Any]) -> Own:
    """The state of these ten columns; nothing kept where a left join found no row."""
    if row[0] is None:
        return NOTHING_KEPT
    text, reply_to, began, at, ended = row[5:10]
    draft = None if text is None else Draft(text, reply_to, began, at)
    return Own(*row[:5], drafts=Drafts(draft, ended))


def _columns(own: Own) -> dict[str, object]:
    draft = own.drafts.draft
    return {
        "version": own.version,
        "muted_until": own.muted_until,
        "archived_n": own.archived_n,
        "marked_unread": own.marked_unread,
        "pinned_at": own.pinned_at,
        "text": None if draft is None else draft.text,
        "reply_to": None if draft is None else draft.reply_to,
        "began": 0 if draft is None else draft.began,
        "at": 0 if draft is None else draft.at,
        "ended": own.drafts.ended,
    }
