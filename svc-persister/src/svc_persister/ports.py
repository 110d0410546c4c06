"""What the persister needs from outside, as it needs it. All of it blocks; each call has a timeout inside."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from nexync_contracts.ids import ChatId, PersonId, Stream
from nexync_streams.deciding import Seen
from nexync_streams.fold import StreamState
from nexync_streams.watermarks import Watermark
from svc_persister.rows import DerivedKey, DerivedRow, Portion


class LogRecord(NamedTuple):
    """One record of the chat topic. `append_ms` is the log's own time, Unix milliseconds."""

    partition: int
    offset: int
    append_ms: int
    key: bytes | None
    value: bytes | None


class LogIdentity(NamedTuple):
    """Which log this is: Kafka's ids of the cluster and of the topic."""

    cluster_id: str
    topic_id: str


class RecentRow(NamedTuple):
    """An earlier command: its key (see `recent.command_key`), its outcome, when it was appended (ms)."""

    key: str
    seen: Seen
    at: int


class Taken(NamedTuple):
    """A partition that is ours now, and what Postgres knows of it."""

    partition: int
    epoch: int
    log_epoch: int
    next_offset: int
    recent: Sequence[RecentRow]
    """The newest commands, oldest first."""
    future_until: int
    """The largest time (ms) inside an id that was ever refused as too far ahead; 0 if none was."""
    derived: Sequence[DerivedRow]
    """Commands of an earlier owner that Kafka may not have yet."""


class Lookup(NamedTuple):
    """A command that might have come before: looked up among smaller offsets only."""

    key: str
    stream: Stream
    sender: str
    id: str
    log_epoch: int
    log_offset: int


class LastEvent(NamedTuple):
    """A stream as Postgres has it, with the published form of its last event."""

    stream: Stream
    epoch: int
    head: int
    n: int
    payload: bytes


class Store(Protocol):
    """Postgres. Each call raises StoreAwayError when it doesn't answer."""

    def take(self, partition: int, identity: LogIdentity, recent: int) -> Taken:
        """Raise the partition's epoch. Raises WrongLogError if Postgres was built from another log."""
        ...

    def load(self, streams: Sequence[Stream]) -> Mapping[Stream, StreamState]:
        """The states of those that exist, by one query."""
        ...

    def find(self, lookups: Sequence[Lookup]) -> Mapping[str, Seen]:
        """The earlier outcomes by key, by one query."""
        ...

    def heads_since(self, partition: int, log_epoch: int, offset: int) -> "Sequence[LastEvent]":
        """Streams with events stored from `offset` on, each with its last event."""
        ...

    def flush(self, portions: Sequence[Portion]) -> None:
        """Write all in one transaction. Raises FencedError, BrokenInvariantError."""
        ...

    def committed(self, portions: Sequence[Portion]) -> bool:
        """Whether a flush that was cut off had been committed."""
        ...

    def write_offset(self, partition: int, next_offset: int) -> None:
        """Write the offset alone: only for the planted fault."""
        ...


class Claim(NamedTuple):
    """Who speaks to Redis for a partition: this process (`run`) with its epoch."""

    partition: int
    run: str
    epoch: int


class Append(NamedTuple):
    """Events for the windows of a partition, with the marker's position before and after them."""

    claim: Claim
    before: int
    after: int
    events: Sequence["WindowEvent"]


class WindowEvent(NamedTuple):
    """An event for its window; `payload` is what Pub/Sub gets, `silent` leaves Pub/Sub out."""

    stream: Stream
    n: int
    payload: bytes
    silent: bool = False


class Notice(NamedTuple):
    """An outcome for a channel."""

    channel: str
    payload: bytes


class Windows(Protocol):
    """Redis: the recent events of each stream, and Pub/Sub. Each call raises WindowsAwayError."""

    def append(self, appends: Sequence[Append], notices: Sequence[Notice]) -> Mapping[int, bool]:
        """Append and publish; by partition whether its marker was as expected. Raises FencedError."""
        ...

    def begin(self, claim: Claim) -> int | None:
        """Keep older owners out; the offset that the windows knew as flushed, None without a marker."""
        ...

    def rewrite(
        self, claim: Claim, heads: Sequence[LastEvent], events: Sequence[WindowEvent]
    ) -> None:
        """Move heads forward that Postgres has passed, then append and publish `events` again.

        The last event of each such stream is published, so that readers see the hole before it at once.
        """
        ...

    def finish(self, claim: Claim, flushed: int, position: int) -> None:
        """Set the marker: from now on the windows are complete."""
        ...

    def trim(self, claim: Claim, flushed: int, seqs: Mapping[Stream, int]) -> bool:
        """Forget what Postgres has (the newest 100 stay); False if the marker was not as expected."""
        ...


class ReceiptsTaken(NamedTuple):
    """A partition of the receipt topic that is ours now, and how far Postgres is."""

    epoch: int
    next_offset: int


class ReceiptPortion(NamedTuple):
    """What one partition brings to Postgres: watermarks by (chat, person), up to an offset."""

    partition: int
    epoch: int
    from_offset: int
    to_offset: int
    watermarks: Mapping["Reader", Watermark]


class Reader(NamedTuple):
    """Whose watermark it is, in which chat."""

    chat: ChatId
    person: PersonId


class Moved(NamedTuple):
    """A watermark that grew, as it is now; `read`: also what was read, not only what has arrived."""

    now: Watermark
    read: bool


class Reads(NamedTuple):
    """What has to be known to tell of watermarks: of the chats that are small enough, and of own marks."""

    members: Mapping[ChatId, frozenset[PersonId]]
    """Present members; a larger chat is not here."""
    hidden: frozenset[PersonId]
    """Those among them who tell nothing of themselves."""
    apart: frozenset[tuple[PersonId, PersonId]]
    """Pairs among them of which one blocked the other, both ways round."""
    counts: Mapping[Reader, int]
    """Messages up to what was read, where Postgres has that event."""


class ReceiptStore(Protocol):
    """Postgres, as far as receipts go. Each call raises StoreAwayError when it doesn't answer."""

    def take(self, partition: int, identity: LogIdentity) -> ReceiptsTaken:
        """Raise the partition's epoch. Another log than before is read from its beginning."""
        ...

    def write(self, portions: Sequence[ReceiptPortion]) -> Mapping["Reader", Moved]:
        """Merge all in one transaction with the offsets; those that moved. Raises FencedError."""
        ...

    def reads(self, moved: Mapping["Reader", Moved]) -> Reads:
        """What telling of these needs; a fixed number of queries."""
        ...


class Notices(Protocol):
    """Redis Pub/Sub."""

    def publish(self, notices: Sequence[Notice]) -> None:
        """All in one round trip. Raises WindowsAwayError."""
        ...


class Source(Protocol):
    """The consumer, as far as the engine steers it."""

    def pause(self, partition: int) -> None: ...

    def resume(self, partition: int) -> None: ...

    def seek(self, partition: int, offset: int) -> bool:
        """Read on from `offset`; False if the fetcher isn't up yet, try again later."""
        ...

    def high_water(self, partition: int) -> int:
        """The offset that the next record will have, as of the last fetch; 0 before the first. Never waits."""
        ...


class DeadLetters(Protocol):
    """The topic of what no version can read."""

    def put(self, record: LogRecord, reason: str) -> None:
        """Returns once Kafka has it. Raises LogAwayError."""
        ...


class FlushDone(NamedTuple):
    """The end of a flush; an error stops the process."""

    portions: Sequence[Portion]
    error: Exception | None


class Flushing(Protocol):
    """The thread that writes to Postgres, with at most one flush in flight."""

    @property
    def away(self) -> bool:
        """Whether the flush in flight waits for Postgres."""
        ...

    def submit(self, portions: Sequence[Portion]) -> None: ...

    def produce(self, partition: int, derived: Sequence[DerivedRow]) -> None:
        """Produce derived commands that Postgres has already."""
        ...

    def done(self, timeout: float) -> FlushDone | None:
        """The finished flush, waiting up to `timeout` seconds for it."""
        ...

    def confirmed(self, partition: int) -> list[DerivedKey]:
        """Derived commands that Kafka has confirmed since the last call."""
        ...
