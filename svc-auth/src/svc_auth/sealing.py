"""The secrets of second factors at rest: AES-256-GCM, bound to the person, by a key that is not in the database."""

import base64
import binascii
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nexync_contracts.ids import PersonId

KEY_BYTES: Final = 32
KEYS_MAX: Final = 8
_NONCE_BYTES: Final = 12


class FactorKeyError(Exception):
    """The key file can't be used; the message says why, without any of it."""


class UnsealError(Exception):
    """None of the keys opens this: the key was lost or changed, or the row is another person's."""


class Sealing:
    """Seals with the first key and opens with any, so that a new key can be put before the old one."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = [AESGCM(key) for key in keys]

    def seal(self, person: PersonId, secret: str) -> bytes:
        """A nonce of 12 bytes, then the ciphertext with its tag."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._keys[0].encrypt(nonce, secret.encode(), _bound_to(person))

    def open(self, person: PersonId, sealed: bytes) -> str:
        """The secret. Raises UnsealError."""
        nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        for key in self._keys:
            try:
                return key.decrypt(nonce, ciphertext, _bound_to(person)).decode()
            except (InvalidTag, ValueError):
                continue
        raise UnsealError


def _bound_to(person: PersonId) -> bytes:
    return f"second factor of {person}".encode()


def load_sealing(path: Path) -> Sealing:
    """The keys in a file, one a line: 32 bytes as base64. Raises FactorKeyError that names the setting."""
    try:
        lines = path.read_text(encoding="ascii").split()
    except (OSError, ValueError) as error:
        raise FactorKeyError(f"NEXYNC_FACTOR_KEY_FILE: {path}: {type(error).__name__}") from None
    if not 1 <= len(lines) <= KEYS_MAX:
        raise FactorKeyError(
            f"NEXYNC_FACTOR_KEY_FILE: {path} has {len(lines)} keys, 1 to {KEYS_MAX} are allowed"
        )
    return Sealing([_key(path, number, line) for number, line in enumerate(lines, 1)])


def _key(path: Path, number: int, line: str) -> bytes:
    try:
        key = base64.b64decode(line, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise FactorKeyError(
            f"NEXYNC_FACTOR_KEY_FILE: {path}, key {number}: not {KEY_BYTES} bytes as base64"
        )
    return key
