"""Leading sockets away: one wave of `drain` frames after another, so that their clients come back spread out."""

import math
from collections.abc import Sequence
from typing import Final

from nexync_contracts.frames import DrainFrame
from svc_gateway import frames
from svc_gateway.outbox import Flusher, Outlet
from svc_gateway.ports import Sleep

WAVE_SECONDS: Final = 0.25
WITHIN_MS: Final = 10_000
"""What a client has after its `drain` frame to open and resume a second socket, on a busy machine too."""


async def lead_away(
    sockets: Sequence[Outlet], *, flusher: Flusher, sleep: Sleep, spread_seconds: float
) -> None:
    """Tell all of them, over so many seconds."""
    waves = max(1, math.ceil(spread_seconds / WAVE_SECONDS))
    size = max(1, math.ceil(len(sockets) / waves))
    hint = frames.wire(DrainFrame(within_ms=WITHIN_MS))
    for start in range(0, len(sockets), size):
        for socket in sockets[start : start + size]:
            flusher.push(socket, hint)
        await sleep(WAVE_SECONDS)
