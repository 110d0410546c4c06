"""The persister: sequencing, Redis and bulk insert together, and the insert alone beside bare COPY of the same rows.

Commands are written to the log directly, as the gateways do, into 8 chats. CPU time is of both persisters;
the insert's own time is what they report of their flushes while nothing else is going on: each round is small
enough to be flushed by the clock, after its last event was sequenced, and bare COPY writes its rows right after it.
"""

import asyncio
import os
import re
import time
import urllib.request

from confluent_kafka import Producer

from nexync_bench.copying import Cost, Floor
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
        streams = [chat_stream(chat) for _, chat in people]
        with Floor(os.environ.get("NEXYNC_POSTGRES_URL", _POSTGRES), streams) as floor:
            backends, lowest, head = 0.0, Cost(), each + 1
            for _ in range(_ROUNDS):
                before_round = floor.backends()
                await _round(people, partitions)
                backends += floor.backends() - before_round
                lowest = lowest.plus(
                    await asyncio.to_thread(floor.beside, head, head + _ROUND // _CHATS)
                )
                head += _ROUND // _CHATS
            heap, keys = await asyncio.to_thread(floor.parts)
        after = _flushes()
    alone = Cost(_ROUNDS * _ROUND, after[0] - loaded[0], backends)
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
            *_insert(alone, lowest, heap, keys),
            Figure(
                "the persisters' insert, while sequencing at full speed",
                f"{busy:.0f} k rows/s",
                "",
                "the wall clock of a flush beside everything else on the machine",
            ),
        ),
    )


def _insert(alone: Cost, lowest: Cost, heap: Cost, keys: Cost) -> tuple[Figure, ...]:
    return (
        Figure(
            f"bare COPY of the same rows, batches of {_BATCH:,}",
            f"{lowest.rate:.0f} k rows/s",
            "",
            f"{lowest.micros:.0f} µs of Postgres's CPU a row: the row {heap.micros:.1f}, three unique indexes "
            f"{keys.micros - heap.micros:.1f}, the index for search {lowest.micros - keys.micros:.1f}",
        ),
        Figure(
            "the persisters' insert, on its own",
            f"{alone.rate:.0f} k rows/s = {alone.rate / lowest.rate:.2f} of bare COPY",
            "≥ 0.7",
            "rows by the time of a flush, all that a flush does included; round by round beside bare COPY",
        ),
        Figure(
            "the persisters' insert, Postgres's CPU",
            f"{alone.micros:.0f} µs a row = {lowest.micros / alone.micros:.2f} of bare COPY",
            "≥ 0.7",
            "all that the persisters ask of Postgres, the same rounds",
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
