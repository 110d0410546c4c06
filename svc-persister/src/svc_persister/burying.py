"""What no version can read is put away, up to a limit within an hour."""

from typing import Final

from nexync_runtime import log
from svc_persister.errors import DeadLetterLimitError
from svc_persister.metrics import Metrics
from svc_persister.ports import DeadLetters
from svc_persister.reading import Poison

HOUR_SECONDS: Final = 3600.0


class Graveyard:
    """Counts and buries poison."""

    def __init__(self, dead_letters: DeadLetters, per_hour: int, metrics: Metrics) -> None:
        self._dead_letters = dead_letters
        self._per_hour = per_hour
        self._metrics = metrics
        self._log = log.get("graveyard")
        self._times: list[float] = []

    def bury(self, poison: Poison, now: float) -> None:
        """Put one record away. Raises DeadLetterLimitError instead if there were too many, LogAwayError."""
        self._times = [at for at in self._times if at > now - HOUR_SECONDS]
        if len(self._times) >= self._per_hour:
            raise DeadLetterLimitError(
                f"more than {self._per_hour} unreadable records within an hour; "
                "see `nexyncctl dlq list`"
            )
        self._times.append(now)
        self._dead_letters.put(poison.record, poison.reason)
        self._metrics.records.labels("poison").inc()
        self._log.warning(
            "dead letter",
            partition=poison.record.partition,
            offset=poison.record.offset,
            reason=poison.reason,
        )
