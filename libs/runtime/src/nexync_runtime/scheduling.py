"""How the kernel schedules the threads that a client library starts beside the event loop."""

import os
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def without_preempting() -> Generator[None]:
    """Threads that start in this block, and theirs in turn, don't push others off a core when they wake (SCHED_BATCH).

    They get no less of the core: they run when whoever woke them waits, or has had its share. A thread's policy is
    the one of the thread that made it, so the caller takes it for the length of the block. Where the kernel refuses,
    or the caller has another policy than the ordinary one, all stays as it is.
    """
    changed = _change(os.SCHED_OTHER, os.SCHED_BATCH)
    try:
        yield
    finally:
        if changed:
            _change(os.SCHED_BATCH, os.SCHED_OTHER)


def _change(before: int, after: int) -> bool:
    try:
        if os.sched_getscheduler(0) != before:
            return False
        os.sched_setscheduler(0, after, os.sched_param(0))
    except OSError:
        return False
    return True
