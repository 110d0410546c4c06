"""The command line: what can't work ends in one line that says why."""

from pathlib import Path

import pytest

from nexync_operator.__main__ import main


def test_without_a_cluster_the_end_is_one_line_that_names_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert main(["run"]) == 1
    said = capsys.readouterr().err
    assert "KUBECONFIG" in said
    assert said.count("\n") == 1
