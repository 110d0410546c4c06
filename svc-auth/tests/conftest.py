"""A database of the test's own, on the Postgres that NEXYNC_POSTGRES_URL names."""

import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

sys.path.insert(0, str(Path(__file__).parent))

from auth_world import required

MIGRATIONS = Path(__file__).resolve().parents[2] / "operators" / "migrations"


@pytest.fixture
async def database() -> AsyncIterator[str]:
    """The URL of a database with the schema, dropped afterwards."""
    url = required("NEXYNC_POSTGRES_URL")
    name = f"test_{uuid.uuid4().hex}"
    mine = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as admin:
        await admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        async with await psycopg.AsyncConnection.connect(mine, autocommit=True) as connection:
            for path in sorted(MIGRATIONS.glob("*.sql")):
                await connection.execute(path.read_bytes())
        yield mine
        await admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
