"""The composition root of `python -m nexync_operator run`.

kopf watches, in a thread and a loop of its own, and tells the lanes what has changed; it runs no handlers of
its own kind (create, update, timer), because its timers put a finalizer on every resource (ADR 0021).
"""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import kopf

from nexync_operator.adapters.kube import KubeApi, login
from nexync_operator.admin import Admin
from nexync_operator.engine import Engine
from nexync_operator.kinds import Kind
from nexync_operator.lanes import Lanes
from nexync_operator.release import reclaim
from nexync_operator.resources import GROUP, VERSION, Resource
from nexync_operator.settings import OperatorSettings
from nexync_runtime import log

SPARE_THREADS: Final = 16
_log = log.get("operator")


class WatchEndedError(Exception):
    """kopf ended although nobody asked it to."""


class Watch:
    """kopf in a thread: what it sees goes to the lanes, on their loop."""

    def __init__(self, kinds: Sequence[Kind], lanes: Lanes, settings: OperatorSettings) -> None:
        self._loop = asyncio.get_running_loop()
        self._lanes = lanes
        self._namespaces = settings.watch_namespaces
        self._stop = threading.Event()
        self._ended: asyncio.Future[str] = self._loop.create_future()
        self._registry = kopf.OperatorRegistry()
        kopf.on.login(registry=self._registry, id="login")(_login)  # type: ignore[arg-type]
        for kind in kinds:
            self._register(kind)
        self._thread = threading.Thread(target=self._run, name="kopf", daemon=True)

    def _register(self, kind: Kind) -> None:
        async def seen(event: Mapping[str, Any], **_: object) -> None:
            body = cast("Mapping[str, Any]", event["object"])
            resource = Resource.read(body, kind.name)
            deleted = event.get("type") == "DELETED"
            tell = self._lanes.gone if deleted else self._lanes.seen
            self._loop.call_soon_threadsafe(tell, resource)

        register = cast("Any", kopf.on.event)
        register(GROUP, VERSION, kind.plural, registry=self._registry, id=f"seen-{kind.plural}")(
            seen
        )

    def _run(self) -> None:
        asyncio.run(self._watch())

    async def _watch(self) -> None:
        reason = "kopf ended"
        try:
            await kopf.operator(
                registry=self._registry,
                settings=_kopf_settings(),
                standalone=True,
                clusterwide=not self._namespaces,
                namespaces=self._namespaces,
                stop_flag=self._stop,
            )
        except Exception as error:  # noqa: BLE001 - it is passed on to the main loop, which ends the process
            reason = f"kopf: {type(error).__name__}: {error}"
        finally:
            # kopf waits for the flag in a thread of its own, which this loop would wait for in turn.
            self._stop.set()
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._settle, reason)

    def _settle(self, reason: str) -> None:
        if not self._ended.done():
            self._ended.set_result(reason)

    async def serve(self) -> None:
        """Until cancelled. Raises WatchEndedError when kopf ends by itself."""
        self._thread.start()
        raise WatchEndedError(await self._ended)

    async def stop(self) -> None:
        """Ask kopf to end, and wait a little for it."""
        self._stop.set()
        await asyncio.wait({self._ended}, timeout=5.0)


def _login(**_: object) -> kopf.ConnectionInfo:
    return login()


def _kopf_settings() -> kopf.OperatorSettings:
    settings = kopf.OperatorSettings()
    # Not ours: kopf takes its own away from every resource that none of its handlers needs it for.
    settings.persistence.finalizer = f"{GROUP}/kopf"
    settings.persistence.progress_storage = kopf.AnnotationsProgressStorage(prefix=GROUP)
    settings.persistence.diffbase_storage = kopf.AnnotationsDiffBaseStorage(prefix=GROUP)
    settings.posting.enabled = False
    settings.scanning.disabled = True
    settings.watching.connect_timeout = 10.0
    settings.watching.server_timeout = 300
    settings.networking.request_timeout = 30.0
    return settings


async def serve(settings: OperatorSettings, kinds: Sequence[Kind]) -> int:
    """Run until SIGTERM or SIGINT; the exit code."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    api = KubeApi(settings.watch_namespaces)
    engine = Engine(
        api, threads=settings.workers + SPARE_THREADS, delete_seconds=settings.delete_seconds
    )
    lanes = Lanes(
        kinds,
        engine,
        api,
        resync=settings.resync_seconds,
        longest_retry=settings.retry_max_seconds,
        slots=settings.workers,
    )
    admin = Admin(lanes, stale_seconds=3 * settings.resync_seconds + 30)
    watch = Watch(kinds, lanes, settings)
    await admin.start(settings.host, settings.admin_port)
    code = 0
    _log.info(
        "started",
        admin_port=settings.admin_port,
        namespaces=list(settings.watch_namespaces) or "all",
        kinds=[kind.name for kind in kinds],
    )
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(lanes.serve(), name="lanes")]
            await _listed_or_stopped(lanes, stop)
            await reclaim(api, kinds)
            tasks.append(group.create_task(watch.serve(), name="watch"))
            await stop.wait()
            _log.info("stopping")
            for task in tasks:
                task.cancel()
    except BaseExceptionGroup as failures:
        code = 1
        _log.exception("crashed", reason=str(failures.exceptions[0]), exc_info=failures)
    finally:
        await watch.stop()
        await api.close()
        await admin.stop()
    _log.info("stopped", code=code)
    if engine.busy:
        # A thread that hangs in a client can't be ended; the interpreter would wait for it.
        os._exit(code)
    return code


async def _listed_or_stopped(lanes: Lanes, stop: asyncio.Event) -> None:
    # kopf finds the kinds once, at its start; so wait until they are there.
    async with asyncio.TaskGroup() as group:
        listed = group.create_task(lanes.listed.wait(), name="first-list")
        stopped = group.create_task(stop.wait(), name="stop")
        await asyncio.wait({listed, stopped}, return_when=asyncio.FIRST_COMPLETED)
        listed.cancel()
        stopped.cancel()


def run(settings: OperatorSettings, kinds: Sequence[Kind]) -> int:
    """Run the operator; the exit code."""
    log.configure(
        log_format=settings.log_format, level=settings.log_level, instance=settings.instance
    )
    # kopf is not in the main thread on purpose, and warns of signals that it would like to have.
    logging.getLogger("kopf._core.reactor.running").setLevel(logging.ERROR)
    return asyncio.run(serve(settings, kinds))
