"""The TaskGroup of everything that sockets and rooms start. A crash in it ends the service."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Nursery:
    """Runs short named tasks for the life of the service.

    Their number is bounded by what starts them: at most two a socket, one a room, one for memberships,
    and what `looking` has under way.
    """

    def __init__(self) -> None:
        self._group: asyncio.TaskGroup | None = None
        self._waiting: list[tuple[Coroutine[Any, Any, None], str]] = []

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Start a task; before `run` it waits."""
        if self._group is None:
            self._waiting.append((work, name))
        else:
            self._group.create_task(work, name=name)

    async def run(self) -> None:
        """A task of the service that never ends by itself."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            waiting, self._waiting = self._waiting, []
            for work, name in waiting:
                group.create_task(work, name=name)
            await asyncio.Event().wait()
