"""`python -m nexync_e2e.cluster.next_release FOLDER`: this repository as its next release, to build and to upgrade to.

The next release differs by a migration that all its services wait for, by an event tag that only it writes
(`chat.renamed`, which this release reads), and by its version. It is made from a copy, so that its images are another
build and its charts name them.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from nexync_e2e.settings import cluster_settings

SQL: Final = """-- The next release keeps a note beside each chat; this one doesn't know of it.
CREATE TABLE next_release_notes (
    chat uuid PRIMARY KEY,
    note text NOT NULL DEFAULT ''
);
"""
_SUFFIX: Final = "-next"
_WAITING: Final = ("svc-auth", "svc-chat", "svc-persister")
"""Services that wait for a migration; each names it as NEEDED_MIGRATION."""


class UnexpectedSourceError(Exception):
    """A file doesn't have the line that the next release changes; the text says which."""


def make(root: Path, folder: Path) -> str:
    """Copy what git knows of `root` into `folder`, change it, and return its version.

    Raises UnexpectedSourceError, or CalledProcessError where `root` is no git checkout.
    """
    _copy(root, folder)
    umbrella = folder / "charts" / "nexync"
    following = 1 + max(number(path) for path in migrations(umbrella))
    name = f"{following:04}_next_release.sql"
    (folder / "operators" / "migrations" / name).write_text(SQL)
    (umbrella / "files" / "migrations" / name).write_text(SQL)

    known = folder / "libs" / "runtime" / "src" / "nexync_runtime" / "schema.py"
    _change(known, r"^(KNOWN: Final = )\d+$", rf"\g<1>{following}")
    for service in _WAITING:
        source = folder / service / "src" / service.replace("-", "_") / "app.py"
        _change(source, r"^(NEEDED_MIGRATION(?:: Final)? = )\d+$", rf"\g<1>{following}")
    settings = folder / "svc-chat" / "src" / "svc_chat" / "settings.py"
    _change(settings, r'^(    rename_chats: Literal\["off", "on"\] = )"off"$', r'\g<1>"on"')

    version = ""
    for chart in sorted(folder.glob("charts/*/Chart.yaml")):
        if "\nappVersion: " in chart.read_text():
            found = _change(chart, r"^appVersion: (\S+)$", rf"appVersion: \g<1>{_SUFFIX}")
            version = found.group(1) + _SUFFIX
    return version


def migrations(umbrella: Path) -> list[Path]:
    """The SQL files that a chart carries."""
    return sorted((umbrella / "files" / "migrations").glob("*.sql"))


def number(migration: Path) -> int:
    """A migration's number, by its file's name."""
    return int(migration.name.split("_", maxsplit=1)[0])


def _copy(root: Path, folder: Path) -> None:
    listed = subprocess.run(
        ("git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"),
        capture_output=True,
        check=True,
        timeout=60,
    )
    for name in listed.stdout.decode().split("\0"):
        source, target = root / name, folder / name
        if name and (source.is_file() or source.is_symlink()):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)


def _change(file: Path, pattern: str, replacement: str) -> re.Match[str]:
    """Replace the one line that matches. Raises UnexpectedSourceError unless there is exactly one."""
    text = file.read_text()
    found = list(re.finditer(pattern, text, re.MULTILINE))
    if len(found) != 1:
        msg = f"{file}: {len(found)} lines match {pattern}"
        raise UnexpectedSourceError(msg)
    file.write_text(re.sub(pattern, replacement, text, flags=re.MULTILINE))
    return found[0]


def main(arguments: list[str]) -> int:
    """Print the version; 1 and a line where that release can't be made."""
    if len(arguments) != 1:
        print("one argument: an empty folder for the source", file=sys.stderr)
        return 2
    try:
        print(make(cluster_settings().root, Path(arguments[0])))
    except (UnexpectedSourceError, OSError, subprocess.CalledProcessError) as error:
        print(f"next release: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
