"""The pace of Python's garbage collector in a process that holds thousands of sockets.

A full collection looks at every object of every socket, 15 µs a socket here, and everybody waits for it. By default one
comes whenever a quarter more objects are there, so a reconnect storm brings several, of tens of milliseconds each.
What ends is freed without it, a closed socket too (`tests/test_collecting.py`); it is there for rings that nobody
thought of. So it looks at the young often, and at everything seldom.

A look takes as long as there are objects that it looks at, and what thousands of newcomers bring is young and stays. So
no look but the one at everything has more than ten thousand to look at.
"""

import gc
from typing import Final

THRESHOLDS: Final = (1_000, 10, 10_000)
"""New objects (less those that were freed) before the young are looked at, and how often that before the older ones."""


def look_seldom() -> None:
    """Set the pace; once, at the start."""
    gc.set_threshold(*THRESHOLDS)
