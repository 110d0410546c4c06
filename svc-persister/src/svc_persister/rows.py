"""What a flush writes: plain rows, gathered while records are decided."""

from dataclasses import dataclass, field
from typing import NamedTuple

from nexync_contracts.errors import RejectCode
from nexync_contracts.ids import Stream
from nexync_contracts.retention import Retention
from nexync_streams.fold import StreamState
from svc_persister.changes import Changes
from svc_persister.months import ChapterRow


class EventRow(NamedTuple):
    """One row of `events`, with the payload that readers got (`payload` = header and frame)."""

    stream: Stream
    seq: int
    log_epoch: int
    n: int
    at: int
    id: str
    sender: str
    tag: str
    event: bytes
    digest: bytes
    log_offset: int
    payload: bytes
    kept: Retention


class RejectionRow(NamedTuple):
    """One row of `rejections`."""

    stream: Stream
    sender: str
    id: str
    code: RejectCode
    digest: bytes
    at: int
    log_offset: int


class SpanRow(NamedTuple):
    """One row of `members`: keyed by (chat, person, from_seq).

    `from_n` counts the messages up to the span's first event, None for a span that is known already. What a former
    member keeps of the chat is written when the span ends: the messages, the time and the name at its last event.
    """

    chat: str
    person: str
    role: str
    from_seq: int
    until_seq: int | None
    from_n: int | None = None
    until_n: int | None = None
    until_at: int | None = None
    until_name: str | None = None


class DerivedRow(NamedTuple):
    """One row of `derived_commands`: an envelope for another partition, to be produced after the commit."""

    log_offset: int
    position: int
    target_partition: int
    stream: Stream
    envelope: bytes


class DerivedKey(NamedTuple):
    """Names a derived command of a partition that Kafka has confirmed."""

    log_offset: int
    position: int


@dataclass(slots=True)
class Portion:
    """What one partition adds to a flush: everything decided from `from_offset` up to `to_offset`."""

    partition: int
    epoch: int
    log_epoch: int
    from_offset: int
    to_offset: int
    events: list[EventRow] = field(default_factory=list[EventRow])
    rejections: list[RejectionRow] = field(default_factory=list[RejectionRow])
    derived: list[DerivedRow] = field(default_factory=list[DerivedRow])
    confirmed: list[DerivedKey] = field(default_factory=list[DerivedKey])
    spans: dict[tuple[str, str, int], SpanRow] = field(
        default_factory=dict[tuple[str, str, int], SpanRow]
    )
    changes: Changes = field(default_factory=Changes)
    """What the events did to messages."""
    heads: dict[Stream, StreamState] = field(default_factory=dict[Stream, StreamState])
    """The newest state of each stream that moved."""
    bodies: set[Stream] = field(default_factory=set[Stream])
    """Streams whose snapshot changed or that are new."""
    chapters: list[ChapterRow] = field(default_factory=list[ChapterRow])
    size: int = 0
    """Bytes of events and rejections, roughly."""

    @property
    def count(self) -> int:
        """Rows that the bound counts."""
        return len(self.events) + len(self.rejections)
