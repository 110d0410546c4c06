"""RabbitMQ for jobs: a confirmed publisher and a consumer with delayed retries, each with pika on its own thread.

What the queues are is written in `rabbit_queues`. A message is acknowledged only when its work is done or when
its copy in a retry queue or the dead queue is confirmed.
"""

import asyncio
import contextvars
import logging
import queue
import random
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pika
import pika.exceptions
from pika.adapters.blocking_connection import BlockingChannel
from pika.spec import Basic

from nexync_contracts.channels import JOBS_EXCHANGE
from nexync_runtime import log
from nexync_runtime.rabbit_queues import (
    ATTEMPT_HEADER,
    Delivery,
    Depth,
    Verdict,
    declare,
    measure,
    where_next,
)

BACKOFF_SECONDS: Final = (0.2, 5.0)
PUBLISH_QUEUE_MAX: Final = 1_000
TICK_SECONDS: Final = 1.0
DEPTH_SECONDS: Final = 5.0

Failures = (pika.exceptions.AMQPError, OSError)

_log = log.get("rabbit")


class PublishError(Exception):
    """The broker has not confirmed the message; whether it has it is unknown. Trying again is right."""


def parameters(url: str, ca_file: Path | None) -> pika.URLParameters:
    """How we connect: every wait has a limit, and TLS checks the host's name."""
    # A lost broker is reported once by us, not by every layer of pika.
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    parameters = pika.URLParameters(url)
    if parameters.ssl_options is not None:
        # pika would take any certificate that an authority signed, for whichever host.
        context = ssl.create_default_context(cafile=ca_file)
        parameters.ssl_options = pika.SSLOptions(context, parameters.host)
    parameters.socket_timeout = 5
    parameters.stack_timeout = 10
    parameters.connection_attempts = 1
    parameters.heartbeat = 15
    parameters.blocked_connection_timeout = 30
    return parameters


def send(
    channel: BlockingChannel, to: str, message_id: str, body: bytes, headers: dict[str, Any]
) -> None:
    """Publish and wait for the confirm. Raises AMQPError when it is refused or can't be routed."""
    properties = pika.BasicProperties(
        message_id=message_id,
        content_type="application/json",
        delivery_mode=pika.DeliveryMode.Persistent,
        headers=headers,
    )
    channel.basic_publish(JOBS_EXCHANGE, to, body, properties, mandatory=True)


class _Thread:
    """A thread that keeps a connection and hands it to `_session`, with growing pauses after failures."""

    def __init__(self, url: str, name: str, ca_file: Path | None) -> None:
        self._parameters = parameters(url, ca_file)
        self._name = name
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._connection: pika.BlockingConnection | None = None
        self._away: str | None = "not connected yet"
        self._told = ""
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Start the thread, once, from the event loop."""
        self._loop = asyncio.get_running_loop()
        # The thread's log lines carry what is bound here, such as the instance.
        context = contextvars.copy_context()
        self._thread = threading.Thread(
            target=context.run, args=(self._work,), name=self._name, daemon=True
        )
        self._thread.start()

    async def close(self) -> None:
        """End the thread and its connection; 5 s at most."""
        self._stop.set()
        self._wake()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, 5.0)

    def reachable(self) -> str | None:
        """Readiness: None, or why RabbitMQ can't be used."""
        return None if self._away is None else f"rabbitmq: {self._away}"

    def _session(self, connection: pika.BlockingConnection, channel: BlockingChannel) -> None:
        """Work with the connection until `_stop` is set; called again with the next one after a failure."""
        raise NotImplementedError

    def _between_sessions(self) -> None:
        """Called on the thread after each connection that failed or was lost."""

    def _wake(self) -> None:
        connection = self._connection
        if connection is not None:
            try:
                connection.add_callback_threadsafe(lambda: None)
            except pika.exceptions.ConnectionWrongStateError:
                return

    def _tell(self, reason: str) -> None:
        """One line a change: the same trouble again is no news."""
        if not self._stop.is_set() and reason != self._told:
            self._told = reason
            _log.warning("rabbitmq away", thread=self._name, reason=reason)

    def _work(self) -> None:
        pause = BACKOFF_SECONDS[0]
        while not self._stop.is_set():
            try:
                connection = pika.BlockingConnection(self._parameters)
                try:
                    channel = connection.channel()
                    channel.confirm_delivery()
                    self._connection = connection
                    self._away, self._told = None, ""
                    _log.info("rabbitmq connected", thread=self._name)
                    pause = BACKOFF_SECONDS[0]
                    self._session(connection, channel)
                finally:
                    self._connection = None
                    self._away = self._away or "connection lost"
                    if connection.is_open:
                        connection.close()
            except Failures as error:
                self._away = type(error).__name__
                self._tell(repr(error))
            self._between_sessions()
            self._stop.wait(pause * random.uniform(0.5, 1.0))
            pause = min(pause * 2, BACKOFF_SECONDS[1])


@dataclass(slots=True)
class _Outgoing:
    queue: str
    message_id: str
    body: bytes
    confirmed: "asyncio.Future[None]"
    given_up: bool = field(default=False)


class Publisher(_Thread):
    """Publishes jobs one after the other, each confirmed by the broker before the next."""

    def __init__(self, url: str, *, ca_file: Path | None = None) -> None:
        super().__init__(url, "rabbit-publisher", ca_file)
        # Full: `publish` fails at once; the caller still has the job in its outbox.
        self._jobs: queue.Queue[_Outgoing] = queue.Queue(PUBLISH_QUEUE_MAX)

    async def publish(
        self, queue_name: str, message_id: str, body: bytes, *, timeout: float = 10.0
    ) -> None:
        """Returns when the broker has the message on disk. Raises PublishError after `timeout` seconds or sooner."""
        outgoing = _Outgoing(
            queue_name, message_id, body, asyncio.get_running_loop().create_future()
        )
        try:
            self._jobs.put_nowait(outgoing)
        except queue.Full:
            raise PublishError("too many jobs wait for the broker") from None
        try:
            async with asyncio.timeout(timeout):
                await outgoing.confirmed
        except TimeoutError:
            raise PublishError(f"no confirm within {timeout:g} s") from None
        finally:
            outgoing.given_up = True

    def _session(self, connection: pika.BlockingConnection, channel: BlockingChannel) -> None:
        declared: set[str] = set()
        while not self._stop.is_set():
            try:
                outgoing = self._jobs.get(timeout=TICK_SECONDS)
            except queue.Empty:
                connection.process_data_events(time_limit=0)
                continue
            if outgoing.given_up:
                continue
            try:
                if outgoing.queue not in declared:
                    declare(channel, outgoing.queue)
                    declared.add(outgoing.queue)
                send(channel, outgoing.queue, outgoing.message_id, outgoing.body, {})
            except Failures as error:
                self._settle(outgoing, PublishError(f"{type(error).__name__}: {error}"))
                raise
            self._settle(outgoing, None)

    def _settle(self, outgoing: _Outgoing, error: PublishError | None) -> None:
        def settle() -> None:
            if outgoing.confirmed.done():
                return
            if error is None:
                outgoing.confirmed.set_result(None)
            else:
                outgoing.confirmed.set_exception(error)

        _call(self._loop, settle)


Handler = Callable[[Delivery], Awaitable[Verdict]]


class Consumer(_Thread):
    """Takes messages of one queue; at most `prefetch` are worked on at once.

    An error that a handler raises ends `run`: the process is restarted and the message comes again, at most
    DELIVERY_LIMIT times.
    """

    def __init__(
        self,
        url: str,
        queue_name: str,
        *,
        prefetch: int = 8,
        ca_file: Path | None = None,
        on_depth: Callable[[Depth], None] | None = None,
    ) -> None:
        """`on_depth` is told on the thread, every few seconds, how full the queue and its companions are."""
        super().__init__(url, f"rabbit-{queue_name}", ca_file)
        self._on_depth = on_depth
        self._depth_at = 0.0
        self._queue_name = queue_name
        self._prefetch = prefetch
        # Never full: the broker sends at most `prefetch` unacknowledged, and a new connection waits for the old work.
        self._deliveries: asyncio.Queue[Delivery] = asyncio.Queue(prefetch)
        self._verdicts: queue.SimpleQueue[tuple[Delivery, Verdict]] = queue.SimpleQueue()
        self._in_work = 0
        self._lock = threading.Lock()
        self._draining = threading.Event()
        self._idle = asyncio.Event()
        self._generation = 0

    async def run(self, handler: Handler) -> None:
        """Work until cancelled."""
        self.start()
        async with asyncio.TaskGroup() as group:
            for number in range(self._prefetch):
                group.create_task(self._worker(handler), name=f"{self._queue_name}-worker-{number}")

    async def drain(self) -> None:
        """Take no more; returns when what was taken has its verdict at the broker."""
        self._draining.set()
        self._wake()
        if self._thread is not None and self._thread.is_alive():
            await self._idle.wait()

    async def _worker(self, handler: Handler) -> None:
        while True:
            delivery = await self._deliveries.get()
            verdict = await handler(delivery)
            self._verdicts.put((delivery, verdict))
            self._wake()

    def _session(self, connection: pika.BlockingConnection, channel: BlockingChannel) -> None:
        self._generation += 1
        while self._in_work and not self._stop.is_set():
            connection.process_data_events(time_limit=TICK_SECONDS)
            self._answer(channel)
        declare(channel, self._queue_name)
        channel.basic_qos(prefetch_count=self._prefetch)
        consumer = channel.basic_consume(self._queue_name, self._take)
        cancelled = False
        while not self._stop.is_set():
            connection.process_data_events(time_limit=TICK_SECONDS)
            self._answer(channel)
            self._measure(channel)
            if self._draining.is_set():
                if not cancelled:
                    channel.basic_cancel(consumer)
                    cancelled = True
                if not self._in_work:
                    _call(self._loop, self._idle.set)

    def _measure(self, channel: BlockingChannel) -> None:
        now = time.monotonic()
        if self._on_depth is not None and now >= self._depth_at:
            self._depth_at = now + DEPTH_SECONDS
            self._on_depth(measure(channel, self._queue_name))

    def _between_sessions(self) -> None:
        if self._draining.is_set():
            # Without a connection no verdict can be brought: the broker gives the messages to others.
            _call(self._loop, self._idle.set)

    def _take(
        self,
        _channel: BlockingChannel,
        method: Basic.Deliver,
        properties: pika.BasicProperties,
        body: bytes,
    ) -> None:
        headers: Mapping[str, Any] = properties.headers or {}
        attempt = headers.get(ATTEMPT_HEADER, 1)
        delivery = Delivery(
            queue=self._queue_name,
            message_id=properties.message_id or "",
            body=body,
            attempt=attempt if isinstance(attempt, int) else 1,
            tag=method.delivery_tag or 0,
            connection=self._generation,
        )
        with self._lock:
            self._in_work += 1
        _call(self._loop, lambda: self._deliveries.put_nowait(delivery))

    def _answer(self, channel: BlockingChannel) -> None:
        """Bring the verdicts to the broker; those of a lost connection are dropped: their messages come again."""
        while True:
            try:
                delivery, verdict = self._verdicts.get_nowait()
            except queue.Empty:
                return
            with self._lock:
                self._in_work -= 1
            if delivery.connection != self._generation:
                continue
            aside = where_next(delivery, verdict)
            if aside is not None:
                to, headers = aside
                send(channel, to, delivery.message_id, delivery.body, headers)
            channel.basic_ack(delivery.tag)


def _call(loop: asyncio.AbstractEventLoop | None, work: Callable[[], Any]) -> None:
    """Run `work` on the loop; nothing to do when the loop is closed already."""
    if loop is None or loop.is_closed():
        return
    try:
        loop.call_soon_threadsafe(work)
    except RuntimeError:
        # The loop was closed in between: nobody waits for the answer any more.
        return
