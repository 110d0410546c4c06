"""What one client has of one stream: pure, so the rules of closing numbers are tested without a socket."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from nexync_contracts.events import Event, EventRecord
from nexync_contracts.frames import EventFrame, SkipFrame

EARLY: Final = 1_000
"""Pieces beyond a hole that wait for it; one more is dropped, since the repair brings it again."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A piece of a stream, `first` to `last` inclusive: one event, or (with `id` None) a skip.

    `n` counts the messages up to here, `at` is Unix milliseconds.
    """

    first: int
    last: int
    id: str | None = None
    by: str | None = None
    n: int = 0
    event: Event | None = None
    at: int = 0


def seen_event(frame: EventFrame | EventRecord) -> Seen:
    """The piece that an event is."""
    return Seen(frame.seq, frame.seq, frame.id, frame.by, frame.n, frame.event, frame.at)


def seen_skip(frame: SkipFrame) -> Seen:
    """The piece that a skip frame is."""
    return Seen(frame.from_, frame.to)


class Taken(NamedTuple):
    """What a piece did: it closed these, in their order; or it `opened` a hole that wasn't there."""

    closed: tuple[Seen, ...] = ()
    opened: bool = False


@dataclass(slots=True)
class Inbox:
    """The closed pieces of a stream from `base` + 1 on, in the order in which they became closed.

    The last `keep` of them stay in `pieces` (None: all). A piece beyond the next number waits in `early`, and
    `hole` is true until the numbers close. A piece seen before is left out and counted in `again`.
    """

    epoch: int = 1
    base: int = 0
    keep: int | None = None
    head: int = field(init=False)
    """The last closed seq."""
    pieces: list[Seen] = field(default_factory=list[Seen])
    early: dict[int, Seen] = field(default_factory=dict[int, Seen])
    again: int = 0
    holes: int = 0
    gone_at: int | None = None

    def __post_init__(self) -> None:
        self.head = self.base

    @property
    def hole(self) -> bool:
        """Whether something between the head and a later piece is missing."""
        return bool(self.early)

    def take(self, piece: Seen) -> Taken:
        """Take in a piece; what it closed is handed on once, and a repair is due where it opened a hole."""
        if self.gone_at is not None and piece.last > self.gone_at:
            self.gone_at = None
        if piece.last <= self.head:
            self.again += 1
            return Taken()
        if piece.first > self.head + 1:
            opened = not self.early
            if len(self.early) < EARLY:
                self.early[piece.first] = piece
            self.holes += opened
            return Taken(opened=opened)
        closed = [self._close(piece)]
        while self.early:
            first = min(self.early)
            if first > self.head + 1:
                break
            following = self.early.pop(first)
            if following.last > self.head:
                closed.append(self._close(following))
        return Taken(tuple(closed))

    def _close(self, piece: Seen) -> Seen:
        if piece.id is None and piece.first <= self.head:
            piece = Seen(self.head + 1, piece.last)
        self.head = piece.last
        self.pieces.append(piece)
        if self.keep is not None:
            del self.pieces[: -self.keep or None]
        return piece

    def restart(self, epoch: int, seq: int) -> None:
        """What came so far can't be continued: start anew after `seq`."""
        self.epoch = epoch
        self.base = self.head = seq
        self.pieces.clear()
        self.early.clear()
