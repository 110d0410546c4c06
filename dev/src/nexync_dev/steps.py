"""Progress on the terminal: one line a step, with the time it took."""

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import TextIO


class Steps:
    """Prints steps as they run. On a terminal the running one is shown and then replaced."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = sys.stdout if out is None else out
        self._began = time.monotonic()

    @contextmanager
    def step(self, title: str) -> Generator[None]:
        """Time the block and print its line; a failure prints a cross and goes on upwards."""
        live = self._out.isatty()
        if live:
            self._write(f"  … {title}")
        began = time.monotonic()
        mark = "✗"
        try:
            yield
            mark = "✓"
        finally:
            start = "\r\033[K" if live else ""
            self._write(f"{start}  {mark} {title:<52}{time.monotonic() - began:7.1f} s\n")

    def say(self, line: str = "") -> None:
        """Print one plain line."""
        self._write(line + "\n")

    def elapsed(self) -> float:
        """Seconds since this object was made."""
        return time.monotonic() - self._began

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
