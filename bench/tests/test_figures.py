"""The report."""

from nexync_bench.figures import Figure, Section, as_markdown, per_core


def test_a_section_is_a_table_with_its_command() -> None:
    """Each figure can be repeated by whoever reads it."""
    text = as_markdown(Section("Memory", "python -m x", (Figure("a", "1 KiB", "≤ 2"),)))
    assert "`python -m x`" in text
    assert "| a | 1 KiB | ≤ 2 |  |" in text


def test_per_core_of_nothing() -> None:
    """No division by zero when nothing was measured."""
    assert per_core(1000, 0) == 0
    assert per_core(2000, 1) == 2
