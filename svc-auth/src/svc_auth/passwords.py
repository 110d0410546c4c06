"""Passwords: argon2id on threads of its own, so that the loop never waits for a hash."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import hash_secret_raw

P = ParamSpec("P")
T = TypeVar("T")

MEMORY_KIB: Final = 19_456
PASSES: Final = 2
"""OWASP's password storage cheat sheet: argon2id with 19 MiB, 2 passes, 1 lane."""

DIGEST_BYTES: Final = 32

WAITING_MAX: Final = 64
"""Hashes that may wait; one more is refused, because its answer would come too late anyway."""


class BusyError(Exception):
    """Too many hashes wait."""


class Passwords:
    """Hashes and checks passwords on `threads` threads."""

    def __init__(self, *, threads: int, memory_kib: int = MEMORY_KIB, passes: int = PASSES) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._room = WAITING_MAX + threads
        # Checked for unknown accounts, so that they take as long as known ones.
        self._nobody = self._hasher.hash(secrets.token_urlsafe(24))

    async def hash(self, password: str) -> str:
        """The encoded hash. Raises BusyError."""
        return await self._on_thread(self._hash, password)

    async def check(self, encoded: str | None, password: str) -> bool:
        """Whether the password belongs to the hash; never for None, after the same time. Raises BusyError."""
        matches = await self._on_thread(self._check, encoded or self._nobody, password)
        return matches and encoded is not None

    async def digest(self, secret: str, salt: bytes) -> bytes:
        """The 32 raw bytes of a hash with a salt of the caller's, to be looked up. Raises BusyError."""
        return await self._on_thread(self._digest, secret, salt)

    def outdated(self, encoded: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(encoded)

    async def close(self) -> None:
        """End the threads; hashes that have not begun are dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _on_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._room == 0:
            raise BusyError
        self._room -= 1
        try:
            return await asyncio.wrap_future(self._pool.submit(work, *args, **kwargs))
        finally:
            self._room += 1

    def _hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def _digest(self, secret: str, salt: bytes) -> bytes:
        return hash_secret_raw(
            secret.encode(),
            salt,
            time_cost=self._hasher.time_cost,
            memory_cost=self._hasher.memory_cost,
            parallelism=1,
            hash_len=DIGEST_BYTES,
            type=Type.ID,
        )

    def _check(self, encoded: str, password: str) -> bool:
        try:
            return self._hasher.verify(encoded, password)
        except (VerificationError, InvalidHashError):
            return False
