"""Watermarks in Postgres, which the persister writes, and the way of a mark over REST to it."""

from collections.abc import Sequence
from typing import Any, Final

from nexync_contracts.channels import receipt_partition
from nexync_contracts.ids import ChatId, PersonId, chat_stream
from nexync_contracts.limits import OUTCOME_WAIT_SECONDS
from nexync_contracts.receipts import ReceiptRecord
from nexync_runtime.kafka import Producer, QueueFullError, UnknownPartitionError
from nexync_runtime.postgres import Pool
from nexync_streams.watermarks import Moment, Watermark
from svc_chat.errors import BusyError
from svc_chat.ports import Reader, Seen

READ_CHAPTER: Final = """
LEFT JOIN LATERAL (
    SELECT c.first_at, c.first_n FROM chapters c
    WHERE c.stream = s.id AND c.first_seq <= least(r.seq, s.head) ORDER BY c.first_seq DESC LIMIT 1
) b ON r.seq > 0
"""
"""The chapter of the stream `s` that the mark `r` is in, so that only its months are looked through."""

READ_N: Final = """coalesce((
    SELECT e.n FROM events e
    WHERE e.stream = s.id AND e.seq = least(r.seq, s.head) AND r.seq > 0 AND e.at >= coalesce(b.first_at, 0)
), b.first_n, 0)"""
"""The messages so far at the mark; those before its chapter where the chapter is gone."""

_TELLS: Final = "SELECT receipts FROM profiles WHERE person = %s"

_MAY_KNOW: Final = """
coalesce((SELECT f.receipts FROM profiles f WHERE f.person = m.person), 'everyone') = 'everyone'
AND NOT EXISTS (SELECT FROM blocks b WHERE b.blocker = m.person AND b.blocked = %(viewer)s)
AND NOT EXISTS (SELECT FROM blocks b WHERE b.blocker = %(viewer)s AND b.blocked = m.person)
"""

_COUNT: Final = """
SELECT count(*) FROM (
    SELECT FROM members WHERE chat = %(chat)s AND until_seq IS NULL LIMIT %(most)s
) m
"""

_MEMBERS: Final = f"""
SELECT m.person, '', '',
       coalesce((SELECT b.from_seq FROM members b WHERE b.chat = m.chat AND b.person = m.person
                 AND b.until_seq = m.from_seq - 1), m.from_seq),
       coalesce(r.seq, 0), coalesce(r.read_at, 0), coalesce(r.delivered_seq, 0),
       coalesce(r.delivered_at, 0), NULL
FROM members m
LEFT JOIN read_marks r ON r.chat = m.chat AND r.person = m.person
WHERE m.chat = %(chat)s AND m.until_seq IS NULL AND m.person <> %(viewer)s AND {_MAY_KNOW}
ORDER BY m.person
"""  # noqa: S608 - constant conditions
"""A history that was granted ends where the membership begins: then all of it is seen."""

_THEM: Final = f"""
FROM members m
LEFT JOIN read_marks r ON r.chat = m.chat AND r.person = m.person
WHERE m.chat = %(chat)s AND m.until_seq IS NULL AND m.person <> ALL(%(but)s::uuid[])
  AND (m.from_seq <= %(target)s OR EXISTS (
      SELECT FROM members b WHERE b.chat = m.chat AND b.person = m.person
      AND %(target)s BETWEEN b.from_seq AND b.until_seq))
  AND {_MAY_KNOW}
"""

_COUNTS: Final = f"""
SELECT count(*), count(*) FILTER (WHERE r.delivered_seq >= %(target)s),
       count(*) FILTER (WHERE r.seq >= %(target)s)
{_THEM}
"""

_READERS: Final = f"""
SELECT t.person, p.username, p.name, 1, t.seq, t.read_at, t.delivered_seq, t.delivered_at, t.moments
FROM (SELECT m.person, r.seq, r.read_at, r.delivered_seq, r.delivered_at, r.moments
      {_THEM} AND r.seq >= %(target)s) t
JOIN people p ON p.id = t.person
WHERE p.username > %(after)s
ORDER BY p.username LIMIT %(limit)s
"""  # noqa: S608 - as above

_MARKED: Final = "SELECT seq FROM read_marks WHERE chat = %s AND person = %s"


class PostgresReceipts:
    """Reads alone."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def marked(self, chat: ChatId, person: PersonId) -> int:
        """Up to where the person has read."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_MARKED, (chat, person))).fetchone()
        return 0 if row is None else int(row[0])

    async def tells(self, person: PersonId) -> bool:
        """Whether others may know how far the person is."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_TELLS, (person,))).fetchone()
        return row is None or row[0] == "everyone"

    async def members(self, chat: ChatId, viewer: PersonId, most: int) -> list[Reader] | None:
        """The other members of whom the viewer may know; None in a chat of more than `most`."""
        asked = {"chat": chat, "viewer": viewer, "most": most + 1}
        async with self._pool.connection() as connection:
            counted = await (await connection.execute(_COUNT, asked)).fetchone()
            if counted is None or counted[0] > most:
                return None
            rows = await (await connection.execute(_MEMBERS, asked)).fetchall()
        return [_reader(row) for row in rows]

    async def seen(
        self,
        chat: ChatId,
        viewer: PersonId,
        author: PersonId,
        target: int,
        after: str,
        limit: int,
    ) -> Seen:
        """The members of whom the viewer may know, counted, and a page of those who have read the message."""
        asked = {
            "chat": chat,
            "viewer": viewer,
            "but": [viewer, author],
            "target": target,
            "after": after,
            "limit": limit,
        }
        async with self._pool.connection() as connection:
            counts = await (await connection.execute(_COUNTS, asked)).fetchone()
            rows = await (await connection.execute(_READERS, asked)).fetchall()
        of, delivered, read = counts or (0, 0, 0)
        return Seen(of, delivered, read, tuple(_reader(row) for row in rows))


class KafkaReceipts:
    """Appends to `receipt-topic`."""

    def __init__(self, producer: Producer, topic: str) -> None:
        self._producer = producer
        self._topic = topic

    async def append(self, record: ReceiptRecord) -> None:
        """Returns once durable. Raises BusyError."""
        chat = record.chat
        try:
            await self._producer.produce_and_wait(
                self._topic,
                receipt_partition(chat),
                chat_stream(chat).encode(),
                record.model_dump_json().encode(),
                timeout=OUTCOME_WAIT_SECONDS,
            )
        except (QueueFullError, UnknownPartitionError, TimeoutError) as error:
            raise BusyError(str(error)) from None


def _reader(row: Sequence[Any]) -> Reader:
    flat: Sequence[int] = row[8] or ()
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return Reader(
        person=PersonId(str(row[0])),
        username=row[1],
        name=row[2],
        since=row[3],
        watermark=Watermark(*row[4:8], moments=tuple(Moment(*pair) for pair in pairs)),
    )
