"""The persister: sequencing, Redis and bulk insert together, and the insert alone beside the COPY floor.

Commands are written to the log directly, as the gateways do, into 8 chats. CPU time is of both persisters;
the insert's own time is what they report of their flushes while nothing else is going on: each round is small
enough to be flushed by the clock, after its last event was sequenced.
"""

import asyncio
import json
import os
import re
import secrets
import time
import urllib.request
from collections.abc import Iterator
from uuid import UUID

import psycopg
from confluent_kafka import Producer

from nexync_bench.figures import Figure, Section, per_core
from nexync_bench.instance import Instance, owners
from nexync_client.ids import client_id
from nexync_contracts.channels import CHAT_TOPIC
from nexync_contracts.commands import CommandEnvelope, CreateMessage
from nexync_contracts.events import ChatCreated
from nexync_contracts.ids import ChatId, CommandId, chat_stream
from nexync_e2e.client import Person
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until

_CHATS = 8
_ROUND = 8_000
_ROUNDS = 5
_BATCH = _ROUND // 2
"""Rows of one flush of one of the two persisters in a round."""
_ADMIN_PORTS = (18231, 18232)
_POSTGRES = "postgresql://nexync@127.0.0.1:15432/nexync"
_KAFKA = "127.0.0.1:19092"
_COLUMNS = "stream, seq, log_epoch, n, at, id, sender, tag, event, digest, partition, log_offset"
_TYPES = (
    "text", "int8", "int4", "int8", "int8", "uuid", "uuid", "text", "json", "bytea", "int4", "int8",
)  # fmt: skip


async def persisting(wires: Wires, events: int = 40_000) -> Section:
    """Events a second and core of the persisters, and their insert against the COPY floor."""
    instance = Instance()
    async with owners(wires, _CHATS) as people:
        partitions = [await _partition(person, chat) for person, chat in people]
        cpu, before = instance.cpu("persister-1", "persister-2"), _flushes()
        start = time.monotonic()
        each = events // _CHATS
        await asyncio.to_thread(_produce, people, partitions, each)
        for person, chat in people:
            await _arrived(person, chat, each + 1)
        seconds = time.monotonic() - start
        await until(lambda: _flushed(before, events), "the last flush", seconds=30, every=0.5)
        cpu = instance.cpu("persister-1", "persister-2") - cpu
        loaded = _flushes()
        busy = _rate(before, loaded)
        for _ in range(_ROUNDS):
            await _round(people, partitions)
        after = _flushes()
    alone = _rate(loaded, after)
    lowest = await asyncio.to_thread(_copy_floor, events)
    return Section(
        "Persister",
        "python -m nexync_bench persister",
        (
            Figure(
                "sequencing + Redis + bulk insert",
                f"{per_core(events, cpu):.1f} k events/s a core",
                "≥ 15 k",
                f"{events} events sequenced in {seconds:.1f} s, {cpu:.1f} s of CPU",
            ),
            Figure(f"binary COPY floor, batches of {_BATCH:,}", f"{lowest:.0f} k rows/s"),
            Figure(
                "the persisters' insert, on its own",
                f"{alone:.0f} k rows/s = {alone / lowest:.2f} of the floor",
                "≥ 0.7",
                "rows by the time of a flush, fencing and heads included",
            ),
            Figure(
                "the persisters' insert, while sequencing at full speed",
                f"{busy:.0f} k rows/s = {busy / lowest:.2f} of the floor",
                "",
                "the wall clock of a flush beside everything else on the machine",
            ),
        ),
    )


async def _round(people: list[tuple[Person, ChatId]], partitions: list[int]) -> None:
    before = _flushes()
    await asyncio.to_thread(_produce, people, partitions, _ROUND // _CHATS)
    await until(lambda: _flushed(before, _ROUND), "a flush", seconds=30, every=0.2)


async def _partition(person: Person, chat: ChatId) -> int:
    first = (await person.history(chat)).pieces[0].event
    if not isinstance(first, ChatCreated):
        msg = f"chat {chat} doesn't begin with its creation"
        raise TypeError(msg)
    return first.partition


def _produce(people: list[tuple[Person, ChatId]], partitions: list[int], each: int) -> None:
    producer = Producer(
        {
            "bootstrap.servers": os.environ.get("NEXYNC_KAFKA_BOOTSTRAP", _KAFKA),
            "acks": "all",
            "enable.idempotence": True,
            "queue.buffering.max.messages": 200_000,
        }
    )
    now = int(time.time() * 1000)
    for number in range(each):
        for (person, chat), partition in zip(people, partitions, strict=True):
            envelope = CommandEnvelope(
                stream=chat_stream(chat),
                id=CommandId(client_id(now)),
                sender=person.id,
                command=CreateMessage(body=f"message {number} of a text that is not too short"),
            )
            producer.produce(
                CHAT_TOPIC,
                key=envelope.stream.encode(),
                value=envelope.model_dump_json().encode(),
                partition=partition,
            )
        producer.poll(0)
    if producer.flush(60):
        msg = "Kafka didn't take all commands within 60 s"
        raise RuntimeError(msg)


async def _arrived(person: Person, chat: ChatId, head: int) -> None:
    async def probe() -> bool | None:
        return True if (await person.chat(chat)).head >= head else None

    await until(probe, f"{chat} at {head}", seconds=120, every=0.2)


def _flushes() -> tuple[float, float]:
    """Seconds and events of all flushes so far, of both persisters."""
    seconds = events = 0.0
    offset = int(os.environ.get("NEXYNC_PORT_BASE_OFFSET", "0"))
    for port in _ADMIN_PORTS:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{port + offset}/metrics", timeout=5
        ) as answer:
            text = answer.read().decode()
        seconds += _metric(text, "nexync_persister_flush_seconds_sum")
        events += _metric(text, "nexync_persister_flush_events_sum")
    return seconds, events


def _rate(before: tuple[float, float], after: tuple[float, float]) -> float:
    """Thousand rows a second of flush time."""
    return (after[1] - before[1]) / max(1e-6, after[0] - before[0]) / 1000


def _metric(text: str, name: str) -> float:
    return sum(
        float(value) for value in re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE)
    )


async def _flushed(before: tuple[float, float], events: int) -> bool | None:
    return True if _flushes()[1] - before[1] >= events else None


def _rows(count: int) -> Iterator[tuple[object, ...]]:
    stream = f"c:{UUID(bytes=secrets.token_bytes(16))}"
    sender = UUID(bytes=secrets.token_bytes(16))
    digest = secrets.token_bytes(32)
    for number in range(1, count + 1):
        event = json.dumps(
            {"tag": "message.created", "body": f"message {number} of a text that is not too short"}
        )
        identifier = UUID(client_id(1_700_000_000_000 + number))
        yield (
            stream, number, 1, number, 1_700_000_000_000, identifier, sender, "message.created",
            event, digest, 0, number,
        )  # fmt: skip


def _copy_floor(count: int) -> float:
    """Thousand rows a second of bare binary COPY into a table like `events`, one transaction a batch."""
    rows = list(_rows(count))
    url = os.environ.get("NEXYNC_POSTGRES_URL", _POSTGRES)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS bench_floor")
        connection.execute("CREATE TABLE bench_floor (LIKE events_forever_first INCLUDING ALL)")
        try:
            start = time.monotonic()
            for first in range(0, count, _BATCH):
                with (
                    connection.transaction(),
                    connection.cursor() as cursor,
                    cursor.copy(
                        f"COPY bench_floor ({_COLUMNS}) FROM STDIN (FORMAT binary)"
                    ) as copy,
                ):
                    copy.set_types(_TYPES)
                    for row in rows[first : first + _BATCH]:
                        copy.write_row(row)
            return count / (time.monotonic() - start) / 1000
        finally:
            connection.execute("DROP TABLE bench_floor")
