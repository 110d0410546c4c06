"""`python -m svc_auth rotate-keys`: a new signing key for later, without anybody's being logged out."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from svc_auth.keyring import LEAD_SECONDS, Keyring, ring_of

CONFLICTS_MAX = 3
"""Attempts when the ring is changed by somebody else in between."""


class ConflictError(Exception):
    """Somebody else has changed the ring since it was read."""


class RingStore(Protocol):
    """Where the ring is kept."""

    def read(self) -> str:
        """The ring, or the first key. Raises SigningKeyError, StoreError."""
        ...

    def write(self, text: str) -> None:
        """Put a ring in place of the one that was read. Raises ConflictError, StoreError."""
        ...


class StoreError(Exception):
    """The ring can't be read or written; the message says why, without any of it."""


def rotate(
    store: RingStore, *, lead: float = LEAD_SECONDS, clock: Callable[[], float] = time.time
) -> str:
    """Add a key, unless one waits already; what was done, in words.

    Raises RotationError, SigningKeyError, StoreError; ConflictError after some attempts.
    """
    for attempt in range(CONFLICTS_MAX):
        now = clock()
        ring = ring_of(store.read())
        if ring.waiting(now) is not None:
            return f"nothing to do: {_words(ring, now)}"
        rotated = ring.rotated(now, lead)
        try:
            store.write(rotated.text(now))
        except ConflictError:
            if attempt == CONFLICTS_MAX - 1:
                raise
            continue
        return _words(rotated, now)
    raise ConflictError


def _words(ring: Keyring, now: float) -> str:
    waiting = ring.waiting(now)
    if waiting is None:
        return f"{len(ring.good(now))} keys, none waits"
    at = datetime.fromtimestamp(waiting.signs_from, UTC).isoformat()
    return f"key {waiting.key.kid} signs from {at}; {len(ring.good(now))} keys are accepted"
