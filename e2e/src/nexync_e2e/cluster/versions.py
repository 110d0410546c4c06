"""`python -m nexync_e2e.cluster.versions`: to the next release and back, and again, under the loss checker's load.

The next release differs from this one by a migration and by an event tag that only it writes (`chat.renamed`). Its
charts are a copy of this repository's with one more migration; its images have the tag of NEXYNC_CLUSTER_NEXT_TAG, or
are this release's with the new tag switched on, as a release that ships readers first has it.
"""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from nexync_contracts import endpoints, rest
from nexync_e2e.cluster import report
from nexync_e2e.cluster.__main__ import install, plan
from nexync_e2e.cluster.entrance import enter
from nexync_e2e.cluster.faults import Pods, all_rolled_out
from nexync_e2e.cluster.objects import Custom
from nexync_e2e.cluster.release import Release, namespace
from nexync_e2e.cluster.tools import ToolError
from nexync_e2e.loss.__main__ import tell
from nexync_e2e.loss.cast import Cast, cast
from nexync_e2e.loss.run import Report, run
from nexync_e2e.loss.site import Scenario
from nexync_e2e.settings import ClusterSettings, cluster_settings
from nexync_e2e.waiting import until

COMPONENTS: Final = (
    "svc-gateway",
    "svc-auth",
    "svc-chat",
    "svc-persister",
    "svc-mailer",
    "svc-web",
)
_SQL: Final = """-- The next release keeps a note beside each chat; this one doesn't know of it.
CREATE TABLE next_release_notes (
    chat uuid PRIMARY KEY,
    note text NOT NULL DEFAULT ''
);
"""
_FAULT_SECONDS: Final = 420.0


class Versions:
    """The release under test, which can become the next one and this one again."""

    def __init__(self, release: Release, people: Cast, next_chart: Path, tag: str | None) -> None:
        self._release = release
        self._people = people
        self._next = next_chart
        self._tag = tag
        self._migration = max(number(path) for path in migrations(next_chart))
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
        values = ["--set", "global.backends.revision=next"]
        values += ["--set-json", 'svc-chat.extraEnv=[{"name":"NEXYNC_RENAME_CHATS","value":"on"}]']
        if self._tag:
            for name in COMPONENTS:
                values += ["--set", f"{name}.image.tag={self._tag}"]
        await self._release.upgrade(*values, chart=self._next)
        await all_rolled_out(self._release)
        await schema(self._release, "Applied", self._migration)
        await self._rename()

    async def _back(self) -> None:
        await self._release.rollback()
        await all_rolled_out(self._release)
        await schema(self._release, "DatabaseAhead", self._migration)

    async def _rename(self) -> None:
        """Events of the new tag in every chat's stream, for this release to read when it is back."""
        self._names += 1
        for group in self._people.groups:
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


def next_charts(charts: Path, folder: Path) -> Path:
    """A copy of the charts with one more migration; the umbrella's folder in it."""
    copy = folder / "charts"
    shutil.copytree(charts, copy, symlinks=True)
    umbrella = copy / "nexync"
    following = 1 + max(number(path) for path in migrations(umbrella))
    file = umbrella / "files" / "migrations" / f"{following:04}_next_release.sql"
    file.write_text(_SQL)
    return umbrella


def migrations(umbrella: Path) -> list[Path]:
    """The SQL files that a chart carries."""
    return sorted((umbrella / "files" / "migrations").glob("*.sql"))


def number(migration: Path) -> int:
    """A migration's number, by its file's name."""
    return int(migration.name.split("_", maxsplit=1)[0])


def main() -> int:
    """0 when nothing was lost either way."""
    try:
        reports = asyncio.run(_run(cluster_settings()))
    except (ToolError, TimeoutError) as error:
        print(f"FAILED: {error}", flush=True)
        return 1
    print("\n" + report.faults(reports))
    good = not any(found.violations for found in reports)
    print("\nNothing lost, doubled or reordered." if good else "\nFAILED.")
    return 0 if good else 1


async def _run(settings: ClusterSettings) -> Sequence[Report]:
    with tempfile.TemporaryDirectory() as folder:
        chart = next_charts(settings.root / "charts", Path(folder))
        async with namespace(settings.namespace) as tools:
            release = Release(plan(settings), tools)
            await install(release)
            where = await enter(release, origin=settings.origin, node=settings.node)
            async with cast(where) as people:
                versions = Versions(release, people, chart, settings.next_tag)
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
    sys.exit(main())
