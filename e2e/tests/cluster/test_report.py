"""What a run on a cluster says: the table, the spread of sockets, the figures in the page, the picture."""

from pathlib import Path

import pytest

from nexync_e2e.cluster import report, timeline
from nexync_e2e.cluster.timeline import Moment
from nexync_e2e.loss.run import Report
from nexync_e2e.loss.violation import Violation


def test_the_spread_shows_when_sockets_moved() -> None:
    """A wave is a long bar, silence is no line, and what came late is in the last one."""
    lines = report.histogram([0.1, 0.2, 0.3, 5.0, 500.0], width=2.0, rows=10).splitlines()
    assert [line.split()[0] for line in lines] == ["0", "4", "18"]
    assert lines[0].endswith(" 3")
    assert lines[0].count("█") == 40


def test_a_row_says_what_was_lost_and_for_how_long_somebody_had_no_socket() -> None:
    """The figures of one fault, in one line."""
    found = Report("evict", before=1, during=2, after=3, offline=1.25, silence=0.5, moves=(1.0,))
    found.violations.append(Violation("lost", "one"))
    row = report.faults([found]).splitlines()[2]
    assert [cell.strip() for cell in row.strip("|").split("|")] == [
        "evict", "0", "6", "1", "1.25", "0.50", "1",
    ]  # fmt: skip


def test_only_what_is_between_the_markers_is_replaced(tmp_path: Path) -> None:
    """What people wrote around the figures stays."""
    page = tmp_path / "cluster.md"
    other = "<!-- b: begin -->\nkept\n<!-- b: end -->\n"
    page.write_text(f"before\n<!-- a: begin -->\nold\n<!-- a: end -->\n{other}")
    report.write(page, "new", name="a")
    expected = f"before\n<!-- a: begin -->\n\nnew\n\n<!-- a: end -->\n{other}"
    assert page.read_text() == expected


def test_a_page_without_markers_is_left_alone(tmp_path: Path) -> None:
    """Rather than overwritten."""
    page = tmp_path / "cluster.md"
    page.write_text("mine")
    with pytest.raises(ValueError, match="has no"):
        report.write(page, "new", name="a")
    assert page.read_text() == "mine"


MOMENTS = (
    Moment(0.0, 0, 2, 2, {"a": 0, "b": 0}),
    Moment(10.0, 100, 3, 2, {"a": 50, "b": 50}),
    Moment(20.0, 100, 3, 3, {"a": 40, "b": 30, "c": 30}),
)


def test_a_gateway_that_was_not_there_yet_has_no_number() -> None:
    """Nothing is not zero."""
    lines = timeline.csv(MOMENTS).splitlines()
    assert lines[0].split(",")[-1] == "gateway 3"
    assert lines[1].endswith("0,0,")
    assert lines[3].endswith("40,30,30")


def test_the_picture_has_a_line_for_each_gateway_clients_and_replicas() -> None:
    """Five here."""
    assert timeline.svg(MOMENTS, "a & b").count("<polyline") == 5
    assert "a &amp; b" in timeline.svg(MOMENTS, "a & b")


def test_the_verdict_counts_each_fault_as_a_test() -> None:
    """In the form that `dev/test` adds up; nothing that ran is no pass."""
    bad = Report("two", violations=[Violation("lost", "one message")])
    assert report.verdict([Report("one")], seconds=9.4) == (
        "Nothing lost, doubled or reordered.\n1 passed, 0 failed in 9 s",
        True,
    )
    assert report.verdict([Report("one"), bad], seconds=1) == (
        "FAILED.\n1 passed, 1 failed in 1 s",
        False,
    )
    assert not report.verdict([], seconds=1)[1]


def test_memory_is_the_largest_pod_of_each_component_and_the_sum_of_all() -> None:
    """In decimal megabytes, as everywhere in the documents."""
    table = report.memory({"svc-chat": (80_000_000, 90_400_000), "edge": (9_600_000,)})
    assert table.splitlines()[2:] == [
        "| edge | 1 | 10 |",
        "| svc-chat | 2 | 90 |",
        "| all | 3 | 180 together |",
    ]
