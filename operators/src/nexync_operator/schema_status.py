"""What a run of the schema means for the resource: its conditions, events and status. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from nexync_operator.errors import ReconcileError, RefusedError
from nexync_operator.resources import (
    Event,
    Resource,
    Result,
    format_time,
    parse_time,
    ready,
    stalled,
    working,
)
from nexync_operator.schema import Report
from nexync_operator.schema_apply import MigrationFailedError
from nexync_operator.schema_plan import Applied, History, Plan

APPROVE: Final = "nexync.io/approve"
HISTORY: Final = 10
FINDINGS: Final = 50
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(minutes=10)
APPLY_SOON_SECONDS: Final = 0.1


class TriedEnoughError(RefusedError):
    """The same plan has failed a short while ago; the same text would fail again."""

    reason = MigrationFailedError.reason


def approved(resource: Resource, plan: Plan, now: datetime) -> bool:
    """Whether this plan may be carried out: it was shown, and somebody said yes if that is asked for.

    Raises TriedEnoughError while it is too early to try a failed plan again.
    """
    shown: Mapping[str, Any] = resource.status.get("plan") or {}
    if shown.get("checksum") != plan.checksum or _needs_approval(resource, plan):
        return False
    failure: Mapping[str, Any] = resource.status.get("failure") or {}
    if failure.get("checksum") == plan.checksum and now < parse_time(failure["retryAt"]):
        raise TriedEnoughError(str(failure["message"]))
    return True


def _needs_approval(resource: Resource, plan: Plan) -> bool:
    manual = resource.spec.get("approval") == "Manual"
    return manual and resource.annotations.get(APPROVE) != plan.checksum


def result(
    resource: Resource, report: Report, error: ReconcileError | None, now: datetime
) -> Result:
    """The outcome of one run; `error` is what ended it, if anything did."""
    status = _status(report)
    events = [Event("Normal", "MigrationApplied", f"applied {one.name}") for one in report.applied]
    if report.plan and (not error or isinstance(error, MigrationFailedError)):
        adopted = _adopted(report, report.plan)
        if adopted:
            message = f"recorded up to {adopted} as applied, without running anything (baseline)"
            events.append(Event("Normal", "BaselineRecorded", message))
    if error is not None:
        if isinstance(error, MigrationFailedError) and report.plan:
            status["failure"] = _failure(resource, report.plan, error, now)
        head = stalled if isinstance(error, RefusedError) else working
        failed = not isinstance(error, RefusedError)
        return Result(head(error.reason, str(error)), tuple(events), status, failed=failed)
    assert report.plan is not None  # noqa: S101 - a run without an error has planned
    if report.plan and not _carried_out(report, report.plan):
        return _waiting(resource, report.plan, status)
    status |= {"plan": None, "failure": None}
    last = report.history.last if report.history else None
    name = last.name if last else ""
    if report.plan.ahead is not None:
        message = f"the database has {name}, which this release doesn't name; it can live with that"
        return Result(ready("DatabaseAhead", message), tuple(events), status)
    return Result(ready("Applied", f"the database has {name}"), tuple(events), status)


def _carried_out(report: Report, plan: Plan) -> bool:
    last = report.history.last if report.history else None
    wanted = (*plan.adopt, *plan.run)[-1]
    return last is not None and last.number >= wanted.number


def _adopted(report: Report, plan: Plan) -> str:
    """The last migration that was recorded by baseline in this run."""
    rows = report.history.applied if report.history else ()
    return plan.adopt[-1].name if plan.adopt and any(row.baseline for row in rows) else ""


def _waiting(resource: Resource, plan: Plan, status: dict[str, Any]) -> Result:
    names = ", ".join(one.name for one in (*plan.adopt, *plan.run))
    if not _needs_approval(resource, plan):
        head = working("Applying", f"applying {names}")
        return Result(head, (), status, retry_after=APPLY_SOON_SECONDS)
    message = (
        f"{names} waits for approval: kubectl annotate postgresschema {resource.name} --overwrite "
        f"{APPROVE}={plan.checksum}"
    )
    shown: Mapping[str, Any] = resource.status.get("plan") or {}
    told = resource.condition("Ready").get("reason") == "ApprovalNeeded"
    again = told and shown.get("checksum") == plan.checksum
    events = () if again else (Event("Normal", "ApprovalNeeded", message),)
    return Result(working("ApprovalNeeded", message), events, status)


def _failure(
    resource: Resource, plan: Plan, error: ReconcileError, now: datetime
) -> dict[str, Any]:
    before: Mapping[str, Any] = resource.status.get("failure") or {}
    same = before.get("checksum") == plan.checksum
    attempts = int(before.get("attempts", 0)) + 1 if same else 1
    pause = min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE)
    return {
        "checksum": plan.checksum,
        "attempts": attempts,
        "message": str(error)[:1024],
        "retryAt": format_time(now + pause),
    }


def _status(report: Report) -> dict[str, Any]:
    status: dict[str, Any] = {}
    if report.history is not None:
        status |= _known(report.history)
    if report.plan is not None:
        status["plan"] = _plan(report, report.plan)
    return status


def _known(history: History) -> dict[str, Any]:
    last = history.last
    return {
        "database": history.database,
        "applied": {"number": last.number, "name": last.name} if last else None,
        "history": [_row(one) for one in reversed(history.applied[-HISTORY:])],
    }


def _row(one: Applied) -> dict[str, Any]:
    row: dict[str, Any] = {"number": one.number, "name": one.name}
    if one.at is not None:
        row["appliedAt"] = format_time(one.at)
    if one.milliseconds is not None:
        row["milliseconds"] = one.milliseconds
    if one.contract:
        row["contract"] = True
    if one.baseline:
        row["baseline"] = True
    return row


def _plan(report: Report, plan: Plan) -> dict[str, Any] | None:
    if not plan:
        return None
    return {
        "checksum": plan.checksum,
        "baseline": [one.name for one in plan.adopt],
        "migrations": [one.name for one in plan.run],
        "findings": [
            {
                "migration": one.migration,
                "rule": one.rule,
                "line": one.line,
                "message": one.message[:300],
                "blocks": one.blocks,
            }
            for one in report.findings[:FINDINGS]
        ],
    }
