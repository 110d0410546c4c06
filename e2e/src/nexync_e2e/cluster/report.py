"""What a run on a cluster found, as Markdown: for the terminal, and for docs/cluster.md when that is asked for."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from nexync_e2e.loss.run import Report

_BAR: Final = 40


def faults(reports: Sequence[Report]) -> str:
    """One row a fault. Times are seconds."""
    head = (
        "| fault | took | acks | lost, doubled, reordered | longest without a socket | longest silence of a chat "
        "| new sockets |"
    )
    rows = [head, "|---|--:|--:|--:|--:|--:|--:|"]
    rows += [
        f"| {report.fault} | {report.seconds:.0f} | {report.before + report.during + report.after} "
        f"| {len(report.violations)} | {report.offline:.2f} | {report.silence:.2f} "
        f"| {len(report.moves)} |"
        for report in reports
    ]
    return "\n".join(rows)


def histogram(moves: Sequence[float], *, width: float = 2.0, rows: int = 60) -> str:
    """How the sockets of one fault were spread: a line for each `width` seconds with at least one new socket.

    `moves` are seconds since the fault began; at most `rows` lines, the last one holding the rest.
    """
    slots = Counter(min(int(moment // width), rows - 1) for moment in moves)
    most = max(slots.values(), default=1)
    return "\n".join(
        f"{slot * width:5.0f} s  {'█' * max(1, round(count / most * _BAR))} {count}"
        for slot, count in sorted(slots.items())
    )


def memory(sizes: Mapping[str, Sequence[int]]) -> str:
    """One row a component, and the sum. `sizes` are the bytes of each of its pods."""
    rows = ["| idle | pods | MB a pod |", "|---|--:|--:|"]
    rows += [
        f"| {name} | {len(pods)} | {max(pods) / 1e6:.0f} |" for name, pods in sorted(sizes.items())
    ]
    total = sum(sum(pods) for pods in sizes.values())
    rows.append(f"| all | {sum(map(len, sizes.values()))} | {total / 1e6:.0f} together |")
    return "\n".join(rows)


def whole(
    times: Mapping[str, float], idle: Mapping[str, Sequence[int]], reports: Sequence[Report]
) -> str:
    """Times of the steps, memory before any load, the table of faults, a histogram for each."""
    steps = ["| step | seconds |", "|---|--:|"]
    steps += [f"| {name} | {seconds:.1f} |" for name, seconds in times.items()]
    parts = ["\n".join(steps), memory(idle), faults(reports)]
    for report in reports:
        if report.moves:
            parts.append(f"New sockets during {report.fault}:")
            parts.append(f"```text\n{histogram(report.moves)}\n```")
    return "\n\n".join(parts)


def verdict(reports: Sequence[Report], *, seconds: float) -> tuple[str, bool]:
    """The closing line, which counts a fault as a test, and whether all of them passed."""
    failed = sum(bool(report.violations) for report in reports)
    good = failed == 0 and bool(reports)
    words = "Nothing lost, doubled or reordered." if good else "FAILED."
    return f"{words}\n{len(reports) - failed} passed, {failed} failed in {seconds:.0f} s", good


def write(page: Path, figures: str, *, name: str) -> None:
    """Replace what is between the page's two markers of that name. Raises ValueError when it has none."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    text = page.read_text()
    if begin not in text or end not in text:
        msg = f"{page} has no {begin} and {end}"
        raise ValueError(msg)
    before, rest = text.split(begin, maxsplit=1)
    after = rest.split(end, maxsplit=1)[1]
    page.write_text(f"{before}{begin}\n\n{figures}\n\n{end}{after}")
