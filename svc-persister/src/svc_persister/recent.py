"""The recent set: which commands came before, exact together with Postgres.

Bounded by count. Its floor is the append time of the newest record it has forgotten. A command whose id
carries a time later than floor + 5 min can't have been forgotten (ids are at most 60 s ahead of their
append time when they are accepted), so it is in the set or new. Any other must be looked up in Postgres.
Ids refused as too far ahead break that reasoning, so up to the latest of them everything is looked up.
"""

from collections import deque
from typing import Final

from nexync_contracts.ids import Stream, id_time_ms
from nexync_streams.deciding import Seen

MARGIN_MS: Final = 300_000


def command_key(stream: Stream, sender: str, identifier: str) -> str:
    """The key of de-duplication as one string."""
    return f"{stream} {sender} {identifier}"


class Recent:
    """The newest decided commands of one partition."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._seen: dict[str, Seen] = {}
        self._order: deque[tuple[str, int]] = deque()
        self._floor: int | None = None
        self._future_until = 0

    def __len__(self) -> int:
        return len(self._seen)

    def restore(self, limit_reached: bool, oldest_at: int, future_until: int) -> None:  # noqa: FBT001 - one caller, by name
        """After a take: whether older commands exist than those added, from which time on (ms)."""
        self._floor = oldest_at if limit_reached else None
        self._future_until = future_until

    def add(self, key: str, seen: Seen, at: int) -> None:
        """Remember an outcome; forgets the oldest beyond the limit."""
        self._seen[key] = seen
        self._order.append((key, at))
        if len(self._order) > self._limit:
            old, old_at = self._order.popleft()
            self._seen.pop(old, None)
            self._floor = old_at if self._floor is None else max(self._floor, old_at)

    def refused_future(self, identifier: str) -> None:
        """An id was refused as too far ahead: remember how far."""
        self._future_until = max(self._future_until, id_time_ms(identifier) or 0)

    def get(self, key: str) -> Seen | None:
        """The outcome, if it is in the set."""
        return self._seen.get(key)

    def must_look_up(self, identifier: str) -> bool:
        """For a command that is not in the set: whether Postgres may know it."""
        if self._floor is None:
            return False
        made = id_time_ms(identifier)
        if made is None or made <= self._future_until:
            return True
        return made <= self._floor + MARGIN_MS
