"""Postgres with bounds: every wait for a connection and every statement has a timeout."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

Connection = psycopg.AsyncConnection[TupleRow]
Pool = AsyncConnectionPool[Connection]

CONNECT_SECONDS: Final = 5
STATEMENT_MS: Final = 10_000
ACQUIRE_SECONDS: Final = 5.0
FRESH_SECONDS: Final = 1.0
"""A connection that was taken less than this ago is taken again without asking whether it is still there."""


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
    lately = Lately(AsyncConnectionPool.check_connection)
    return AsyncConnectionPool(
        url,
        min_size=1,
        max_size=size,
        open=False,
        timeout=ACQUIRE_SECONDS,
        max_waiting=500,
        max_idle=60.0,
        reconnect_timeout=30.0,
        check=lately.check,
        kwargs=options(application, ca_file=ca_file),
    )


class Lately:
    """Asks a connection whether it is still there, which is a round trip, unless it was taken a moment ago."""

    def __init__(
        self,
        check: Callable[[Connection], Awaitable[None]],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._check = check
        self._now = now
        self._taken: WeakKeyDictionary[Connection, float] = WeakKeyDictionary()

    async def check(self, connection: Connection) -> None:
        """The pool's `check`, as a connection is taken. Raises psycopg.OperationalError when it is lost."""
        before, now = self._taken.get(connection), self._now()
        if before is None or now - before >= FRESH_SECONDS:
            await self._check(connection)
        self._taken[connection] = now


@asynccontextmanager
async def one_moment(pool: Pool) -> AsyncGenerator[Connection]:
    """A transaction that only reads, and all of one moment; its modes go along with its BEGIN."""
    async with pool.connection() as connection:
        await connection.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
        await connection.set_read_only(True)
        try:
            async with connection.transaction():
                yield connection
        finally:
            if connection.info.transaction_status is TransactionStatus.IDLE:
                await connection.set_isolation_level(None)
                await connection.set_read_only(None)


async def reachable(pool: Pool) -> str | None:
    """Readiness: None, or why Postgres can't be used."""
    try:
        async with pool.connection(timeout=1.5) as connection:
            await connection.execute("SELECT 1")
    except (psycopg.Error, OSError, TimeoutError) as error:
        return f"postgres: {type(error).__name__}"
    return None
