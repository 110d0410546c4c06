"""Events as Postgres keeps them."""

from collections.abc import Sequence
from typing import Any, Final

import psycopg
from psycopg.rows import TupleRow

from nexync_contracts.events import EventRecord, event_adapter

Connection = psycopg.AsyncConnection[TupleRow]

RECORD_COLUMNS: Final = "e.stream, e.log_epoch, e.seq, e.n, e.at, e.id, e.sender, e.event::text"


SHOWN: Final = "({e}.sender = %(viewer)s::uuid OR ({e}.event ->> 'hidden') IS DISTINCT FROM 'true')"
"""Whether the event `e` is for the viewer; what is hidden is for its author alone (ADR 0054)."""


def record_of(row: Sequence[Any]) -> EventRecord:
    """An event from `RECORD_COLUMNS`."""
    stream, epoch, seq, n, at, identifier, sender, event = row
    return EventRecord.model_construct(
        stream=stream,
        epoch=epoch,
        seq=seq,
        n=n,
        at=at,
        id=str(identifier),
        by=str(sender),
        event=event_adapter.validate_json(event),
    )


def literal_like(text: str) -> str:
    """The text with LIKE's own characters taken literally."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
