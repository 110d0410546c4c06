"""What a flush writes down for push notifications: one row a stream with new messages, in the same transaction."""

from collections.abc import Sequence
from typing import Any

import psycopg

from nexync_streams.blocking import HIDDEN
from svc_persister.rows import Portion

ADD_NOTIFY = """
INSERT INTO notify (stream, low, high)
SELECT stream, low, high FROM unnest(%s::text[], %s::bigint[], %s::bigint[]) AS n (stream, low, high)
"""

MESSAGE_TAG = "message.created"

Cursor = psycopg.Cursor[tuple[Any, ...]]


def write(cursor: Cursor, portions: Sequence[Portion]) -> None:
    """One row a stream: the first and the last of its messages in this flush that are for others, too."""
    found: dict[str, tuple[int, int]] = {}
    for portion in portions:
        for row in portion.events:
            if row.tag == MESSAGE_TAG and HIDDEN not in row.event:
                low, _ = found.get(row.stream, (row.seq, row.seq))
                found[row.stream] = (low, row.seq)
    if found:
        rows = [(stream, low, high) for stream, (low, high) in found.items()]
        cursor.execute(ADD_NOTIFY, [list(column) for column in zip(*rows, strict=True)])
