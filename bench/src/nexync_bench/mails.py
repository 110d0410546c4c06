"""Mails through the whole path (outbox, relay, RabbitMQ, mailer, SMTP), also with kills in the middle."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import AsyncGenerator

import psutil
import psycopg

from nexync_bench.figures import Figure, Section
from nexync_bench.instance import Instance
from nexync_contracts.channels import WELCOME_QUEUE
from nexync_contracts.ids import JobId
from nexync_contracts.jobs import WelcomeJob
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until, until_true

JOBS = 10_000
PREFETCH = 8
CONNECTIONS = 8
"""Of one mailer to SMTP: so many mails can be between the server's answer and the record at a kill."""


class Inbox:
    """An SMTP server that counts mails by their Message-ID. `pause` is how long it takes over each, seconds."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.pause = 0.0
        self.port = 0

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncGenerator["Inbox"]:
        """Listen on a free port for the block."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            writer.write(b"220 here\r\n")
            while line := await reader.readline():
                verb = line[:4].upper()
                if verb == b"DATA":
                    writer.write(b"354 go on\r\n")
                    head, _, _ = (await reader.readuntil(b"\r\n.\r\n")).partition(b"\r\n\r\n")
                    found = [x for x in head.split(b"\r\n") if x.lower().startswith(b"message-id:")]
                    await asyncio.sleep(self.pause)
                    self.seen[found[0].partition(b"<")[2].partition(b"@")[0].decode()] += 1
                writer.write(b"250 good\r\n")
                await writer.drain()
                if verb == b"QUIT":
                    break
        writer.close()


class Mailers:
    """Mailers of our own that talk to `inbox`, in place of the instance's."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        """One more."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = os.environ | {
            "NEXYNC_SMTP_URL": f"smtp://127.0.0.1:{self._inbox.port}",
            "NEXYNC_ADMIN_PORT": str(port),
            "NEXYNC_INSTANCE": f"mailer-{port}",
            "NEXYNC_PREFETCH": str(PREFETCH),
            "NEXYNC_SMTP_CONNECTIONS": str(CONNECTIONS),
            "NEXYNC_LOG_LEVEL": "warning",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "svc_mailer"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.running.append(process)
        return process

    def stop(self) -> None:
        """All that still run."""
        for process in self.running:
            process.terminate()
        for process in self.running:
            process.wait(30)
        self.running.clear()


async def mails(_: Wires, jobs: int = JOBS) -> Section:
    """The rate; then kills of mailer and broker; then a mailer that is frozen until the broker gives its jobs away."""
    instance = Instance()
    url = os.environ["NEXYNC_POSTGRES_URL"]
    await asyncio.to_thread(instance.dev, "stop", "mailer")
    try:
        async with Inbox().open() as inbox:
            mailers = Mailers(inbox)
            try:
                figures = [
                    await _rate(url, inbox, mailers, jobs),
                    await _kills(url, inbox, mailers, jobs),
                    await _frozen(url, inbox, mailers),
                ]
            finally:
                await asyncio.to_thread(mailers.stop)
    finally:
        await asyncio.to_thread(instance.dev, "start", "mailer")
    return Section("Mails", "python -m nexync_bench mails", tuple(figures))


async def _put(url: str, count: int) -> set[str]:
    """Jobs in svc-auth's outbox; their ids."""
    ids = [str(uuid.uuid4()) for _ in range(count)]
    async with await psycopg.AsyncConnection.connect(url) as connection:
        async with (
            connection.cursor() as cursor,
            cursor.copy("COPY auth_outbox (id, queue, body) FROM STDIN") as copy,
        ):
            for identity in ids:
                job = WelcomeJob(
                    id=JobId(identity),
                    email="bench@nexync.test",
                    username="bench",
                    link="https://chat.example.org",
                )
                await copy.write_row((identity, WELCOME_QUEUE, json.dumps(job.model_dump())))
        await connection.execute("SELECT pg_notify('auth_outbox', '')")
    return set(ids)


async def _arrived(inbox: Inbox, ids: set[str], seconds: float = 600) -> None:
    await until_true(
        lambda: ids <= inbox.seen.keys(), f"{len(ids)} mails arrive", seconds=seconds, every=0.05
    )


async def _some(inbox: Inbox, ids: set[str], count: int) -> None:
    await until_true(
        lambda: len(ids & inbox.seen.keys()) >= count,
        f"{count} mails arrive",
        seconds=300,
        every=0.01,
    )


def _counts(inbox: Inbox, ids: set[str]) -> tuple[int, int]:
    """Lost, doubled."""
    times = [inbox.seen[identity] for identity in ids]
    return times.count(0), sum(count - 1 for count in times if count > 1)


async def _rate(url: str, inbox: Inbox, mailers: Mailers, jobs: int) -> Figure:
    mailer = mailers.start()
    await _arrived(inbox, await _put(url, 1))
    process = psutil.Process(mailer.pid)
    before, started = process.cpu_times(), time.perf_counter()
    ids = await _put(url, jobs)
    await _arrived(inbox, ids)
    took = time.perf_counter() - started
    used = process.cpu_times()
    cpu = used.user + used.system - before.user - before.system
    lost, doubled = _counts(inbox, ids)
    return Figure(
        f"{jobs} mails from the outbox to SMTP",
        f"{jobs / took:.0f} mails/s",
        "",
        f"one mailer, {cpu / jobs * 1000:.2f} ms of its CPU a mail; {lost} lost, {doubled} doubled",
    )


async def _kills(url: str, inbox: Inbox, mailers: Mailers, jobs: int) -> Figure:
    """SIGKILL to the consumer after a third, to the broker after two thirds."""
    (mailer,) = mailers.running
    ids = await _put(url, jobs)
    await _some(inbox, ids, jobs // 3)
    mailer.kill()
    await asyncio.to_thread(mailer.wait, 10)
    mailers.running.clear()
    killed = _counts(inbox, ids)[1]
    mailers.start()
    await _some(inbox, ids, 2 * jobs // 3)
    by_mailer = _counts(inbox, ids)[1]
    for process in _tree(Instance().pid("rabbitmq")):
        with contextlib.suppress(psutil.Error):
            process.kill()
    await _arrived(inbox, ids)
    await _settled(url)
    lost, doubled = _counts(inbox, ids)
    return Figure(
        f"{jobs} mails, SIGKILL to the mailer and then to RabbitMQ",
        f"{lost} lost, {doubled} doubled",
        f"0 lost, ≤ {CONNECTIONS} doubled",
        f"{by_mailer - killed} doubled by the mailer's kill, {doubled - by_mailer} by RabbitMQ's; "
        f"{CONNECTIONS} can be in flight",
    )


async def _settled(url: str) -> None:
    """The outbox is empty, and redeliveries have had their time: two seconds after the last."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:

        async def empty() -> bool | None:
            cursor = await connection.execute("SELECT FROM auth_outbox LIMIT 1")
            return True if await cursor.fetchone() is None else None

        await until(empty, "the outbox is empty", seconds=60)
    await asyncio.sleep(5)


async def _frozen(url: str, inbox: Inbox, mailers: Mailers) -> Figure:
    """One of two mailers is stopped in its mails until the broker gives them to the other, then goes on."""
    count = 400
    first = mailers.running[0]
    mailers.start()
    inbox.pause = 0.2
    ids = await _put(url, count)
    await _some(inbox, ids, count // 4)
    first.send_signal(signal.SIGSTOP)
    await asyncio.sleep(50)
    first.send_signal(signal.SIGCONT)
    await _arrived(inbox, ids)
    await _settled(url)
    inbox.pause = 0.0
    lost, doubled = _counts(inbox, ids)
    return Figure(
        "two mailers, one frozen for 50 s: its mails are delivered again to the other",
        f"{lost} lost, {doubled} doubled",
        "0 lost, 0 doubled",
        "the broker gives a silent consumer up after two missed heartbeats of 15 s",
    )


def _tree(pid: int) -> list[psutil.Process]:
    leader = psutil.Process(pid)
    return [leader, *leader.children(recursive=True)]
