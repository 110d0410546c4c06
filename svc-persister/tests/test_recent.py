"""The recent set beside a model that forgets nothing: what it no longer holds, it has looked up."""

from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts.errors import RejectCode
from nexync_contracts.limits import ID_AHEAD_MS
from nexync_streams.deciding import Seen
from nexync_testing.builders import START_MS, command_id
from svc_persister.recent import MARGIN_MS, Recent

HOLDS: Final = 3
TAKEN: Final = Seen(b"", 1, None)
REFUSED: Final = Seen(b"", None, RejectCode.ID_IN_FUTURE)

Arrival = tuple[int, int]
"""How much later than the one before it arrives, and how far ahead of that its id's time lies; ms."""

arrivals = st.lists(
    st.tuples(st.integers(0, 2 * MARGIN_MS), st.integers(-2 * MARGIN_MS, 4 * MARGIN_MS)),
    max_size=12,
)


def arrive(recent: Recent, played: list[Arrival]) -> dict[str, int]:
    """Plays commands into the set: their ids, and the append time of each."""
    came: dict[str, int] = {}
    at = START_MS
    for number, (later, ahead) in enumerate(played):
        at += later
        identifier = command_id(number, at_ms=at + ahead)
        refused = ahead > ID_AHEAD_MS
        if refused:
            recent.refused_future(identifier)
        recent.add(identifier, REFUSED if refused else TAKEN, at)
        came[identifier] = at
    return came


@given(arrivals)
def test_what_came_is_held_or_looked_up(played: list[Arrival]) -> None:
    """However far ahead its id, no command is taken for new because the set had to forget it."""
    recent = Recent(HOLDS)
    came = arrive(recent, played)
    assert len(recent) == min(HOLDS, len(came))
    for identifier in came:
        assert recent.get(identifier) is not None or recent.must_look_up(identifier)


@given(arrivals)
def test_a_taken_partition_holds_or_looks_up_all_the_same(played: list[Arrival]) -> None:
    """Another persister, which reads the newest outcomes from Postgres, forgets no more than the one before."""
    came = arrive(Recent(HOLDS), played)
    kept = list(came.items())[-HOLDS:]
    recent = Recent(HOLDS)
    future = [
        START_MS + sum(later for later, _ in played[: number + 1]) + ahead
        for number, (_, ahead) in enumerate(played)
        if ahead > ID_AHEAD_MS
    ]
    recent.restore(len(kept) == HOLDS, kept[0][1] if kept else 0, max(future, default=0))
    for identifier, at in kept:
        recent.add(identifier, TAKEN, at)
    for identifier in came:
        assert recent.get(identifier) is not None or recent.must_look_up(identifier)


def test_postgres_is_asked_only_when_it_may_know() -> None:
    """Never before something was forgotten; then up to the margin behind that, and up to the latest from the future."""
    recent = Recent(HOLDS)
    _ = arrive(recent, [(0, 0)] * HOLDS)
    old = command_id(100, at_ms=START_MS - MARGIN_MS)
    assert not recent.must_look_up(old)
    _ = arrive(recent, [(0, 0)])
    assert recent.must_look_up(old)
    assert recent.must_look_up(command_id(101, at_ms=START_MS + MARGIN_MS))
    later = command_id(102, at_ms=START_MS + MARGIN_MS + 1)
    assert not recent.must_look_up(later)
    recent.refused_future(command_id(103, at_ms=START_MS + 2 * MARGIN_MS))
    assert recent.must_look_up(later)
    assert not recent.must_look_up(command_id(104, at_ms=START_MS + 2 * MARGIN_MS + 1))
