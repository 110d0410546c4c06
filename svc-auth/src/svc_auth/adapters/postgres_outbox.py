"""The outbox's relay: from Postgres to RabbitMQ, in order, one relay at a time for all instances.

The relay holds an advisory lock on a connection of its own, so it ends with that connection. A job is deleted
after the broker's confirm; a crash in between sends it twice, and the mailer knows its id.
"""

import asyncio
import random
from pathlib import Path
from typing import Any, Final, Protocol

import psycopg

from nexync_contracts.jobs import QUEUE_OF, Job
from nexync_runtime import log
from nexync_runtime.postgres import options
from nexync_runtime.rabbit import PublishError
from svc_auth.metrics import OUTBOX_SENT, OUTBOX_WAITING

OUTBOX_CHANNEL: Final = "auth_outbox"
NOBODYS: Final = "nobody"
"""In place of a queue: the job is deleted like one that was sent."""
BATCH: Final = 50
COUNTED_MAX: Final = 1_000
"""Waiting jobs are counted up to here, so that counting never takes long."""
POLL_SECONDS: Final = 5.0
"""The net under LISTEN: a notification can be lost with its connection."""
LOCK_POLL_SECONDS: Final = 2.0
BACKOFF_SECONDS: Final = (0.25, 5.0)

_WAITING: Final = "SELECT count(*) FROM (SELECT FROM auth_outbox LIMIT %s) AS counted"
_LOCK: Final = 0x61757468  # "auth"

_log = log.get("outbox")


class Jobs(Protocol):
    """Where jobs go."""

    async def publish(self, queue_name: str, message_id: str, body: bytes) -> None:
        """Returns when the job is safe. Raises PublishError."""
        ...


async def enqueue(connection: psycopg.AsyncConnection[Any], job: Job, *, sent: bool = True) -> None:
    """Put a job into the outbox, in the transaction that is its reason.

    One that isn't `sent` is there for the steps alone that it takes, which tell nobody then that there was no other.
    """
    queue = QUEUE_OF[job.tag] if sent else NOBODYS
    await connection.execute(
        "INSERT INTO auth_outbox (id, queue, body) VALUES (%s, %s, %s::jsonb)",
        (job.id, queue, job.model_dump_json()),
    )
    await connection.execute("SELECT pg_notify(%s, '')", (OUTBOX_CHANNEL,))


class Relay:
    """Relays the outbox until it is cancelled."""

    def __init__(self, postgres_url: str, jobs: Jobs, *, ca_file: Path | None = None) -> None:
        self._url = postgres_url
        self._options = options("svc-auth outbox", ca_file=ca_file)
        self._jobs = jobs

    async def run(self) -> None:
        """Connect, take the lock, relay; after a failure again, with growing pauses."""
        pause = BACKOFF_SECONDS[0]
        told = ""
        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(
                    self._url, autocommit=True, **self._options
                )
                async with connection:
                    await self._wait_for_lock(connection)
                    pause, told = BACKOFF_SECONDS[0], ""
                    while True:
                        if not await self.relay_batch(connection):
                            await _wait_for_news(connection)
            except (psycopg.Error, OSError, PublishError) as error:
                reason = f"{type(error).__name__}: {error}"
                if reason != told:
                    _log.warning("outbox waits", reason=reason)
                    told = reason
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(pause * 2, BACKOFF_SECONDS[1])

    async def relay_batch(self, connection: psycopg.AsyncConnection[Any]) -> int:
        """Send the oldest jobs; how many. Raises PublishError, having deleted those that were confirmed."""
        cursor = await connection.execute(
            "SELECT number, id::text, queue, body::text FROM auth_outbox ORDER BY number LIMIT %s",
            (BATCH,),
        )
        rows = await cursor.fetchall()
        counted = await (await connection.execute(_WAITING, (COUNTED_MAX,))).fetchone()
        OUTBOX_WAITING.set(counted[0] if counted is not None else 0)
        for number, identity, queue, body in rows:
            if queue != NOBODYS:
                await self._jobs.publish(queue, identity, body.encode())
            await connection.execute("DELETE FROM auth_outbox WHERE number = %s", (number,))
            OUTBOX_SENT.inc()
            OUTBOX_WAITING.dec()
        return len(rows)

    async def _wait_for_lock(self, connection: psycopg.AsyncConnection[Any]) -> None:
        while True:
            cursor = await connection.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,))
            row = await cursor.fetchone()
            if row is not None and row[0]:
                break
            await asyncio.sleep(LOCK_POLL_SECONDS)
        await connection.execute(f"LISTEN {OUTBOX_CHANNEL}")
        _log.info("outbox relay active")


async def _wait_for_news(connection: psycopg.AsyncConnection[Any]) -> None:
    async for _ in connection.notifies(timeout=POLL_SECONDS, stop_after=1):
        pass
