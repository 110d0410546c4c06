"""What is running, and what it says."""

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from nexync_dev.config import Config
from nexync_dev.errors import DevError
from nexync_dev.supervision import ProgramState, Supervisor

_COLORS = (36, 33, 35, 32, 34, 31, 96, 93, 95, 92, 94, 91)


def rows(config: Config) -> list[dict[str, object]]:
    """One row a program; `memory` is resident bytes of it and its children, `uptime` seconds."""
    states = Supervisor(config).states()
    return [
        {
            "name": state.name,
            "state": state.state,
            "pid": state.pid or None,
            "port": config.ports.get(state.name, config.ports.get(f"{state.name}-admin")),
            "uptime": int(time.time()) - state.started if state.pid else None,
            "memory": _memory(state) if state.pid else None,
        }
        for state in sorted(states.values(), key=lambda one: one.name)
    ]


def _memory(state: ProgramState) -> int:
    total = 0
    try:
        process = psutil.Process(state.pid)
        for member in (process, *process.children(recursive=True)):
            total += member.memory_info().rss
    except psutil.Error:
        return total
    return total


def table(found: Sequence[dict[str, object]]) -> str:
    """The rows as aligned text."""
    lines = [("name", "state", "pid", "port", "uptime", "memory")]
    for row in found:
        uptime, memory = row["uptime"], row["memory"]
        lines.append(
            (
                str(row["name"]),
                str(row["state"]),
                str(row["pid"] or "-"),
                str(row["port"] or "-"),
                _duration(uptime) if isinstance(uptime, int) else "-",
                f"{memory / 2**20:.0f} MB" if isinstance(memory, int) else "-",
            )
        )
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    return "\n".join(
        f"{line[0]:<{widths[0]}}  {line[1]:<{widths[1]}}  "
        + "  ".join(f"{line[column]:>{widths[column]}}" for column in range(2, 6))
        for line in lines
    )


def as_json(found: Sequence[dict[str, object]]) -> str:
    """The rows for a program to read."""
    return json.dumps(found, indent=2)


def _duration(seconds: int) -> str:
    minutes, rest = divmod(max(seconds, 0), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def follow(config: Config, name: str | None, lines: int = 20) -> None:
    """Print the last `lines` of each log and then what is added, until interrupted."""
    files = sorted(config.logs.glob("*.log"))
    if name is not None:
        files = [file for file in files if file.stem == name]
    if not files:
        known = ", ".join(file.stem for file in sorted(config.logs.glob("*.log"))) or "none yet"
        raise DevError(f"There is no log of {name or 'anything'}; logs: {known}.")
    width = max(len(file.stem) for file in files)
    tails = [_Tail(file, width, index) for index, file in enumerate(files)]
    for tail in tails:
        tail.show_last(lines)
    while True:
        for tail in tails:
            tail.show_new()
        time.sleep(0.3)


class _Tail:
    """One followed file; a rotated or truncated file is read from its start again."""

    def __init__(self, path: Path, width: int, index: int) -> None:
        self._path = path
        self._prefix = f"{path.stem:<{width}} │ "
        if os.isatty(1):
            self._prefix = f"\033[{_COLORS[index % len(_COLORS)]}m{self._prefix}\033[0m"
        self._position = 0
        self._inode = 0

    def show_last(self, lines: int) -> None:
        with self._path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 64_000))
            self._print(file.read().splitlines()[-lines:])
            self._position, self._inode = size, os.fstat(file.fileno()).st_ino

    def show_new(self) -> None:
        try:
            with self._path.open("rb") as file:
                about = os.fstat(file.fileno())
                if about.st_ino != self._inode or about.st_size < self._position:
                    self._position, self._inode = 0, about.st_ino
                if about.st_size == self._position:
                    return
                file.seek(self._position)
                whole, mark, _ = file.read(1_000_000).rpartition(b"\n")
                self._position += len(whole) + len(mark)
                self._print(whole.splitlines())
        except FileNotFoundError:
            return

    def _print(self, lines: Sequence[bytes]) -> None:
        for line in lines:
            print(self._prefix + line.decode(errors="replace"), flush=True)
