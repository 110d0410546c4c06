"""The edges that sockets come through, and what becomes of the sockets when one of them ends.

An edge that ends takes no more connections and keeps those it has, for a while; then it closes them all at one
moment, and all their clients are back at the next. So each is asked whether it still listens. When one that did
refuses, its sockets are led away before that moment: a client has its second socket, through another edge, before it
gives up the first.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Final

from nexync_runtime import log
from svc_gateway.keeping import Keeper
from svc_gateway.leading import lead_away
from svc_gateway.metrics import Counts
from svc_gateway.outbox import Flusher
from svc_gateway.ports import Sleep, Spawn

EVERY_SECONDS: Final = 1.0
MOST: Final = 64
"""Edges that are watched; sockets through any other come back by themselves when it has closed them."""

Listens = Callable[[str], Awaitable[bool | None]]
"""Whether a host takes connections; None where no answer came in time, which says nothing."""

_log = log.get("entrances")


def host_of(transport: asyncio.BaseTransport) -> str:
    """The address at the other end, the same object for each of its sockets; empty where there is none."""
    found: tuple[object, ...] | None = transport.get_extra_info("peername")
    return sys.intern(str(found[0])) if found else ""


class Entrances:
    """Watches the hosts that open sockets came from."""

    def __init__(
        self,
        *,
        keeper: Keeper,
        flusher: Flusher,
        listens: Listens,
        sleep: Sleep,
        spawn: Spawn,
        counts: Counts,
        spread_seconds: float,
    ) -> None:
        self._keeper = keeper
        self._flusher = flusher
        self._listens = listens
        self._sleep = sleep
        self._spawn = spawn
        self._counts = counts
        self._spread = spread_seconds
        self._listening: set[str] = set()

    async def watch_forever(self) -> None:
        """A task of the service."""
        while True:
            await self._sleep(EVERY_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Ask each edge once. Only who listened before can have stopped: who never did is no edge of ours."""
        hosts = list(self._keeper.hosts)[:MOST]
        self._listening.intersection_update(hosts)
        answers = await asyncio.gather(*(self._listens(host) for host in hosts))
        for host, answer in zip(hosts, answers, strict=True):
            if answer:
                self._listening.add(host)
            elif answer is False and host in self._listening:
                self._listening.discard(host)
                self._spawn(self._leaves(host), "edge leaves")

    async def _leaves(self, host: str) -> None:
        sockets = [socket for socket in self._keeper if socket.host == host]
        self._counts.edges_left += 1
        _log.info("an edge takes no more", edge=host, sockets=len(sockets))
        await lead_away(
            sockets, flusher=self._flusher, sleep=self._sleep, spread_seconds=self._spread
        )
