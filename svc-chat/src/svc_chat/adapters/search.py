"""Texts of messages in Postgres, by the index `events_search` or among the newest messages; bounded in time."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import psycopg
from pydantic import TypeAdapter

from nexync_contracts.attachments import Attachment
from nexync_contracts.ids import PersonId, Stream
from nexync_contracts.limits import SEARCH_RECENT
from nexync_runtime.postgres import Pool
from svc_chat.adapters.records import SHOWN, literal_like
from svc_chat.errors import BusyError, TooSlowError
from svc_chat.ports import Hit, HitPlace, Phase, Sought
from svc_chat.querying import wordless

STATEMENT_MS: Final = 2_000

AT_ONCE: Final = 3
"""Searches of this process that run at the same time, so that they leave connections to all other reads."""

WAIT_SECONDS: Final = 3.0
"""How long one waits for its turn."""

RECENT_CHATS: Final = 100
"""Chats, those active last, among which the newest messages are taken where several are searched."""

RECENT_EACH: Final = 2_000
"""Messages of each of them."""

_BODY: Final = "(e.event ->> 'body')"
_VECTOR: Final = "to_tsvector('simple', e.event ->> 'body')"
_TEXTS: Final = "e.tag IN ('message.created', 'message.edited')"

_INDEXED: Final = (
    f"events e WHERE ARRAY[e.stream] && %(streams)s::text[] AND {_TEXTS} AND e.at >= %(since)s"
)
"""An edit is never older than its message, so the months before `since` have nothing of it."""

_NEWEST: Final = f"""(
    SELECT r.* FROM unnest(%(newest)s::text[]) AS s (stream)
    CROSS JOIN LATERAL (
        SELECT e.stream, e.seq, e.at, e.sender, e.tag, e.event, e.class FROM events e
        WHERE e.stream = s.stream AND {_TEXTS} ORDER BY e.seq DESC LIMIT %(each)s
    ) r ORDER BY r.at DESC LIMIT %(recent)s
) e WHERE true"""  # noqa: S608 - constant text

_CARRYING: Final = """(
    SELECT r.* FROM unnest(%(newest)s::text[]) AS s (stream)
    CROSS JOIN LATERAL (
        SELECT e.stream, e.seq, e.at, e.sender, e.tag, e.event, e.class
        FROM attachment_uses u
        CROSS JOIN LATERAL (
            SELECT coalesce(max(m.seq), u.seq) AS said FROM message_edits m
            WHERE m.stream = u.stream AND m.target = u.seq
              AND (m.only_for IS NULL OR m.only_for = %(viewer)s::uuid)
        ) now JOIN events e ON e.stream = u.stream AND e.seq = now.said
        WHERE u.stream = s.stream AND u.kind = %(kind)s ORDER BY u.seq DESC LIMIT %(each)s
    ) r ORDER BY r.at DESC LIMIT %(recent)s
) e WHERE true"""
"""The newest messages that carry a file of that kind, each as the event that gave it its text of now."""

_QUERY: Final = """
WITH seen AS MATERIALIZED (
    SELECT stream, low, high
    FROM unnest(%(spans)s::text[], %(lows)s::bigint[], %(highs)s::bigint[]) AS s (stream, low, high)
), changed AS MATERIALIZED (
    SELECT stream, seq FROM unnest(%(changed)s::text[], %(seqs)s::bigint[]) AS c (stream, seq)
), found AS MATERIALIZED (
    SELECT e.stream, e.seq AS said, e.at, e.sender, e.class,
           CASE WHEN e.tag = 'message.edited' THEN (e.event ->> 'target')::bigint END AS target
    FROM {source} {conditions}
), placed AS (
    SELECT f.stream, coalesce(f.target, f.said) AS seq, f.said, coalesce(o.at, f.at) AS at, f.sender,
           f.target IS NOT NULL AS edited, f.at AS said_at
    FROM found f LEFT JOIN events o ON o.stream = f.stream AND o.seq = f.target AND o.at <= f.at
    JOIN content_classes k ON k.class = coalesce(o.class, f.class)
    WHERE (f.target IS NULL OR o.seq IS NOT NULL AND {target_shown}) AND coalesce(o.at, f.at) >= k.kept_from
      AND f.said = coalesce(
        (SELECT max(m.seq) FROM message_edits m
         WHERE m.stream = f.stream AND m.target = coalesce(f.target, f.said)
           AND (m.only_for IS NULL OR m.only_for = %(viewer)s::uuid)), f.said)
), page AS MATERIALIZED (
    SELECT * FROM placed p
    WHERE EXISTS (SELECT FROM seen s WHERE s.stream = p.stream AND p.seq BETWEEN s.low AND s.high)
      AND NOT EXISTS (SELECT FROM changed c WHERE c.stream = p.stream AND c.seq = p.seq)
      AND NOT EXISTS (
          SELECT FROM message_deletions d WHERE d.stream = p.stream AND d.target = p.seq)
      AND NOT EXISTS (
          SELECT FROM unnest(%(has)s::text[]) AS h (kind) WHERE NOT EXISTS (
              SELECT FROM attachment_uses u
              WHERE u.stream = p.stream AND u.seq = p.seq AND u.kind = h.kind))
      AND p.at >= %(since)s AND p.at < %(until)s
      AND (-p.at, p.stream, -p.seq) > (-%(at)s::bigint, %(stream)s::text, -%(seq)s::bigint)
    ORDER BY -p.at, p.stream, -p.seq LIMIT %(count)s
)
SELECT p.stream, p.seq, p.at, p.sender::text, p.edited, e.event ->> 'body',
       (SELECT o.event ->> 'attachments' FROM events o
        WHERE o.stream = p.stream AND o.seq = p.seq AND o.at = p.at), e.event ->> 'hook'
FROM page p JOIN events e ON e.stream = p.stream AND e.seq = p.said AND e.at = p.said_at
ORDER BY -p.at, p.stream, -p.seq
"""

_LATEST: Final = 2**62
_ATTACHMENTS: Final[TypeAdapter[tuple[Attachment, ...]]] = TypeAdapter(tuple[Attachment, ...])


class PostgresSearch:
    """Reads of `events` for search."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def author(self, username: str) -> PersonId | None:
        """Who has this username."""
        query = "SELECT id FROM people WHERE username = %s AND verified_at IS NOT NULL"
        async with self._pool.connection() as connection:
            row = await (await connection.execute(query, (username,))).fetchone()
        return PersonId(str(row[0])) if row else None

    async def hits(
        self, sought: Sought, phase: Phase, after: HitPlace | None, count: int
    ) -> list[Hit]:
        """The first hits behind that place. Raises TooSlowError after 2 s, BusyError."""
        query, parameters = statement(sought, phase, after, count)
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._turns.acquire()
        except TimeoutError:
            raise BusyError from None
        try:
            async with self._pool.connection() as connection, connection.transaction():
                await bound(connection)
                rows = await (await connection.execute(query, parameters)).fetchall()
        except psycopg.errors.QueryCanceled:
            raise TooSlowError from None
        finally:
            self._turns.release()
        return [
            Hit(
                HitPlace(row[2], Stream(row[0]), row[1]),
                PersonId(row[3]),
                row[4],
                row[5],
                _ATTACHMENTS.validate_json(row[6] or "[]"),
                row[7],
            )
            for row in rows
        ]


async def bound(connection: psycopg.AsyncConnection[Any]) -> None:
    """Limit this transaction in time, and keep it off sequential scans, which are never right here."""
    await connection.execute(
        f"SELECT set_config('statement_timeout', '{STATEMENT_MS}', true),"
        " set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)".encode()
    )


def statement(
    sought: Sought, phase: Phase, after: HitPlace | None, count: int
) -> tuple[bytes, Mapping[str, object]]:
    """The query and its parameters."""
    spans = [(stream, *part) for stream, ranges in sought.ranges.items() for part in ranges]
    changed = sorted(sought.changed)
    streams = list(sought.ranges)
    start = after if after is not None else HitPlace(_LATEST, Stream(""), _LATEST)
    conditions, terms = _conditions(sought, phase)
    newest = _CARRYING if sought.has else _NEWEST
    source = _INDEXED if phase in {Phase.WHOLE, Phase.PART} else newest
    parameters: dict[str, object] = {
        "streams": streams,
        "newest": streams[:RECENT_CHATS],
        "each": SEARCH_RECENT if len(streams) == 1 else RECENT_EACH,
        "recent": SEARCH_RECENT,
        "spans": [span[0] for span in spans],
        "lows": [span[1] for span in spans],
        "highs": [span[2] for span in spans],
        "changed": [one[0] for one in changed],
        "seqs": [one[1] for one in changed],
        "sender": sought.sender,
        "viewer": sought.viewer,
        "has": sorted(sought.has),
        "kind": min(sought.has, default=None),
        "since": 0 if sought.since is None else sought.since,
        "until": _LATEST if sought.until is None else sought.until,
        "at": start.at,
        "stream": start.stream,
        "seq": start.seq,
        "count": count,
        **terms,
    }
    return _QUERY.format(
        source=source, conditions=conditions, target_shown=SHOWN.format(e="o")
    ).encode(), parameters


def _conditions(sought: Sought, phase: Phase) -> tuple[str, dict[str, object]]:
    parameters: dict[str, object] = {}
    queries: list[str] = []
    parts: list[str] = []
    for number, term in enumerate(sought.terms):
        function = "phraseto_tsquery" if any(map(str.isspace, term)) else "plainto_tsquery"
        if phase is not Phase.RECENT:
            queries.append(f"{function}('simple', %(word{number})s)")
            parameters[f"word{number}"] = term
        if phase is not Phase.WHOLE or wordless(term):
            parts.append(f"{_BODY} ILIKE %(part{number})s")
            parameters[f"part{number}"] = f"%{literal_like(term)}%"
    words = f"{_VECTOR} @@ ({' && '.join(queries)})" if queries else ""
    conditions = [*parts, SHOWN.format(e="e")]
    if words:
        conditions.append(words if phase is Phase.WHOLE else f"NOT ({words})")
    if sought.sender is not None:
        conditions.append("e.sender = %(sender)s::uuid")
    return "".join(f" AND {condition}" for condition in conditions), parameters
