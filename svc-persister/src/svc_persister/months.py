"""Where an event lies: its class and month. A chapter is a stream's run of events that lie in one place."""

from datetime import UTC, datetime
from typing import Final, NamedTuple

from nexync_contracts.ids import Stream
from nexync_contracts.retention import Retention, shorter
from nexync_streams.fold import ChatState, StreamState

_MONTHS: Final = 12


class Month(NamedTuple):
    """A month of UTC: [low, high), Unix milliseconds."""

    low: int
    high: int

    @property
    def label(self) -> str:
        """`2026_03`, as it is part of a table's name."""
        return f"{datetime.fromtimestamp(self.low / 1000, UTC):%Y_%m}"


class ChapterRow(NamedTuple):
    """One row of `chapters`: the stream's events from `first_seq` on lie in `kept`, in the month of `first_at`.

    `first_n` counts the messages before it. `sure`: this process wrote the chapter before; otherwise it may be there.
    """

    stream: Stream
    first_seq: int
    first_n: int
    first_at: int
    kept: Retention
    month: int
    sure: bool


def month_of(at: int) -> Month:
    """The month that a time (Unix ms) is in."""
    then = datetime.fromtimestamp(at / 1000, UTC)
    return Month(_start(then.year, then.month), _start(then.year, then.month + 1))


def next_month(month: Month) -> Month:
    """The one after it."""
    return month_of(month.high)


def _start(year: int, month: int) -> int:
    if month > _MONTHS:
        year, month = year + 1, 1
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp()) * 1000


def class_of(state: StreamState, workspace: Retention) -> Retention:
    """How long an event is kept that leaves its stream in this state. A person's stream holds nothing that was said."""
    if not isinstance(state.body, ChatState):
        return Retention.FOREVER
    return shorter(workspace, state.body.settings.retention)


class Places:
    """Notices where a new chapter begins. Knows what this process wrote; forgets with the streams' states."""

    def __init__(self, workspace: Retention) -> None:
        self._workspace = workspace
        self._month = Month(0, 0)
        self._last: dict[Stream, tuple[Retention, int]] = {}

    def place(self, before: StreamState, after: StreamState) -> tuple[Retention, ChapterRow | None]:
        """The class of the event that leads from one state to the other, and the chapter that it begins, if any."""
        at = after.at
        if not self._month.low <= at < self._month.high:
            self._month = month_of(at)
        kept = class_of(after, self._workspace)
        here = (kept, self._month.low)
        known = self._last.get(after.stream)
        if known == here:
            return kept, None
        self._last[after.stream] = here
        row = ChapterRow(
            after.stream, after.head, before.n, at, kept, self._month.low, known is not None
        )
        return kept, row

    def forget(self, stream: Stream) -> None:
        """The stream's state was dropped; the store knows its last chapter."""
        self._last.pop(stream, None)
