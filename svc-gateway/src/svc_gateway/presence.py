"""Says in Redis who is here, again and again; nobody has to say that somebody left."""

from typing import Final

from nexync_contracts.channels import SEEN_EVERY_SECONDS
from nexync_runtime import log
from svc_gateway.errors import BackendAwayError
from svc_gateway.people import People
from svc_gateway.ports import Clock, Seen, Sleep

TICK_SECONDS: Final = 5.0
"""How soon somebody who just came is seen."""

BULK: Final = 512
"""People in one pipeline."""

_log = log.get("presence")


class Presence:
    """One beat a person and SEEN_EVERY_SECONDS, however many sockets there are."""

    def __init__(self, *, people: People, seen: Seen, clock: Clock, sleep: Sleep) -> None:
        self._people = people
        self._seen = seen
        self._clock = clock
        self._sleep = sleep

    async def beat_forever(self) -> None:
        """A task of the service. While Redis is away nobody is seen, and nothing else suffers."""
        away = False
        while True:
            try:
                await self.beat()
                away = False
            except BackendAwayError as error:
                if not away:
                    _log.warning("nobody is seen", reason=str(error))
                away = True
            await self._sleep(TICK_SECONDS)

    async def beat(self) -> None:
        """Say it of everybody whose turn it is. Raises BackendAwayError; who was left out is next."""
        now = self._clock.monotonic()
        due = [
            person
            for person in self._people.all()
            if person.sockets and now - person.seen_at >= SEEN_EVERY_SECONDS
        ]
        for start in range(0, len(due), BULK):
            bulk = due[start : start + BULK]
            seconds = self._clock.unix_ms() // 1000
            await self._seen.seen([person.id for person in bulk], seconds)
            for person in bulk:
                person.seen_at = now
