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
