"""What happens to a release in its life, by name: rollouts, scaling, drains, upgrades, a dead operator."""

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from nexync_e2e.cluster.objects import Custom, Pod
from nexync_e2e.cluster.release import Release
from nexync_e2e.cluster.tools import ToolError
from nexync_e2e.loss.site import Scenario
from nexync_e2e.waiting import until

Fault = Callable[[Release], Awaitable[None]]

GATEWAY: Final = "svc-gateway"
PERSISTER: Final = "svc-persister"
OPERATOR: Final = "operator"
TOPIC: Final = "chat-topic"
BROKEN: Final = "BrokenInvariantError: "
"""How a persister's log says that it stopped because something happened that cannot happen."""

_EVICT_SECONDS: Final = 90.0
_PARTITION_SECONDS: Final = 60.0


class Pods:
    """The release as a site of the loss checker."""

    def __init__(self, release: Release) -> None:
        self._release = release

    async def broken_invariants(self) -> int:
        """Broken invariants in the logs of the persisters, and every container that ended by itself."""
        pods = await self._release.pods()
        restarts = sum(pod.restarts for pod in pods)
        logs = 0
        for pod in pods:
            if pod.metadata.labels.get("app.kubernetes.io/name") == PERSISTER and pod.ready:
                log = await self._release.tools.kubectl("logs", pod.metadata.name, "--tail=5000")
                logs += log.count(BROKEN)
        return restarts + logs


async def _restart_all(release: Release) -> None:
    """Every deployment's pods replaced, one deployment after another."""
    for name in await release.deployments():
        await release.tools.kubectl("rollout", "restart", f"deployment/{name}")
        await release.rolled_out(name)


async def _scale_gateway(release: Release) -> None:
    """2 → 4 → 2, each step waited for. The two that go are the first two, for they have the sockets."""
    name = await release.deployment(GATEWAY)
    for replicas in (4, 2):
        before = {pod.metadata.name for pod in await release.pods(component=GATEWAY)}
        await release.tools.kubectl("scale", f"deployment/{name}", f"--replicas={replicas}")
        await release.rolled_out(name)
        for pod in await release.pods(component=GATEWAY):
            if pod.metadata.name not in before:
                cost = "controller.kubernetes.io/pod-deletion-cost=1000"
                await release.tools.kubectl("annotate", "pod", pod.metadata.name, cost)


async def _evict_all(release: Release) -> None:
    """What draining a node does to each pod, as far and as fast as the disruption budgets allow."""
    for pod in await release.pods():
        await _evict(release, pod)
    for name in await release.deployments():
        await release.rolled_out(name)


async def _evict(release: Release, pod: Pod) -> None:
    name = pod.metadata.name
    eviction = json.dumps(
        {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}}
    )
    path = f"/api/v1/namespaces/{release.tools.namespace}/pods/{name}/eviction"

    async def allowed() -> bool | None:
        try:
            await release.tools.kubectl("create", "--raw", path, "-f", "-", stdin=eviction)
        except ToolError as error:
            if "disruption budget" in str(error) or "TooManyRequests" in str(error):
                return None
            if "not found" in str(error).lower():
                return True
            raise
        return True

    await until(allowed, f"eviction of {name} allowed", seconds=_EVICT_SECONDS, every=1.0)


async def _kill_operator(release: Release) -> None:
    """Without a grace period; another one has to be ready before the fault is over."""
    name = await release.deployment(OPERATOR)
    before = await release.pods(component=OPERATOR)
    for pod in before:
        await release.tools.kubectl(
            "delete", "pod", pod.metadata.name, "--grace-period=0", "--force", "--wait=false"
        )
    await release.rolled_out(name)


async def _upgrade(release: Release) -> None:
    """A value that changes every pod."""
    await release.upgrade("--set", "global.logLevel=debug")
    await all_rolled_out(release)


async def _rollback(release: Release) -> None:
    """To the revision before, which was another set of pods."""
    await release.rollback()
    await all_rolled_out(release)


async def _more_partitions(release: Release) -> None:
    """8 → 16, and the next chats may be on the new ones."""
    await release.upgrade("--set", "global.chatPartitions=16")
    await partitions(release, 16)


async def partitions(release: Release, wanted: int) -> None:
    """Wait until the topic's resource says that it has so many. Raises TimeoutError."""

    async def grown() -> bool | None:
        topics = json.loads(await release.tools.kubectl("get", "kafkatopics", "-o", "json"))
        for item in topics["items"]:
            topic = Custom.model_validate(item)
            ready = topic.condition("Ready")
            named = item["spec"].get("topicName", topic.metadata.name) == TOPIC
            if named and topic.status.partitions >= wanted and ready and ready.status == "True":
                return True
        return None

    await until(grown, f"{wanted} partitions", seconds=_PARTITION_SECONDS, every=1.0)


async def all_rolled_out(release: Release) -> None:
    """Wait until no deployment has an old pod left."""
    async with asyncio.TaskGroup() as group:
        for name in await release.deployments():
            group.create_task(release.rolled_out(name))


FAULTS: Final[dict[str, Fault]] = {
    "restart-deployments": _restart_all,
    "scale-gateway-2-4-2": _scale_gateway,
    "evict-every-pod": _evict_all,
    "kill-operator": _kill_operator,
    "helm-upgrade": _upgrade,
    "helm-rollback": _rollback,
    "partitions-8-16": _more_partitions,
}
"""In this order: the rollback takes back the upgrade before it."""


def scenarios(release: Release, names: Sequence[str] = tuple(FAULTS)) -> dict[str, Scenario]:
    """The named faults, bound to the release. Raises ValueError naming what is unknown."""
    if unknown := [name for name in names if name not in FAULTS]:
        msg = f"unknown faults {unknown}; known: {', '.join(FAULTS)}"
        raise ValueError(msg)
    return {name: functools.partial(FAULTS[name], release) for name in names}
