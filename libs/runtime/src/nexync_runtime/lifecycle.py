"""One lifecycle for every service: named tasks, readiness, SIGTERM → not ready → drain → stop.

The order at SIGTERM: readiness turns false, the drain steps run in the order of their registration, then
`stopping` is set, the tasks are cancelled, and the stop steps run in reverse order. All of it within
`grace_seconds`; what isn't done by then is cut off, and says so. A service that is still waiting for
something at its start has nothing to drain and stops at once.
"""

import asyncio
import gc
import inspect
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, cast

import uvloop

from nexync_runtime import admin, log
from nexync_runtime.settings import Settings

Work = Callable[[], Coroutine[Any, Any, None]]
Step = Callable[[], Awaitable[None]]
Check = Callable[[], str | Awaitable[str | None] | None]

STOP_STEP_SECONDS = 5.0
CHECK_SECONDS = 5.0
"""How often the service looks at its own readiness, to log its changes."""


class TaskEndedError(Exception):
    """A task of a service came to its end although nobody asked the service to stop."""


class RefusedError(Exception):
    """The service must not start; the text is the one line that says why and what to do."""


@dataclass(slots=True)
class Lifecycle:
    """What a composition root registers its parts with."""

    name: str
    settings: Settings
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    draining: bool = False
    started: bool = False
    waits: dict[str, str] = field(default_factory=dict[str, str])
    """What the start waits for, and why it isn't there."""
    _tasks: list[tuple[str, Work]] = field(default_factory=list[tuple[str, Work]])
    _group: asyncio.TaskGroup | None = None
    _running: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])
    _drains: list[tuple[str, Step]] = field(default_factory=list[tuple[str, Step]])
    _stops: list[tuple[str, Step]] = field(default_factory=list[tuple[str, Step]])
    _checks: dict[str, Check] = field(default_factory=dict[str, Check])
    _failure: asyncio.Future[BaseException] | None = None
    _loop: asyncio.AbstractEventLoop | None = None

    def task(self, name: str, work: Work) -> None:
        """Run `work` as a named task for the life of the service; its early end is an error."""
        if self._group is None:
            self._tasks.append((name, work))
        else:
            self._running.append(self._group.create_task(self._guard(name, work), name=name))

    def on_drain(self, step: Step, name: str = "") -> None:
        """Run `step` at SIGTERM, after readiness went false, in the order of registration."""
        self._drains.append((name or getattr(step, "__qualname__", "drain"), step))

    def on_stop(self, step: Step, name: str = "") -> None:
        """Run `step` at the very end (5 s at most each), in the reverse order of registration."""
        self._stops.append((name or getattr(step, "__qualname__", "stop"), step))

    def ready_check(self, name: str, check: Check) -> None:
        """Ready only while `check` answers None; a text is the reason why not."""
        self._checks[name] = check

    def fail(self, error: BaseException) -> None:
        """Stop the service because of `error`. Callable from any thread."""
        if self._loop is None:
            return

        def settle() -> None:
            if self._failure is not None and not self._failure.done():
                self._failure.set_result(error)

        self._loop.call_soon_threadsafe(settle)

    async def reasons(self) -> dict[str, str]:
        """Why the service isn't ready; empty when it is."""
        if self.draining:
            return {"lifecycle": "draining"}
        if not self.started:
            return {"lifecycle": "starting", **self.waits}
        found: dict[str, str] = {}
        for name, check in self._checks.items():
            try:
                answer = check()
                reason = (
                    await asyncio.wait_for(answer, 2.0) if inspect.isawaitable(answer) else answer
                )
            except TimeoutError:
                reason = "no answer within 2 s"
            except Exception as error:  # noqa: BLE001 - whatever a check raises is the reason why not
                reason = f"{type(error).__name__}: {error}"
            if reason is not None:
                found[name] = reason
        return found

    async def _guard(self, name: str, work: Work) -> None:
        await work()
        if not self.stopping.is_set() and not self.draining:
            msg = f"task {name!r} ended early"
            raise TaskEndedError(msg)

    async def serve(self, build: Callable[["Lifecycle"], Awaitable[None]]) -> int:
        """Build, run until SIGTERM, SIGINT or a failure; the exit code.

        What the start made lives as long as the process, so the garbage collector is told not to look at it again.
        """
        logger = log.get(self.name)
        self._loop = asyncio.get_running_loop()
        self._failure = self._loop.create_future()
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(number, stop.set)
        code = 0
        admin_server = await admin.start(self)
        try:
            if not await self._built(build, stop):
                logger.info("told to stop before the start was over")
                return 0
            gc.collect()
            gc.freeze()
            async with asyncio.TaskGroup() as group:
                self._group = group
                pending, self._tasks = self._tasks, []
                for name, work in pending:
                    self.task(name, work)
                self.started = True
                logger.info("started", admin_port=self.settings.admin_port)
                self.task("readiness", self._watch_readiness)
                waiter = group.create_task(self._until(stop), name="until-stop")
                error = await waiter
                if error is not None:
                    raise error  # noqa: TRY301 - it ends the task group, the handler below logs it
                await self._drain(logger)
                self.stopping.set()
                for task in self._running:
                    task.cancel()
        except BaseExceptionGroup as group_error:
            code = 1
            for one in _leaves(group_error):
                _report(logger, one)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is reported and ends the service
            code = 1
            _report(logger, error)
        finally:
            self.stopping.set()
            await self._stop(logger)
            await admin_server.stop()
            logger.info("stopped", code=code)
        return code

    async def _built(
        self, build: Callable[["Lifecycle"], Awaitable[None]], stop: asyncio.Event
    ) -> bool:
        """Build; False when the service was told to stop in the meantime."""

        async def work() -> None:
            await build(self)

        async with asyncio.TaskGroup() as group:
            building = group.create_task(work(), name="build")
            told = group.create_task(stop.wait(), name="told-to-stop")
            await asyncio.wait({building, told}, return_when=asyncio.FIRST_COMPLETED)
            told.cancel()
            if not building.done():
                building.cancel()
        return not building.cancelled()

    async def _watch_readiness(self) -> None:
        """One log line a change, so that the log tells what a probe saw."""
        logger = log.get(self.name)
        before: dict[str, str] | None = None
        while True:
            reasons = await self.reasons()
            if self.draining:
                return
            if reasons != before:
                if reasons:
                    logger.warning("not ready", reasons=reasons)
                else:
                    logger.info("ready")
                before = reasons
            await asyncio.sleep(CHECK_SECONDS)

    async def _until(self, stop: asyncio.Event) -> BaseException | None:
        assert self._failure is not None  # noqa: S101 - set by serve before any task runs
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(stop.wait())
            failure = asyncio.ensure_future(self._failure)
            await asyncio.wait({waiting, failure}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
        return self._failure.result() if self._failure.done() else None

    async def _drain(self, logger: log.Logger) -> None:
        self.draining = True
        logger.info("draining", grace_seconds=self.settings.grace_seconds)
        began = time.monotonic()
        took: dict[str, float] = {}
        cut = ""
        try:
            async with asyncio.timeout(self.settings.grace_seconds):
                for name, step in self._drains:
                    cut, step_began = name, time.monotonic()
                    await step()
                    took[name] = round(time.monotonic() - step_began, 2)
        except TimeoutError:
            logger.warning(
                "drain cut off", step=cut, grace_seconds=self.settings.grace_seconds, steps=took
            )
        else:
            logger.info("drained", seconds=round(time.monotonic() - began, 2), steps=took)

    async def _stop(self, logger: log.Logger) -> None:
        for name, step in reversed(self._stops):
            try:
                async with asyncio.timeout(STOP_STEP_SECONDS):
                    await step()
            except Exception as error:  # noqa: BLE001 - the other adapters must still be closed
                logger.warning(
                    "stop step failed", step=name, reason=f"{type(error).__name__}: {error}"
                )


def _report(logger: log.Logger, error: BaseException) -> None:
    if isinstance(error, RefusedError):
        logger.error("refuses to start", reason=str(error))
    else:
        logger.error("crashed", reason=f"{type(error).__name__}: {error}", exc_info=error)


def _leaves(group: BaseExceptionGroup[Any]) -> list[BaseException]:
    found: list[BaseException] = []
    errors: tuple[Any, ...] = group.exceptions
    for error in errors:
        if isinstance(error, BaseExceptionGroup):
            found.extend(_leaves(cast("BaseExceptionGroup[Any]", error)))
        elif not isinstance(error, asyncio.CancelledError):
            found.append(error)
    return found


def run(name: str, settings: Settings, build: Callable[[Lifecycle], Awaitable[None]]) -> None:
    """Run a service until it is told to stop, then exit with its code."""
    log.configure(
        log_format=settings.log_format, level=settings.log_level, instance=settings.instance
    )

    async def main() -> int:
        return await Lifecycle(name, settings).serve(build)

    sys.exit(uvloop.run(main()))
