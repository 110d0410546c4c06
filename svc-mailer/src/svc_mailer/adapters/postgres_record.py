"""The `Record` port in Postgres: done jobs in a table, jobs in work as advisory locks of one connection.

A lock ends with the connection, so a mailer that is killed holds nothing up, and no lease has to run out.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg

from nexync_runtime import log
from nexync_runtime.postgres import options
from svc_mailer.errors import RecordError
from svc_mailer.ports import Standing

KEPT_DAYS: Final = 7
"""A job is delivered again when its acknowledgement was lost: at the latest when the broker is back."""

PRUNE_SECONDS: Final = 3600.0
PRUNE_ROWS: Final = 5_000
ANSWER_SECONDS: Final = 5.0

_LOCK: Final = 0x6D61696C
"""Seed of the locks: "mail"."""

_CLAIM: Final = "SELECT pg_try_advisory_lock(hashtextextended(%s, %s))"
_RELEASE: Final = "SELECT pg_advisory_unlock(hashtextextended(%s, %s))"
_HAS: Final = "SELECT true FROM done_jobs WHERE id = %s"
_ADD: Final = "INSERT INTO done_jobs (id) VALUES (%s) ON CONFLICT (id) DO NOTHING"
_PRUNE: Final = """
DELETE FROM done_jobs WHERE id IN (
    SELECT id FROM done_jobs WHERE done_at < now() - make_interval(days => %s) ORDER BY done_at LIMIT %s
)
"""

Connection = psycopg.AsyncConnection[tuple[Any, ...]]

_log = log.get("record")


class PostgresRecord:
    """One connection for all workers; one that fails or is silent is dropped, the next call opens another."""

    def __init__(self, url: str, *, ca_file: Path | None = None) -> None:
        self._url = url
        self._options = options("svc-mailer", ca_file=ca_file)
        self._connection: Connection | None = None
        self._opening = asyncio.Lock()
        # Bounded by the prefetch of all queues. A session may take its own lock twice, so it asks here first.
        self._in_work: set[str] = set()

    @asynccontextmanager
    async def claimed(self, identity: str) -> AsyncGenerator[Standing]:
        """The job is ours for the block, if it is to be had. Raises RecordError."""
        if identity in self._in_work:
            yield Standing.TAKEN
            return
        self._in_work.add(identity)
        try:
            row = await self._ask(_CLAIM, (identity, _LOCK))
            if row is None or not row[0]:
                yield Standing.TAKEN
                return
            try:
                # Asked under the lock: whoever held it before has written what he did.
                done = await self._ask(_HAS, (identity,))
                yield Standing.OURS if done is None else Standing.DONE
            finally:
                with suppress(RecordError):
                    await self._ask(_RELEASE, (identity, _LOCK))
        finally:
            self._in_work.discard(identity)

    async def add(self, identity: str) -> None:
        """The job is done. Raises RecordError."""
        await self._ask(_ADD, (identity,))

    async def prune(self) -> None:
        """Forget old jobs, once an hour, until cancelled. Two mailers that do it at once do no harm."""
        while True:
            try:
                await self.prune_once()
            except RecordError as error:
                _log.warning("old jobs stay for now", reason=str(error))
            await asyncio.sleep(PRUNE_SECONDS)

    async def prune_once(self) -> None:
        """Forget what is old now, in small deletions. Raises RecordError."""
        deleted = PRUNE_ROWS
        while deleted == PRUNE_ROWS:
            async with self._cursor() as cursor:
                await cursor.execute(_PRUNE, (KEPT_DAYS, PRUNE_ROWS))
                deleted = cursor.rowcount

    async def reachable(self) -> str | None:
        """Readiness: None, or why the record can't be used."""
        try:
            await self._ask("SELECT 1", ())
        except RecordError as error:
            return f"postgres: {error}"
        return None

    async def close(self) -> None:
        """Close the connection, which lets go of all jobs."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _ask(
        self, query: LiteralString, parameters: tuple[object, ...]
    ) -> tuple[Any, ...] | None:
        async with self._cursor() as cursor:
            await cursor.execute(query, parameters)
            return await cursor.fetchone() if cursor.description else None

    @asynccontextmanager
    async def _cursor(self) -> AsyncGenerator[psycopg.AsyncCursor[tuple[Any, ...]]]:
        connection: Connection | None = None
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                connection = await self._open()
                async with connection.cursor() as cursor:
                    yield cursor
        except (psycopg.Error, OSError, TimeoutError) as error:
            if connection is not None and connection is self._connection:
                await self.close()
            raise RecordError(type(error).__name__) from None

    async def _open(self) -> Connection:
        async with self._opening:
            if self._connection is None or self._connection.closed:
                self._connection = await psycopg.AsyncConnection.connect(
                    self._url, autocommit=True, **self._options
                )
            return self._connection
