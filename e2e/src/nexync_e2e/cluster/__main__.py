"""`python -m nexync_e2e.cluster`: from an empty namespace through every fault; exit 1 on a violation.

`--faults a,b` runs only these, `--keep` leaves the namespace, `--write` puts the figures into docs/cluster.md.
"""

import argparse
import asyncio
import sys
import time

from nexync_e2e.cluster import failing, report
from nexync_e2e.cluster.entrance import enter
from nexync_e2e.cluster.faults import FAULTS, Pods, scenarios
from nexync_e2e.cluster.release import Plan, Release, namespace, value_arguments
from nexync_e2e.loss.__main__ import tell
from nexync_e2e.loss.cast import CHATS, WRITERS, cast
from nexync_e2e.loss.run import Report, run
from nexync_e2e.settings import ClusterSettings, cluster_settings

_FAULT_SECONDS = 420.0
_PATIENCE = 60.0


def main(arguments: list[str]) -> int:
    """0 when nothing was lost, 1 when something was or a step failed."""
    parser = argparse.ArgumentParser(prog="python -m nexync_e2e.cluster")
    parser.add_argument("--faults", default=",".join(FAULTS), help="names with commas")
    parser.add_argument("--acks", type=int, default=100, help="before, during and after a fault")
    parser.add_argument("--writers", type=int, default=WRITERS)
    parser.add_argument("--chats", type=int, default=CHATS)
    parser.add_argument("--keep", action="store_true", help="leave the namespace as it is")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/cluster.md")
    options = parser.parse_args(arguments)
    settings = cluster_settings()
    started = time.monotonic()
    try:
        figures, reports = asyncio.run(_whole(settings, options))
    except Exception as error:  # noqa: BLE001 - whatever it is, all of it is told, and the run has failed
        return failing.tell(error)
    print("\n" + figures, flush=True)
    if options.write:
        report.write(settings.root / "docs" / "cluster.md", figures, name="faults")
    said, good = report.verdict(reports, seconds=time.monotonic() - started)
    print("\n" + said)
    return 0 if good else 1


async def _whole(
    settings: ClusterSettings, options: argparse.Namespace
) -> tuple[str, list[Report]]:
    async with namespace(settings.namespace, keep=options.keep, wait=False) as tools:
        release = Release(plan(settings), tools)
        await install(release)
        idle = await release.memory()
        reports = await under_load(release, settings, options)
        return report.whole(release.seconds, idle, reports), reports


def plan(settings: ClusterSettings, *, namespace: str = "") -> Plan:
    """The evaluation install for a small node, with the values files of the settings after its own.

    In the namespace of the settings unless another one is named.
    """
    own = settings.root / "e2e" / "cluster"
    return Plan(
        charts=settings.root / "charts",
        namespace=namespace or settings.namespace,
        backend_values=value_arguments((str(own / "backends.yaml"), *settings.backend_values)),
        values=value_arguments((str(own / "values.yaml"), *settings.values)),
    )


async def install(release: Release) -> None:
    """CRDs, backends, Nexync, and the round trip of `helm test`. Raises ToolError."""
    await release.install_crds()
    await release.install_backends()
    await release.install()
    for name, seconds in release.seconds.items():
        print(f"{name} ready after {seconds:.1f} s", flush=True)
    print(await release.test(), flush=True)


async def under_load(
    release: Release, settings: ClusterSettings, options: argparse.Namespace
) -> list[Report]:
    """The loss checker through the edge while the faults happen to the release."""
    where = await enter(release, origin=settings.origin, node=settings.node)
    injected = scenarios(release, options.faults.split(","))
    async with cast(where, writers=options.writers, chats=options.chats) as people:
        return await run(
            people,
            where,
            Pods(release),
            injected,
            acks=options.acks,
            patience=_PATIENCE,
            fault_seconds=_FAULT_SECONDS,
            tell=tell,
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
