"""One Nexync in one namespace: installed by helm from this repository's charts, and taken away again."""

import contextlib
import json
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nexync_e2e.cluster.objects import Deployment, NamedList, NodeUsage, Pod, Pods
from nexync_e2e.cluster.tools import ToolError, Tools
from nexync_e2e.waiting import until

READY_SECONDS = 300.0
_GONE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to install: `backend_values` and `values` are files and `--set` arguments for the two charts."""

    charts: Path
    namespace: str
    name: str = "nexync"
    backends: str = "nexync-backends"
    backend_values: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


@dataclass(slots=True)
class Release:
    """The installed release and its backends."""

    plan: Plan
    tools: Tools
    seconds: dict[str, float] = field(default_factory=dict[str, float])

    async def install_crds(self) -> None:
        """The CRDs, once a cluster: those that are there already stay as they are."""
        with contextlib.suppress(ToolError):
            await self.tools.kubectl("get", "crd", "kafkatopics.nexync.io")
            return
        await Tools("default").helm("install", "nexync-crds", str(self.plan.charts / "nexync-crds"))

    async def install_backends(self) -> None:
        """Postgres and the others for evaluation, ready. Raises ToolError or TimeoutError."""
        await self._timed(
            "backends",
            "install",
            self.plan.backends,
            str(self.plan.charts / "nexync-backends"),
            *self.plan.backend_values,
        )

    async def install(self, *more: str) -> None:
        """The umbrella chart, all of it ready. Raises ToolError or TimeoutError."""
        chart = str(self.plan.charts / "nexync")
        await self._timed("nexync", "install", self.plan.name, chart, *self.plan.values, *more)

    async def upgrade(self, *more: str, chart: Path | None = None) -> None:
        """The same release with other values, or of another chart, all of it ready."""
        source = str(chart or self.plan.charts / "nexync")
        await self._timed("upgrade", "upgrade", self.plan.name, source, *self.plan.values, *more)

    async def rollback(self) -> None:
        """Back to the revision before."""
        await self._timed("rollback", "rollback", self.plan.name)

    async def test(self) -> str:
        """`helm test`; what its pod said."""
        started = time.monotonic()
        try:
            said = await self.tools.helm(
                "test", self.plan.name, "--logs", "--timeout", "180s", seconds=200
            )
        except ToolError as error:
            msg = f"{error} / {await self._test_log()}"
            raise ToolError(msg) from error
        self.seconds["helm test"] = time.monotonic() - started
        return said

    async def uninstall(self) -> None:
        """Nexync, then its backends."""
        for name in (self.plan.name, self.plan.backends):
            await self.tools.helm("uninstall", name, "--wait", "--timeout", "120s", seconds=150)

    async def pods(self, *, component: str = "") -> tuple[Pod, ...]:
        """The release's pods that are to stay, without those of tests and jobs."""
        selector = f"app.kubernetes.io/instance={self.plan.name}"
        if component:
            selector += f",app.kubernetes.io/name={component}"
        pods = await self.tools.get(Pods, "pods", "-l", selector)
        return tuple(
            pod
            for pod in pods.items
            if pod.status.phase in {"Running", "Pending"} and "test" not in pod.metadata.name
        )

    async def memory(self) -> dict[str, tuple[int, ...]]:
        """Bytes that each pod of a component holds (its working set, by the kubelets), by the component's name.

        Raises TimeoutError when a pod has no measurement within a minute.
        """

        async def measured() -> dict[str, tuple[int, ...]] | None:
            used: dict[str, int] = {}
            for node in (await self.tools.get(NamedList, "nodes")).items:
                path = f"/api/v1/nodes/{node.metadata.name}/proxy/stats/summary"
                said = NodeUsage.model_validate_json(await self.tools.kubectl("get", "--raw", path))
                used |= {
                    usage.pod.name: usage.memory.working_set
                    for usage in said.pods
                    if usage.pod.namespace == self.tools.namespace
                }
            sizes: dict[str, tuple[int, ...]] = {}
            for pod in await self.pods():
                if not (size := used.get(pod.metadata.name)):
                    return None
                name = pod.metadata.labels.get("app.kubernetes.io/name", pod.metadata.name)
                sizes[name] = (*sizes.get(name, ()), size)
            return sizes

        return await until(measured, "memory of every pod", seconds=60, every=2.0)

    async def deployments(self) -> tuple[str, ...]:
        """Names of the release's deployments."""
        selector = f"app.kubernetes.io/instance={self.plan.name}"
        found = await self.tools.get(NamedList, "deployments", "-l", selector)
        return tuple(item.metadata.name for item in found.items)

    async def deployment(self, component: str) -> str:
        """The name of a component's deployment. Raises ToolError when there isn't exactly one."""
        selector = f"app.kubernetes.io/instance={self.plan.name},app.kubernetes.io/name={component}"
        found = await self.tools.get(NamedList, "deployments", "-l", selector)
        if len(found.items) != 1:
            msg = f"{len(found.items)} deployments of {component} in {self.tools.namespace}"
            raise ToolError(msg)
        return found.items[0].metadata.name

    async def rolled_out(self, deployment: str, *, seconds: float = 180.0) -> None:
        """Wait until a deployment's new pods are ready and its old ones gone. Raises ToolError."""
        await self.tools.kubectl(
            "rollout",
            "status",
            f"deployment/{deployment}",
            f"--timeout={seconds:g}s",
            seconds=seconds + 10,
        )

        async def gone() -> bool | None:
            wanted = (await self.tools.get(Deployment, "deployment", deployment)).spec.replicas
            selector = json.loads(
                await self.tools.kubectl(
                    "get", "deployment", deployment, "-o", "jsonpath={.spec.selector.matchLabels}"
                )
            )
            labels = ",".join(f"{key}={value}" for key, value in selector.items())
            pods = await self.tools.get(Pods, "pods", "-l", labels)
            return True if len(pods.items) == wanted else None

        await until(gone, f"old pods of {deployment} gone", seconds=seconds, every=0.5)

    async def _timed(self, what: str, verb: str, *arguments: str) -> None:
        started = time.monotonic()
        await self.tools.helm(
            verb,
            *arguments,
            "--wait",
            "--timeout",
            f"{READY_SECONDS:g}s",
            seconds=READY_SECONDS + 20,
        )
        self.seconds[what] = time.monotonic() - started

    async def _test_log(self) -> str:
        pods = await self.tools.get(Pods, "pods")
        names = [pod.metadata.name for pod in pods.items if "test" in pod.metadata.name]
        logs = [await self.tools.kubectl("logs", name, "--tail=5") for name in names]
        return " / ".join(" ".join(log.split()) for log in logs)


@contextlib.asynccontextmanager
async def namespace(name: str, *, keep: bool = False, wait: bool = True) -> AsyncGenerator[Tools]:
    """A namespace that is made for the block and deleted after it, under the restricted Pod Security.

    Its pods take their grace periods to go; without `wait` they do so by themselves. One that is still on its way out
    when the block begins is waited for. Raises ToolError when it stays.
    """
    tools = Tools(name)
    gone = ("--for=delete", f"namespace/{name}", f"--timeout={_GONE_SECONDS:g}s")
    found = await tools.kubectl(
        "get", "namespace", name, "--ignore-not-found", "-o", "jsonpath={.status.phase}"
    )
    if found == "Terminating":
        await tools.kubectl("wait", *gone, seconds=_GONE_SECONDS + 10)
    await tools.apply(
        f"""
apiVersion: v1
kind: Namespace
metadata:
  name: {name}
  labels:
    pod-security.kubernetes.io/enforce: restricted
    pod-security.kubernetes.io/warn: restricted
"""
    )
    try:
        yield tools
    finally:
        if not keep:
            await tools.kubectl(
                "delete",
                "namespace",
                name,
                "--ignore-not-found",
                f"--wait={str(wait).lower()}",
                f"--timeout={_GONE_SECONDS:g}s",
                seconds=_GONE_SECONDS + 10,
            )


def value_arguments(files: Sequence[str]) -> tuple[str, ...]:
    """`--values FILE` for each file."""
    return tuple(part for name in files for part in ("--values", name))
