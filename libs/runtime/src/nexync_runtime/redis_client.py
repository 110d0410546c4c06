"""Redis with bounds: connect and answer timeouts, few retries, a bounded pool."""

from pathlib import Path
from typing import Any, Final

import redis.asyncio
import redis.exceptions
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff

CONNECT_SECONDS: Final = 2.0
ANSWER_SECONDS: Final = 2.0


def authority(url: str, ca_file: Path | None) -> dict[str, Any]:
    """Whom to trust, for a `rediss://` address alone: other connections don't know the word."""
    if ca_file is None or not url.startswith("rediss://"):
        return {}
    return {"ssl_ca_certs": str(ca_file)}


def open_redis(
    url: str, *, connections: int = 16, ca_file: Path | None = None
) -> "redis.asyncio.Redis":
    """A client that connects when used. Errors are `redis.exceptions.RedisError` after one retry."""
    pool = redis.asyncio.BlockingConnectionPool.from_url(  # pyright: ignore[reportUnknownMemberType] - redis-py's stubs
        url,
        max_connections=connections,
        timeout=ANSWER_SECONDS,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        socket_keepalive=True,
        retry=Retry(ExponentialBackoff(cap=0.2, base=0.02), 1),
        health_check_interval=15,
        **authority(url, ca_file),
    )
    return redis.asyncio.Redis.from_pool(pool)


async def reachable(client: "redis.asyncio.Redis") -> str | None:
    """Readiness: None, or why Redis can't be used."""
    try:
        await client.ping()  # pyright: ignore[reportUnknownMemberType,reportGeneralTypeIssues] - redis-py's stubs
    except (redis.exceptions.RedisError, OSError) as error:
        return f"redis: {type(error).__name__}"
    return None
