"""The files of the signing keys: the key that an installation began with, and the ring that a rotation made of it."""

import asyncio
import os
import secrets
from pathlib import Path
from typing import Final

from nexync_runtime import log
from svc_auth.keyring import Keyring, LiveKeys, ring_of
from svc_auth.signing import SigningKeyError

RELOAD_SECONDS: Final = 2.0
"""How often the files are looked at; they are small and in memory."""

_log = log.get("keys")


class KeyFiles:
    """Reads and, on one machine, writes them. `ring` need not exist; where it does, `first` is history."""

    def __init__(self, first: Path, ring: Path | None) -> None:
        self._first = first
        self._ring = ring

    def read(self) -> str:
        """What counts. Raises SigningKeyError that names setting and file."""
        if self._ring is not None and self._ring.exists():
            return _text("NEXYNC_SIGNING_RING_FILE", self._ring)
        return _text("NEXYNC_SIGNING_KEY_FILE", self._first)

    def load(self) -> Keyring:
        """The ring. Raises SigningKeyError that names setting and file."""
        return self._ring_of(self.read())

    def write(self, text: str) -> None:
        """Put a ring in place, whole, readable by its owner alone. Raises SigningKeyError, OSError."""
        if self._ring is None:
            msg = "NEXYNC_SIGNING_RING_FILE: is missing"
            raise SigningKeyError(msg)
        draft = self._ring.with_name(f".{self._ring.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        draft.rename(self._ring)

    async def watch(self, keys: LiveKeys) -> None:
        """Hand every change on, until cancelled. What can't be read is told once, and the ring stays as it is."""
        known = told = ""
        while True:
            try:
                text = await asyncio.to_thread(self.read)
                if text != known:
                    keys.take(self._ring_of(text))
                    known, told = text, ""
                    _log.info("signing keys read", kids=[key.kid for key in keys.good()])
            except SigningKeyError as error:
                if str(error) != told:
                    told = str(error)
                    _log.error("signing keys stay as they are", reason=told)
            await asyncio.sleep(RELOAD_SECONDS)

    def _ring_of(self, text: str) -> Keyring:
        try:
            return ring_of(text)
        except SigningKeyError as error:
            rotated = self._ring is not None and self._ring.exists()
            name = "NEXYNC_SIGNING_RING_FILE" if rotated else "NEXYNC_SIGNING_KEY_FILE"
            raise SigningKeyError(
                f"{name}: {self._ring if rotated else self._first}: {error}"
            ) from None


def _text(name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        raise SigningKeyError(f"{name}: {path}: {type(error).__name__}") from None
