"""Threads that leave the core to whoever wakes them: which, and for how long the one who makes them is one of them."""

import contextlib
import errno
import os
import threading
from pathlib import Path

import pytest

from nexync_runtime.kafka import FatalError, Producer
from nexync_runtime.scheduling import without_preempting

NOWHERE = "127.0.0.1:1"


def policy_of_a_new_thread() -> int:
    """What a thread that starts now has."""
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(os.sched_getscheduler(0)))
    thread.start()
    thread.join()
    return found[0]


def test_threads_of_the_block_dont_preempt_and_the_caller_is_as_before() -> None:
    with without_preempting():
        inside = policy_of_a_new_thread()
    assert inside == os.SCHED_BATCH
    assert os.sched_getscheduler(0) == policy_of_a_new_thread() == os.SCHED_OTHER


def test_the_caller_is_as_before_also_after_an_error() -> None:
    with pytest.raises(ValueError, match="no"), without_preempting():
        raise ValueError("no")
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


def test_a_kernel_that_refuses_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "not here")

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    with without_preempting():
        assert policy_of_a_new_thread() == os.SCHED_OTHER


def test_who_has_another_policy_keeps_it() -> None:
    def body() -> None:
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        with without_preempting():
            found.append(os.sched_getscheduler(0))
        found.append(os.sched_getscheduler(0))

    found: list[int] = []
    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    assert found == [os.SCHED_IDLE, os.SCHED_IDLE]


def threads() -> dict[int, tuple[str, int]]:
    """The threads of this process, with their names and policies; not those that end meanwhile."""
    found: dict[int, tuple[str, int]] = {}
    for folder in Path("/proc/self/task").iterdir():
        one = int(folder.name)
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found[one] = (folder / "comm").read_text().strip(), os.sched_getscheduler(one)
    return found


async def test_the_threads_of_a_producer_are_such() -> None:
    def ended(_: FatalError) -> None:
        pytest.fail("nothing was produced")

    before = threads()
    producer = Producer({"bootstrap.servers": NOWHERE}, client_id="test", on_fatal=ended)
    started = [one for thread, one in threads().items() if thread not in before]
    assert [name for name, policy in started if policy != os.SCHED_BATCH] == []
    assert "rdk:main" in [name for name, _ in started]
    assert os.sched_getscheduler(0) == os.SCHED_OTHER
    producer.close()
