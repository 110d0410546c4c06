"""Generated files: written where they differ, or only compared."""

import argparse
from collections.abc import Collection, Mapping
from pathlib import Path


def arguments(program: str, description: str | None) -> tuple[Path, bool]:
    """The repository, and whether files are only to be compared, from the command line."""
    parser = argparse.ArgumentParser(prog=program, description=description)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the repository")
    found = parser.parse_args()
    return found.root, found.check


def bring(made: Mapping[str, str], root: Path, *, check: bool, gone: Collection[str] = ()) -> int:
    """Bring the files below `root` to the texts of `made`, and take away those that are `gone`; name each.

    The exit code: 0 when all are (now) as they must be, 1 when `check` found a difference.
    """
    stale = list(gone)
    if not check:
        for name in gone:
            (root / name).unlink()
    for name, text in made.items():
        path = root / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"{'out of date' if check else 'wrote'}: {name}")
    return 1 if check and stale else 0
