"""Reads of one stream that never lag behind what was seen live: Postgres and the window, merged by seq.

Postgres is written in bulk every few seconds; the window in Redis holds what it doesn't have yet. The window is
read first: it is trimmed only below Postgres, so whatever it lacks at that moment Postgres has afterwards, and
the union has no hole. A window that nobody answers for (no marker) is unknown, not empty.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from nexync_contracts.events import ChatKind, EventRecord
from nexync_contracts.ids import ChatId, PersonId, Stream, chat_stream
from nexync_contracts.limits import READ_WAIT_SECONDS
from nexync_runtime import log
from svc_chat import metrics
from svc_chat.chapters import Chapter, gone_ranges, without
from svc_chat.errors import NothingThereError, NotYetError, WindowsAwayError
from svc_chat.pacing import Pace
from svc_chat.ports import Snapshot, StoredHead, StreamStore, Window, Windows
from svc_chat.spans import Membership, Range, advance, visible, visible_head

_log = log.get("reading")

_NOWHERE = Window(known=True)
_AWAY = Window(known=True)
"""While Redis is away nothing is seen live and persisters flush fast, so Postgres is as far as any reader."""


@dataclass(frozen=True, slots=True)
class View:
    """A stream at one moment: how far it is, what the person may see of it, and what its retention has taken."""

    partition: int
    epoch: int
    head: int
    n: int
    membership: Membership
    kind: ChatKind | None = None
    chapters: tuple[Chapter, ...] = ()
    gone: tuple[Range, ...] = ()

    @property
    def ranges(self) -> list[Range]:
        """What there is for the person to see, ascending and disjoint."""
        return without(visible(self.membership.spans, self.head), self.gone)

    @property
    def seen_head(self) -> int:
        """The last seq that is for the person, gone or not; 0 when none is."""
        return visible_head(self.membership.spans, self.head)

    @property
    def seen_n(self) -> int:
        """The messages of the chat up to there."""
        left = self.membership.left_n
        return self.n if self.membership.role is not None or left is None else left


@dataclass(frozen=True, slots=True)
class Look:
    """A view and the events that were asked for, ascending."""

    view: View
    records: tuple[EventRecord, ...]


Choose = Callable[[View], Sequence[Range]]

Gathered = TypeVar("Gathered")
Gather = Callable[[Snapshot, View, Sequence[EventRecord]], Awaitable[Gathered | None]]
"""Takes what it needs from Postgres and from the events that only the window has; None when something lacks."""


@dataclass(frozen=True, slots=True)
class Found(Generic[Gathered]):
    """A view and what was gathered at its moment."""

    view: View
    gathered: Gathered


def nothing(_: View) -> Sequence[Range]:
    """Choose no events: the view is enough."""
    return ()


class StreamReading:
    """Reads of one stream. Not found and not yet are exceptions; see `look`."""

    def __init__(self, store: StreamStore, windows: Windows, pace: Callable[[], Pace]) -> None:
        self._store = store
        self._windows = windows
        self._pace = pace

    async def look(
        self,
        stream: Stream,
        choose: Choose = nothing,
        *,
        person: PersonId | None = None,
        at_least: int | None = None,
    ) -> Look:
        """The stream and the events that `choose` picks, waiting at most 6 s for `at_least`.

        With `person` only a stream that this person may see at least a part of exists. Raises
        NothingThereError, NotYetError.
        """

        async def gather(
            snapshot: Snapshot, view: View, tail: Sequence[EventRecord]
        ) -> tuple[EventRecord, ...] | None:
            return await _gather(snapshot, view, tail, choose(view))

        found = await self.read(stream, gather, person=person, at_least=at_least)
        return Look(found.view, found.gathered)

    async def read(
        self,
        stream: Stream,
        gather: Gather[Gathered],
        *,
        person: PersonId | None = None,
        at_least: int | None = None,
        window: Window | None = None,
    ) -> "Found[Gathered]":
        """The same, but `gather` takes what it wants from one moment of Postgres and window.

        With `window` the window has been read just now; it is read again only when that isn't enough.
        """
        pace = self._pace()
        seen = False
        while True:
            found = await self._attempt(stream, gather, person, at_least, window)
            window = None
            if isinstance(found, Found):
                return found
            seen = seen or found.seen
            if found.final:
                raise NothingThereError
            if not await pace.again(READ_WAIT_SECONDS):
                metrics.READS_GIVEN_UP.inc()
                if not seen:
                    raise NothingThereError
                raise NotYetError

    async def present(self, person: PersonId, chat: ChatId) -> bool:
        """Whether the person is in the chat now. Raises NothingThereError for strangers, NotYetError."""
        look = await self.look(chat_stream(chat), person=person)
        return look.view.membership.role is not None

    async def stored(self, stream: Stream, seq: int, *, seconds: float) -> bool:
        """Wait until Postgres itself has the stream up to `seq`; False when it doesn't within `seconds`."""
        pace = self._pace()
        while True:
            head = (await self._store.heads([stream])).get(stream)
            if head is not None and head.head >= seq:
                return True
            if not await pace.again(seconds):
                return False

    async def _attempt(
        self,
        stream: Stream,
        gather: Gather[Gathered],
        person: PersonId | None,
        at_least: int | None,
        window: Window | None,
    ) -> "Found[Gathered] | _Pending":
        if window is None:
            window = await self._window(stream)
        async with self._store.snapshot(stream, person) as snapshot:
            merged = merge(window, snapshot, person)
            if merged is None:
                return _Pending(seen=False, final=at_least is None and window.known)
            view, tail = merged
            settled = window.known if at_least is None else view.head >= at_least
            if person is not None and not view.membership.spans:
                return _Pending(seen=False, final=settled and window.known)
            if not settled:
                return _Pending(seen=True, final=False)
            gathered = await gather(snapshot, view, tail)
        if gathered is None:
            _log.warning("hole in the union of window and postgres", stream=stream)
            return _Pending(seen=True, final=False)
        return Found(view, gathered)

    async def _window(self, stream: Stream) -> Window:
        """A chat that Postgres doesn't have yet may be in the window alone, or was lost there: ask its marker too.

        A chat without a place was never asked for.
        """
        place = await self._store.partition_of(stream)
        if place is None:
            return _NOWHERE
        try:
            window = await self._windows.read(stream, place)
        except WindowsAwayError:
            return _AWAY
        return window


@dataclass(frozen=True, slots=True)
class _Pending:
    """No answer yet. `seen`: the reader may know of the stream; `final`: waiting changes nothing."""

    seen: bool
    final: bool


def merge(
    window: Window, snapshot: Snapshot, person: PersonId | None
) -> tuple[View, tuple[EventRecord, ...]] | None:
    """The view of the union and the events that only the window has; None when neither has the stream.

    A window of an older log epoch, or one that doesn't reach down to Postgres, adds nothing.
    """
    stored = snapshot.stored
    tail = tail_of(window, stored)
    membership = snapshot.membership
    if person is not None:
        membership = advance(membership, person, tail)
    chapters = tuple(snapshot.chapters)
    gone = gone_ranges(chapters, stored.head) if stored else ()
    kind = stored.kind if stored else None
    if tail:
        last = tail[-1]
        partition = stored.partition if stored else getattr(tail[0].event, "partition", 0)
        kind = kind or getattr(tail[0].event, "kind", None)
        return View(partition, last.epoch, last.seq, last.n, membership, kind, chapters, gone), tail
    if stored is None:
        return None
    view = View(
        stored.partition, stored.epoch, stored.head, stored.n, membership, kind, chapters, gone
    )
    return view, tail


def tail_of(window: Window, stored: StoredHead | None) -> tuple[EventRecord, ...]:
    """What the window holds beyond Postgres, without a hole in between."""
    head = stored.head if stored else 0
    if window.first > head + 1 or window.head <= head:
        return ()
    tail = tuple(window.records(head + 1, window.head))
    return () if stored and tail[0].epoch < stored.epoch else tail


async def _gather(
    snapshot: Snapshot, view: View, tail: Sequence[EventRecord], ranges: Sequence[Range]
) -> tuple[EventRecord, ...] | None:
    """The events of the ranges from both sides; None when one is missing."""
    stored_head = snapshot.stored.head if snapshot.stored else 0
    below = [
        Range(part.low, min(part.high, stored_head)) for part in ranges if part.low <= stored_head
    ]
    records = await snapshot.events(below) if below else []
    records += [
        record for record in tail if any(part.low <= record.seq <= part.high for part in ranges)
    ]
    wanted = sum(part.size for part in ranges)
    if len(records) != wanted or any(part.high > view.head for part in ranges):
        return None
    return tuple(records)
