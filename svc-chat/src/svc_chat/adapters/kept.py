"""Kept answers in the cache Redis, revisions in the state Redis."""

import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeVar

import redis.asyncio
import redis.exceptions

from nexync_contracts.channels import revision_key
from nexync_runtime import log
from svc_chat.errors import UnmovedError

AWAY_SECONDS: Final = 5.0
"""How long a cache that didn't answer isn't asked again."""

LEASE_MS: Final = 3_000
"""How long one instance is the only one that fills a key; longer than most answers take."""

REVISION_SECONDS: Final = 3_600
"""Longer than any answer is kept: a revision that was forgotten becomes another one."""

_GET_OR_LEAD: Final = """
local body = redis.call('GET', KEYS[1])
if body then return {body, 0} end
return {false, redis.call('SET', KEYS[2], '1', 'NX', 'PX', ARGV[1]) and 1 or 0}
"""

_log = log.get("kept")
_Redis = (redis.exceptions.RedisError, OSError, TimeoutError)
_Found = TypeVar("_Found")


class RedisKept:
    """The `KeptAnswers` port. While Redis is away nothing is kept, and nobody waits for it: answers are made."""

    def __init__(
        self, client: "redis.asyncio.Redis", now: Callable[[], float] = time.monotonic
    ) -> None:
        self._client: Any = client
        self._leading: Any = client.register_script(_GET_OR_LEAD)
        self._now = now
        self._away_until = 0.0

    async def get(self, key: str) -> bytes | None:
        """The answer, None when it isn't kept."""
        return await self._ask(lambda: self._client.get(f"answer:{key}"), None)

    async def put(self, key: str, body: bytes, seconds: int) -> None:
        """Keep it for so many seconds."""
        await self._ask(lambda: self._client.set(f"answer:{key}", body, ex=seconds), None)

    async def get_or_lead(self, key: str) -> tuple[bytes | None, bool]:
        """The answer, or whether it falls to this one to make it; one round trip."""
        body, leads = await self._ask(lambda: self._got_or_leads(key), (None, 1))
        return body, bool(leads)

    async def _got_or_leads(self, key: str) -> tuple[bytes | None, int]:
        body, leads = await self._leading(keys=[f"answer:{key}", f"filling:{key}"], args=[LEASE_MS])
        return body, leads

    async def _ask(self, ask: Callable[[], Awaitable[_Found]], otherwise: _Found) -> _Found:
        if self._now() < self._away_until:
            return otherwise
        try:
            return await ask()
        except _Redis as error:
            self._away_until = self._now() + AWAY_SECONDS
            _log.warning("nothing is kept for a while", reason=type(error).__name__)
            return otherwise


class RedisRevisions:
    """The `Revisions` port: random words, so that none ever comes again, whatever Redis forgets."""

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self._client: Any = client

    async def read(self, names: Sequence[str]) -> tuple[str, ...] | None:
        """The revisions, made where there are none; None while Redis is away."""
        keys = [revision_key(name) for name in names]
        try:
            found: list[bytes | None] = await self._client.mget(keys)
            if None in found:
                async with self._client.pipeline(transaction=True) as pipe:
                    for key in keys:
                        pipe.set(key, secrets.token_hex(8), ex=REVISION_SECONDS, nx=True)
                    pipe.mget(keys)
                    found = (await pipe.execute())[-1]
        except _Redis:
            return None
        return tuple(one.decode() for one in found if one is not None)

    async def move(self, names: Sequence[str]) -> None:
        """Another revision for each. Raises UnmovedError."""
        try:
            async with self._client.pipeline(transaction=True) as pipe:
                for name in names:
                    pipe.set(revision_key(name), secrets.token_hex(8), ex=REVISION_SECONDS)
                await pipe.execute()
        except _Redis as error:
            raise UnmovedError from error
