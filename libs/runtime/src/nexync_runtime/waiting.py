"""Waiting at the start for what a service can't work without: not ready with the reason, never a crash loop.

An operator or a backend may take its time, so there is no end to the waiting; SIGTERM ends it at once. One log
line when the waiting begins, when its reason changes, and when it ends.
"""

import asyncio
import contextvars
import random
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Final, Protocol, TypeVar

from nexync_runtime import log

T = TypeVar("T")

BACKOFF_SECONDS: Final = (0.25, 5.0)

_log = log.get("waiting")


class NotThereError(Exception):
    """What is waited for isn't there; the text says why, in few words and without changing parts."""


class Waiting(Protocol):
    """Where the reason is shown: a lifecycle."""

    waits: dict[str, str]


async def until_there(life: Waiting, name: str, attempt: Callable[[], Awaitable[T]]) -> T:
    """What `attempt` gives, tried with growing pauses for as long as it raises NotThereError."""
    pause = BACKOFF_SECONDS[0]
    began = time.monotonic()
    while True:
        try:
            found = await attempt()
        except NotThereError as error:
            reason = str(error)
        else:
            if life.waits.pop(name, None) is not None:
                _log.info("is there", what=name, seconds=round(time.monotonic() - began, 1))
            return found
        if life.waits.get(name) != reason:
            life.waits[name] = reason
            _log.warning("waits", what=name, reason=reason)
        await asyncio.sleep(pause * random.uniform(0.5, 1.0))
        pause = min(pause * 2, BACKOFF_SECONDS[1])


async def on_daemon_thread(work: Callable[[], T]) -> T:
    """What blocking `work` gives. A thread that still runs when the caller is cancelled keeps nobody from ending."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: Callable[[], None]) -> None:
        if not done.done():
            result()

    def run() -> None:
        try:
            value = work()
        except Exception as error:  # noqa: BLE001 - carried to the caller
            failure = error
            _call(loop, lambda: settle(lambda: done.set_exception(failure)))
        else:
            _call(loop, lambda: settle(lambda: done.set_result(value)))

    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(run,), name="waiting", daemon=True).start()
    return await done


def _call(loop: asyncio.AbstractEventLoop, work: Callable[[], None]) -> None:
    try:
        loop.call_soon_threadsafe(work)
    except RuntimeError:
        # The loop was closed in between: nobody waits for the answer any more.
        return
