"""What a device saw of each of its commands, so that a judge who finds something can say how it came about."""

from collections import deque
from typing import Final

from nexync_client import happenings as tell

STEPS: Final = 40
"""Of one command that are kept, the last ones."""


class Stories:
    """Steps by the command's id, each a line: when, what, on which socket of which gateway."""

    def __init__(self) -> None:
        self._steps: dict[str, deque[str]] = {}
        self._gateways: dict[int, str] = {}

    def live(self, socket: int | None, gateway: str) -> None:
        """The device's socket with this number is at that gateway."""
        if socket is not None:
            self._gateways[socket] = gateway

    def add(self, traced: tell.Traced, now: float) -> None:
        """One more step, at that monotonic time."""
        where = f"socket {traced.socket} ({self._gateways.get(traced.socket, 'unknown')})"
        what = f"{traced.step} {traced.reason}".rstrip()
        steps = self._steps.setdefault(traced.id, deque(maxlen=STEPS))
        steps.append(f"{now:.3f} {what} on {where}")

    def of(self, identifier: str) -> tuple[str, ...]:
        """The steps of one command, oldest first."""
        return tuple(self._steps.get(identifier, ()))
