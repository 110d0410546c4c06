"""What the times of answers tell."""

import pytest

from nexync_bench.accounts import slower_share


def test_the_same_times_tell_nothing() -> None:
    """Half of all pairs, ties counted half."""
    assert slower_share([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])[0] == pytest.approx(0.5)


def test_times_that_differ_are_seen() -> None:
    """More than two standard errors away from a half."""
    share, error = slower_share([2.0 + 0.01 * one for one in range(50)], [1.0] * 50)
    assert share == 1
    assert share - 0.5 > 2 * error
