"""What a failed run says: every error in it, and a traceback for those that nobody foresaw."""

import pytest

from nexync_e2e.cluster.failing import leaves, tell
from nexync_e2e.cluster.tools import ToolError


def _unforeseen() -> Exception:
    found: dict[str, str] = {}
    with pytest.raises(KeyError) as caught:
        _ = found["spec"]
    return caught.value


def test_every_leaf_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """However deep it lies, and although others lie before it."""
    inner = ExceptionGroup("pods", [ToolError("kubectl: refused"), _unforeseen()])
    whole = ExceptionGroup("run", [TimeoutError("not within 5 s"), inner])
    assert tell(whole) == 1
    said = capsys.readouterr().out
    assert [line for line in said.splitlines() if line.startswith("FAILED: ")] == [
        "FAILED: TimeoutError: not within 5 s",
        "FAILED: ToolError: kubectl: refused",
        "FAILED: KeyError: 'spec'",
    ]
    assert said.count("Traceback") == 1
    assert "in _unforeseen" in said


def test_an_error_alone_is_its_only_leaf() -> None:
    error = ToolError("helm: no")
    assert leaves(error) == [error]
