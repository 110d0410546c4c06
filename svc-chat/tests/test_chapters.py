"""What retention has taken of a stream: arithmetic on chapters, against a model that knows every event."""

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from svc_chat.chapters import (
    LATEST,
    Chapter,
    around,
    first_kept,
    gone_ranges,
    kept_from,
    lost,
    window,
    without,
)
from svc_chat.spans import Range, gaps

MONTH = 1_000


@dataclass(frozen=True)
class One:
    """An event of the model: its time, whether it is a message, what is gone of its class."""

    at: int
    message: bool
    kept_from: int


@st.composite
def streams(draw: st.DrawFn) -> list[One]:
    """Events whose time goes on, each in one of three classes of which months are gone."""
    marks = [0, *(MONTH * draw(st.integers(0, 4)) for _ in range(2))]
    count = draw(st.integers(1, 40))
    times = sorted(draw(st.lists(st.integers(0, 5 * MONTH - 1), min_size=count, max_size=count)))
    kept = draw(st.sampled_from(marks))
    made: list[One] = []
    for at in times:
        if draw(st.integers(0, 5)) == 0:
            kept = draw(st.sampled_from(marks))
        made.append(One(at, draw(st.booleans()), kept))
    return made


def chapters_of(events: list[One]) -> list[Chapter]:
    """As the persister writes them: a new one with each month and class."""
    made: list[Chapter] = []
    last = None
    for index, one in enumerate(events):
        here = (one.at // MONTH, one.kept_from)
        if here != last:
            n = sum(before.message for before in events[:index])
            made.append(Chapter(index + 1, n, one.at, one.kept_from))
            last = here
    return made


def is_gone(one: One) -> bool:
    return one.at // MONTH * MONTH < one.kept_from


@given(streams(), st.data())
def test_what_is_gone_is_what_the_months_say(events: list[One], data: st.DataObject) -> None:
    """Ranges, the beginning, lost messages and the times to look between, for every cut of the stream."""
    chapters, head = chapters_of(events), len(events)
    gone = gone_ranges(chapters, head)
    taken = {seq for part in gone for seq in range(part.low, part.high + 1)}
    assert taken == {seq for seq, one in enumerate(events, start=1) if is_gone(one)}
    assert all(a.high + 1 < b.low for a, b in pairwise(gone))

    low = data.draw(st.integers(1, head))
    high = data.draw(st.integers(low, head))
    left = without([Range(low, high)], gone)
    seqs = {seq for part in left for seq in range(part.low, part.high + 1)}
    assert seqs == set(range(low, high + 1)) - taken
    closed = sorted([*left, *gaps(left, low, high)])
    assert [part.low for part in closed] == [low, *(part.high + 1 for part in closed[:-1])]
    assert closed[-1].high == high

    since, until = window(chapters, low, high)
    assert all(since <= one.at <= until for one in events[low - 1 : high])

    when = data.draw(st.integers(0, 5 * MONTH))
    found = next((seq for seq, one in enumerate(events, start=1) if one.at >= when), None)
    begins, ends = around(chapters, when, head)
    assert found is None or begins <= found <= ends

    n_total = sum(one.message for one in events)
    after = data.draw(st.integers(0, n_total))
    numbered = [one for one in events if one.message][after:]
    assert lost(chapters, after, n_total) == sum(map(is_gone, numbered))

    first = first_kept(gone)
    assert first == next(
        (seq for seq, one in enumerate(events, start=1) if not is_gone(one)), head + 1
    )
    assert (kept_from(chapters) is None) == (first == 1)


def test_a_stream_without_chapters_is_all_there() -> None:
    assert gone_ranges((), 5) == ()
    assert window((), 1, 5) == (0, LATEST)
    assert (first_kept(()), kept_from(()), lost((), 0, 5)) == (1, None, 0)
