"""Composition root: builds the adapters, gives them to the engines, runs each in a consumer's thread."""

import asyncio
import contextlib
import contextvars
import sys
import threading
import time
from typing import Protocol

from nexync_runtime import log, schema
from nexync_runtime.lifecycle import Lifecycle
from nexync_runtime.rabbit import Publisher as RabbitPublisher
from nexync_runtime.settings import Cluster
from nexync_runtime.waiting import NotThereError, on_daemon_thread, until_there
from svc_persister import metrics as metric_set
from svc_persister.adapters.database import Database
from svc_persister.adapters.kafka import (
    ChatLog,
    KafkaCommands,
    KafkaDeadLetters,
    dead_letter_topic,
    identify,
)
from svc_persister.adapters.months import PostgresMonths
from svc_persister.adapters.notify_relay import NotifyRelay
from svc_persister.adapters.postgres import PostgresStore
from svc_persister.adapters.receipts import PostgresReceipts, RedisNotices
from svc_persister.adapters.redis import RedisWindows
from svc_persister.engine import Engine, Limits
from svc_persister.errors import LogAwayError, PersisterError
from svc_persister.faults import Faults
from svc_persister.flushing import Flusher
from svc_persister.ports import LogIdentity
from svc_persister.publishing import Publisher
from svc_persister.receipts import ReceiptEngine
from svc_persister.retaining import Retaining
from svc_persister.settings import PersisterSettings

NEEDED_MIGRATION = 33
IDLE_POLL_SECONDS = 0.05
BUSY_POLL_SECONDS = 0.005
CONSUMER_STORE_SECONDS = 1.5
FLUSHER_STORE_SECONDS = 30.0
RECEIPT_STORE_SECONDS = 5.0
RECEIPT_POLL_SECONDS = 0.1
SWITCH_SECONDS = 0.0005
"""How long a thread keeps the interpreter while others wait for it; Python's own value is 5 ms.

The consumer's thread waits for Kafka and Redis several times a step, and each time for its turn after them. While
rows of a flush were built (13 ms for 5,000), a step with four such waits took 20 and 30 ms at its 99th percentile with
Python's value, and 10 and 18 with this one, in two pairs of runs on a busy machine.
"""


def limits_of(settings: PersisterSettings) -> Limits:
    """The engine's sizes from the settings."""
    return Limits(
        flush_seconds=settings.flush_seconds,
        flush_events=settings.flush_events,
        unflushed_events=settings.unflushed_events,
        unflushed_bytes=settings.unflushed_bytes,
        recent_records=settings.recent_records,
        cached_streams=settings.cached_streams,
        dead_letters_per_hour=settings.dead_letters_per_hour,
    )


class Persister:
    """The consumer's thread with everything it uses."""

    def __init__(
        self, settings: PersisterSettings, identity: LogIdentity, metrics: metric_set.Metrics
    ) -> None:
        faults = Faults(settings.fault)
        cluster, topic = settings.cluster, settings.chat_topic
        name = f"svc-persister {settings.instance}"
        self._log = log.get("persister")
        if settings.fault is not None:
            self._log.error("A FAULT IS PLANTED: guarantees do not hold", fault=settings.fault)
        self._chat_log = ChatLog(
            cluster=cluster,
            topic=topic,
            group=settings.persister_group,
            client=settings.instance,
        )
        self._store = PostgresStore(
            database_of(settings, CONSUMER_STORE_SECONDS, name), faults=faults
        )
        self._flush_store = PostgresStore(
            database_of(settings, FLUSHER_STORE_SECONDS, name), faults=faults
        )
        self._windows = RedisWindows(
            settings.redis_state_url, faults=faults, ca_file=settings.ca_file
        )
        self._flusher = Flusher(
            store=self._flush_store,
            producer=KafkaCommands(cluster=cluster, topic=topic, client=settings.instance),
            metrics=metrics,
        )
        self._engine = Engine(
            source=self._chat_log,
            store=self._store,
            publisher=Publisher(windows=self._windows, store=self._store, metrics=metrics),
            flushing=self._flusher,
            dead_letters=KafkaDeadLetters(
                cluster=cluster, topic=dead_letter_topic(topic), client=settings.instance
            ),
            identity=identity,
            limits=limits_of(settings),
            faults=faults,
            metrics=metrics,
            retention=settings.retention,
        )
        self._stop = threading.Event()
        self._ended = threading.Event()

    def ready(self) -> str | None:
        """Why records would have to wait, None if they don't."""
        return self._engine.waiting

    def run(self) -> None:
        """Consume until `stop`; raises what stopped it early. Always leaves the group."""
        self._flusher.start()
        try:
            self._chat_log.subscribe(self._engine)
            while not self._stop.is_set():
                wait = BUSY_POLL_SECONDS if self._engine.busy else IDLE_POLL_SECONDS
                records = self._chat_log.poll(wait)
                self._engine.step(records, time.monotonic())
            self._engine.drain(time.monotonic())
        finally:
            self._chat_log.close()
            self._flusher.stop(3.0)
            self._store.close()
            self._flush_store.close()
            self._windows.close()
            self._ended.set()

    def stop(self) -> None:
        """Ask the thread to flush, leave the group and end."""
        self._stop.set()


class Receipts:
    """The receipts' thread with everything it uses."""

    def __init__(
        self, settings: PersisterSettings, identity: LogIdentity, metrics: metric_set.Metrics
    ) -> None:
        faults = Faults(settings.fault)
        self._consumer = ChatLog(
            cluster=settings.cluster,
            topic=settings.receipt_topic,
            group=settings.receipt_group,
            client=f"{settings.instance} receipts",
            skips=True,
        )
        name = f"svc-persister {settings.instance} receipts"
        self._store = PostgresReceipts(
            database_of(settings, RECEIPT_STORE_SECONDS, name), faults=faults
        )
        self._channels = RedisNotices(settings.redis_state_url, ca_file=settings.ca_file)
        self._engine = ReceiptEngine(
            source=self._consumer,
            store=self._store,
            channels=self._channels,
            identity=identity,
            faults=faults,
            metrics=metrics,
        )
        self._stop = threading.Event()

    def run(self) -> None:
        """Consume until `stop`; raises what stopped it early. Always leaves the group."""
        try:
            self._consumer.subscribe(self._engine)
            while not self._stop.is_set():
                records = self._consumer.poll(RECEIPT_POLL_SECONDS)
                self._engine.step(records, time.monotonic())
            self._engine.drain(time.monotonic())
        finally:
            self._consumer.close()
            self._store.close()
            self._channels.close()

    def stop(self) -> None:
        """Ask the thread to write, leave the group and end."""
        self._stop.set()


class Consuming(Protocol):
    """What a thread of this service runs."""

    def run(self) -> None: ...

    def stop(self) -> None: ...


def database_of(settings: PersisterSettings, limit_seconds: float, name: str) -> Database:
    """A connection of its own for one thread."""
    return Database(
        settings.postgres_url, limit_seconds=limit_seconds, name=name, ca_file=settings.ca_file
    )


async def _identity(cluster: Cluster, topic: str) -> LogIdentity:
    try:
        return await on_daemon_thread(lambda: identify(cluster, topic))
    except LogAwayError as error:
        raise NotThereError(str(error)) from None


async def build(life: Lifecycle) -> None:
    """Register the persister with the lifecycle."""
    settings = life.settings
    if not isinstance(settings, PersisterSettings):
        msg = "the persister needs PersisterSettings"
        raise TypeError(msg)
    sys.setswitchinterval(SWITCH_SECONDS)
    metrics = metric_set.make()
    await schema.gate(life, settings.postgres_url, needs=NEEDED_MIGRATION, ca_file=settings.ca_file)
    cluster = settings.cluster
    identity = await until_there(life, "kafka", lambda: _identity(cluster, settings.chat_topic))
    receipt_identity = await until_there(
        life, "kafka receipts", lambda: _identity(cluster, settings.receipt_topic)
    )
    persister = await asyncio.to_thread(Persister, settings, identity, metrics)
    receipts = await asyncio.to_thread(Receipts, settings, receipt_identity, metrics)
    life.ready_check("partitions", persister.ready)
    _consume(life, persister, "consumer")
    _consume(life, receipts, "receipts")
    _retain(life, settings, metrics)
    jobs = RabbitPublisher(settings.rabbitmq_url, ca_file=settings.ca_file)
    jobs.start()
    life.on_stop(jobs.close, "rabbitmq")
    relay = NotifyRelay(settings.postgres_url, jobs, metrics, ca_file=settings.ca_file)
    life.task("notify relay", relay.run)


def _retain(life: Lifecycle, settings: PersisterSettings, metrics: metric_set.Metrics) -> None:
    """Make months of content ahead, and drop those whose time is over."""
    stopping = threading.Event()
    retaining = Retaining(
        PostgresMonths(
            settings.postgres_url,
            name=f"svc-persister {settings.instance} retention",
            ca_file=settings.ca_file,
        ),
        grace_days=settings.retention_grace_days,
        now=lambda: time.time_ns() // 1_000_000,
        wait=lambda seconds: not stopping.wait(seconds),
        metrics=metrics,
        workspace=settings.retention,
    )

    async def retain() -> None:
        while not life.stopping.is_set():
            await on_daemon_thread(retaining.attempt)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(life.stopping.wait(), settings.retention_sweep_seconds)

    async def stop() -> None:
        stopping.set()

    life.on_drain(stop, "stop the retention")
    life.task("retention", retain)


def _consume(life: Lifecycle, consuming: Consuming, name: str) -> None:
    """Run it in a thread of its own, for the life of the service; what breaks it stops the process."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()

    def body() -> None:
        try:
            consuming.run()
        except PersisterError as error:
            error.__cause__, error.__suppress_context__ = None, True
            life.fail(error.with_traceback(None))
        except Exception as error:  # noqa: BLE001 - whatever it is stops the process
            life.fail(error)
        finally:
            loop.call_soon_threadsafe(ended.set)

    thread = threading.Thread(
        target=contextvars.copy_context().run, args=(body,), name=name, daemon=True
    )

    async def consume() -> None:
        thread.start()
        await ended.wait()
        await life.stopping.wait()

    async def drain() -> None:
        consuming.stop()
        await ended.wait()

    life.on_drain(drain, f"{name}: write and leave the group")
    life.task(name, consume)
