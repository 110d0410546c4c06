"""When a topic grows: examples, and what holds for any load and any memory."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexync_operator.autoscaling import Load, Memory, Policy, decide

NOW = datetime(2026, 1, 1, tzinfo=UTC)
POLICY = Policy(64, 1000.0, 100.0, timedelta(seconds=600), timedelta(seconds=3600))
BUSY = Load(bytes_in=8 * 2000.0, new_chats=500.0)


def ago(seconds: float) -> datetime:
    """That long before now."""
    return NOW - timedelta(seconds=seconds)


def test_a_busy_topic_doubles_after_the_sustained_time() -> None:
    """Long enough, measured a moment ago, never grown before."""
    decision = decide(8, POLICY, BUSY, Memory(ago(600), ago(60)), NOW)
    assert (decision.partitions, decision.reason) == (16, "Grown")
    assert decision.above_since is None


@pytest.mark.parametrize(
    ("load", "memory", "reason"),
    [
        (Load(8 * 999.0, 500.0), Memory(ago(9999), ago(1)), "LoadLow"),
        (Load(8 * 9999.0, 99.0), Memory(ago(9999), ago(1)), "FewNewChats"),
        (BUSY, Memory(), "Measuring"),
        (BUSY, Memory(ago(599), ago(60)), "Measuring"),
        (BUSY, Memory(ago(9999), ago(301)), "Measuring"),
        (BUSY, Memory(ago(9999), ago(1), ago(3599)), "CoolingDown"),
    ],
)
def test_otherwise_it_stays_and_says_why(load: Load, memory: Memory, reason: str) -> None:
    """Each reason on its own; a hole in the measurements starts the time anew."""
    decision = decide(8, POLICY, load, memory, NOW)
    assert (decision.partitions, decision.reason) == (8, reason)


def test_it_stops_at_the_maximum() -> None:
    """The last step is smaller than a doubling, and after it there is none."""
    memory = Memory(ago(600), ago(1))
    busy = Load(1e9, 1e9)
    assert decide(48, POLICY, busy, memory, NOW).partitions == 64
    assert decide(64, POLICY, busy, memory, NOW).reason == "AtMaximum"
    assert decide(100, POLICY, busy, memory, NOW).partitions == 100


seconds = st.floats(0, 1e6)
moments = st.none() | seconds.map(ago)
policies = st.builds(
    Policy,
    st.integers(1, 10_000),
    st.floats(1, 1e9),
    st.floats(0, 1e6),
    seconds.map(lambda value: timedelta(seconds=value)),
    seconds.map(lambda value: timedelta(seconds=value)),
)


@given(
    partitions=st.integers(1, 10_000),
    policy=policies,
    load=st.builds(Load, st.floats(0, 1e12), st.floats(0, 1e9)),
    memory=st.builds(Memory, moments, moments, moments),
)
def test_what_always_holds(partitions: int, policy: Policy, load: Load, memory: Memory) -> None:
    """Never fewer, never over the maximum, at most a doubling, and only under load and outside the cool-down."""
    decision = decide(partitions, policy, load, memory, NOW)
    assert decision.partitions >= partitions
    if decision.partitions > partitions:
        assert decision.partitions <= min(2 * partitions, policy.max_partitions)
        assert load.bytes_in / partitions >= policy.bytes_in_per_partition
        assert load.new_chats >= policy.new_chats_per_hour
        assert memory.last_scale is None or NOW - memory.last_scale >= policy.cooldown
        if policy.sustained:
            assert memory.above_since is not None
            assert NOW - memory.above_since >= policy.sustained


@given(interval=st.floats(1, 290), steps=st.integers(10, 60))
def test_steady_load_grows_once_in_a_cool_down(interval: float, steps: int) -> None:
    """Measured again and again under the same high load, with the memory carried along."""
    partitions, memory, now = 8, Memory(), NOW
    grown: list[datetime] = []
    for _ in range(steps):
        decision = decide(partitions, POLICY, Load(1e9, 1e9), memory, now)
        if decision.partitions > partitions:
            grown.append(now)
        last = grown[-1] if grown else None
        memory = Memory(decision.above_since, now, last)
        partitions = decision.partitions
        now += timedelta(seconds=interval)
    gaps = [after - before for before, after in pairwise(grown)]
    assert all(gap >= POLICY.cooldown for gap in gaps)
    assert bool(grown) == ((steps - 1) * interval >= 600)
