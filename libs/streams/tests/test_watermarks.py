"""Watermarks: whatever comes twice, late or in another order ends the same and never goes back."""

from functools import reduce
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts.limits import READ_MOMENTS
from nexync_streams.watermarks import (
    MINUTE_MS,
    NOTHING,
    Moment,
    Watermark,
    frontier,
    joined,
    marked,
    read_by,
)

MARKS = st.builds(marked, st.integers(0, 30), st.integers(0, 30), st.integers(1, 20 * MINUTE_MS))
SEVERAL = st.lists(MARKS, max_size=12)


def merged(marks: list[Watermark]) -> Watermark:
    return reduce(joined, marks, NOTHING)


@given(SEVERAL, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(marks: list[Watermark], dice: Random) -> None:
    again = [*marks, *marks]
    dice.shuffle(again)
    assert merged(again) == merged(marks)


@given(SEVERAL, MARKS)
def test_it_never_goes_back(marks: list[Watermark], late: Watermark) -> None:
    before = merged(marks)
    after = joined(before, late)
    assert (after.read, after.delivered) >= (before.read, before.delivered)
    assert after.read == max(before.read, late.read)
    assert after.delivered == max(before.delivered, late.delivered) >= after.read


@given(SEVERAL, st.integers(1, 30))
def test_when_something_was_read_is_the_first_minute_that_covers_it(
    marks: list[Watermark], seq: int
) -> None:
    covering = [at for one in marks for reached, at in one.moments if reached >= seq]
    found = read_by(merged(marks).moments, seq)
    assert found == ((min(covering), False) if covering else None)


def test_old_moments_are_forgotten_and_that_is_said() -> None:
    marks = [marked(seq, 0, seq * MINUTE_MS) for seq in range(1, READ_MOMENTS + 6)]
    moments = merged(marks).moments
    assert len(moments) == READ_MOMENTS
    assert read_by(moments, 2) == (6 * MINUTE_MS, True)
    assert read_by(moments, 7) == (7 * MINUTE_MS, False)


def test_a_minute_is_kept_once() -> None:
    moments = (Moment(3, MINUTE_MS), Moment(7, MINUTE_MS), Moment(5, 2 * MINUTE_MS))
    assert frontier(moments) == (Moment(7, MINUTE_MS),)
