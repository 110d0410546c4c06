"""What svc-auth keeps in Redis: rate limits, and the news of ended sessions."""

import hashlib
from typing import Any, Final

import redis.asyncio

from nexync_contracts import limits
from nexync_contracts.channels import (
    KIND_CONTROL,
    encode_published,
    ended_session_key,
    stream_channel,
)
from nexync_contracts.ids import PersonId, SessionId, person_stream
from nexync_contracts.session import SessionEnded

ENDED_SECONDS: Final = limits.ACCESS_TOKEN_SECONDS + 60
"""An access token of an ended session is refused for as long as it could live, and a minute for skewed clocks."""


class RedisLimits:
    """The `Limits` port: a counter a window. Subjects are hashed, so no address is kept in Redis."""

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self._client: Any = client

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
        """Delete the counter."""
        await self._client.delete(_key(what, subject))


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


class RedisAnnouncer:
    """The `Announcer` port."""

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self._client: Any = client

    async def session_ended(self, person: PersonId, session: SessionId) -> None:
        """First the key, then the news: whoever hears it finds the key."""
        frame = SessionEnded(session=session).model_dump_json().encode()
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.set(ended_session_key(session), "1", ex=ENDED_SECONDS)
            pipe.publish(
                stream_channel(person_stream(person)), encode_published(KIND_CONTROL, 0, 0, frame)
            )
            await pipe.execute()


def _proof(email: str, code: str, key: str) -> str:
    digest = hashlib.sha256(f"{key} {code} {email}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"proof:{digest}"


def _key(what: str, subject: str) -> str:
    digest = hashlib.sha256(subject.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"limit:{what}:{digest}"
