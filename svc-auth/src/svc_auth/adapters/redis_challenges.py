"""Log-ins that wait for their second factor, in Redis: short-lived, shared by all instances."""

import hashlib
from typing import Any, Final

import redis.asyncio

from nexync_contracts import limits
from nexync_contracts.ids import PersonId
from svc_auth.factor_ports import Challenge

_TAKE: Final = """
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
local tries = redis.call('HINCRBY', KEYS[1], 'tries', 1)
if tries > tonumber(ARGV[1]) then return false end
local kept = redis.call('HMGET', KEYS[1], 'person', 'proof')
return {kept[1], kept[2], tonumber(ARGV[1]) - tries}
"""
"""Count and read in one step, so that tries that come together can't all be the fifth."""


class RedisChallenges:
    """The `Challenges` port: a hash a challenge. The token itself is in the browser's cookie alone."""

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self._client: Any = client
        self._take: Any = self._client.register_script(_TAKE)

    async def begin(self, token: str, person: PersonId, proof: str) -> None:
        """With its end, in one transaction."""
        key = _key(token)
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.hset(key, mapping={"person": person, "proof": proof})
            pipe.expire(key, limits.FACTOR_CHALLENGE_SECONDS)
            await pipe.execute()

    async def person(self, token: str) -> PersonId | None:
        """One round trip."""
        found = await self._client.hget(_key(token), "person")
        return None if found is None else PersonId(_text(found))

    async def take(self, token: str) -> Challenge | None:
        """One round trip."""
        found = await self._take(keys=[_key(token)], args=[limits.FACTOR_TRIES])
        if not found:
            return None
        return Challenge(PersonId(_text(found[0])), _text(found[1]), int(found[2]))

    async def end(self, token: str) -> None:
        """Delete it."""
        await self._client.delete(_key(token))


def _key(token: str) -> str:
    return f"challenge:{hashlib.sha256(token.encode()).hexdigest()}"


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
