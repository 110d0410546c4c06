"""Planted faults: the tests of the guarantees must fail with each of them. Never outside development."""

from dataclasses import dataclass, field
from typing import Literal

FaultName = Literal[
    "offset_outside_transaction", "fence_off", "dedup_off", "drop_publish", "last_receipt_wins"
]

DROP_EVERY = 20
"""With `drop_publish`, one event in so many is put in its window but not published."""


@dataclass(slots=True)
class Faults:
    """The policy that is injected where a fault can be planted. Without a name it does nothing."""

    name: FaultName | None = None
    _published: int = field(default=0, init=False)

    @property
    def offset_outside_transaction(self) -> bool:
        """Write the offset as soon as records are decided, before their events are stored."""
        return self.name == "offset_outside_transaction"

    @property
    def fence_off(self) -> bool:
        """Flush, publish and write receipts without looking at the epoch."""
        return self.name == "fence_off"

    @property
    def dedup_off(self) -> bool:
        """Take every command as new."""
        return self.name == "dedup_off"

    @property
    def last_receipt_wins(self) -> bool:
        """Keep what a device said last of how far somebody is, instead of the farthest."""
        return self.name == "last_receipt_wins"

    def drops_publish(self) -> bool:
        """Asked once an event: whether this one is left out of Pub/Sub."""
        if self.name != "drop_publish":
            return False
        self._published += 1
        return self._published % DROP_EVERY == 0
