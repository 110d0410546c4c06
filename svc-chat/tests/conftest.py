"""A database and a Redis of this run's own, on the backends that the NEXYNC_* variables name."""

import os
import secrets
import sys
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis.asyncio
from psycopg import sql

from nexync_contracts.channels import marker_key
from nexync_runtime import postgres, redis_client
from nexync_runtime.postgres import Pool

sys.path.insert(0, str(Path(__file__).parent))

from plans import Asked, noting
from postgres_world import PLACE, Parts, Town

MIGRATIONS = Path(__file__).parents[2] / "operators" / "migrations"


def _required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        pytest.fail(f"{name} is not set: this test needs the real backends")
    return value


@pytest.fixture(scope="session")
def database() -> Generator[str]:
    """The URL of a fresh database with the schema; dropped at the end."""
    url = _required("NEXYNC_POSTGRES_URL")
    name = f"chat_test_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        own = urlsplit(url)._replace(path=f"/{name}").geturl()
        try:
            with psycopg.connect(own, autocommit=True) as fresh:
                for migration in sorted(MIGRATIONS.glob("*.sql")):
                    fresh.execute(migration.read_bytes())
            yield own
        finally:
            connection.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            )


@pytest.fixture(scope="session")
def asked() -> Generator[Asked]:
    """What the adapters ask of Postgres in all of these tests."""
    known = Asked()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            psycopg.AsyncConnection, "execute", noting(known, psycopg.AsyncConnection.execute)
        )
        yield known


@pytest.fixture
async def pool(database: str, asked: Asked) -> AsyncGenerator[Pool]:
    """A pool on the fresh database, its tables emptied before the test; what was asked in it had a good plan."""
    opened = postgres.open_pool(database, application="svc-chat tests", size=4)
    await opened.open()
    async with opened.connection() as connection, connection.transaction():
        # Some hundred files are made anew, which takes as long as the machine is busy.
        await connection.execute("SET LOCAL statement_timeout = 0")
        await connection.execute(
            "TRUNCATE own_chats, people, streams, events, members, connections, read_marks, chat_outbox,"
            " profiles, blocks,"
            " partitions, placements, message_edits, message_deletions, message_reactions"
            " CASCADE"
        )
    yield opened
    scans = await asked.scans(opened)
    await opened.close()
    assert scans == []


@pytest.fixture
async def state() -> AsyncGenerator["redis.asyncio.Redis"]:
    """The state Redis. Tests use streams and partitions of their own and leave nothing behind."""
    client = redis_client.open_redis(_required("NEXYNC_REDIS_STATE_URL"))
    yield client
    await client.aclose()


@pytest.fixture
def town(pool: Pool) -> Town:
    """Who makes people, chats and events in the emptied database."""
    return Town(pool)


@pytest.fixture
async def parts(pool: Pool, state: "redis.asyncio.Redis") -> Parts:
    """The service's parts, over a partition that is live."""
    await state.hset(marker_key(PLACE), mapping={"run": "test"})  # type: ignore[misc] # redis-py's stubs mix both clients
    await state.expire(marker_key(PLACE), 60)
    return Parts(pool, state)
