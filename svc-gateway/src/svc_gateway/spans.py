"""What a person may see of a chat, small enough to keep for every chat of everybody here. Pure."""

from collections.abc import Iterable

from nexync_contracts.session import Span, StreamView

Spans = tuple[tuple[int, int | None], ...]
"""(from_seq, until_seq), both inclusive, ascending by from_seq; until_seq None while a member.

They overlap where somebody was granted all that was before they came back.
"""

WHOLE: Spans = ((1, None),)
"""A person's own stream."""


class View:
    """One chat of one person. Spans only grow and close, so an older answer can't undo a newer event."""

    __slots__ = ("epoch", "held", "partition", "spans")

    def __init__(self, partition: int, epoch: int, spans: Spans) -> None:
        self.partition = partition
        self.epoch = epoch
        self.spans = spans
        self.held = False
        """Whether the person is counted among the readers of the chat's room."""

    @property
    def member(self) -> bool:
        """Whether the last span is open."""
        return bool(self.spans) and self.spans[-1][1] is None

    @property
    def until(self) -> int:
        """The last event that a former member sees; 0 for a member or a stranger."""
        return (self.spans[-1][1] or 0) if self.spans else 0

    def begins_after(self, seq: int) -> bool:
        """Whether the last span begins with an event that may not be sent yet once `seq` is the last that was.

        svc-chat can know of a join that the room here hasn't come to: until then the room's events are not for
        this person.
        """
        return bool(self.spans) and self.spans[-1][0] > seq + 1

    def sees(self, seq: int) -> bool:
        """Whether one of the spans holds `seq`."""
        return any(start <= seq and (until is None or seq <= until) for start, until in self.spans)

    def newest(self, seq: int) -> int:
        """The last seq up to `seq` that one of the spans holds; 0 if there is none."""
        return max(
            (min(seq, until or seq) for start, until in self.spans if start <= seq), default=0
        )

    def joined(self, seq: int, *, history: bool = False) -> None:
        """The person is a member from `seq` on; with `history` all that was before is seen, too."""
        before = ((1, seq - 1),) if history else ()
        self.spans = merge(self.spans, (*before, (seq, None)))

    def left(self, seq: int) -> None:
        """The person sees up to `seq`, which removed them."""
        if self.member and self.spans[-1][0] <= seq:
            self.spans = (*self.spans[:-1], (self.spans[-1][0], seq))

    def before_last(self) -> int:
        """The last event seen before the last span began; 0 if there was none, or if all before is seen, too."""
        if len(self.spans) < 2:
            return 0
        until = max(until or 0 for _, until in self.spans[:-1])
        return 0 if until == self.spans[-1][0] - 1 else until


def of_view(view: StreamView) -> Spans:
    """The spans of a contract's view."""
    return merge((), tuple((span.from_seq, span.until_seq) for span in view.spans))


def merge(old: Spans, new: Spans) -> Spans:
    """Both together: a span that one of them knows to be closed is closed, at the later end that is known."""
    ends: dict[int, int | None] = dict(old)
    for start, until in new:
        known = ends.get(start)
        if known is None or until is None:
            ends[start] = until if known is None else known
        else:
            ends[start] = max(known, until)
    ordered = sorted(ends.items())
    closed: list[tuple[int, int | None]] = []
    for index, (start, until) in enumerate(ordered):
        last = index == len(ordered) - 1
        closed.append((start, until if until is not None or last else ordered[index + 1][0] - 1))
    return tuple(closed)


def as_contract(spans: Iterable[tuple[int, int | None]]) -> tuple[Span, ...]:
    """The spans as `nexync_streams.seeing` takes them."""
    return tuple(Span(from_seq=start, until_seq=until) for start, until in spans)
