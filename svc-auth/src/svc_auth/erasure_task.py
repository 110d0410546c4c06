"""The task that erases accounts whose time has come.

Each step is a transaction and may come again: a process that dies in between leaves what the next round finds. First
the account becomes a row that names nobody, with all that opened it gone. Then svc-chat does its part, which this task
sees in the table that both share. At last the sessions go, whose end has been announced in every round until then.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

import psycopg
import redis.exceptions

from nexync_runtime import log
from svc_auth.erasure_ports import Eraser, Traces
from svc_auth.metrics import ERASURES, ERASURES_OLDEST, ERASURES_OPEN
from svc_auth.ports import Announcer

EVERY_SECONDS: Final = 5.0
BATCH: Final = 50
"""People of one round; what is more waits for the next, which follows at once."""

_log = log.get("erasure")


class ErasureTask:
    """A task of the lifecycle in each instance; the store lets one of them do each step."""

    def __init__(
        self,
        *,
        eraser: Eraser,
        announcer: Announcer,
        traces: Traces,
        clock: Callable[[], datetime],
    ) -> None:
        self._eraser = eraser
        self._announcer = announcer
        self._traces = traces
        self._clock = clock

    async def run(self) -> None:
        """Erase for ever; while a backend is away everything waits."""
        told = ""
        while True:
            try:
                while await self.round() >= BATCH:
                    pass
                told = ""
            except (psycopg.Error, redis.exceptions.RedisError, OSError) as error:
                reason = f"{type(error).__name__}: {error}"
                if reason != told:
                    _log.warning("erasures wait", reason=reason)
                    told = reason
            await asyncio.sleep(EVERY_SECONDS)

    async def round(self) -> int:
        """One round; how many accounts were begun or finished."""
        moved = 0
        now = self._clock()
        oldest = await self._eraser.oldest(now)
        # Before anything is done, so that a round that always fails is seen too.
        ERASURES_OLDEST.set(0 if oldest is None else (now - oldest).total_seconds())
        for person in await self._eraser.revive(self._clock(), BATCH):
            _log.warning("erased again: a backup had brought this person back", person=person)
            ERASURES.labels("revived").inc()
        while moved < BATCH:
            person = await self._eraser.begin(self._clock())
            if person is None:
                break
            moved += 1
            ERASURES.labels("begun").inc()
            _log.info("account erased", person=person)
        waiting = 0
        for one in await self._eraser.unfinished(BATCH):
            ended = await self._eraser.end_sessions(one.person, self._clock())
            await self._announcer.sessions_ended(one.person, ended)
            await self._traces.forget(one.person)
            if not one.left:
                waiting += 1
                continue
            await self._eraser.finish(one.person, self._clock())
            moved += 1
            ERASURES.labels("finished").inc()
        ERASURES_OPEN.set(waiting)
        return moved
