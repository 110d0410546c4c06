"""The security page names tests as proof; each must exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = re.findall(
    r"`([\w./-]+\.(?:py|ts|tsx)): ([^`]+)`", (ROOT / "docs/security.md").read_text("utf-8")
)


def test_the_page_names_tests() -> None:
    """Otherwise the next test proves nothing."""
    assert len(NAMED) > 20


@pytest.mark.parametrize(("file", "name"), sorted(set(NAMED)))
def test_each_proof_exists(file: str, name: str) -> None:
    """A test that was renamed or removed proves nothing any more."""
    text = (ROOT / file).read_text("utf-8")
    pattern = (
        rf"^(?:async )?def {re.escape(name)}\("
        if file.endswith(".py")
        else rf'\b(?:it|test)\("{re.escape(name)}"'
    )
    assert re.search(pattern, text, re.MULTILINE), f"{file} has no test {name}"
