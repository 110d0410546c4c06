"""Which events of a stream a reader may see, and the skips that close the numbers in between."""

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from nexync_contracts.session import Span

T = TypeVar("T")


class MissingEventError(LookupError):
    """An event that the reader may see was not among those given: a hole, never to be closed by a skip."""


class Shown(NamedTuple, Generic[T]):
    """An event that the reader may see."""

    event: T


class Skipped(NamedTuple):
    """Events that the reader may not see, `from_seq` to `to_seq`, both inclusive."""

    from_seq: int
    to_seq: int


def may_see(spans: Sequence[Span], seq: int) -> bool:
    """Whether one of the spans holds `seq`."""
    return any(
        span.from_seq <= seq and (span.until_seq is None or seq <= span.until_seq) for span in spans
    )


def visible_ranges(spans: Iterable[Span], after: int, to: int) -> list[tuple[int, int]]:
    """The ranges within (after, to] that the spans let through: ordered, merged, both ends inclusive."""
    ranges: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda span: span.from_seq):
        low = max(span.from_seq, after + 1)
        high = to if span.until_seq is None else min(span.until_seq, to)
        if low > high:
            continue
        if ranges and low <= ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], max(ranges[-1][1], high))
        else:
            ranges.append((low, high))
    return ranges


def see(
    events: Iterable[T],
    seq_of: Callable[[T], int],
    spans: Sequence[Span],
    after: int,
    to: int,
    hides: Callable[[T], bool] = lambda _: False,
) -> list[Shown[T] | Skipped]:
    """Everything of (after, to] in order: the events that the spans let through and skips for the rest.

    `events` may hold more than is needed, in any order. What `hides` says of is within the spans, but not for this
    reader. Raises MissingEventError if one within the spans lacks.
    """
    by_seq = {seq_of(event): event for event in events}
    out: list[Shown[T] | Skipped] = []
    done = after
    for low, high in visible_ranges(spans, after, to):
        for seq in range(low, high + 1):
            if seq not in by_seq:
                msg = f"event {seq} lacks between {after} and {to}"
                raise MissingEventError(msg)
            if hides(by_seq[seq]):
                continue
            if seq > done + 1:
                out.append(Skipped(done + 1, seq - 1))
            out.append(Shown(by_seq[seq]))
            done = seq
    if done < to:
        out.append(Skipped(done + 1, to))
    return out
