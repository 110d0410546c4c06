"""The statement of a search: its text and parameters, without a look at Postgres."""

import json
from collections.abc import Iterable, Mapping
from itertools import pairwise, product
from math import prod
from typing import Final

from nexync_contracts.ids import Stream
from nexync_contracts.limits import SEARCH_RECENT
from svc_chat.adapters.records import SHOWN, literal_like
from svc_chat.ports import HitPlace, Phase, Sought
from svc_chat.querying import indexable, wordless

RECENT_CHATS: Final = 100
"""Chats, those active last, among which the newest messages are taken where several are searched."""

RECENT_EACH: Final = 2_000
"""Messages with files of each of them."""

RECENT_EVENTS: Final = 20_000
"""Events of several chats that are looked through for the newest messages: a reaction and an edit are events, too."""

FRESH_EVENTS: Final = 1_500
"""Newest events in which a whole word is looked for before the index is asked. Of a word that every second message has,
the index knows half of everything; the newest messages have enough of them."""

FRESH_HITS: Final = 6
"""Of the newest events with the words, so many times the hits that are wanted are looked at closely: some were edited
since, deleted, or are not for this person."""

_DEPTHS: Final = (25, 50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600)
"""How far below its head a chat is asked for the time, to find the moment since which there were so many events."""

SPELLINGS: Final = 16
"""Of one term, at most: four letters in each case."""

_BODY: Final = "(e.event ->> 'body')"
_VECTOR: Final = "to_tsvector('simple', e.event ->> 'body')"
_TEXTS: Final = "e.tag IN ('message.created', 'message.edited')"

_INDEXED: Final = f"events e WHERE {{streams}} AND {_TEXTS} AND e.at >= %(since)s"
"""An edit is never older than its message, so the months before `since` have nothing of it."""

_KEYED: Final = "ARRAY[e.stream] && %(streams)s::text[]"
"""The index knows the chats: messages of others aren't even read."""

_COMPARED: Final = "(e.stream || '') = ANY(%(streams)s::text[])"
"""Whatever has the words is read, and its chat compared afterwards. Written so that no index can be asked for it."""

_MARKS: Final = """
marks AS MATERIALIZED (
    SELECT s.stream, s.head - d.depth AS seq, d.step, e.at
    FROM unnest(%(newest)s::text[], %(heads)s::bigint[]) AS s (stream, head)
    JOIN unnest(%(depths)s::bigint[], %(steps)s::bigint[]) AS d (depth, step) ON d.depth < s.head
    CROSS JOIN LATERAL (
        SELECT at FROM events WHERE stream = s.stream AND seq = s.head - d.depth LIMIT 1
    ) e
), since AS MATERIALIZED (
    SELECT coalesce((
        SELECT m.at FROM (
            SELECT at, sum(step) OVER (ORDER BY at DESC, stream, seq) AS later FROM marks
        ) m WHERE m.later >= %(events)s ORDER BY m.at DESC LIMIT 1
    ), 0) AS at
), floors AS MATERIALIZED (
    SELECT s.stream, coalesce(max(m.seq), 0) AS seq
    FROM unnest(%(newest)s::text[]) AS s (stream)
    LEFT JOIN marks m ON m.stream = s.stream AND m.at <= (SELECT at FROM since)
    GROUP BY s.stream
),"""
"""The moment since which these chats had so many events, and what of each chat is older for sure.

The limit changes nothing but the plan: without it all events of these chats may be read, to join them.
"""

_NEWER: Final = f"""(
    SELECT r.* FROM floors s
    CROSS JOIN LATERAL (
        SELECT e.stream, e.seq, e.at, e.sender, e.tag, e.event, e.class FROM events e
        WHERE e.stream = s.stream AND e.seq > s.seq{{newer}} AND {_TEXTS}
        ORDER BY e.seq DESC LIMIT %(each)s
    ) r ORDER BY r.at DESC LIMIT %(recent)s
) e WHERE true"""  # noqa: S608 - constant text

_NEWEST: Final = _NEWER.format(newer="")

_NOT_LATER: Final = " AND (e.tag = 'message.edited' OR e.at <= %(at)s AND e.at < %(until)s)"
_FRESH: Final = _NEWER.format(newer=" AND e.at > (SELECT at FROM since)") + _NOT_LATER
"""An edit may be newer than the message that is looked for, nothing else."""

_CUT: Final = " ORDER BY e.at DESC LIMIT %(cut)s"
"""The newest come first, so what is behind enough hits isn't even looked at."""

_COMPLETE: Final = """
      AND p.at > (SELECT at FROM since)
      AND p.at > (SELECT CASE WHEN count(*) < %(cut)s THEN 0 ELSE min(f.at) END FROM found f)
      AND p.at > (SELECT coalesce(max(t.at), 0) FROM streams t WHERE t.id = ANY(%(others)s::text[]))"""
"""Hits that nothing is missing between: newer than the moment, than where the look was cut off, and than all of the
chats that aren't looked at."""

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

_SEEN: Final = """p.at >= (SELECT k.kept_from FROM content_classes k WHERE k.class = p.class)
      AND p.said = coalesce(
        (SELECT max(m.seq) FROM message_edits m
         WHERE m.stream = p.stream AND m.target = p.seq
           AND (m.only_for IS NULL OR m.only_for = %(viewer)s::uuid)), p.said)
      AND EXISTS (
          SELECT FROM jsonb_array_elements(%(seen)s::jsonb -> p.stream) AS s (span)
          WHERE p.seq BETWEEN (s.span ->> 0)::bigint AND (s.span ->> 1)::bigint)
      AND NOT EXISTS (SELECT FROM changed c WHERE c.stream = p.stream AND c.seq = p.seq)
      AND NOT EXISTS (
          SELECT FROM message_deletions d WHERE d.stream = p.stream AND d.target = p.seq)
      AND NOT EXISTS (
          SELECT FROM unnest(%(has)s::text[]) AS h (kind) WHERE NOT EXISTS (
              SELECT FROM attachment_uses u
              WHERE u.stream = p.stream AND u.seq = p.seq AND u.kind = h.kind))
      AND p.at >= %(since)s AND p.at < %(until)s
      AND (p.age, p.stream, p.back) > (-%(at)s::bigint, %(stream)s::text, -%(seq)s::bigint)"""
"""Whether a hit is there for the viewer, with its text of now. What may be seen is looked up by the chat of each hit,
since a join would compare each hit with all of the chats."""

_NOT_WHOLE: Final = """
      AND (SELECT NOT ({words}) FROM events e
           WHERE e.stream = p.stream AND e.seq = p.said AND e.at = p.said_at)"""
"""Leaves out what was found as whole words, one hit after the other: to make all vectors takes as long as the rest."""

_QUERY: Final = """
WITH {marks} changed AS MATERIALIZED (
    SELECT stream, seq FROM unnest(%(changed)s::text[], %(seqs)s::bigint[]) AS c (stream, seq)
), found AS MATERIALIZED (
    SELECT e.stream, e.seq AS said, e.at, e.sender, e.class,
           CASE WHEN e.tag = 'message.edited' THEN (e.event ->> 'target')::bigint END AS target
    FROM {source} {conditions}{cut}
), said AS (
    SELECT p.* FROM (
        SELECT f.stream, f.said AS seq, f.said, f.at, f.sender, false AS edited, f.at AS said_at, f.class,
               -f.at AS age, -f.said AS back
        FROM found f WHERE f.target IS NULL ORDER BY age, f.stream, back OFFSET 0
    ) p
    WHERE {seen}{parts}{complete}
    ORDER BY p.age, p.stream, p.back LIMIT %(count)s
), edited AS (
    SELECT p.* FROM (
        SELECT f.stream, f.target AS seq, f.said, o.at, f.sender, true AS edited, f.at AS said_at, o.class,
               -o.at AS age, -f.target AS back
        FROM found f CROSS JOIN LATERAL (
            SELECT o.* FROM events o
            WHERE f.target IS NOT NULL AND o.stream = f.stream AND o.seq = f.target AND o.at <= f.at
            OFFSET 0
        ) o WHERE f.target IS NOT NULL AND {target_shown}
    ) p
    WHERE {seen}{parts}{complete}
), page AS MATERIALIZED (
    SELECT p.* FROM (SELECT * FROM said UNION ALL SELECT * FROM edited) p
    ORDER BY p.age, p.stream, p.back LIMIT %(count)s
)
SELECT p.stream, p.seq, p.at, p.sender::text, p.edited, e.event ->> 'body',
       (SELECT o.event ->> 'attachments' FROM events o
        WHERE o.stream = p.stream AND o.seq = p.seq AND o.at = p.at), e.event ->> 'hook'
FROM page p JOIN events e ON e.stream = p.stream AND e.seq = p.said AND e.at = p.said_at
ORDER BY -p.at, p.stream, -p.seq
"""
"""Messages as they were said already stand where their hits stand, so they are looked at in that order until there are
enough; edited ones, whose place is that of the message, are few. The message that an event changes is looked for only
where it changes one."""

_LATEST: Final = 2**62


def seen_of(sought: Sought) -> str:
    """What of each chat may be seen, as one JSON object of pairs."""
    return json.dumps(sought.ranges, separators=(",", ":"))


def _array(values: Iterable[str | int]) -> str:
    """An array of streams or numbers, none of which needs quotes, as Postgres reads it.

    For hundreds of them psycopg, which takes up each value by itself, needs longer than Postgres for the query.
    """
    return f"{{{','.join(map(str, values))}}}"


def statement(
    sought: Sought,
    phase: Phase,
    after: HitPlace | None,
    count: int,
    *,
    fresh: bool = False,
    keyed: bool = True,
    seen: str | None = None,
) -> tuple[bytes, Mapping[str, object]]:
    """The query and its parameters; `fresh` looks for whole words in the newest messages only.

    `keyed`: whether the index is asked for the chats, too. `seen` is the ranges as JSON, where that was made before.
    """
    changed = sorted(sought.changed)
    start = after if after is not None else HitPlace(_LATEST, Stream(""), _LATEST)
    conditions, words, terms = _conditions(sought, phase, fresh=fresh)
    indexed = phase in {Phase.WHOLE, Phase.PART} and not fresh
    source, marks = _INDEXED.format(streams=_KEYED if keyed else _COMPARED), ""
    if not indexed:
        newest = _FRESH if fresh else _NEWEST
        source, marks = (_CARRYING, "") if sought.has else (newest, _MARKS)
    parameters: dict[str, object] = {
        "streams": _array(sought.ranges),
        "seen": seen_of(sought) if seen is None else seen,
        "changed": _array(one[0] for one in changed),
        "seqs": _array(one[1] for one in changed),
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
        "cut": FRESH_HITS * count,
        **_newest(sought, FRESH_EVENTS if fresh else RECENT_EVENTS),
        **terms,
    }
    return _QUERY.format(
        source=source,
        marks=marks,
        seen=_SEEN,
        parts=_NOT_WHOLE.format(words=words) if words and phase is not Phase.WHOLE else "",
        complete=_COMPLETE if fresh else "",
        cut=_CUT if fresh else "",
        conditions=conditions,
        target_shown=SHOWN.format(e="o"),
    ).encode(), parameters


def _newest(sought: Sought, events: int) -> dict[str, object]:
    """Which chats the newest events are taken from, and how they are found. One chat needs no moment."""
    streams = list(sought.ranges)
    newest = streams[:RECENT_CHATS]
    fresh = events < SEARCH_RECENT
    depths = [depth for depth in _DEPTHS if events // 64 < depth < 2 * events]
    if len(streams) == 1 and not fresh:
        depths = []
    each = SEARCH_RECENT if not (sought.has and len(streams) > 1) else RECENT_EACH
    return {
        "newest": _array(newest),
        "others": _array(streams[RECENT_CHATS:]),
        "heads": _array(sought.ranges[one][-1].high if sought.ranges[one] else 0 for one in newest),
        "depths": _array(depths),
        "steps": _array(depth - before for before, depth in pairwise((0, *depths))),
        "events": events,
        "each": each,
        "recent": SEARCH_RECENT,
    }


def _conditions(
    sought: Sought, phase: Phase, *, fresh: bool = False
) -> tuple[str, str, dict[str, object]]:
    """What a text must be, whether it has all of the terms as whole words, and the parameters of both."""
    parameters: dict[str, object] = {}
    queries: list[str] = []
    parts: list[str] = []
    for number, term in enumerate(sought.terms):
        function = "phraseto_tsquery" if any(map(str.isspace, term)) else "plainto_tsquery"
        if phase is not Phase.RECENT:
            queries.append(f"{function}('simple', %(word{number})s)")
            parameters[f"word{number}"] = term
        # Without the index, a look at the letters spares most messages the making of a vector.
        if phase is not Phase.WHOLE or wordless(term) or (fresh and term.isalnum()):
            spelled = _spelled(term)
            if spelled is None:
                parts.append(f"{_BODY} ILIKE %(part{number})s")
                parameters[f"part{number}"] = f"%{literal_like(term)}%"
            else:
                parts.append(f"{_BODY} LIKE ANY(%(part{number})s::text[])")
                parameters[f"part{number}"] = [f"%{literal_like(one)}%" for one in spelled]
    words = f"{_VECTOR} @@ ({' && '.join(queries)})" if queries else ""
    conditions = [*parts, SHOWN.format(e="e")]
    if words and phase is Phase.WHOLE:
        conditions.append(words)
    if sought.sender is not None:
        conditions.append("e.sender = %(sender)s::uuid")
    return "".join(f" AND {condition}" for condition in conditions), words, parameters


def _spelled(term: str) -> list[str] | None:
    """A term that no index helps with in small and capital letters, in every mixture; None where that is no help.

    Comparing letters as they are takes a fraction of what it takes to make the whole text small first.
    """
    if indexable(term):
        return None
    letters = [sorted({one.lower(), one.upper()}) for one in term]
    if any(len(one) > 1 for pair in letters for one in pair):
        return None
    count = prod(len(pair) for pair in letters)
    return ["".join(one) for one in product(*letters)] if count <= SPELLINGS else None
