"""One fault after another under one load: before, during, after; then quiet, then the judgement."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from nexync_contracts.ids import ChatId
from nexync_e2e.loss.cast import Cast
from nexync_e2e.loss.checks import check
from nexync_e2e.loss.load import Load, now
from nexync_e2e.loss.site import Scenario, Site
from nexync_e2e.loss.violation import Violation
from nexync_e2e.loss.witness import (
    Histories,
    ask_outcomes,
    caught_up,
    members,
    record,
    said_marks,
    timelines,
    watermarks,
)
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until_true

_PHASE_SECONDS = 60.0
_CATCH_UP_SECONDS = 40.0


@dataclass(slots=True)
class Report:
    """What one fault did. Times are seconds; `first_ack` counts from the injection.

    `changes` are those of members, roles, grants and blocks, and `least` is how many of each kind a phase had at least.
    `moves` are the moments at which devices came to a new socket, and `offline` the longest time in which one had
    none. `silence` is the longest time in which a chat had no event while the fault and the load after it ran;
    `hole` the longest time a device had a hole; `caught_up` the time from the end of the load until every
    device had everything.
    """

    fault: str
    before: int = 0
    during: int = 0
    after: int = 0
    rejected: int = 0
    changes: int = 0
    least: int = 0
    events: int = 0
    first_ack: float | None = None
    silence: float = 0.0
    offline: float = 0.0
    moves: tuple[float, ...] = ()
    hole: float = 0.0
    repairs: int = 0
    caught_up: float = 0.0
    seconds: float = 0.0
    violations: list[Violation] = field(default_factory=list[Violation])


async def run(
    people: Cast,
    wires: Wires,
    site: Site,
    scenarios: Mapping[str, Scenario],
    *,
    acks: int = 200,
    repair: bool = True,
    patience: float = _CATCH_UP_SECONDS,
    fault_seconds: float = _PHASE_SECONDS,
    seed: int = 1,
    tell: Callable[[Report], None] | None = None,
) -> list[Report]:
    """Reports of the scenarios in their order; each violation is in the report of the fault that showed it first.

    `patience` is how long the devices have to catch up after the load, `fault_seconds` how long a fault may take.
    """
    reports: list[Report] = []
    seen: set[Violation] = set()
    load = Load(people, wires, repair=repair, seed=seed)
    histories = Histories(people, load)
    async with load.running():
        for name, scenario in scenarios.items():
            report = Report(name)
            under_load = _Run(load, people, site, histories, acks, patience, fault_seconds)
            await _one(report, scenario, under_load)
            report.violations = [found for found in report.violations if found not in seen]
            seen.update(report.violations)
            reports.append(report)
            if tell is not None:
                tell(report)
    return reports


@dataclass(frozen=True, slots=True)
class _Run:
    """What all scenarios of one run share."""

    load: Load
    people: Cast
    site: Site
    histories: Histories
    acks: int
    patience: float
    fault_seconds: float


async def _one(report: Report, scenario: Scenario, run: _Run) -> None:
    load, people, histories = run.load, run.people, run.histories
    started = now()
    broken = await run.site.broken_invariants()
    changes, repairs = load.churn.done.total(), sum(device.repairs for device in load.devices)
    for device in load.devices:
        device.longest_hole = 0.0
        device.moves.clear()
        device.offline.clear()
    load.write()
    report.before, before = await _until_acks(load, run.acks, report)
    injected = now()
    acks_before = load.acks
    try:
        async with asyncio.timeout(run.fault_seconds):
            await scenario()
    except (TimeoutError, RuntimeError) as error:
        report.violations.append(Violation("fault", str(error) or f"> {run.fault_seconds:g} s"))
    _, during = await _until_acks(load, run.acks, report)
    report.during = load.acks - acks_before
    report.after, after = await _until_acks(load, run.acks, report)
    report.least = min(before, during, after)
    stopped = now()
    report.first_ack = load.first_ack_after(injected)
    report.silence = load.longest_silence(injected, stopped)
    await _bounded(load.pause(), report)
    await _bounded(load.all_decided(seconds=run.patience), report)
    await _bounded(load.all_marked(seconds=run.patience), report)
    await histories.read()
    await caught_up(load, people, histories, seconds=run.patience)
    report.caught_up = now() - stopped
    read = await histories.read()
    await ask_outcomes(load, read)
    marks = said_marks(load)
    refused: dict[ChatId, str] = {}
    run_record = replace(
        record(load, people, read, await timelines(people, histories, refused)),
        members=await members(people, refused),
        refused=tuple(f"{chat}: {why}" for chat, why in refused.items()),
        marks=marks,
        samples=tuple(load.samples),
        finals=await watermarks(people, marks, refused),
    )
    report.violations += check(run_record)
    if (times := await run.site.broken_invariants() - broken) > 0:
        report.violations.append(
            Violation("broken", f"a persister met a broken invariant {times} times")
        )
    report.rejected = sum(send.code is not None for send in run_record.sends)
    report.events = sum(
        histories.head(str(group.admin.id), str(group.chat)) for group in people.groups
    )
    report.moves = tuple(
        sorted(moment - injected for device in load.devices for moment in device.moves)
    )
    spans = [after - before for device in load.devices for before, after in device.offline]
    report.offline = max(spans, default=0.0)
    report.hole = max(device.longest_hole for device in load.devices)
    report.repairs = sum(device.repairs for device in load.devices) - repairs
    report.changes = load.churn.done.total() - changes
    report.seconds = now() - started


async def _until_acks(load: Load, acks: int, report: Report) -> tuple[int, int]:
    """Wait for so many more acks, and for a change of each kind; how many there were, of changes the rarest kind's.

    When they don't come the report says so and the run goes on.
    """
    before, done = load.acks, load.churn.done.copy()
    await _bounded(
        until_true(
            lambda: load.acks >= before + acks and load.churn.fewest(done) > 0,
            f"{acks} acks and a change of each kind",
            seconds=_PHASE_SECONDS,
        ),
        report,
    )
    return load.acks - before, load.churn.fewest(done)


async def _bounded(waiting: Awaitable[None], report: Report) -> None:
    try:
        await waiting
    except TimeoutError as error:
        report.violations.append(Violation("stuck", str(error)))


def table(reports: Sequence[Report]) -> str:
    """The reports for a terminal."""
    names = (
        "fault", "acks before", "during", "after", "rejected", "changes", "of each", "events",
        "first ack s", "silence s", "offline s", "hole s", "repairs", "caught up s", "took s", "violations",
    )  # fmt: skip
    rows: list[tuple[str, ...]] = [names]
    for report in reports:
        first = f"{report.first_ack:.2f}" if report.first_ack is not None else "-"
        numbers = (
            report.before, report.during, report.after, report.rejected, report.changes,
            report.least, report.events,
        )  # fmt: skip
        rows.append(
            (
                report.fault,
                *(str(number) for number in numbers),
                first,
                f"{report.silence:.2f}",
                f"{report.offline:.2f}",
                f"{report.hole:.2f}",
                str(report.repairs),
                f"{report.caught_up:.2f}",
                f"{report.seconds:.1f}",
                str(len(report.violations)),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(names))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )
