"""Views only grow and close: an old answer never undoes a newer event."""

from hypothesis import given
from hypothesis import strategies as st

from svc_gateway.spans import View, merge


def test_a_closed_span_stays_closed() -> None:
    view = View(1, 1, ((1, None),))
    view.left(5)
    view.spans = merge(view.spans, ((1, None),))
    assert (view.member, view.until) == (False, 5)
    view.joined(9)
    assert (view.member, view.before_last()) == (True, 5)
    view.left(3)
    assert view.member


@given(st.lists(st.integers(1, 50), min_size=2, max_size=8, unique=True))
def test_merging_is_idempotent_and_in_any_order(edges: list[int]) -> None:
    edges = sorted(edges)
    spans = tuple(
        (edges[at], edges[at + 1] if at + 1 < len(edges) else None)
        for at in range(0, len(edges), 2)
    )
    older = merge((), (*spans[:-1], (spans[-1][0], None)))
    assert merge(spans, older) == merge(older, spans) == merge((), spans)


@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(0, 20)), max_size=4),
    st.none() | st.integers(51, 60),
    st.integers(0, 70),
)
def test_the_newest_that_one_sees_is_seen_also_where_spans_overlap(
    earlier: list[tuple[int, int]], joined: int | None, seq: int
) -> None:
    spans = merge((), tuple((start, start + more) for start, more in earlier))
    if joined is not None:
        spans = merge(spans, ((joined, None),))
    view = View(1, 1, spans)
    assert view.newest(seq) == max((one for one in range(1, seq + 1) if view.sees(one)), default=0)


def test_who_comes_back_and_is_granted_all_sees_also_what_was_said_meanwhile() -> None:
    view = View(1, 1, ((5, None),))
    view.left(10)
    view.joined(20, history=True)
    assert (view.newest(15), view.before_last()) == (15, 0)
    view.left(25)
    view.joined(30)
    assert (view.newest(28), view.before_last()) == (25, 25)
