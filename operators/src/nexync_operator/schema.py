"""The Postgres schema: numbered SQL files, applied once each, in order, one transaction a file.

A file that was applied may not change (its checksum is kept), numbers have no gaps, and two runs at once wait
for each other on an advisory lock. A database that is ahead of the files is left as it is: that is an older
release after a rollback, and migrations only add what the release before can live with; where one doesn't, it
says so in its head (`-- nexync: contract`) and the older release is refused.

`bring_up` serves the command line and the operator alike.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from nexync_operator import schema_baseline
from nexync_operator.errors import ReconcileError
from nexync_operator.schema_apply import Progress, quiet, run_plan
from nexync_operator.schema_files import Migration, find_folder, load, read
from nexync_operator.schema_lint import Allow, Finding, lint, refuse
from nexync_operator.schema_plan import History, Plan, pending, plan
from nexync_operator.schema_store import Limits, history, outdated, run_lock, session, upgrade

__all__ = [
    "Limits",
    "Migration",
    "Options",
    "Report",
    "bring_up",
    "find_folder",
    "load",
    "pending",
    "read",
    "reconcile",
]


@dataclass(frozen=True, slots=True)
class Options:
    """How to go about it. `approve` is asked before anything changes; `progress` is told of each step."""

    baseline: int = 0
    allow: Allow = field(default_factory=dict[str, frozenset[str]])
    limits: Limits = field(default_factory=Limits)
    approve: Callable[[Plan], bool] = lambda _: True
    progress: Progress = quiet


@dataclass(slots=True)
class Report:
    """What was found out and done, filled in on the way: after an error it holds what was known by then."""

    history: History | None = None
    plan: Plan | None = None
    findings: tuple[Finding, ...] = ()
    applied: tuple[Migration, ...] = ()


def bring_up(
    connection: psycopg.Connection,
    migrations: Sequence[Migration],
    options: Options,
    report: Report,
) -> None:
    """Plan, lint, ask for approval, and apply under the run lock; `report` says what came out.

    Raises RefusedError, ReconcileError and UnreachableError with a reason. What is applied already is neither
    linted nor touched.
    """
    report.history = history(connection)
    report.plan = plan(migrations, report.history, baseline=options.baseline)
    if not report.plan:
        if outdated(connection):
            with run_lock(connection, options.limits.run_lock_seconds):
                upgrade(connection, options.limits)
        return
    report.findings = lint(report.plan.run, options.allow)
    refuse(report.findings)
    if not options.approve(report.plan):
        return
    with run_lock(connection, options.limits.run_lock_seconds):
        now = history(connection)
        work = plan(migrations, now, baseline=options.baseline)
        approved = {*report.plan.adopt, *report.plan.run}
        if not approved.issuperset({*work.adopt, *work.run}):
            msg = "schema: another run has changed the database meanwhile; it is planned again"
            raise ReconcileError(msg, reason="PlanChanged")
        if work.adopt:
            schema_baseline.check(connection, work.adopt, options.limits)
        upgrade(connection, options.limits)
        try:
            run_plan(connection, work, now.started, options.limits, options.progress)
        finally:
            if not connection.broken:
                report.history = history(connection)
                done = {one.number for one in report.history.applied}
                report.applied = tuple(one for one in work.run if one.number in done)


def reconcile(
    postgres_url: str, folder: Path, options: Options | None = None
) -> tuple[Migration, ...]:
    """Apply what is pending of a folder; the migrations applied, none when the schema was so already.

    Raises RefusedError, or ReconcileError when a migration fails (it leaves no trace then).
    """
    migrations = load(folder)
    report = Report()
    with session(postgres_url) as connection:
        bring_up(connection, migrations, options or Options(), report)
    return report.applied
