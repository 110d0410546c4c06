"""Child processes: what they print, what they say when they fail, and that they end."""

import sys
from pathlib import Path

import pytest

from nexync_e2e.cluster.faults import FAULTS, scenarios
from nexync_e2e.cluster.objects import Pod
from nexync_e2e.cluster.release import Plan, Release
from nexync_e2e.cluster.tools import ToolError, Tools, run


async def test_what_a_program_says_when_it_fails_is_the_error() -> None:
    """In one line, its last ones."""
    script = "import sys; sys.stderr.write('first\\nthen this'); sys.exit(3)"
    with pytest.raises(ToolError, match="first / then this"):
        await run(sys.executable, "-c", script)


async def test_a_program_gets_its_input_and_gives_its_output() -> None:
    """As manifests do."""
    script = "import sys; print(sys.stdin.read().upper())"
    assert (await run(sys.executable, "-c", script, stdin="a")).strip() == "A"


async def test_a_program_that_does_not_end_is_ended() -> None:
    """And the error names it."""
    with pytest.raises(TimeoutError, match="not within"):
        await run(sys.executable, "-c", "import time; time.sleep(30)", seconds=0.3)


async def test_a_program_that_is_not_there_is_named() -> None:
    """Before anything is tried on a cluster."""
    with pytest.raises(ToolError, match="no-such-tool is not on PATH"):
        await run("no-such-tool")


def test_a_pod_on_its_way_out_is_not_ready() -> None:
    """Although its Ready condition may still say so."""
    status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    leaving = {"name": "a", "deletionTimestamp": "2026-01-01T00:00:00Z"}
    assert Pod.model_validate({"metadata": {"name": "a"}, "status": status}).ready
    assert not Pod.model_validate({"metadata": leaving, "status": status}).ready


def test_an_unknown_fault_is_refused_by_name() -> None:
    """Rather than after ten minutes of installing."""
    release = Release(Plan(charts=Path(), namespace="n"), Tools("n"))
    assert list(scenarios(release)) == list(FAULTS)
    with pytest.raises(ValueError, match="explode"):
        scenarios(release, ["explode"])
