"""SIGTERM: sockets are led away in waves, what was taken becomes durable, then the rest is closed.

New handshakes are answered with 503 all the while, which brings a client to another gateway sooner than a
connection that nobody accepts.
"""

from collections.abc import Callable
from typing import Final

from nexync_contracts.errors import CloseCode
from nexync_runtime import log
from svc_gateway.admission import Admission
from svc_gateway.keeping import Keeper
from svc_gateway.leading import WAVE_SECONDS, WITHIN_MS, lead_away
from svc_gateway.outbox import Flusher
from svc_gateway.ports import Clock, CommandLog, Sleep

FLUSH_SECONDS: Final = 5.0
PARTING_SECONDS: Final = 0.3
"""For the last acks and close frames to leave."""

RESERVE_SECONDS: Final = 1.0
"""Of the grace, for closing what the process has open."""

_log = log.get("draining")


class Drain:
    """The way out, in the order of its methods."""

    def __init__(
        self,
        *,
        keeper: Keeper,
        admission: Admission,
        log: CommandLog,
        flusher: Flusher,
        sleep: Sleep,
        clock: Clock,
        last_marks: Callable[[], None],
        refuse: Callable[[], None],
        stop_accepting: Callable[[], None],
        spread_seconds: float,
        grace_seconds: float,
    ) -> None:
        self._keeper = keeper
        self._admission = admission
        self._commands = log
        self._flusher = flusher
        self._sleep = sleep
        self._clock = clock
        self._last_marks = last_marks
        self._refuse = refuse
        self._stop_accepting = stop_accepting
        # Whatever the settings say, the flush must have its time before the process is killed.
        self._leading = max(0.0, grace_seconds - FLUSH_SECONDS - PARTING_SECONDS - RESERVE_SECONDS)
        self._spread = min(spread_seconds, self._leading)

    async def run(self) -> None:
        """All of it; ends early when the last socket has gone."""
        began = self._clock.monotonic()
        led = len(self._keeper)
        self._refuse()
        await lead_away(
            list(self._keeper),
            flusher=self._flusher,
            sleep=self._sleep,
            spread_seconds=self._spread,
        )
        await self._wait_for_leaving(began + self._leading)
        self._admission.closed = True
        self._last_marks()
        left = await self._commands.flush(FLUSH_SECONDS)
        if left:
            _log.warning("commands in flight are given up", count=left)
        self._stop_accepting()
        rest = list(self._keeper)
        for socket in rest:
            socket.close(CloseCode.RESTART, "restart")
        if rest:
            await self._sleep(PARTING_SECONDS)
        seconds = round(self._clock.monotonic() - began, 2)
        _log.info("sockets drained", led_away=led - len(rest), closed=len(rest), seconds=seconds)

    async def _wait_for_leaving(self, deadline: float) -> None:
        for _ in range(int(WITHIN_MS / 1000 / WAVE_SECONDS)):
            if len(self._keeper) == 0 or self._clock.monotonic() >= deadline:
                return
            await self._sleep(WAVE_SECONDS)
