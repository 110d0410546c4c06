"""`python -m nexync_e2e.cluster.versions`: to the next release and back, and again, under the loss checker's load.

Two builds, each with its charts and images: this release, and the one that `make images-next` makes of it
(`nexync_e2e.cluster.next_release`). The cluster has to have the images of both. `--write`
puts the figures into docs/cluster.md.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from nexync_contracts import endpoints, rest
from nexync_e2e.cluster import failing, report
from nexync_e2e.cluster.__main__ import install, plan
from nexync_e2e.cluster.entrance import enter
from nexync_e2e.cluster.faults import Pods, all_rolled_out
from nexync_e2e.cluster.next_release import make, migrations, number
from nexync_e2e.cluster.objects import Custom
from nexync_e2e.cluster.release import Release, namespace
from nexync_e2e.loss.__main__ import tell
from nexync_e2e.loss.cast import Cast, cast
from nexync_e2e.loss.run import Report, run
from nexync_e2e.loss.site import Scenario
from nexync_e2e.settings import ClusterSettings, cluster_settings
from nexync_e2e.waiting import until

_FAULT_SECONDS: Final = 420.0


class Versions:
    """The release under test, which can become the next one, of that chart and version, and this one again."""

    def __init__(self, release: Release, people: Cast, chart: Path, version: str) -> None:
        self._release = release
        self._people = people
        self._next = chart
        self._version = version
        self._migration = max(number(path) for path in migrations(chart))
        self._names = 0

    def scenarios(self) -> dict[str, Scenario]:
        """There and back, twice: the second time over data of the next release."""
        return {
            "upgrade-to-next": self._forth,
            "rollback-from-next": self._back,
            "upgrade-to-next-again": self._forth,
            "rollback-from-next-again": self._back,
        }

    async def _forth(self) -> None:
        await self._release.upgrade(chart=self._next)
        await all_rolled_out(self._release)
        await schema(self._release, "Applied", self._migration)
        await self._expect_builds(next_one=True)
        await self._rename()

    async def _back(self) -> None:
        await self._release.rollback()
        await all_rolled_out(self._release)
        await schema(self._release, "DatabaseAhead", self._migration)
        await self._expect_builds(next_one=False)

    async def _expect_builds(self, *, next_one: bool) -> None:
        """Every pod runs the build it has to. Raises RuntimeError naming the images that are not."""
        ours = [pod for pod in await self._release.pods() if pod.ready]
        images = {container.image for pod in ours for container in pod.spec.containers}
        wrong = sorted(
            image
            for image in images
            if "nexync/" in image and image.endswith(f":{self._version}") != next_one
        )
        if wrong or not any("nexync/" in image for image in images):
            msg = f"pods of another build: {', '.join(wrong) or 'no pod at all'}"
            raise RuntimeError(msg)

    async def _rename(self) -> None:
        """Events of the new tag in every group's stream, for this release to read when it is back."""
        self._names += 1
        for group in self._people.groups:
            if group.private:
                continue
            await group.admin.rest.call(
                endpoints.RENAME_CHAT,
                rest.CommandDone,
                path={"chat": group.chat},
                body=rest.RenameChatBody(name=f"Renamed {self._names}"),
            )


async def schema(release: Release, reason: str, applied: int) -> None:
    """Wait until the database has that migration and its resource is ready, for that reason. Raises TimeoutError."""

    async def said() -> bool | None:
        found = await release.tools.get(Custom, "postgresschema", release.plan.name)
        ready = found.condition("Ready")
        there = found.status.applied is not None and found.status.applied.number == applied
        is_ready = ready is not None and ready.status == "True" and ready.reason == reason
        return True if there and is_ready else None

    await until(said, f"PostgresSchema ready: {reason}", seconds=90, every=1.0)


def main(arguments: list[str]) -> int:
    """0 when nothing was lost either way."""
    parser = argparse.ArgumentParser(prog="python -m nexync_e2e.cluster.versions")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/cluster.md")
    options = parser.parse_args(arguments)
    settings = cluster_settings()
    started = time.monotonic()
    try:
        reports = asyncio.run(_run(settings))
    except Exception as error:  # noqa: BLE001 - whatever it is, all of it is told, and the run has failed
        return failing.tell(error)
    figures = report.faults(reports)
    print("\n" + figures)
    if options.write:
        report.write(settings.root / "docs" / "cluster.md", figures, name="versions")
    said, good = report.verdict(reports, seconds=time.monotonic() - started)
    print("\n" + said)
    return 0 if good else 1


async def _run(settings: ClusterSettings) -> Sequence[Report]:
    with tempfile.TemporaryDirectory() as folder:
        version = make(settings.root, Path(folder))
        # Not that of the run before, which may still be going.
        wanted = plan(settings, namespace=f"{settings.namespace}-versions")
        async with namespace(wanted.namespace, wait=False) as tools:
            release = Release(wanted, tools)
            await install(release)
            where = await enter(release, origin=settings.origin, node=settings.node)
            async with cast(where) as people:
                chart = Path(folder) / "charts" / "nexync"
                versions = Versions(release, people, chart, version)
                return await run(
                    people,
                    where,
                    Pods(release),
                    versions.scenarios(),
                    acks=100,
                    patience=60.0,
                    fault_seconds=_FAULT_SECONDS,
                    tell=tell,
                )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
