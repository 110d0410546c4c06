"""What one device has of one stream: pure, so the rules of closing numbers are tested without a socket."""

from dataclasses import dataclass, field

from nexync_contracts.events import Event
from nexync_contracts.frames import EventFrame, SkipFrame


@dataclass(frozen=True, slots=True)
class Seen:
    """A piece of a stream, `first` to `last` inclusive: one event, or (with `id` None) a skip."""

    first: int
    last: int
    id: str | None = None
    by: str | None = None
    n: int = 0
    event: Event | None = None


def seen_event(frame: EventFrame) -> Seen:
    """The piece that an event frame is."""
    return Seen(frame.seq, frame.seq, frame.id, frame.by, frame.n, frame.event)


def seen_skip(frame: SkipFrame) -> Seen:
    """The piece that a skip frame is."""
    return Seen(frame.from_, frame.to)


@dataclass(slots=True)
class Inbox:
    """The closed pieces of a stream from `base` + 1 on, in the order in which they became closed.

    A piece beyond the next number waits in `early` (1,000 at most; more are dropped, since the repair brings
    them again) and `hole` is true until the numbers close. A piece seen before is left out and counted.
    """

    epoch: int = 1
    base: int = 0
    pieces: list[Seen] = field(default_factory=list[Seen])
    early: dict[int, Seen] = field(default_factory=dict[int, Seen])
    again: int = 0
    holes: int = 0
    gone_at: int | None = None

    @property
    def head(self) -> int:
        """The last closed seq."""
        return self.pieces[-1].last if self.pieces else self.base

    @property
    def hole(self) -> bool:
        """Whether something between the head and a later piece is missing."""
        return bool(self.early)

    def take(self, piece: Seen) -> bool:
        """Take in a piece. True when it opens a hole that wasn't there, so a repair is due."""
        if self.gone_at is not None and piece.last > self.gone_at:
            self.gone_at = None
        if piece.last <= self.head:
            self.again += 1
            return False
        if piece.first > self.head + 1:
            opened = not self.early
            if len(self.early) < 1_000:
                self.early[piece.first] = piece
            self.holes += opened
            return opened
        self._close(piece)
        return False

    def _close(self, piece: Seen) -> None:
        if piece.id is None and piece.first <= self.head:
            piece = Seen(self.head + 1, piece.last)
        self.pieces.append(piece)
        while self.early:
            first = min(self.early)
            following = self.early[first]
            if first > self.head + 1:
                return
            del self.early[first]
            if following.last > self.head:
                if following.id is None:
                    following = Seen(self.head + 1, following.last)
                self.pieces.append(following)

    def restart(self, epoch: int, seq: int) -> None:
        """What came so far can't be continued: start anew after `seq`."""
        self.epoch = epoch
        self.base = seq
        self.pieces.clear()
        self.early.clear()
