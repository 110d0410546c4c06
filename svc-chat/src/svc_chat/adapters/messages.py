"""Lines of a timeline and what became of its messages: a fixed number of queries a page."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, LiteralString, NamedTuple

from psycopg.rows import TupleRow

from nexync_contracts.events import CHANGE_TAGS, event_adapter
from nexync_contracts.events import EventRecord as Record
from nexync_contracts.ids import PersonId, Stream
from nexync_contracts.message_events import MessageEdited
from nexync_runtime.postgres import Connection
from nexync_streams.messages import UNTOUCHED, Edit, Now
from svc_chat.adapters.records import RECORD_COLUMNS, SHOWN, record_of
from svc_chat.chapters import Chapter, window
from svc_chat.spans import Range

_LINES: Final[LiteralString] = (
    f"SELECT {RECORD_COLUMNS} FROM events e"  # noqa: S608 - constant columns
    " WHERE e.stream = %(stream)s AND e.seq BETWEEN %(low)s AND %(high)s"
    " AND e.at BETWEEN %(since)s AND %(until)s"
    f" AND e.tag <> ALL(%(changes)s) AND {SHOWN.format(e='e')}"
    " ORDER BY e.seq {order} LIMIT %(count)s"
)
_NEWEST: Final = _LINES.format(order="DESC")
_OLDEST: Final = _LINES.format(order="ASC")

_NOW = """
SELECT 1, t.target, m.seq, e.at, e.event::text, NULL::text[], NULL::bigint[]
FROM unnest(%(targets)s::bigint[]) AS t (target)
CROSS JOIN LATERAL (
    SELECT seq FROM message_edits
    WHERE stream = %(stream)s AND target = t.target AND seq <= %(as_of)s
      AND (only_for IS NULL OR only_for = %(viewer)s::uuid)
    ORDER BY seq DESC LIMIT 1
) m
JOIN events e ON e.stream = %(stream)s AND e.seq = m.seq AND e.at >= %(since)s
UNION ALL
SELECT 2, target, min(seq), NULL, emoji, array_agg(person::text ORDER BY seq), array_agg(seq ORDER BY seq)
FROM message_reactions
WHERE stream = %(stream)s AND target = ANY(%(targets)s::bigint[]) AND seq <= %(as_of)s
  AND (only_for IS NULL OR only_for = %(viewer)s::uuid)
GROUP BY target, emoji
UNION ALL
SELECT 3, target, seq, NULL, sender::text, NULL, NULL FROM message_deletions
WHERE stream = %(stream)s AND target = ANY(%(targets)s::bigint[])
ORDER BY 1, 2, 3
"""
"""The newest edits, then the reactions, then the deletions. An edit is never older than its message, and lies in no
class that is shorter."""

_EDITED: Final = 1
_REACTED: Final = 2

_VERSIONS = """
SELECT m.seq, e.at, e.event::text
FROM (
    SELECT seq FROM message_edits
    WHERE stream = %(stream)s AND target = %(target)s AND seq <= %(as_of)s
      AND (only_for IS NULL OR only_for = %(viewer)s::uuid)
    ORDER BY seq DESC LIMIT %(count)s
) m
JOIN events e ON e.stream = %(stream)s AND e.seq = m.seq AND e.at >= %(since)s
ORDER BY m.seq
"""


class Where(NamedTuple):
    """A stream, where its events lie, and who looks."""

    connection: Connection
    stream: Stream
    chapters: Sequence[Chapter]
    viewer: PersonId | None


async def lines(where: Where, ranges: Sequence[Range], count: int, *, newest: bool) -> list[Record]:
    """The newest or oldest `count` lines of the ranges, ascending. One query a range, mostly there is one."""
    found: list[Record] = []
    for part in reversed(ranges) if newest else ranges:
        if len(found) == count:
            break
        since, until = window(where.chapters, part.low, part.high)
        cursor = await where.connection.execute(
            _NEWEST if newest else _OLDEST,
            {
                "stream": where.stream,
                "viewer": where.viewer,
                "since": since,
                "until": until,
                "low": part.low,
                "high": part.high,
                "changes": sorted(CHANGE_TAGS),
                "count": count - len(found),
            },
        )
        found += [record_of(row) for row in await cursor.fetchall()]
    return found[::-1] if newest else found


async def messages_now(where: Where, targets: Sequence[int], as_of: int) -> Mapping[int, Now]:
    """What became of these messages up to `as_of`, by one query.

    A deletion counts also when it came later: the text is gone, whoever asks.
    """
    if not targets:
        return {}
    since, _ = window(where.chapters, min(targets), as_of)
    asked = {
        "stream": where.stream,
        "viewer": where.viewer,
        "targets": list(targets),
        "as_of": as_of,
        "since": since,
    }
    found: dict[int, Now] = {}
    for what, target, seq, at, text, people, seqs in await _rows(where.connection, _NOW, asked):
        now = found.get(target, UNTOUCHED)
        if what == _EDITED:
            found[target] = Now(edit=_edit(seq, at, text))
        elif what == _REACTED:
            who = {PersonId(one): place for one, place in zip(people, seqs, strict=True)}
            found[target] = replace(now, reactions={**now.reactions, text: who})
        else:
            found[target] = Now(deleted=True, deleted_by=PersonId(text) if seq <= as_of else None)
    return found


async def versions(where: Where, target: int, as_of: int, count: int) -> list[Edit]:
    """The newest edits of one message, oldest first."""
    since, _ = window(where.chapters, target, as_of)
    asked = {
        "stream": where.stream,
        "viewer": where.viewer,
        "target": target,
        "as_of": as_of,
        "count": count,
        "since": since,
    }
    rows = await _rows(where.connection, _VERSIONS, asked)
    return [_edit(seq, at, event) for seq, at, event in rows]


async def _rows(
    connection: Connection, query: LiteralString, asked: Mapping[str, object]
) -> list[TupleRow]:
    cursor = await connection.execute(query, asked)
    return await cursor.fetchall()


def _edit(seq: int, at: int, event: str) -> Edit:
    edited = event_adapter.validate_json(event)
    if not isinstance(edited, MessageEdited):
        msg = f"event {seq} is no edit"
        raise TypeError(msg)
    return Edit(seq, at, edited.body, edited.mentions, edited.mention_all)
