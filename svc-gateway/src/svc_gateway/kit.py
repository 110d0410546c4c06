"""What all sockets of the gateway share, and the states that each goes through."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from svc_gateway.admission import Admission
from svc_gateway.arriving import Arrivals
from svc_gateway.keeping import Keeper
from svc_gateway.looking import Looking
from svc_gateway.marking import Marking
from svc_gateway.metrics import Counts
from svc_gateway.outbox import Flusher
from svc_gateway.people import People
from svc_gateway.ports import Clock, Spawn, Tokens, Windows
from svc_gateway.resuming import Resumer
from svc_gateway.spending import FrameBudget


class State(Enum):
    """Where a connection is in its life."""

    HEAD = 0
    WAITING = 1
    IDENTIFYING = 2
    OPEN = 3
    CLOSING = 4
    CLOSED = 5


@dataclass(slots=True, kw_only=True)
class Kit:
    """What all sockets of the gateway share."""

    origins: tuple[str, ...]
    instance: str
    max_connections: int
    clock: Clock
    counts: Counts
    flusher: Flusher
    keeper: Keeper
    looking: Looking
    budget: FrameBudget
    marking: Marking
    people: People
    resumer: Resumer
    admission: Admission
    arrivals: Arrivals
    tokens: Tokens
    windows: Windows
    spawn: Spawn
    call_later: Callable[[float, Callable[[], None]], asyncio.TimerHandle]
    descriptor_of: Callable[[asyncio.BaseTransport], int]
    opening: int = 0
    leaving: bool = False
    """SIGTERM came: handshakes are answered with 503, those on their way are sent elsewhere."""

    def refuse(self) -> None:
        """Open no more sockets."""
        self.leaving = True
