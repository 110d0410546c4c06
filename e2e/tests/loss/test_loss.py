"""Nothing is lost, doubled or reordered, whatever dies; and the checker sees it when something is."""

import sys

import pytest

from nexync_e2e.loss.cast import Cast
from nexync_e2e.loss.faults import FAULTS, scenarios
from nexync_e2e.loss.machine import Machine
from nexync_e2e.loss.run import run, table
from nexync_e2e.loss.twins import TWINS, as_it_has_to_be, run_twin
from nexync_e2e.settings import wires

pytestmark = [pytest.mark.loss, pytest.mark.asyncio(loop_scope="module")]


async def test_nothing_is_lost_under_any_fault(people: Cast) -> None:
    """All faults, one after another under one load, ≥ 200 acks before, during and after each.

    And each time somebody comes, goes, is made an admin and no longer one, is shown what was before and no more, blocks
    and takes it back.
    """
    machine = Machine()
    reports = await run(people, wires(), machine, scenarios(tuple(FAULTS), machine, wires()))
    sys.stdout.write("\n" + table(reports) + "\n")
    assert [(report.fault, report.violations) for report in reports if report.violations] == []
    assert all(min(report.before, report.during, report.after) >= 200 for report in reports)
    assert all(report.least >= 1 for report in reports)


@pytest.mark.twin
@pytest.mark.parametrize("name", list(TWINS))
async def test_a_planted_fault_is_found(name: str, people: Cast) -> None:
    """The checker fails on each twin, but for the one whose fault repair makes good."""
    twin = TWINS[name]
    report = await run_twin(twin, people, wires())
    rules = {violation.rule for violation in report.violations}
    assert as_it_has_to_be(twin, rules)
