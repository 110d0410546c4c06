"""The plan from files and history, and the status that follows from a run."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexync_operator.errors import ReconcileError, RefusedError
from nexync_operator.resources import Resource
from nexync_operator.schema import Report
from nexync_operator.schema_apply import MigrationFailedError
from nexync_operator.schema_files import Migration, read
from nexync_operator.schema_plan import Applied, History, plan
from nexync_operator.schema_status import APPROVE, TriedEnoughError, approved, result

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def _files(count: int) -> tuple[Migration, ...]:
    return read({f"{n:04d}_m.sql": f"CREATE TABLE t{n} ();" for n in range(1, count + 1)}, "here")


def _history(migrations: tuple[Migration, ...]) -> History:
    rows = tuple(Applied(one.number, one.name, one.checksum, at=NOW) for one in migrations)
    return History("7/nexync", rows)


def _resource(spec: dict[str, Any] | None = None, **status: object) -> Resource:
    body = {
        "metadata": {
            "namespace": "n",
            "name": "s",
            "uid": "u",
            "creationTimestamp": "2030-01-01T00:00:00Z",
        },
        "spec": spec or {},
        "status": status,
    }
    return Resource.read(body, "PostgresSchema")


@given(st.integers(1, 12).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
def test_what_is_applied_and_what_is_planned_is_everything(counts: tuple[int, int]) -> None:
    """From any prefix the plan goes on exactly where the database is."""
    files = _files(counts[0])
    found = plan(files, _history(files[: counts[1]]))
    assert files[: counts[1]] + found.run == files
    assert bool(found.checksum) is bool(found.run)


@given(st.integers(1, 8).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, 8), st.booleans())))
def test_a_database_ahead_is_fine_unless_a_contract_step_lies_beyond(
    case: tuple[int, int, bool],
) -> None:
    """The older release runs on, or is told the number that it can't live with."""
    few, more, contract = case
    files = _files(few + more)
    history = _history(files)
    rows = (*history.applied[:-1], replace(history.applied[-1], contract=contract))
    history = replace(history, applied=rows)
    if contract:
        with pytest.raises(RefusedError, match=rf"{few + more:04d}_m, a contract step"):
            plan(files[:few], history)
    else:
        assert plan(files[:few], history).ahead == few + more


def test_a_baseline_counts_only_without_history() -> None:
    """Recorded up to there, run from there; afterwards it has no meaning."""
    files = _files(3)
    found = plan(files, History("d"), baseline=2)
    assert (found.adopt, found.run) == (files[:2], files[2:])
    assert not plan(files, _history(files), baseline=1)
    with pytest.raises(RefusedError, match="baseline 4"):
        plan(files, History("d"), baseline=4)


def test_a_plan_is_shown_first_and_applied_then() -> None:
    """The first run only writes the plan; the next one may carry it out."""
    work = plan(_files(2), History("d"))
    assert not approved(_resource(), work, NOW)
    shown = _resource(plan={"checksum": work.checksum})
    assert approved(shown, work, NOW)
    outcome = result(_resource(), Report(History("d"), work), None, NOW)
    assert outcome.status["plan"]["migrations"] == ["0001_m", "0002_m"]
    assert outcome.conditions[0].reason == "Applying"
    assert outcome.retry_after is not None


def test_a_manual_plan_waits_for_exactly_its_checksum() -> None:
    """An approval of another plan is none; the event is written once."""
    work = plan(_files(1), History("d"))
    spec = {"approval": "Manual"}
    resource = _resource(spec, plan={"checksum": work.checksum})
    assert not approved(resource, work, NOW)
    assert not approved(replace(resource, annotations={APPROVE: "other"}), work, NOW)
    assert approved(replace(resource, annotations={APPROVE: work.checksum}), work, NOW)
    outcome = result(_resource(spec), Report(History("d"), work), None, NOW)
    assert outcome.conditions[0].reason == "ApprovalNeeded"
    assert work.checksum in outcome.conditions[0].message
    assert [one.reason for one in outcome.events] == ["ApprovalNeeded"]


def test_a_failed_plan_is_tried_again_with_growing_pauses() -> None:
    """The same text would fail again; another plan is tried at once."""
    work = plan(_files(1), History("d"))
    error = MigrationFailedError("schema: 0001_m failed")
    outcome = result(_resource(), Report(History("d"), work), error, NOW)
    failure = outcome.status["failure"]
    assert failure["attempts"] == 1
    resource = _resource(plan={"checksum": work.checksum}, failure=failure)
    with pytest.raises(TriedEnoughError, match="0001_m failed"):
        approved(resource, work, NOW)
    assert approved(resource, work, NOW + timedelta(seconds=31))
    again = result(resource, Report(History("d"), work), error, NOW)
    assert again.status["failure"]["attempts"] == 2


def test_conditions_follow_from_the_error() -> None:
    """Refused stalls, anything else is tried again with back-off."""
    stalled = result(_resource(), Report(), RefusedError("no", reason="Conflict"), NOW)
    assert [(one.type, one.status) for one in stalled.conditions] == [
        ("Ready", "False"),
        ("Reconciling", "False"),
        ("Stalled", "True"),
    ]
    assert not stalled.failed
    assert result(_resource(), Report(), ReconcileError("later"), NOW).failed


def test_ready_says_where_the_database_is() -> None:
    """Applied with the newest rows first; DatabaseAhead when the files end before it."""
    files = _files(12)
    history = _history(files)
    done = result(_resource(), Report(history, plan(files, history)), None, NOW)
    assert (done.conditions[0].status, done.conditions[0].reason) == ("True", "Applied")
    assert done.status["applied"] == {"number": 12, "name": "0012_m"}
    assert [row["number"] for row in done.status["history"]] == list(range(12, 2, -1))
    assert done.status["plan"] is None
    ahead = result(_resource(), Report(history, plan(files[:9], history)), None, NOW)
    assert ahead.conditions[0].reason == "DatabaseAhead"
