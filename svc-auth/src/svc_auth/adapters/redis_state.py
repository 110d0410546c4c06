"""What svc-auth keeps in Redis: rate limits, and the news of ended sessions."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

import redis.asyncio

from nexync_contracts import limits
from nexync_contracts.channels import (
    KIND_CONTROL,
    encode_published,
    ended_session_key,
    seen_key,
    stream_channel,
)
from nexync_contracts.ids import PersonId, SessionId, person_stream
from nexync_contracts.session import SessionEnded
from svc_auth.ports import ENDED_SECONDS, Slow

KNOWN_SECONDS: Final = 60 * 24 * 3600
"""How long a network is known to an account after a login from it."""

_SLOW: Final = """
local wait = redis.call('PTTL', KEYS[2])
if wait > 0 then return wait end
local count = redis.call('INCR', KEYS[1])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
local over = count - tonumber(ARGV[1])
if over >= 0 then
    local hold = math.min(tonumber(ARGV[2]) * 2 ^ math.min(over, 30), tonumber(ARGV[3]))
    redis.call('SET', KEYS[2], '1', 'PX', math.floor(hold))
end
return 0
"""
"""Count and wait in one step, so that attempts that come together can't all pass the same look."""


class RedisLimits:
    """The `Limits` port: a counter a window. Subjects are hashed, so no address is kept in Redis."""

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self._client: Any = client
        self._slow: Any = self._client.register_script(_SLOW)

    async def hit(self, what: str, subject: str, *, most: int, seconds: int) -> float | None:
        """One round trip; the window begins with its first hit."""
        key = _key(what, subject)
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.set(key, 0, ex=seconds, nx=True)
            pipe.incr(key)
            pipe.pttl(key)
            answers = await pipe.execute()
        count, left_ms = int(answers[1]), int(answers[2])
        return None if count <= most else max(1.0, left_ms / 1000)

    async def clear(self, what: str, subject: str) -> None:
        """Delete the counter and the wait."""
        await self._client.delete(_key(what, subject), _key(f"{what}-wait", subject))

    async def slow(self, how: Slow, subject: str) -> float | None:
        """One round trip."""
        keys = [_key(how.what, subject), _key(f"{how.what}-wait", subject)]
        times = [int(seconds * 1000) for seconds in (how.first, how.most, how.forget)]
        wait = int(await self._slow(keys=keys, args=[how.free, *times]))
        return None if wait <= 0 else max(1.0, wait / 1000)

    async def learn(self, account: str, network: str) -> None:
        """Remember it anew."""
        await self._client.set(_key("known", f"{account} {network}"), "1", ex=KNOWN_SECONDS)

    async def knows(self, account: str, network: str) -> bool:
        """Whether it is remembered."""
        return bool(await self._client.exists(_key("known", f"{account} {network}")))


class RedisProofs:
    """The `Proofs` port. Only a digest is kept: neither the address nor the code can be read from it."""

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self._client: Any = client

    async def remember(self, email: str, code: str, key: str) -> None:
        """For the life of a code."""
        await self._client.set(_proof(email, code, key), "1", ex=limits.CODE_LIFETIME_SECONDS)

    async def recall(self, email: str, code: str, key: str) -> bool:
        """Whether the digest is there."""
        return bool(await self._client.exists(_proof(email, code, key)))


class RedisPermissions:
    """The `Permissions` port."""

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self._client: Any = client

    async def give(self, person: PersonId, session: SessionId) -> None:
        """With its end."""
        await self._client.set(
            _permission(person, session), "1", ex=limits.OWN_DATA_ALLOWED_SECONDS
        )

    async def take(self, person: PersonId, session: SessionId) -> bool:
        """Read and delete in one step: of two that come together one finds nothing."""
        return await self._client.getdel(_permission(person, session)) is not None


class RedisRecentProofs:
    """The `RecentProofs` port."""

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self._client: Any = client

    async def remember(self, session: SessionId) -> None:
        """With its end."""
        await self._client.set(_recent(session), "1", ex=limits.PROOF_SECONDS)

    async def recall(self, session: SessionId) -> bool:
        """Whether the key is there."""
        return bool(await self._client.exists(_recent(session)))


class RedisAnnouncer:
    """The `Announcer` port."""

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self._client: Any = client

    async def reachable(self) -> None:
        """One round trip."""
        await self._client.ping()

    async def sessions_ended(self, person: PersonId, sessions: Sequence[SessionId]) -> None:
        """First the keys, then the news: whoever hears it finds the key."""
        if not sessions:
            return
        channel = stream_channel(person_stream(person))
        async with self._client.pipeline(transaction=True) as pipe:
            for session in sessions:
                pipe.set(ended_session_key(session), "1", ex=ENDED_SECONDS)
            for session in sessions:
                frame = SessionEnded(session=session).model_dump_json().encode()
                pipe.publish(channel, encode_published(KIND_CONTROL, 0, 0, frame))
            await pipe.execute()


class RedisTraces:
    """The `Traces` port."""

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self._client: Any = client

    async def forget(self, person: PersonId) -> None:
        """Delete the key that gateways renew while a socket is there."""
        await self._client.delete(seen_key(person))


def _permission(person: PersonId, session: SessionId) -> str:
    return f"own-data:{person}:{session}"


def _recent(session: SessionId) -> str:
    return f"proved:{session}"


def _proof(email: str, code: str, key: str) -> str:
    digest = hashlib.sha256(f"{key} {code} {email}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"proof:{digest}"


def _key(what: str, subject: str) -> str:
    digest = hashlib.sha256(subject.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"limit:{what}:{digest}"
