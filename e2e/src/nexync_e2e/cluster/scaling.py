"""`python -m nexync_e2e.cluster.scaling hpa|keda`: thousands of real sockets, and replicas that follow them.

The cluster has to serve custom.metrics.k8s.io out of `http://prometheus.<namespace>:9090` for `hpa`, and to have
KEDA for `keda`. `--write` records the run as CSV and SVG in docs/plots.
"""

import argparse
import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Final

from nexync_e2e.cluster import failing, prometheus, timeline
from nexync_e2e.cluster.__main__ import plan
from nexync_e2e.cluster.entrance import enter
from nexync_e2e.cluster.faults import GATEWAY
from nexync_e2e.cluster.objects import Deployment
from nexync_e2e.cluster.release import Release, namespace
from nexync_e2e.cluster.timeline import Moment
from nexync_e2e.cluster.tools import ToolError
from nexync_e2e.device import Device
from nexync_e2e.person import Person, sign_up
from nexync_e2e.settings import ClusterSettings, Wires, cluster_settings
from nexync_e2e.waiting import until_true

FEWEST: Final = 2
MOST: Final = 5
PEOPLE: Final = 8
_EVERY_SECONDS: Final = 2.0
_OPEN_AT_ONCE: Final = 25
_OPEN_SECONDS: Final = 240.0
_RISE_SECONDS: Final = 180.0
_SHARE_SECONDS: Final = 240.0
_FALL_SECONDS: Final = 420.0
_METRIC: Final = "nexync_gateway_connections"


@dataclass(slots=True)
class Watch:
    """What is seen of the gateways, every two seconds."""

    release: Release
    started: float = field(default_factory=time.monotonic)
    devices: list[Device] = field(default_factory=list[Device])
    moments: list[Moment] = field(default_factory=list[Moment])

    @property
    def now(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    @property
    def last(self) -> Moment | None:
        """The newest moment."""
        return self.moments[-1] if self.moments else None

    async def look_on(self) -> None:
        """Look until cancelled; a look that fails (a pod that is just going) is left out."""
        name = await self.release.deployment(GATEWAY)
        while True:
            with contextlib.suppress(ToolError, TimeoutError):
                self.moments.append(await self._look(name))
            await asyncio.sleep(_EVERY_SECONDS)

    async def _look(self, name: str) -> Moment:
        deployment = await self.release.tools.get(Deployment, "deployment", name)
        pods = await self.release.pods(component=GATEWAY)
        sockets: dict[str, int] = {}
        for pod in pods:
            with contextlib.suppress(ToolError):
                sockets[pod.metadata.name] = await self._sockets(pod.metadata.name)
        clients = sum(device.live for device in self.devices)
        return Moment(self.now, clients, deployment.spec.replicas, deployment.status.ready, sockets)

    async def _sockets(self, pod: str) -> int:
        path = f"/api/v1/namespaces/{self.release.tools.namespace}/pods/{pod}:9090/proxy/metrics"
        text = await self.release.tools.kubectl("get", "--raw", path, seconds=5)
        values = [
            float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(_METRIC)
        ]
        return int(sum(values))


def values(provider: str, url: str, target: int) -> tuple[str, ...]:
    """The autoscaling that is tried: quick down after 60 s, sockets of about a minute's age move on."""
    chosen = {
        "provider": provider,
        "target": str(target),
        "minReplicas": str(FEWEST),
        "maxReplicas": str(MOST),
        "behavior.scaleDown.stabilizationWindowSeconds": "60",
        "behavior.scaleDown.policies[0].type": "Pods",
        "behavior.scaleDown.policies[0].value": "1",
        "behavior.scaleDown.policies[0].periodSeconds": "15",
    }
    if provider == "keda":
        chosen |= {"keda.serverAddress": url, "keda.pollingInterval": "5"}
    arguments = [f"svc-gateway.autoscaling.{key}={value}" for key, value in chosen.items()]
    arguments.append("svc-gateway.config.maxAgeSeconds=60")
    return tuple(part for argument in arguments for part in ("--set", argument))


def main(arguments: list[str]) -> int:
    """0 when replicas rose with the sockets and fell after them."""
    parser = argparse.ArgumentParser(prog="python -m nexync_e2e.cluster.scaling")
    parser.add_argument("provider", choices=["hpa", "keda"])
    parser.add_argument("--sockets", type=int, default=1500)
    parser.add_argument("--write", action="store_true", help="CSV and SVG into docs/plots")
    options = parser.parse_args(arguments)
    try:
        asyncio.run(_run(cluster_settings(), options))
    except Exception as error:  # noqa: BLE001 - whatever it is, all of it is told, and the run has failed
        return failing.tell(error)
    return 0


async def _run(settings: ClusterSettings, options: argparse.Namespace) -> None:
    sockets: int = options.sockets
    target = sockets // (MOST - 1)
    async with namespace(settings.namespace) as tools:
        release = Release(plan(settings), tools)
        await release.install_crds()
        await release.install_backends()
        url = await prometheus.install(tools, settings.prometheus)
        await release.install(*values(options.provider, url, target))
        where = await enter(release, origin=settings.origin, node=settings.node)
        watch = Watch(release)
        try:
            async with _watching(watch), _people(where) as people:
                await _rise_and_fall(watch, where, people, sockets)
        finally:
            if options.write and watch.moments:
                _write(settings, watch.moments, options.provider)


async def _rise_and_fall(
    watch: Watch, where: Wires, people: Sequence[Person], sockets: int
) -> None:
    surge = watch.now
    async with _sockets(watch, where, people, sockets):
        print(f"{sockets} sockets open after {watch.now - surge:.0f} s", flush=True)
        await until_true(
            lambda: _newcomers(watch) >= 1, "a third gateway ready", seconds=_RISE_SECONDS
        )
        print(
            f"a new gateway was ready {watch.now - surge:.0f} s after the surge began", flush=True
        )
        await until_true(
            lambda: _carrying(watch) > FEWEST, "sockets on a new gateway", seconds=_RISE_SECONDS
        )
        print(
            f"a new gateway took load {watch.now - surge:.0f} s after the surge began", flush=True
        )
        await until_true(lambda: _shared(watch), "a fair share for all", seconds=_SHARE_SECONDS)
        print(f"every gateway had half its share after {watch.now - surge:.0f} s", flush=True)
        spans = [after - before for device in watch.devices for before, after in device.offline]
        print(f"longest time without a socket: {max(spans, default=0.0):.2f} s", flush=True)
    closed = watch.now
    watch.devices.clear()
    await until_true(
        lambda: watch.last is not None and watch.last.ready == FEWEST,
        f"{FEWEST} gateways again",
        seconds=_FALL_SECONDS,
    )
    print(f"back to {FEWEST} gateways {watch.now - closed:.0f} s after the last socket", flush=True)


def _newcomers(watch: Watch) -> int:
    return watch.last.ready - FEWEST if watch.last is not None else 0


def _carrying(watch: Watch) -> int:
    return sum(count > 0 for count in watch.last.pods.values()) if watch.last is not None else 0


def _shared(watch: Watch) -> bool:
    """As many gateways as are wanted, each with at least half of the mean."""
    last = watch.last
    if last is None or last.ready < last.wanted or last.wanted < MOST - 1 or not last.pods:
        return False
    mean = sum(last.pods.values()) / len(last.pods)
    return min(last.pods.values()) >= mean / 2


@contextlib.asynccontextmanager
async def _watching(watch: Watch) -> AsyncGenerator[None]:
    async with asyncio.TaskGroup() as group:
        looking = group.create_task(watch.look_on(), name="watch")
        try:
            yield
        finally:
            looking.cancel()


@contextlib.asynccontextmanager
async def _people(where: Wires) -> AsyncGenerator[list[Person]]:
    people: list[Person] = []
    try:
        while len(people) < PEOPLE:
            prefix = f"s{len(people)}x"
            people.append(await sign_up(where.page, where.mail, prefix=prefix, origin=where.origin))
        yield people
    finally:
        for person in people:
            await person.close()


@contextlib.asynccontextmanager
async def _sockets(
    watch: Watch, where: Wires, people: Sequence[Person], count: int
) -> AsyncGenerator[None]:
    """So many devices, opened a few at a time and closed together."""
    turn = asyncio.Semaphore(_OPEN_AT_ONCE)
    close = asyncio.Event()

    async def hold(device: Device) -> None:
        async with contextlib.AsyncExitStack() as stack:
            async with turn:
                await stack.enter_async_context(device.running())
            await close.wait()

    async with asyncio.TaskGroup() as group:
        for number in range(count):
            person = people[number % len(people)]
            name = f"socket {number}"
            device = Device(person, where.gateways, name=name, check_seconds=3600.0)
            watch.devices.append(device)
            group.create_task(hold(device), name=name)
        try:
            await until_true(
                lambda: sum(device.live for device in watch.devices) == count,
                f"{count} sockets open",
                seconds=_OPEN_SECONDS,
                every=0.5,
            )
            yield
        finally:
            close.set()


def _write(settings: ClusterSettings, moments: Sequence[Moment], provider: str) -> None:
    folder = settings.root / "docs" / "plots"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"scaling-{provider}.csv").write_text(timeline.csv(moments))
    title = {"hpa": "autoscaling/v2, type Pods", "keda": "KEDA on Prometheus"}[provider]
    picture = timeline.svg(moments, f"Gateways follow their sockets: {title}")
    (folder / f"scaling-{provider}.svg").write_text(picture)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
