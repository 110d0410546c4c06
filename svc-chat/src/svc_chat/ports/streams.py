"""Streams in Postgres, and where each of them lives."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol

from nexync_contracts.events import ChatKind, EventRecord
from nexync_contracts.ids import PersonId, Stream
from nexync_streams.messages import Edit, Now
from svc_chat.chapters import Chapter
from svc_chat.spans import Membership, Range


class StoredHead(NamedTuple):
    """How far Postgres is with a stream. `at` is the last event's time, Unix ms; `kind` is a chat's."""

    partition: int
    epoch: int
    head: int
    n: int
    at: int
    kind: ChatKind | None = None


class Snapshot(Protocol):
    """One moment of Postgres for one stream, as one person looks at it: `events` alone has what is hidden from them."""

    stored: StoredHead | None
    membership: Membership
    chapters: Sequence[Chapter]

    async def events(self, ranges: Sequence[Range]) -> list[EventRecord]:
        """The events of these ranges, ascending."""
        ...

    async def lines(
        self, ranges: Sequence[Range], count: int, *, newest: bool
    ) -> list[EventRecord]:
        """The newest or oldest `count` events of these ranges that are lines of a timeline, ascending."""
        ...

    async def messages_now(self, targets: Sequence[int], as_of: int) -> Mapping[int, Now]:
        """What became of these messages up to `as_of`; untouched ones are left out. A fixed number of queries."""
        ...

    async def versions(self, target: int, as_of: int, count: int) -> list[Edit]:
        """The newest `count` edits of a message up to `as_of`, oldest first."""
        ...


class StreamStore(Protocol):
    """Streams in Postgres."""

    def snapshot(
        self, stream: Stream, person: PersonId | None
    ) -> AbstractAsyncContextManager[Snapshot]: ...

    async def partition_of(self, stream: Stream) -> int | None:
        """Where the stream lives; None when it has no place, so that nothing of it can exist."""
        ...

    async def heads(self, streams: Sequence[Stream]) -> Mapping[Stream, StoredHead]: ...

    async def log_epoch(self) -> int: ...


class Places(Protocol):
    """Where streams live, for ever."""

    async def place(self, stream: Stream) -> int:
        """The partition of a chat's stream: the one it has, or one that is chosen and written down now."""
        ...
