"""The relay of the outbox: Postgres → log, one relay at a time, in order, deleted after the delivery."""

import asyncio
from typing import Final

import psycopg

from nexync_contracts.ids import Stream
from nexync_runtime import log
from nexync_runtime.postgres import Connection, Pool
from svc_chat import metrics
from svc_chat.errors import BusyError
from svc_chat.ports import Log, OutboxRow

LOCK: Final = 0x6E65_7879_0001
"""The advisory lock of the relay: one instance relays, the others stand by."""

BATCH: Final = 100
IDLE_SECONDS: Final = 0.5
RETRY_SECONDS: Final = 1.0

_log = log.get("outbox")


class OutboxRelay:
    """Commands that Postgres owes the log. A crash in between sends one again; its id makes it harmless."""

    def __init__(self, pool: Pool, command_log: Log) -> None:
        self._pool = pool
        self._log = command_log
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """There may be a new row."""
        self._wake.set()

    async def run(self) -> None:
        """Relay for ever; trouble with a backend is retried after a second."""
        told = ""
        while True:
            pause = IDLE_SECONDS
            try:
                while await self.relay() == BATCH:
                    pass
                told = ""
            except (psycopg.Error, TimeoutError, BusyError, OSError) as error:
                reason = f"{type(error).__name__}: {error}"
                if reason != told:
                    _log.warning("outbox waits", reason=reason)
                    told = reason
                pause = RETRY_SECONDS
            try:
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            except TimeoutError:
                continue
            finally:
                self._wake.clear()

    async def relay(self) -> int:
        """Relay one batch; how many rows it had. 0 too when another instance relays."""
        async with self._pool.connection() as connection, connection.transaction():
            cursor = await connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (LOCK,))
            row = await cursor.fetchone()
            if row is None or not row[0]:
                return 0
            rows = await _oldest(connection)
            for waiting in rows:
                await self._log.append(waiting.partition, waiting.stream, waiting.envelope)
                await connection.execute(
                    "DELETE FROM chat_outbox WHERE number = %s", (waiting.number,)
                )
                metrics.RELAYED.inc()
        return len(rows)


async def _oldest(connection: Connection) -> list[OutboxRow]:
    cursor = await connection.execute(
        "SELECT number, stream, partition, envelope FROM chat_outbox ORDER BY number LIMIT %s",
        (BATCH,),
    )
    return [
        OutboxRow(row[0], Stream(row[1]), row[2], bytes(row[3])) for row in await cursor.fetchall()
    ]
