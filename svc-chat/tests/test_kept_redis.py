"""What is kept in Redis, and what becomes of it while Redis is away."""

import os
import secrets
from collections.abc import AsyncGenerator

import pytest
import redis.asyncio
import redis.exceptions
from keeping_world import ADA, BEN, Made, World, always, at_once

from nexync_runtime.redis_client import open_redis
from svc_chat.adapters.kept import AWAY_SECONDS, RedisKept, RedisRevisions
from svc_chat.errors import UnmovedError
from svc_chat.keeping import EVERYBODY, Keeping, revision_of


@pytest.fixture
async def client() -> AsyncGenerator["redis.asyncio.Redis"]:
    opened = open_redis(os.environ["NEXYNC_REDIS_CACHE_URL"])
    yield opened
    await opened.aclose()


@pytest.mark.real
async def test_redis_keeps_and_leases(client: "redis.asyncio.Redis") -> None:
    shelf, key = RedisKept(client), secrets.token_hex(8)
    assert await shelf.get(key) is None
    assert await shelf.get_or_lead(key) == (None, True)
    assert await shelf.get_or_lead(key) == (None, False)
    await shelf.put(key, b"{}", 60)
    assert await shelf.get(key) == b"{}"
    assert await shelf.get_or_lead(key) == (b"{}", False)
    assert 0 < await client.ttl(f"answer:{key}") <= 60
    assert 0 < await client.pttl(f"filling:{key}") <= 3_000


@pytest.mark.real
async def test_a_revision_never_comes_again(client: "redis.asyncio.Redis") -> None:
    """Not when it moves, not when Redis has forgotten it."""
    revisions, name = RedisRevisions(client), secrets.token_hex(8)
    found = [await revisions.read([name, EVERYBODY])]
    assert await revisions.read([name, EVERYBODY]) == found[0]
    await revisions.move([name])
    found.append(await revisions.read([name, EVERYBODY]))
    await client.delete(f"rev:{name}")
    found.append(await revisions.read([name, EVERYBODY]))
    first = [one[0] for one in found if one is not None]
    assert len(set(first)) == 3


@pytest.mark.real
async def test_two_instances_of_the_service_over_one_redis(client: "redis.asyncio.Redis") -> None:
    """What one instance changes, the other doesn't answer from before."""
    revisions, shelf = RedisRevisions(client), RedisKept(client)
    one, other = World(shelf, revisions), World(shelf, revisions)
    await revisions.move([revision_of(ADA), revision_of(BEN)])
    for world in (one, other):
        assert (await world.get("/api/connections")).json()["next"] == "0"
    assert (one.reads, other.reads) == (1, 0)
    other.value = 1
    one.http.cookies.set("nexync_access", ADA)
    assert (await one.http.put(f"/api/blocks/{BEN}")).is_success
    assert (await other.get("/api/connections")).json()["next"] == "1"


class Broken:
    """A Redis that is away, and how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def get(self, *_: object, **__: object) -> None:
        self.asked += 1
        raise redis.exceptions.ConnectionError

    set = mget = __call__ = get

    def register_script(self, text: str) -> "Broken":
        del text
        return self

    def pipeline(self, **_: object) -> "Broken":
        raise redis.exceptions.ConnectionError


async def test_a_cache_that_is_away_holds_nobody_up() -> None:
    """It is asked once in five seconds; answers are made as without it."""
    now = [0.0]
    broken = Broken()
    client: redis.asyncio.Redis = broken  # type: ignore[assignment] # only what the adapter uses
    shelf = RedisKept(client, lambda: now[0])
    keep, made = Keeping(shelf, at_once), Made()
    for _ in range(10):
        await keep.answer("x", "q", always, made)
    assert (made.count, broken.asked) == (10, 1)
    now[0] = AWAY_SECONDS
    await keep.answer("x", "q", always, made)
    assert broken.asked == 2
    revisions = RedisRevisions(client)
    assert await revisions.read(["x"]) is None
    with pytest.raises(UnmovedError):
        await revisions.move(["x"])
