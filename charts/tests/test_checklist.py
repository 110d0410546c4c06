"""The checklist in charts/README.md: all of its points, each with a test that is there."""

import re
from functools import cache
from pathlib import Path

import pytest

from chartkit.render import CHARTS, ROOT

POINTS = 43
_ROW = re.compile(r"^\| (\d+) \| (.+) \|$", re.MULTILINE)
_FOLDERS = (
    "charts/tests",
    "charts/schemas/tests",
    "e2e/tests",
    "operators/tests",
    "libs/runtime/tests",
)


def rows() -> dict[int, list[str]]:
    """The cells of each point, without its number."""
    text = (CHARTS / "README.md").read_text()
    return {int(number): cells.split(" | ") for number, cells in _ROW.findall(text)}


@cache
def files() -> tuple[Path, ...]:
    return tuple(path for folder in _FOLDERS for path in (ROOT / folder).rglob("test_*.py"))


@cache
def functions() -> frozenset[str]:
    """Names of all test functions there."""
    found = (
        re.findall(r"^\s*(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE)
        for path in files()
    )
    return frozenset(name for names in found for name in names)


def test_no_point_is_left_out() -> None:
    assert list(rows()) == list(range(1, POINTS + 1))


@pytest.mark.parametrize("point", range(1, POINTS + 1))
def test_a_point_names_tests_that_are_there(point: int) -> None:
    """Every name in its last cell, and at least one."""
    cell = rows()[point][-1]
    names = set(re.findall(r"\btest_\w+(?:\.py)?", cell))
    assert names, f"nothing proves it: {cell}"
    there = {path.name for path in files()}
    assert {
        name for name in names if name not in (there if name.endswith(".py") else functions())
    } == set()
