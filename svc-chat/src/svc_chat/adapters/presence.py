"""Who was here when, as the gateways say it in Redis."""

from collections.abc import Sequence

import redis.asyncio
import redis.exceptions

from nexync_contracts.channels import seen_key
from nexync_contracts.ids import PersonId
from svc_chat.errors import WindowsAwayError


class RedisPresence:
    """Reads those keys."""

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self._client = client

    async def seen(self, person: PersonId) -> int | None:
        """Unix seconds of the last time that is remembered. Raises WindowsAwayError."""
        try:
            value: bytes | None = await self._client.get(seen_key(person))
        except (redis.exceptions.RedisError, OSError) as error:
            raise WindowsAwayError from error
        return None if value is None else int(value)

    async def seen_of(self, people: Sequence[PersonId]) -> Sequence[int | None]:
        """The same of several at once."""
        try:
            values: list[bytes | None] = await self._client.mget([seen_key(one) for one in people])
        except (redis.exceptions.RedisError, OSError) as error:
            raise WindowsAwayError from error
        return [None if value is None else int(value) for value in values]
