"""What a flush writes about messages that changed; after their events, in the same transaction."""

import uuid
from collections.abc import Sequence
from typing import Any, LiteralString

import psycopg

from svc_persister.rows import Portion

ADD_EDITS = """
INSERT INTO message_edits (stream, target, seq, only_for)
SELECT stream, target, seq, only_for
FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::uuid[]) AS e (stream, target, seq, only_for)
"""

ADD_DELETIONS = """
INSERT INTO message_deletions (stream, target, seq, sender)
SELECT stream, target, seq, sender
FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::uuid[]) AS d (stream, target, seq, sender)
ON CONFLICT (stream, target) DO NOTHING
"""

ERASE = """
WITH gone AS MATERIALIZED (
  SELECT d.stream, d.target
  FROM unnest(%s::text[], %s::bigint[]) AS t (stream, target)
  JOIN message_deletions d ON d.stream = t.stream AND d.target = t.target
), texts AS MATERIALIZED (
  SELECT stream, target AS seq, json_build_object('tag', 'message.created', 'body', '') AS event
  FROM gone
  UNION ALL
  SELECT m.stream, m.seq,
    json_build_object('tag', 'message.edited', 'target', m.target, 'body', '')
  FROM gone JOIN message_edits m ON m.stream = gone.stream AND m.target = gone.target
)
UPDATE events e SET event = CASE
  WHEN e.event ->> 'hidden' = 'true'
  THEN regexp_replace(texts.event::text, '}$', ',"hidden":true}')::json
  WHEN e.event ->> 'hook' IS NOT NULL
  THEN json_build_object('tag', 'message.created', 'body', '', 'hook', e.event ->> 'hook')
  ELSE texts.event END
FROM texts WHERE e.stream = texts.stream AND e.seq = texts.seq
  AND e.tag IN ('message.created', 'message.edited')
"""
"""Also the text of an edit that came after the deletion: it has no effect, and nobody may read it.

What is hidden stays hidden, and what a webhook brought keeps its name.
"""

TAKE_BACK = """
DELETE FROM message_reactions r
USING unnest(%s::text[], %s::bigint[], %s::text[], %s::uuid[]) AS k (stream, target, emoji, person)
WHERE r.stream = k.stream AND r.target = k.target AND r.emoji = k.emoji AND r.person = k.person
"""

ADD_REACTIONS = """
INSERT INTO message_reactions (stream, target, emoji, person, seq, only_for)
SELECT k.stream, k.target, k.emoji, k.person, k.seq, CASE WHEN k.hidden THEN k.person END
FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::uuid[], %s::bigint[], %s::bool[])
  AS k (stream, target, emoji, person, seq, hidden)
WHERE NOT EXISTS (
  SELECT FROM message_deletions d WHERE d.stream = k.stream AND d.target = k.target
)
ON CONFLICT (stream, target, emoji, person) DO UPDATE SET seq = excluded.seq, only_for = NULL
WHERE message_reactions.only_for IS NOT NULL AND excluded.only_for IS NULL
"""
"""One that was hidden and comes again for all to see is seen from then on."""

DROP_REACTIONS = """
DELETE FROM message_reactions r
USING unnest(%s::text[], %s::bigint[]) AS d (stream, target)
WHERE r.stream = d.stream AND r.target = d.target
"""

ADD_USES = """
INSERT INTO attachment_uses (stream, seq, attachment, kind)
SELECT stream, seq, attachment, kind
FROM unnest(%s::text[], %s::bigint[], %s::uuid[], %s::text[]) AS u (stream, seq, attachment, kind)
"""

RELEASE = """
WITH gone AS (
  DELETE FROM attachment_uses u
  USING unnest(%s::text[], %s::bigint[]) AS d (stream, target)
  WHERE u.stream = d.stream AND u.seq = d.target AND u.kind <> 'picture'
  RETURNING u.attachment
)
INSERT INTO attachment_releases (attachment) SELECT DISTINCT attachment FROM gone
ON CONFLICT (attachment) DO NOTHING
"""
"""What a deleted message carried may be an orphan now; svc-chat looks, and removes it."""

REPLACE = """
WITH gone AS (
  DELETE FROM attachment_uses u
  USING unnest(%s::text[], %s::bigint[]) AS k (stream, seq)
  WHERE u.stream = k.stream AND u.seq < k.seq AND u.kind = 'picture'
  RETURNING u.attachment
)
INSERT INTO attachment_releases (attachment) SELECT DISTINCT attachment FROM gone
ON CONFLICT (attachment) DO NOTHING
"""
"""The same of the pictures that a group had before."""

ADD_ERASED = """
INSERT INTO erased_people (person, at) SELECT person, at FROM unnest(%s::uuid[], %s::bigint[]) AS e (person, at)
ON CONFLICT (person) DO NOTHING
"""

FORGET_MARKS = """
DELETE FROM read_marks r USING members m
WHERE m.person = ANY(%s::uuid[]) AND r.chat = m.chat AND r.person = m.person
"""
"""How far who was erased had read; the receipts that are still on their way are not taken in any more."""

Cursor = psycopg.Cursor[tuple[Any, ...]]


def write(cursor: Cursor, portions: Sequence[Portion]) -> None:
    """Write the changes of all portions."""
    edits = [row for portion in portions for row in portion.changes.edits]
    deletions = [
        (stream, target, seq, uuid.UUID(sender))
        for portion in portions
        for (stream, target), (seq, sender) in portion.changes.deletions.items()
    ]
    reactions = [entry for portion in portions for entry in portion.changes.reactions.items()]
    _execute(cursor, ADD_EDITS, edits)
    _execute(cursor, ADD_DELETIONS, deletions)
    touched = {
        *((row.stream, row.target) for row in edits),
        *((stream, target) for stream, target, _, _ in deletions),
    }
    _execute(cursor, ERASE, sorted(touched))
    uses = [row for portion in portions for row in portion.changes.uses]
    _execute(cursor, ADD_USES, [(*row[:2], uuid.UUID(row[2]), row[3]) for row in uses])
    _execute(cursor, RELEASE, [row[:2] for row in deletions])
    pictures = [entry for portion in portions for entry in portion.changes.pictures.items()]
    _execute(cursor, REPLACE, pictures)
    _execute(cursor, DROP_REACTIONS, [row[:2] for row in deletions])
    erased = [
        (uuid.UUID(person), at)
        for portion in portions
        for person, at in portion.changes.erased.items()
    ]
    if erased:
        _execute(cursor, ADD_ERASED, erased)
        cursor.execute(FORGET_MARKS, ([person for person, _ in erased],))
    back = [(*key[:3], uuid.UUID(key.person)) for key, change in reactions if change.taken_back]
    _execute(cursor, TAKE_BACK, back)
    there = [
        (*key[:3], uuid.UUID(key.person), change.since, change.hidden)
        for key, change in reactions
        if change.since is not None
    ]
    _execute(cursor, ADD_REACTIONS, there)


def _execute(cursor: Cursor, query: LiteralString, rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        cursor.execute(query, [list(column) for column in zip(*rows, strict=True)])
