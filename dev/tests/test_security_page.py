"""The security page names tests as proof; each must exist."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/security.md").read_text("utf-8")
NAMED = re.findall(r"`([\w./-]+\.(?:py|ts|tsx)): ([^`]+)`", TEXT)
ROWS = re.findall(
    r"^\| (\d+\.\d+\.\d+) \| [^|]+ \| ([^|]+) \| [^|]+ \| ([^|]+) \|$", TEXT, re.MULTILINE
)

# How many requirements of levels 1 and 2 each section of ASVS 5.0 has; those of level 3 come after them.
SECTIONS = {
    "6.1": 3,
    "6.2": 12,
    "6.3": 4,
    "6.4": 4,
    "6.5": 5,
    "6.6": 3,
    "6.8": 4,
    "7.1": 3,
    "7.2": 4,
    "7.3": 2,
    "7.4": 5,
    "7.5": 2,
    "7.6": 2,
    "9.1": 3,
    "9.2": 4,
    "10.1": 2,
    "10.2": 2,
    "10.3": 4,
    "10.4": 11,
    "10.5": 5,
    "10.6": 2,
    "10.7": 3,
}


def test_every_row_of_levels_one_and_two_is_answered_once() -> None:
    """None is left out, and the sum at the top is that of the rows."""
    wanted = {f"{name}.{row + 1}" for name, rows in SECTIONS.items() for row in range(rows)}
    numbers = [number for number, _, _ in ROWS]
    assert sorted(numbers) == sorted(wanted)
    said = Counter(holds for _, holds, _ in ROWS)
    assert (
        f"{said['yes']} rows hold, {said['partly']} hold partly, {said['no']} don't, "
        f"{said['does not apply']} don't apply"
    ) in TEXT
    assert set(said) <= {"yes", "partly", "no", "does not apply"}
    assert {proof for _, holds, proof in ROWS if holds in {"no", "does not apply"}} <= {"\u2013"}


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
