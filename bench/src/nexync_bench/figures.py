"""What a benchmark yields, and how it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report; `target` is what is aimed at, in words, or empty."""

    name: str
    value: str
    target: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """The figures of one benchmark; `command` repeats it."""

    title: str
    command: str
    figures: tuple[Figure, ...]


def as_text(section: Section) -> str:
    """For a terminal."""
    width = max(len(figure.name) for figure in section.figures)
    lines = [section.title]
    for figure in section.figures:
        target = f"   (aim: {figure.target})" if figure.target else ""
        note = f"   {figure.note}" if figure.note else ""
        lines.append(f"  {figure.name:<{width}}  {figure.value}{target}{note}")
    return "\n".join(lines)


def as_markdown(section: Section, when: str = "") -> str:
    """For docs/performance.md; `when` follows the command."""
    lines = [
        f"## {section.title}",
        "",
        f"`{section.command}`{when}",
        "",
        "| figure | measured | aim | note |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {figure.name} | {figure.value} | {figure.target} | {figure.note} |"
        for figure in section.figures
    ]
    return "\n".join(lines) + "\n"


def replaced(page: str, sections: Sequence[Section], when: str) -> str:
    """The page with these sections in the place of those with their titles; new ones come last, the others stay."""
    head, *old = page.split("\n## ")
    texts = {text.split("\n", 1)[0]: f"## {text.rstrip()}\n" for text in old}
    for section in sections:
        texts[section.title] = as_markdown(section, when)
    return "\n".join((f"{head.rstrip()}\n", *texts.values()))


def per_core(count: float, cpu_seconds: float) -> float:
    """Thousands per second of CPU; 0 when the CPU time is too short to tell."""
    return count / cpu_seconds / 1000 if cpu_seconds > 0 else 0.0
