"""What checkov says of the rendered charts; `checkov.yaml` names what it isn't asked for, and why."""

import subprocess
from pathlib import Path

import pytest

from chartkit import tools
from chartkit.render import Release, render_text

pytestmark = pytest.mark.scan

SETTINGS = Path(__file__).parent / "checkov.yaml"
CHARTS = ("nexync", "nexync-backends", "nexync-crds")


def test_checkov_finds_nothing(tmp_path: Path) -> None:
    """In all charts by default."""
    for chart in CHARTS:
        (tmp_path / f"{chart}.yaml").write_text(render_text(chart, {}, Release()))
    done = subprocess.run(
        [*tools.checkov(), "--directory", tmp_path, "--config-file", SETTINGS],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
