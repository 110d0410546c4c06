"""Where new streams go."""

from nexync_runtime.placing import choose

IDS = [f"00000000-0000-4000-8000-{number:012x}" for number in range(400)]


def test_the_first_partitions_while_none_is_taken() -> None:
    """Before any persister has come, the topic's first partitions take the streams, evenly."""
    chosen = [choose(one, [], 8) for one in IDS]
    assert set(chosen) == set(range(8))
    assert max(chosen.count(place) for place in range(8)) < 100


def test_only_taken_partitions_get_streams() -> None:
    """A partition that nobody reads would swallow what is sent to it."""
    assert {choose(one, [2, 11], 8) for one in IDS} == {2, 11}


def test_the_choice_is_that_of_the_fixed_rule_while_all_first_ones_are_taken() -> None:
    """Requests that make the same chat agree before anything is written, also across releases."""
    assert [choose(one, range(8), 8) for one in IDS] == [choose(one, [], 8) for one in IDS]
    assert [choose(one, [], 8) for one in IDS[:8]] == [7, 1, 3, 5, 6, 0, 2, 4]
