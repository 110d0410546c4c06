"""What a run needs to know of the place where Nexync runs: one machine's processes, or a cluster."""

from collections.abc import Awaitable, Callable
from typing import Protocol

Scenario = Callable[[], Awaitable[None]]
"""Injects one fault and returns when it is over; whoever keeps the processes alive brings them back."""


class Site(Protocol):
    """Where the processes are that the load goes to."""

    async def broken_invariants(self) -> int:
        """How often something has stopped so far because of what cannot happen; a run may not add to it."""
        ...
