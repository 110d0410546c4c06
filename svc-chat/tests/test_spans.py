"""Arithmetic of ranges against a plain model: sets of numbers."""

from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts.session import Span
from svc_chat.spans import Range, gaps, newest, oldest, visible, visible_head, within


@st.composite
def spans(draw: st.DrawFn) -> tuple[Span, ...]:
    points = sorted(draw(st.lists(st.integers(1, 60), unique=True, max_size=7)))
    made = [
        Span(from_seq=low, until_seq=high)
        for low, high in zip(points[::2], points[1::2], strict=False)
    ]
    if len(points) % 2:
        made.append(Span(from_seq=points[-1]))
    return tuple(made)


def numbers(ranges: list[Range]) -> list[int]:
    return [seq for part in ranges for seq in range(part.low, part.high + 1)]


@given(spans(), st.integers(0, 70), st.integers(0, 70), st.integers(0, 70), st.integers(1, 30))
def test_ranges_are_sets(
    made: tuple[Span, ...], head: int, low: int, high: int, count: int
) -> None:
    """Every function agrees with the obvious one on lists of numbers."""
    seen = [
        seq
        for seq in range(1, head + 1)
        if any(s.from_seq <= seq and (s.until_seq is None or seq <= s.until_seq) for s in made)
    ]
    ranges = visible(made, head)
    assert numbers(ranges) == seen
    assert visible_head(made, head) == (seen[-1] if seen else 0)
    inside = [seq for seq in seen if low <= seq <= high]
    assert numbers(within(ranges, low, high)) == inside
    assert numbers(newest(ranges, count)) == seen[-count:]
    assert numbers(oldest(ranges, count)) == seen[:count]
    missing = [seq for seq in range(low, high + 1) if seq not in seen]
    assert numbers(gaps(ranges, low, high)) == missing
