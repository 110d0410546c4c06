"""Looking after the months of content: made ahead, hidden when their class's time is over, dropped later.

Hidden first and dropped a grace later, for two reasons: whoever began to read before still finds everything, and
a record may have waited in the log for as long as the log keeps it, and still finds the ids that came before it.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple, Protocol

from nexync_contracts.retention import AGE_MS, DAY_MS, Retention
from nexync_runtime import log
from svc_persister.errors import StoreAwayError
from svc_persister.metrics import Metrics
from svc_persister.months import Month, month_of, next_month

AHEAD: Final = 2
"""Months that are made beyond the present one."""

DROP_TRIES: Final = 10
DROP_PAUSE_SECONDS: Final = 0.5

_log = log.get("retention")


class Leaf(NamedTuple):
    """A table of content: [low, high) in Unix ms, None for no bound; `size` is bytes with its indexes."""

    kept: Retention
    name: str
    low: int | None
    high: int | None
    size: int


@dataclass(frozen=True, slots=True)
class Found:
    """What Postgres has; `kept_from` holds, for each class, what is hidden before and where its months begin."""

    leaves: Sequence[Leaf]
    kept_from: Mapping[Retention, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done now, in this order."""

    make: tuple[tuple[Retention, Month], ...] = ()
    hide: tuple[tuple[Retention, int], ...] = ()
    drop: tuple[Leaf, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.make or self.hide or self.drop)

    def lines(self) -> list[str]:
        """One line a step, for people."""
        return [
            *(f"make {kept.value} {month.label.replace('_', '-')}" for kept, month in self.make),
            *(f"hide {kept.value} before {_day(start)}" for kept, start in self.hide),
            *(f"drop {leaf.name} ({leaf.size / 2**20:,.1f} MiB)" for leaf in self.drop),
        ]


def plan(found: Found, now: int, grace_ms: int) -> Plan:
    """What to do at `now` (Unix ms). Of `forever` nothing is hidden or dropped, whatever the settings are."""
    months = [month_of(now)]
    for _ in range(AHEAD):
        months.append(next_month(months[-1]))
    there = {(leaf.kept, leaf.low) for leaf in found.leaves}
    make: list[tuple[Retention, Month]] = []
    hide: list[tuple[Retention, int]] = []
    drop: list[Leaf] = []
    for kept in Retention:
        hidden, begins = found.kept_from[kept]
        make += [(kept, m) for m in months if m.low >= begins and (kept, m.low) not in there]
        age = AGE_MS[kept]
        if age is None:
            continue
        start = month_of(max(0, now - age)).low
        if start > hidden:
            hide.append((kept, start))
        over = now - age - grace_ms
        drop += [
            leaf
            for leaf in found.leaves
            if leaf.kept is kept and leaf.high is not None and leaf.high <= min(over, start)
        ]
    return Plan(tuple(make), tuple(hide), tuple(drop))


class Turn(Protocol):
    """One process's turn to change the months."""

    def look(self) -> Found: ...

    def settle(self, kept: Retention) -> None:
        """Say which class is the workspace's."""
        ...

    def make(self, kept: Retention, month: Month) -> None: ...

    def hide(self, kept: Retention, kept_from: int) -> None: ...

    def sweep(self, leaf: Leaf) -> int:
        """Delete some of what points at the month's messages; 0 when nothing does."""
        ...

    def drop(self, leaf: Leaf) -> bool:
        """False when it couldn't be had without keeping readers waiting."""
        ...


class Months(Protocol):
    """Postgres. Raises StoreAwayError."""

    def turn(self) -> AbstractContextManager[Turn | None]:
        """The turn, None while another process has it."""
        ...


class Retaining:
    """Carries plans out. `wait` pauses for so many seconds and says whether to go on.

    `workspace` is the class that is told to readers as the workspace's; None leaves it as it is.
    """

    def __init__(
        self,
        months: Months,
        *,
        grace_days: int,
        now: Callable[[], int],
        wait: Callable[[float], bool],
        metrics: Metrics,
        workspace: Retention | None = None,
    ) -> None:
        self._workspace = workspace
        self._months = months
        self._grace = grace_days * DAY_MS
        self._now = now
        self._wait = wait
        self._metrics = metrics

    def plan(self) -> Plan | None:
        """What a sweep would do now; None while another process is at it."""
        with self._months.turn() as turn:
            return None if turn is None else plan(turn.look(), self._now(), self._grace)

    def sweep(self) -> Plan | None:
        """Do it; what was done. What can't be done now is left to the next time."""
        with self._months.turn() as turn:
            if turn is None:
                return None
            if self._workspace is not None:
                turn.settle(self._workspace)
            found = turn.look()
            wanted = plan(found, self._now(), self._grace)
            for kept, month in wanted.make:
                turn.make(kept, month)
            for kept, start in wanted.hide:
                turn.hide(kept, start)
            # A month that is hidden only now still has readers; it is dropped by a later sweep.
            ready = [one for one in wanted.drop if _hidden(found, one)]
            dropped = tuple(leaf for leaf in ready if self._drop(turn, leaf))
            return Plan(wanted.make, wanted.hide, dropped)

    def _drop(self, turn: Turn, leaf: Leaf) -> bool:
        while turn.sweep(leaf):
            if not self._wait(0.0):
                return False
        for _ in range(DROP_TRIES):
            if turn.drop(leaf):
                self._metrics.months_dropped.inc()
                return True
            if not self._wait(DROP_PAUSE_SECONDS):
                return False
        _log.warning("a month is in use and is dropped later", table=leaf.name)
        return False

    def attempt(self) -> None:
        """A sweep that reports what it did, and that Postgres was away."""
        try:
            done = self.sweep()
        except StoreAwayError as error:
            _log.warning("months wait for Postgres", reason=str(error))
            return
        for line in done.lines() if done else ():
            _log.info("months changed", did=line)


def _hidden(found: Found, leaf: Leaf) -> bool:
    return leaf.high is not None and leaf.high <= found.kept_from[leaf.kept][0]


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d}"
