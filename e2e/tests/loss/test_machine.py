"""Asking an instance's processes while they die and come back."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from nexync_e2e.loss.machine import Machine
from nexync_e2e.waiting import until_true


class Restarting(Machine):
    """An instance whose supervisor still names `gone` when it is asked first, `back` afterwards."""

    def __init__(self, gone: int, back: int) -> None:
        super().__init__()
        self._pids = iter((gone, back))

    async def pid(self, name: str) -> int:
        assert name == "gateway-1"
        return next(self._pids)


@pytest.fixture
def gone() -> int:
    """A process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


@pytest.fixture
def back() -> Iterator[int]:
    """A process that runs until the test ends."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process.pid
        process.kill()


async def test_a_process_that_has_just_ended_is_not_asked(gone: int, back: int) -> None:
    assert await Restarting(gone, back).asked("gateway-1", psutil.Process.cwd) == str(Path.cwd())


async def test_who_has_just_ended_is_killed_in_the_next_life(gone: int, back: int) -> None:
    """A kill that meets nobody would be a fault that did not happen."""
    process = psutil.Process(back)
    await Restarting(gone, back).kill("gateway-1")
    assert process.wait(timeout=10) == -9


async def test_who_has_just_ended_is_frozen_in_the_next_life(gone: int, back: int) -> None:
    async with Restarting(gone, back).frozen("gateway-1"):
        process = psutil.Process(back)
        await until_true(lambda: process.status() == psutil.STATUS_STOPPED, "stopped")
