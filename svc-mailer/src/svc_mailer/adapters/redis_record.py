"""The `Record` port in Redis."""

from typing import Any, Final

import redis.asyncio

KEPT_SECONDS: Final = 24 * 3600
"""Longer than any job waits in the retry queues."""


class RedisRecord:
    """Remembers the ids of sent jobs for a day."""

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self._client: Any = client

    async def has(self, identity: str) -> bool:
        """Whether the job was done."""
        return bool(await self._client.exists(_key(identity)))

    async def add(self, identity: str) -> None:
        """The job is done."""
        await self._client.set(_key(identity), "1", ex=KEPT_SECONDS)


def _key(identity: str) -> str:
    return f"mailed:{identity}"
