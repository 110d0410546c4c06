"""The report."""

from nexync_bench.figures import Figure, Section, as_markdown, per_core, replaced


def test_a_section_is_a_table_with_its_command() -> None:
    """Each figure can be repeated by whoever reads it."""
    text = as_markdown(Section("Memory", "python -m x", (Figure("a", "1 KiB", "≤ 2"),)))
    assert "`python -m x`" in text
    assert "| a | 1 KiB | ≤ 2 |  |" in text


def test_per_core_of_nothing() -> None:
    """No division by zero when nothing was measured."""
    assert per_core(1000, 0) == 0
    assert per_core(2000, 1) == 2


def test_a_page_keeps_the_sections_that_were_not_measured() -> None:
    """One figure is measured again without the others, each says when it was."""
    old = "# Page\n\nWords.\n\n## Memory\n\nold\n\n## Start\n\nstays\n"
    fresh = Section("Memory", "python -m x", (Figure("a", "1 KiB"),))
    page = replaced(old, [fresh, Section("New", "python -m y", ())], " today")
    assert page.startswith("# Page\n\nWords.\n\n## Memory\n\n`python -m x` today\n")
    assert "old" not in page
    assert "## Start\n\nstays\n\n## New\n" in page
    assert replaced(page, [], "") == page
