"""One reconcile run of one resource, from a fresh read to its status: the same for every kind."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final, Protocol, cast

from nexync_operator import metrics
from nexync_operator.errors import ReconcileError, RefusedError
from nexync_operator.kinds import Cluster, Kind, Step
from nexync_operator.resources import (
    FINALIZER,
    GROUP,
    RELEASED,
    VERSION,
    Condition,
    Event,
    Resource,
    Result,
    dated,
    format_time,
    stalled,
    working,
)
from nexync_runtime import log

LOOK_SECONDS: Final = 30.0
_TRIO: Final = frozenset({"Ready", "Reconciling", "Stalled"})
_log = log.get("operator")


class Api(Cluster, Protocol):
    """What the engine needs from Kubernetes."""

    async def resource(self, kind: Kind, namespace: str, name: str) -> Resource | None: ...
    async def write_status(self, kind: Kind, resource: Resource, status: object) -> None: ...
    async def write_finalizers(
        self, kind: Kind, resource: Resource, finalizers: Sequence[str]
    ) -> None: ...
    async def event(self, namespace: str, body: object) -> None: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """When to look again: after a failure the back-off decides, else `after`, else the resync."""

    seen: Resource
    failed: bool = False
    after: float | None = None


class Engine:
    """Runs steps in threads, within their limits, and writes down what came out."""

    def __init__(
        self,
        api: Api,
        *,
        threads: int,
        delete_seconds: float,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._api = api
        self._delete_seconds = delete_seconds
        self._clock = clock
        # More threads than runs at a time: one that is over its limit can't be stopped, only left alone.
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="reconcile")
        self._overdue: dict[str, asyncio.Future[Result]] = {}

    @property
    def busy(self) -> bool:
        """Whether a step that was given up still runs."""
        return any(not one.done() for one in self._overdue.values())

    async def run(self, kind: Kind, namespace: str, name: str) -> Outcome | None:
        """Bring one resource to its spec; None when it is gone. Raises ReconcileError when Kubernetes fails."""
        started = monotonic()
        resource = await self._api.resource(kind, namespace, name)
        if resource is None:
            return None
        if resource.deleted is not None and FINALIZER not in resource.finalizers:
            return Outcome(resource)
        resource = await self._with_finalizer(kind, resource)
        result = self._hands_off(resource) if resource.paused else await self._step(kind, resource)
        label = _label(result)
        metrics.RECONCILIATIONS.labels(kind.name, label).inc()
        metrics.SECONDS.labels(kind.name).observe(monotonic() - started)
        if resource.deleted is not None:
            return await self._let_go(kind, resource, result)
        await self._write_down(kind, resource, result, label)
        return Outcome(resource, result.failed, result.retry_after)

    async def _with_finalizer(self, kind: Kind, resource: Resource) -> Resource:
        wanted = resource.finalizers
        if resource.deleted is None and not resource.paused:
            others = tuple(one for one in wanted if one != FINALIZER)
            keep = kind.keeps(resource.spec) and RELEASED not in resource.annotations
            wanted = (*others, FINALIZER) if keep else others
        if set(wanted) == set(resource.finalizers):
            return resource
        await self._api.write_finalizers(kind, resource, wanted)
        # Read again: its version has changed with the write.
        return await self._api.resource(kind, resource.namespace, resource.name) or resource

    def _hands_off(self, resource: Resource) -> Result:
        if resource.deleted is not None:
            message = "deleted while paused: what it stands for is left as it is"
            return Result((), (Event("Warning", "Retained", message),), done=True)
        kept = tuple(_bare(one) for one in resource.conditions if one.get("type") != "Paused")
        paused = Condition("Paused", "True", "Annotation", "nexync.io/paused is set: hands off")
        return Result((*(kept or (Condition("Ready", "Unknown", "Paused"),)), paused), looked=False)

    async def _step(self, kind: Kind, resource: Resource) -> Result:
        key = f"{resource.kind}/{resource.uid}"
        overdue = self._overdue.get(key)
        if overdue is not None and not overdue.done():
            return _error(resource, "TimedOut", "the run before is still under way", failed=True)
        self._overdue.pop(key, None)
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                step = await kind.look(resource, self._api)
            return await self._in_thread(key, step, kind.seconds)
        except RefusedError as error:
            return _error(resource, error.reason, str(error), failed=False)
        except ReconcileError as error:
            return _error(resource, error.reason, str(error), failed=True)
        except TimeoutError:
            message = f"no end within {kind.seconds:g} s; it is tried again"
            return _error(resource, "TimedOut", message, failed=True)
        except Exception as error:  # noqa: BLE001 - one resource's bug must not end the lanes of the others
            _log.exception("bug", resource=str(resource))
            message = f"{type(error).__name__}: {' '.join(str(error).split())}"
            return _error(resource, "InternalError", message, failed=True)

    async def _in_thread(self, key: str, step: Step, seconds: float) -> Result:
        future = asyncio.get_running_loop().run_in_executor(self._pool, step)
        self._overdue[key] = future
        async with asyncio.timeout(seconds):
            result = await asyncio.shield(future)
        self._overdue.pop(key, None)
        return result

    async def _let_go(self, kind: Kind, resource: Resource, result: Result) -> Outcome:
        assert resource.deleted is not None  # noqa: S101 - the caller's condition
        waited = (self._clock() - resource.deleted).total_seconds()
        given_up = not result.done and (not result.failed or waited >= self._delete_seconds)
        events = list(result.events)
        if given_up:
            why = next((one.message for one in result.conditions if one.type == "Ready"), "")
            message = f"let go after {waited:.0f} s without cleaning up: {why}"
            events.append(Event("Warning", "CleanupGivenUp", message))
        for event in events:
            await self._post(kind, resource, event)
        if not (result.done or given_up):
            left = max(0.5, self._delete_seconds - waited)
            return Outcome(resource, after=min(5.0, left))
        left_over = [one for one in resource.finalizers if one != FINALIZER]
        await self._api.write_finalizers(kind, resource, left_over)
        _log.info("released", resource=str(resource), cleaned_up=not given_up)
        return Outcome(resource)

    async def _write_down(self, kind: Kind, resource: Resource, result: Result, label: str) -> None:
        # As kstatus reads it: a generation is observed when its spec was looked at, and not before.
        observed = (
            resource.generation if result.looked else resource.status.get("observedGeneration")
        )
        status = {
            **result.status,
            "observedGeneration": observed,
            "conditions": dated(
                result.conditions,
                resource.conditions,
                generation=resource.generation,
                now=self._clock(),
            ),
        }
        patch = difference(resource.status, status)
        if patch:
            await self._api.write_status(kind, resource, patch)
        events = [*result.events, *_transition(resource, result)]
        for event in events:
            await self._post(kind, resource, event)
        line = _log.info if label in {"ok", "paused"} else _log.warning
        if not patch and not events:
            line = _log.debug
        head = next((one for one in result.conditions if one.type == "Ready"), None)
        line(
            "reconciled",
            resource=str(resource),
            result=label,
            reason=head.reason if head else "",
            message=head.message if head else "",
        )

    async def _post(self, kind: Kind, resource: Resource, event: Event) -> None:
        now = self._clock()
        body = {
            "metadata": {
                "name": f"{resource.name[:200]}.{now.timestamp():.6f}".replace(".", "-"),
                "namespace": resource.namespace,
            },
            "involvedObject": {
                "apiVersion": f"{GROUP}/{VERSION}",
                "kind": kind.name,
                "name": resource.name,
                "namespace": resource.namespace,
                "uid": resource.uid,
            },
            "type": event.type,
            "reason": event.reason,
            "message": event.message[:1024],
            "source": {"component": "nexync-operator"},
            "reportingComponent": "nexync-operator",
            "firstTimestamp": format_time(now),
            "lastTimestamp": format_time(now),
            "count": 1,
        }
        level = _log.warning if event.type == "Warning" else _log.info
        level("event", resource=str(resource), reason=event.reason, message=event.message)
        try:
            await self._api.event(resource.namespace, body)
        except ReconcileError as error:
            # An event is a courtesy; a namespace that is going away takes none.
            _log.warning("event not posted", resource=str(resource), reason=str(error))


def _bare(one: Mapping[str, Any]) -> Condition:
    generation = one.get("observedGeneration")
    return Condition(one["type"], one["status"], one["reason"], one.get("message", ""), generation)


def _error(resource: Resource, reason: str, message: str, *, failed: bool) -> Result:
    head = working(reason, message) if failed else stalled(reason, message)
    kept = [_bare(one) for one in resource.conditions if one.get("type") not in _TRIO | {"Paused"}]
    return Result((*head, *kept), failed=failed)


def _label(result: Result) -> str:
    true = {one.type for one in result.conditions if one.status == "True"}
    if result.failed:
        return "failed"
    return "stalled" if "Stalled" in true else "paused" if "Paused" in true else "ok"


def _transition(resource: Resource, result: Result) -> list[Event]:
    """A failure, a halt and the way back become events, once each."""
    new = next((one for one in result.conditions if one.type == "Ready"), None)
    old = resource.condition("Ready")
    if new is None or (old.get("status"), old.get("reason")) == (new.status, new.reason):
        return []
    if new.status == "True":
        back = old.get("status") == "False"
        return [Event("Normal", new.reason, new.message or "as desired")] if back else []
    return [Event("Warning", new.reason, new.message)] if _label(result) != "ok" else []


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """A merge patch from `old` to `new` over the fields that `new` names; empty when there is none to make."""
    patch: dict[str, Any] = {}
    for key, value in new.items():
        before = old.get(key)
        if before == value:
            continue
        if isinstance(value, dict) and isinstance(before, dict):
            known = cast("dict[str, Any]", before)
            inner = cast("dict[str, Any]", value)
            patch[key] = {name: None for name in known if name not in inner} | inner
        else:
            patch[key] = value
    return patch
