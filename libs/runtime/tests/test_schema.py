"""The gate of the schema: wait for what is needed, refuse what can't be lived with."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from nexync_runtime import waiting
from nexync_runtime.lifecycle import Lifecycle, RefusedError
from nexync_runtime.schema import KNOWN, gate, judge
from nexync_runtime.settings import Settings
from nexync_runtime.waiting import NotThereError

MIGRATIONS = Path(__file__).resolve().parents[3] / "operators" / "migrations"


def test_the_newest_migration_is_known() -> None:
    """`KNOWN` is the folder's newest: raise it with every migration."""
    assert max(int(path.name[:4]) for path in MIGRATIONS.glob("*.sql")) == KNOWN


def test_what_is_needed_is_waited_for() -> None:
    """Nothing applied, too little applied: not there yet."""
    with pytest.raises(NotThereError, match="the schema is at 0000, migration 0003 is needed"):
        judge([], needs=3, known=4)
    with pytest.raises(NotThereError, match="is at 0002"):
        judge([(1, "0001_a", False), (2, "0002_b", False)], needs=3, known=4)
    judge([(1, "0001_a", False), (3, "0003_c", False)], needs=3, known=4)


def test_a_newer_schema_is_lived_with_until_a_contract_step() -> None:
    """What only adds is harmless; a contract step of a newer release is the end, one of our own is not."""
    judge([(3, "0003_c", False), (5, "0005_e", False)], needs=3, known=4)
    judge([(3, "0003_c", False), (4, "0004_d", True)], needs=3, known=4)
    with pytest.raises(RefusedError, match="has passed 0005_e"):
        judge([(3, "0003_c", False), (5, "0005_e", True)], needs=3, known=4)


@pytest.fixture
async def database() -> AsyncIterator[str]:
    """The URL of an empty database, dropped afterwards."""
    url = os.environ.get("NEXYNC_POSTGRES_URL")
    if not url:
        pytest.fail("NEXYNC_POSTGRES_URL is not set; tests marked `real` need the backends")
    name = f"gate_{uuid.uuid4().hex}"
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as admin:
        await admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        await admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def lifecycle() -> Lifecycle:
    return Lifecycle("test", Settings(admin_port=1))


async def until_it_waits(life: Lifecycle, reason: str) -> None:
    for _ in range(400):
        if life.waits.get("schema", "").startswith(reason):
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"it waits for {life.waits}")


@pytest.mark.real
async def test_the_gate_opens_with_the_migration(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From an empty database over the table of the first release to one with the column `contract`."""
    monkeypatch.setattr(waiting, "BACKOFF_SECONDS", (0.01, 0.01))
    life = lifecycle()
    async with (
        asyncio.timeout(20),
        await psycopg.AsyncConnection.connect(database, autocommit=True) as connection,
        asyncio.TaskGroup() as group,
    ):
        opened = group.create_task(gate(life, database, needs=2))
        await until_it_waits(life, "the schema is at 0000, migration 0002 is needed")
        await connection.execute("CREATE TABLE schema_migrations (number int, name text)")
        await connection.execute("INSERT INTO schema_migrations VALUES (1, '0001_a')")
        await until_it_waits(life, "the schema is at 0001, migration 0002 is needed")
        await connection.execute("INSERT INTO schema_migrations VALUES (2, '0002_b')")
        await opened
        await connection.execute(
            "ALTER TABLE schema_migrations ADD contract boolean NOT NULL DEFAULT false"
        )
        await gate(life, database, needs=2)
        await connection.execute("INSERT INTO schema_migrations VALUES (999, '0999_z', true)")
        with pytest.raises(RefusedError, match="0999_z"):
            await gate(life, database, needs=2)


@pytest.mark.real
async def test_postgres_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """No crash: the reason is there to read."""
    monkeypatch.setattr(waiting, "BACKOFF_SECONDS", (0.01, 0.01))
    life = lifecycle()
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        waits = group.create_task(gate(life, "postgresql://x@127.0.0.1:1/x", needs=1))
        await until_it_waits(life, "postgres: connection failed")
        waits.cancel()
