"""The device's closing of numbers: in order, once, holes noticed and closed."""

from hypothesis import given
from hypothesis import strategies as st

from nexync_client.inbox import Inbox, Seen, Taken


def piece(seq: int) -> Seen:
    """The event `seq`."""
    return Seen(seq, seq, f"id{seq}", "p")


def test_a_hole_is_noticed_once_and_closed_by_what_was_missing() -> None:
    """One repair a hole, and the later events wait for it."""
    inbox = Inbox()
    assert inbox.take(piece(1)) == Taken((piece(1),))
    assert inbox.take(piece(3)) == Taken(opened=True)
    assert inbox.take(piece(4)) == Taken()
    assert inbox.head == 1
    assert inbox.take(piece(2)) == Taken((piece(2), piece(3), piece(4)))
    assert [seen.first for seen in inbox.pieces] == [1, 2, 3, 4]
    assert not inbox.hole


def test_what_is_not_to_be_kept_is_forgotten() -> None:
    """A program that runs for years has the same size."""
    few, none = Inbox(keep=2), Inbox(keep=0)
    for seq in range(1, 6):
        few.take(piece(seq))
        none.take(piece(seq))
    assert [seen.first for seen in few.pieces] == [4, 5]
    assert not none.pieces
    assert few.head == none.head == 5


def test_a_skip_that_overlaps_closes_only_what_is_new() -> None:
    """A resume may answer with a skip that begins before the head."""
    inbox = Inbox()
    inbox.take(Seen(1, 3))
    inbox.take(Seen(2, 5))
    assert [(seen.first, seen.last) for seen in inbox.pieces] == [(1, 3), (4, 5)]


@given(st.lists(st.integers(1, 12), max_size=40))
def test_any_arrival_gives_the_dense_prefix(arrivals: list[int]) -> None:
    """Doubles and disorder never show."""
    inbox = Inbox()
    handed_on = [one.first for seq in arrivals for one in inbox.take(piece(seq)).closed]
    head = next(seq for seq in range(13) if seq + 1 not in arrivals)
    assert [seen.first for seen in inbox.pieces] == list(range(1, head + 1)) == handed_on
