"""Orphans: uploads that nothing carries any more, or never did, and what they left in the object store.

One instance judges at a time. What is removed goes out of Postgres first; its folder is named in
`attachment_garbage` until it is gone, so that a crash in between leaves nothing behind.
"""

import asyncio
from typing import Final, Protocol

from nexync_runtime import log
from svc_chat import metrics
from svc_chat.errors import ObjectsAwayError, StoreAwayError

EVERY_SECONDS: Final = 30.0
BATCH: Final = 100
"""Uploads that one round looks at; when it was full the next round follows at once."""

_log = log.get("orphans")


class Orphans(Protocol):
    """Uploads in Postgres, for who collects. Every method raises StoreAwayError."""

    async def judge(self, limit: int) -> int:
        """Look at uploads whose time has come or that were let go of: keep what is carried, mark the rest as garbage.

        How many were looked at; 0 when another instance does it.
        """
        ...

    async def garbage(self, limit: int) -> list[str]:
        """Folders of the object store that nothing refers to."""
        ...

    async def removed(self, folders: list[str]) -> None:
        """These are gone."""
        ...


class Folders(Protocol):
    """The object store."""

    async def delete_below(self, folder: str) -> None:
        """Delete everything in a folder; what isn't there is no error. Raises ObjectsAwayError."""
        ...


class Collector:
    """A task of the lifecycle."""

    def __init__(self, orphans: Orphans, objects: Folders) -> None:
        self._orphans = orphans
        self._objects = objects

    async def run(self) -> None:
        """Collect for ever; a backend that is away is asked again in the next round."""
        told = ""
        while True:
            try:
                while await self.round() == BATCH:
                    pass
                told = ""
            except (ObjectsAwayError, StoreAwayError) as error:
                if str(error) != told:
                    _log.warning("orphans wait", reason=str(error))
                    told = str(error)
            await asyncio.sleep(EVERY_SECONDS)

    async def round(self) -> int:
        """One batch; how many uploads were looked at."""
        count = await self._orphans.judge(BATCH)
        folders = await self._orphans.garbage(BATCH)
        for folder in folders:
            await self._objects.delete_below(folder)
        if folders:
            await self._orphans.removed(folders)
            metrics.FILES_COLLECTED.inc(len(folders))
        return count
