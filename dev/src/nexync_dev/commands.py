"""Running the tools of others: their failure becomes one line and a log file."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from nexync_dev.errors import DevError

_INTERESTING = ("error", "fatal", "panic", "cannot", "could not", "failed", "no space")


def run(
    command: Sequence[str | Path],
    *,
    log: Path,
    timeout: float,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    user: str | None = None,
    text: str | None = None,
) -> str:
    """Run to the end and return what was printed, which is also kept in `log`.

    `timeout` is in seconds; `user` needs root. Raises `DevError` with the most telling line.
    """
    name = Path(str(command[0])).name
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            user=user,
            group=user,
            extra_groups=[] if user else None,
            input=text,
            stdin=subprocess.DEVNULL if text is None else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )
    except FileNotFoundError:
        raise DevError(f"{name} is not installed.") from None
    except subprocess.TimeoutExpired:
        raise DevError(f"{name} did not end within {timeout:.0f} s.") from None
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(done.stdout)
    if done.returncode != 0:
        raise DevError(f"{name} failed: {telling_line(done.stdout)} (all of it: {log})")
    return done.stdout


def telling_line(output: str) -> str:
    """The line of `output` that most likely says what went wrong: the last that names an error."""
    lines = [line.strip() for line in output.splitlines() if _says_something(line.strip())]
    for line in reversed(lines):
        if any(word in line.lower() for word in _INTERESTING):
            return line[:300]
    return lines[-1][:300] if lines else "it printed nothing"


def _says_something(line: str) -> bool:
    return line not in ("", "npm error") and "A complete log of this run" not in line


def find(name: str, *places: str, package: str) -> Path:
    """The executable `name`, in PATH or one of `places` (glob patterns, newest last)."""
    for pattern in places:
        found = sorted(Path("/").glob(pattern.lstrip("/")), key=_version)
        if found:
            return found[-1]
    located = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if located is None:
        raise DevError(f"{name} is not installed; on Debian and Ubuntu: apt install {package}.")
    return Path(located)


def _version(path: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in path.parts if part.isdigit())


def digest(paths: Iterable[Path]) -> str:
    """A hash over names and contents of files, and of all files below folders."""
    total = hashlib.sha256()
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                total.update(str(file.relative_to(path.parent)).encode() + b"\0")
                total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def is_done(stamp: Path, inputs: str) -> bool:
    """Whether the work marked by `stamp` was done for exactly these inputs."""
    return stamp.is_file() and stamp.read_text() == inputs


def mark_done(stamp: Path, inputs: str) -> None:
    """Remember that the work was done for `inputs`."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(inputs)
