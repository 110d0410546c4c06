"""A lane a resource: one run at a time, again when it was changed, after a failure, and at each resync.

Bounds: a lane holds one "look again" at most, however often it is woken; as many lanes as resources; as many
runs at a time as there are slots.
"""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic, time
from typing import Final, Protocol

from nexync_operator import metrics
from nexync_operator.engine import Outcome
from nexync_operator.errors import ReconcileError
from nexync_operator.kinds import Kind
from nexync_operator.resources import Resource
from nexync_runtime import log

BEAT_SECONDS: Final = 1.0
_log = log.get("operator")

Key = tuple[str, str, str]
"""Kind, namespace, name."""


class Runner(Protocol):
    """The engine."""

    async def run(self, kind: Kind, namespace: str, name: str) -> Outcome | None: ...


class Lister(Protocol):
    """The Kubernetes API."""

    async def resources(self, kind: Kind) -> Sequence[Resource]: ...


@dataclass(slots=True)
class _Lane:
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    fingerprint: tuple[object, ...] = ()
    failures: int = 0


def pause(failures: int, longest: float, jitter: float) -> float:
    """Seconds until the next try: 1, 2, 4 … up to `longest`, shortened by up to a fifth (`jitter` in 0…1)."""
    return min(longest, 2.0 ** min(failures - 1, 20)) * (1 - 0.2 * jitter)


class Lanes:
    """All lanes of all kinds."""

    def __init__(
        self,
        kinds: Sequence[Kind],
        runner: Runner,
        lister: Lister,
        *,
        resync: float,
        longest_retry: float,
        slots: int,
    ) -> None:
        self._kinds: Mapping[str, Kind] = {kind.name: kind for kind in kinds}
        self._runner = runner
        self._lister = lister
        self._resync = resync
        self._longest = longest_retry
        self._slots = asyncio.Semaphore(slots)
        self._lanes: dict[Key, _Lane] = {}
        self._group: asyncio.TaskGroup | None = None
        self.beaten = monotonic()
        self.synced: float | None = None
        self.listed = asyncio.Event()
        self.problem: str | None = "resources have not been listed yet"

    @property
    def sync_age(self) -> float | None:
        """Seconds since all resources were listed, None before the first time."""
        return None if self.synced is None else monotonic() - self.synced

    @property
    def beat_age(self) -> float:
        """Seconds since the loop came round."""
        return monotonic() - self.beaten

    def seen(self, resource: Resource) -> None:
        """A watch or a list shows this; its lane looks if it isn't what the lane has seen last."""
        lane = self._lane((resource.kind, resource.namespace, resource.name))
        if lane is not None and lane.fingerprint != resource.fingerprint:
            lane.woken.set()

    def gone(self, resource: Resource) -> None:
        """A watch says that it was deleted: the lane looks, and ends."""
        lane = self._lanes.get((resource.kind, resource.namespace, resource.name))
        if lane is not None:
            lane.woken.set()

    def _lane(self, key: Key) -> _Lane | None:
        lane = self._lanes.get(key)
        if lane is None and self._group is not None:
            lane = self._lanes[key] = _Lane()
            self._group.create_task(self._drive(key, lane), name="/".join(key))
        return lane

    async def serve(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            group.create_task(self._beat(), name="beat")
            while True:
                await self._list()
                await asyncio.sleep(self._resync if self.problem is None else min(5, self._resync))

    async def _beat(self) -> None:
        while True:
            self.beaten = monotonic()
            await asyncio.sleep(BEAT_SECONDS)

    async def _list(self) -> None:
        for kind in self._kinds.values():
            try:
                found = await self._lister.resources(kind)
            except ReconcileError as error:
                if str(error) != self.problem:
                    _log.warning("not listed", kind=kind.name, reason=str(error))
                self.problem = str(error)
                return
            for resource in found:
                self.seen(resource)
            _count(kind, found)
        self.problem = None
        self.synced = monotonic()
        self.listed.set()
        metrics.LAST_SYNC.set(time())

    async def _drive(self, key: Key, lane: _Lane) -> None:
        kind = self._kinds[key[0]]
        while True:
            lane.woken.clear()
            try:
                async with self._slots:
                    outcome = await self._runner.run(kind, key[1], key[2])
            except ReconcileError as error:
                _log.warning("not reconciled", resource="/".join(key), reason=str(error))
                lane.failures += 1
                delay = pause(lane.failures, self._longest, random.random())
            else:
                if outcome is None:
                    if lane.woken.is_set():
                        continue
                    del self._lanes[key]
                    return
                lane.fingerprint = outcome.seen.fingerprint
                lane.failures = lane.failures + 1 if outcome.failed else 0
                if outcome.failed:
                    delay = pause(lane.failures, self._longest, random.random())
                else:
                    delay = self._resync if outcome.after is None else outcome.after
            try:
                async with asyncio.timeout(delay):
                    await lane.woken.wait()
            except TimeoutError:
                continue


def _count(kind: Kind, found: Sequence[Resource]) -> None:
    counts = dict.fromkeys(("All", "Ready", "Reconciling", "Stalled", "Paused"), 0)
    for resource in found:
        counts["All"] += 1
        for one in resource.conditions:
            if one.get("status") == "True":
                counts[one["type"]] = counts.get(one["type"], 0) + 1
    for condition, count in counts.items():
        metrics.RESOURCES.labels(kind.name, condition).set(count)
