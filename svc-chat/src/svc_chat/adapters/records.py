"""Events as Postgres keeps them."""

from collections.abc import Sequence
from typing import Any, Final

from nexync_contracts.events import EventRecord, event_adapter

RECORD_COLUMNS: Final = (
    "e.stream, e.log_epoch, e.seq, e.n, e.at, e.id::text, e.sender::text, e.event::text"
)
"""Ids as text, since that is what they are in contracts; as UUIDs they would be taken apart and put together again."""


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
        id=identifier,
        by=sender,
        event=event_adapter.validate_json(event),
    )


def literal_like(text: str) -> str:
    """The text with LIKE's own characters taken literally."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
