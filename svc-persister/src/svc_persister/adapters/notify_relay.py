"""The relay of `notify` rows: from Postgres to RabbitMQ, in order, one relay at a time for all persisters.

It has connections of its own and runs beside the consumer's thread, so a slow broker never holds up a flush. The lock
ends with its connection. A row is deleted after the broker's confirm; a crash in between sends it twice, with the same
id.
"""

import asyncio
import random
from pathlib import Path
from typing import Any, Final, Protocol

import psycopg

from nexync_contracts.channels import PUSH_QUEUE
from nexync_contracts.ids import ChatId, Stream, is_chat_stream, stream_id
from nexync_contracts.push_jobs import PushPageJob, page_id
from nexync_runtime import log
from nexync_runtime.postgres import options
from nexync_runtime.rabbit import PublishError
from svc_persister.metrics import Metrics

BATCH: Final = 200
POLL_SECONDS: Final = 0.5
"""A NOTIFY would put all flushes through one lock at their commit; half a second is soon enough."""
LOCK_POLL_SECONDS: Final = 2.0
BACKOFF_SECONDS: Final = (0.25, 5.0)
ANSWER_SECONDS: Final = 15.0

KEPT_MINUTES: Final = 30
"""While RabbitMQ is away, rows that are older are dropped: nobody wants to be told of so old a message."""

_LOCK: Final = 0x6E6F7469
""" "noti"."""

_OLDEST: Final = """
SELECT number, stream, low, high, (extract(epoch FROM created_at) * 1000)::bigint
FROM notify ORDER BY number LIMIT %s
"""
_DELETE: Final = "DELETE FROM notify WHERE number = ANY(%s)"
_DROP: Final = "DELETE FROM notify WHERE created_at < now() - make_interval(mins => %s)"

Connection = psycopg.AsyncConnection[tuple[Any, ...]]

_log = log.get("notify")


class Jobs(Protocol):
    """Where jobs go."""

    async def publish(self, queue_name: str, message_id: str, body: bytes) -> None:
        """Returns when the job is safe. Raises PublishError."""
        ...


class NotifyRelay:
    """Relays until it is cancelled."""

    def __init__(
        self, postgres_url: str, jobs: Jobs, metrics: Metrics, *, ca_file: Path | None = None
    ) -> None:
        self._url = postgres_url
        self._options = options("svc-persister notify", ca_file=ca_file)
        self._jobs = jobs
        self._metrics = metrics

    async def run(self) -> None:
        """Connect, take the lock, relay; after a failure again, with growing pauses."""
        pause, told = BACKOFF_SECONDS[0], ""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._url, autocommit=True, **self._options
                ) as connection:
                    await self._wait_for_lock(connection)
                    while True:
                        if await self.relay_batch(connection) < BATCH:
                            await asyncio.sleep(POLL_SECONDS)
                        pause, told = BACKOFF_SECONDS[0], ""
            except (psycopg.Error, OSError, TimeoutError, PublishError) as error:
                reason = f"{type(error).__name__}: {error}"
                if reason != told:
                    _log.warning("notifications wait", reason=reason)
                    told = reason
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(pause * 2, BACKOFF_SECONDS[1])

    async def relay_batch(self, connection: Connection) -> int:
        """Send the oldest rows; how many. Raises PublishError, having deleted those that were confirmed."""
        async with asyncio.timeout(ANSWER_SECONDS):
            dropped = (await connection.execute(_DROP, (KEPT_MINUTES,))).rowcount
            rows = await (await connection.execute(_OLDEST, (BATCH,))).fetchall()
        if dropped > 0:
            self._metrics.notify_dropped.inc(dropped)
            _log.warning("old notifications dropped", rows=dropped)
        sent: list[int] = []
        try:
            for number, stream, low, high, at in rows:
                if is_chat_stream(Stream(stream)):
                    job = _job(Stream(stream), low, high, at)
                    await self._jobs.publish(PUSH_QUEUE, job.id, job.model_dump_json().encode())
                    self._metrics.notify_sent.inc()
                sent.append(number)
        finally:
            if sent:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await connection.execute(_DELETE, (sent,))
        return len(rows)

    async def _wait_for_lock(self, connection: Connection) -> None:
        while True:
            cursor = await connection.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,))
            row = await cursor.fetchone()
            if row is not None and row[0]:
                break
            await asyncio.sleep(LOCK_POLL_SECONDS)
        _log.info("notify relay active")


def _job(stream: Stream, low: int, high: int, at: int) -> PushPageJob:
    chat = ChatId(stream_id(stream))
    return PushPageJob(id=page_id(chat, high, None), chat=chat, low=low, high=high, at=at)
