"""Commands of the last seconds, produced again after the subscription broke.

An event that was missed is found by its number; a rejection has none, so one that was published while nobody
listened would never reach its sender. A double changes nothing in the log and is told its outcome again.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from svc_gateway.errors import BackendAwayError
from svc_gateway.ports import Clock, CommandLog

KEEP_SECONDS: Final = 10.0
"""How long an outcome may take, and the subscription be dead before it is noticed."""

KEEP_COMMANDS: Final = 20_000
"""Beyond that the oldest are dropped: their senders ask again when they reconnect."""


@dataclass(slots=True)
class Kept:
    """One record as it was produced, with the monotonic time."""

    at: float
    partition: int
    key: bytes
    value: bytes
    given_back: bool = False
    """The log did not take it: its sender was told to send it again, in its place among the others."""


class Recall:
    """The recent commands of this gateway, in the order of producing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: deque[Kept] = deque(maxlen=KEEP_COMMANDS)
        self._lost_at: float | None = None

    def remember(self, partition: int, key: bytes, value: bytes) -> Kept:
        """Keep one command."""
        kept = Kept(self._clock.monotonic(), partition, key, value)
        self._kept.append(kept)
        return kept

    def prune(self) -> None:
        """Drop what is old, once a second; nothing while the subscription is broken."""
        if self._lost_at is None:
            before = self._clock.monotonic() - KEEP_SECONDS
            while self._kept and self._kept[0].at < before:
                self._kept.popleft()

    def lost(self) -> None:
        """The subscription broke: keep everything from a little before on."""
        if self._lost_at is None:
            self._lost_at = self._clock.monotonic()

    def replay(self, log: CommandLog) -> int:
        """Produce all of them again, in order; how many. What finds the queue full is left out."""
        self._lost_at = None
        count = 0
        for kept in self._kept:
            if kept.given_back:
                continue
            try:
                log.produce(kept.partition, kept.key, kept.value, _ignore)
            except BackendAwayError:
                break
            count += 1
        return count


def _ignore(error: Exception | None) -> None:
    """Whoever sent it has been told about its delivery already."""
    del error
