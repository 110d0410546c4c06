"""The command line: what can't work ends in one line that says why."""

import os
import subprocess
import sys
from pathlib import Path


def test_without_a_cluster_the_end_is_one_line_that_names_what_is_missing(tmp_path: Path) -> None:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"KUBECONFIG", "KUBERNETES_SERVICE_HOST"} and not name.startswith("NEXYNC_")
    }
    done = subprocess.run(
        [sys.executable, "-m", "nexync_operator", "run"],
        env={**environment, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "KUBECONFIG" in done.stderr
    assert done.stderr.count("\n") == 1
