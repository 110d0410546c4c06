"""What frames cost: a token bucket a socket and one a person. Pure arithmetic on the moment at which each is full.

The policy for a client that is too fast: the gateway reads nothing more from it until its bucket allows it, so that
TCP slows it down. No frame is lost, refused or reordered, and nobody else waits.
"""

from collections.abc import Sequence
from typing import Final, Protocol

from nexync_runtime.limiting import SESSIONS_WORTH, Budget
from svc_gateway.framing import Message

TOKEN_BYTES: Final = 4_096
"""A frame costs one token, and one more for each so many bytes of it."""

REST_SECONDS: Final = 5.0
"""The longest pause at a time; a longer debt goes on with the next frame. Shorter than the gateway's patience with
a silent socket."""


class Spender(Protocol):
    """A socket or a person."""

    full_at: float
    """When the bucket is full again, monotonic seconds."""


def cost_of(messages: Sequence[Message]) -> int:
    """The tokens of some frames."""
    return sum(1 + len(message.payload) // TOKEN_BYTES for message in messages)


class FrameBudget:
    """How fast a socket may be read, and all sockets of a person on this gateway together."""

    def __init__(self, budget: Budget) -> None:
        self._socket = budget
        self._person = budget.times(SESSIONS_WORTH)

    def rest(self, socket: Spender, person: Spender | None, cost: int, now: float) -> float:
        """Spend; for how many seconds nothing more may be read. Frames that have arrived are spent on credit."""
        rest = _spend(socket, self._socket, cost, now)
        if person is not None:
            rest = max(rest, _spend(person, self._person, cost, now))
        return min(rest, REST_SECONDS)


def _spend(spender: Spender, budget: Budget, cost: int, now: float) -> float:
    spender.full_at = max(spender.full_at, now) + cost / budget.rate
    return max(0.0, spender.full_at - now - budget.burst / budget.rate)
