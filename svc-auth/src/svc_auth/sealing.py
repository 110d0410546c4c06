"""The secrets of second factors at rest: AES-256-GCM, bound to the person, by a key that is not in the database."""

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nexync_contracts.ids import PersonId
from nexync_runtime.key_files import read_keys

KEYS_MAX: Final = 8
_NONCE_BYTES: Final = 12


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
    """By the keys in a file. Raises KeyFileError."""
    return Sealing(read_keys("NEXYNC_FACTOR_KEY_FILE", path, most=KEYS_MAX))
