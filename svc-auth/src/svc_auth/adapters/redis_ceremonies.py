"""Challenges that wait for a passkey, in Redis: short-lived, shared by all instances."""

import hashlib
from typing import Any

import redis.asyncio

from nexync_contracts import limits


class RedisCeremonies:
    """The `Ceremonies` port: a key a challenge, and what it is for."""

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self._client: Any = client

    async def begin(self, challenge: str, purpose: str) -> None:
        """With its end."""
        await self._client.set(_key(challenge), purpose, ex=limits.PASSKEY_SECONDS)

    async def take(self, challenge: str) -> str | None:
        """Read and delete in one step: of two that come together one finds nothing."""
        found = await self._client.getdel(_key(challenge))
        return found.decode() if isinstance(found, bytes) else found


def _key(challenge: str) -> str:
    return f"passkey:{hashlib.sha256(challenge.encode()).hexdigest()}"
