"""The recent events of streams, kept beside Postgres."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from nexync_contracts.events import EventRecord
from nexync_contracts.ids import Stream
from svc_chat.spans import Range


@dataclass(frozen=True, slots=True)
class Window:
    """The recent events of a stream: `raw` holds the frames of the seqs from `first` on, without a hole.

    `known` is False while nobody answers for its being complete; an unknown window is not an empty one.
    """

    known: bool
    first: int = 1
    raw: tuple[bytes, ...] = ()

    @property
    def head(self) -> int:
        """The last seq in the window, `first - 1` when it is empty."""
        return self.first + len(self.raw) - 1

    def records(self, low: int, high: int) -> list[EventRecord]:
        """The events of [low, high] that the window holds."""
        start = max(low, self.first) - self.first
        stop = max(start, min(high, self.head) - self.first + 1)
        return [EventRecord.model_validate_json(frame) for frame in self.raw[start:stop]]


class WindowHead(NamedTuple):
    """A stream's head as the windows know it."""

    epoch: int
    seq: int
    n: int


class WindowHeads(NamedTuple):
    """Heads of the recently active streams among those asked for, and which partitions are live."""

    heads: Mapping[Stream, WindowHead]
    live: frozenset[int]


class Windows(Protocol):
    """The recent events of all streams. Every method raises WindowsAwayError when the store is away."""

    async def read(self, stream: Stream, partition: int) -> Window:
        """Window and its partition's marker at one moment."""
        ...

    async def heads(
        self, streams: Sequence[Stream], partitions: Collection[int]
    ) -> WindowHeads: ...

    async def tails(self, wanted: Mapping[Stream, Range]) -> Mapping[Stream, Sequence[EventRecord]]:
        """For each stream what its window holds from `low` on, also what came after `high` meanwhile."""
        ...
