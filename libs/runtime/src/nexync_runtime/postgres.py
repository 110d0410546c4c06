"""Postgres with bounds: every wait for a connection and every statement has a timeout."""

from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

Pool = AsyncConnectionPool[psycopg.AsyncConnection[TupleRow]]

CONNECT_SECONDS: Final = 5
STATEMENT_MS: Final = 10_000
ACQUIRE_SECONDS: Final = 5.0


def authority(ca_file: Path | None) -> dict[str, Any]:
    """Whom to trust when the address asks for TLS; without a bundle libpq asks OpenSSL for the system's."""
    return {} if ca_file is None else {"sslrootcert": str(ca_file)}


def options(
    application: str, *, statement_ms: int = STATEMENT_MS, ca_file: Path | None = None
) -> dict[str, Any]:
    """Connection keywords that every client of ours uses: timeouts, keepalives, its name in pg_stat_activity."""
    return {
        **authority(ca_file),
        "application_name": application,
        "connect_timeout": CONNECT_SECONDS,
        "keepalives": 1,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
        "options": f"-c statement_timeout={statement_ms} -c idle_in_transaction_session_timeout=15000",
    }


def open_pool(url: str, *, application: str, size: int = 8, ca_file: Path | None = None) -> Pool:
    """A pool that is not open yet: `await pool.open()`, `await pool.close()`. At most `size` connections."""
    return AsyncConnectionPool(
        url,
        min_size=1,
        max_size=size,
        open=False,
        timeout=ACQUIRE_SECONDS,
        max_waiting=500,
        max_idle=60.0,
        reconnect_timeout=30.0,
        check=AsyncConnectionPool.check_connection,
        kwargs=options(application, ca_file=ca_file),
    )


async def reachable(pool: Pool) -> str | None:
    """Readiness: None, or why Postgres can't be used."""
    try:
        async with pool.connection(timeout=1.5) as connection:
            await connection.execute("SELECT 1")
    except (psycopg.Error, OSError, TimeoutError) as error:
        return f"postgres: {type(error).__name__}"
    return None
