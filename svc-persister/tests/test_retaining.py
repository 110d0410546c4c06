"""What is made, hidden and dropped when: pure, and carried out on months that are no tables."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from persister_commands import ANN, LUNCH, envelope, lunch
from prometheus_client import CollectorRegistry

from nexync_contracts.commands import CreateMessage, SetRetention
from nexync_contracts.retention import AGE_MS, DAY_MS, Retention, longer, shorter
from nexync_streams.deciding import Accepted, decide
from nexync_streams.fold import StreamState, apply, fresh
from svc_persister import metrics
from svc_persister.months import Month, Places, class_of, month_of, next_month
from svc_persister.retaining import Found, Leaf, Plan, Retaining, plan

DAYS, YEAR, EVER = Retention


def at(text: str) -> int:
    """Unix ms of a day of UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def leaf(kept: Retention, day: str) -> Leaf:
    month = month_of(at(day))
    return Leaf(kept, f"events_{kept.value}_{month.label}", *month, 0)


FIRST = Leaf(EVER, "events_forever_first", None, at("2026-01-01"), 0)
BEGINS = {DAYS: (0, 0), YEAR: (0, 0), EVER: (0, at("2026-01-01"))}


@given(st.integers(0, 4_000_000_000_000))
def test_every_time_is_in_one_month(when: int) -> None:
    """Months of UTC follow each other without a gap, and begin on a first."""
    month = month_of(when)
    assert month.low <= when < month.high
    assert next_month(month).low == month.high
    assert datetime.fromtimestamp(month.low / 1000, UTC).day == 1
    assert month_of(month.high - 1) == month


def test_a_december_ends_with_the_year() -> None:
    assert month_of(at("2026-12-31")) == Month(at("2026-12-01"), at("2027-01-01"))
    assert month_of(at("2026-12-31")).label == "2026_12"


def test_the_shorter_of_workspace_and_chat_holds() -> None:
    assert [shorter(YEAR, one) for one in (None, DAYS, YEAR, EVER)] == [YEAR, DAYS, YEAR, YEAR]
    assert [longer(YEAR, one) for one in Retention] == [YEAR, YEAR, EVER]


def test_months_are_made_ahead_hidden_and_dropped_a_grace_later() -> None:
    """30 days: a January is hidden when its last day is 30 days old, and dropped eight days after that."""
    leaves = [FIRST, leaf(DAYS, "2026-01-05"), leaf(DAYS, "2026-02-05"), leaf(DAYS, "2026-03-05")]
    found = Found(leaves, BEGINS)
    before = plan(found, at("2026-03-02"), 8 * DAY_MS)
    assert [month.label for kept, month in before.make if kept is DAYS] == ["2026_04", "2026_05"]
    assert [month.label for kept, month in before.make if kept is EVER] == [
        "2026_03", "2026_04", "2026_05",
    ]  # fmt: skip
    assert (DAYS, at("2026-02-01")) not in before.hide
    over = plan(found, at("2026-03-03"), 8 * DAY_MS)
    assert (DAYS, at("2026-02-01")) in over.hide
    assert over.drop == ()
    later = plan(found, at("2026-03-11"), 8 * DAY_MS)
    assert later.drop == (leaves[1],)
    assert later.lines()[-1] == "drop events_days_30_2026_01 (0.0 MiB)"


@given(st.integers(at("2026-01-01"), at("2090-01-01")), st.integers(1, 400))
def test_nothing_is_dropped_that_may_be_read_or_looked_up(now: int, grace_days: int) -> None:
    """Whatever the time and the grace: only what is hidden and was so for the grace; of `forever` nothing at all."""
    leaves = [FIRST]
    month = month_of(at("2026-01-01"))
    while month.low < at("2027-06-01"):
        leaves += [Leaf(kept, f"{kept}{month.label}", *month, 0) for kept in Retention]
        month = next_month(month)
    made = plan(Found(leaves, BEGINS), now, grace_days * DAY_MS)
    hidden = dict(made.hide)
    assert EVER not in hidden
    for one in made.drop:
        age = AGE_MS[one.kept]
        assert age is not None
        assert one.high is not None
        assert one.high <= hidden[one.kept]
        assert one.high + age + grace_days * DAY_MS <= now
    for kept, start in made.hide:
        age = AGE_MS[kept]
        assert age is not None
        assert start + age <= now
        assert month_of(start).low == start


def test_places_notice_each_new_month_and_class_once() -> None:
    """A chapter begins with the first event of a class and month; the first one of a process may be there already."""
    places = Places(EVER)
    states: list[StreamState] = [fresh(LUNCH, 0)]
    chapters: list[tuple[int, int, Retention, bool]] = []
    kept: list[Retention] = []
    told = [
        (lunch(), "2026-01-30"),
        (CreateMessage(body="a"), "2026-01-31"),
        (CreateMessage(body="b"), "2026-02-01"),
        (SetRetention(retention=DAYS), "2026-02-02"),
        (CreateMessage(body="c"), "2026-02-03"),
        (SetRetention(), "2026-02-04"),
    ]
    for number, (command, day) in enumerate(told, start=1):
        asked = envelope(command, number, at_ms=at(day))
        decision = decide(states[-1], asked, at(day), None)
        assert isinstance(decision, Accepted)
        states.append(apply(states[-1], decision.record))
        where, row = places.place(states[-2], states[-1])
        kept.append(where)
        if row is not None:
            chapters.append((row.first_seq, row.first_n, row.kept, row.sure))
    assert kept == [EVER, EVER, EVER, DAYS, DAYS, EVER]
    assert chapters == [
        (1, 0, EVER, False),
        (3, 1, EVER, True),
        (4, 2, DAYS, True),
        (6, 3, EVER, True),
    ]
    places.forget(LUNCH)
    again = places.place(states[-2], states[-1])[1]
    assert again is not None
    assert not again.sure
    assert class_of(replace(states[-1], body=None), DAYS) is EVER
    assert ANN


@dataclass
class FakeTurn:
    """Months in memory. `busy`: how often a table can't be had."""

    found: Found
    left: dict[str, int] = field(default_factory=dict[str, int])
    busy: int = 0
    did: list[str] = field(default_factory=list[str])

    def look(self) -> Found:
        return self.found

    def settle(self, kept: Retention) -> None:
        self.did.append(f"settle {kept.value}")

    def make(self, kept: Retention, month: Month) -> None:
        self.did.append(f"make {kept.value} {month.label}")

    def hide(self, kept: Retention, kept_from: int) -> None:
        marks = {**self.found.kept_from, kept: (kept_from, 0)}
        self.found = Found(self.found.leaves, marks)
        self.did.append(f"hide {kept.value}")

    def sweep(self, leaf: Leaf) -> int:
        rows = min(2, self.left.get(leaf.name, 0))
        self.left[leaf.name] = self.left.get(leaf.name, 0) - rows
        return rows

    def drop(self, leaf: Leaf) -> bool:
        if self.busy > 0:
            self.busy -= 1
            return False
        self.did.append(f"drop {leaf.name}")
        self.found = Found([one for one in self.found.leaves if one != leaf], self.found.kept_from)
        return True


class FakeMonths:
    def __init__(self, turn: FakeTurn | None) -> None:
        self.turn_ = turn

    @contextmanager
    def turn(self) -> Generator[FakeTurn | None, None, None]:
        yield self.turn_


def retaining(turn: FakeTurn | None, now: str, *, goes_on: bool = True) -> Retaining:
    return Retaining(
        FakeMonths(turn),
        grace_days=8,
        now=lambda: at(now),
        wait=lambda _: goes_on,
        metrics=metrics.make(CollectorRegistry()),
    )


JANUARY = leaf(DAYS, "2026-01-05")


def test_a_month_is_never_dropped_in_the_sweep_that_hides_it() -> None:
    """However late the sweep comes: readers that began before it still find everything."""
    turn = FakeTurn(Found([FIRST, JANUARY], BEGINS), left={JANUARY.name: 5})
    first = retaining(turn, "2026-06-01").sweep()
    assert first is not None
    assert first.drop == ()
    assert "hide days_30" in turn.did
    second = retaining(turn, "2026-06-01").sweep()
    assert second is not None
    assert second.drop == (JANUARY,)
    assert turn.left[JANUARY.name] == 0


@pytest.mark.parametrize(("busy", "dropped"), [(9, (JANUARY,)), (10, ())])
def test_a_month_in_use_is_tried_again_and_then_left(busy: int, dropped: tuple[Leaf, ...]) -> None:
    hidden = {**BEGINS, DAYS: (at("2026-02-01"), 0)}
    turn = FakeTurn(Found([FIRST, JANUARY], hidden), busy=busy)
    done = retaining(turn, "2026-03-20").sweep()
    assert done is not None
    assert done.drop == dropped


def test_a_stop_ends_a_sweep_between_two_steps() -> None:
    hidden = {**BEGINS, DAYS: (at("2026-02-01"), 0)}
    turn = FakeTurn(Found([FIRST, JANUARY], hidden), left={JANUARY.name: 5})
    done = retaining(turn, "2026-03-20", goes_on=False).sweep()
    assert done is not None
    assert done.drop == ()
    assert turn.left[JANUARY.name] == 3


def test_one_process_has_the_turn() -> None:
    assert retaining(None, "2026-03-20").sweep() is None
    assert retaining(None, "2026-03-20").plan() is None
    assert not Plan()
