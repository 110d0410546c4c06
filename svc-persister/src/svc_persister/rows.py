"""What a flush writes: plain rows, gathered while records are decided."""

from dataclasses import dataclass, field
from typing import NamedTuple

from nexync_contracts.errors import RejectCode
from nexync_contracts.ids import Stream
from nexync_streams.fold import StreamState
from svc_persister.changes import Changes


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
    """One row of `members`: keyed by (chat, person, from_seq)."""

    chat: str
    person: str
    role: str
    from_seq: int
    until_seq: int | None


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
    size: int = 0
    """Bytes of events and rejections, roughly."""

    @property
    def count(self) -> int:
        """Rows that the bound counts."""
        return len(self.events) + len(self.rejections)
