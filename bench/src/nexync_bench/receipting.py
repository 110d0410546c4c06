"""Receipts of a large group: 500 of 5,000 members read at once, half of them on each of two gateways.

One member says something every second, and every reader says at once that it was read, as a page does that shows the
end. Counted are the bytes of the marks, what the gateways hand to Kafka and tell to others (their own counts), and what
comes back to the reader's own page. The bound beside it is what ADR 0044 says, with the sizes of this run.
"""

import asyncio
import json
import os
import re
import time
import urllib.request
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Final
from uuid import uuid4

import psycopg

from nexync_bench.figures import Figure, Section
from nexync_bench.reading import placed
from nexync_contracts import frames
from nexync_contracts.channels import RECEIPT_BATCH
from nexync_contracts.events import ChatKind
from nexync_contracts.ids import ChatId, PersonId, Stream, chat_stream
from nexync_contracts.limits import CHAT_MEMBERS
from nexync_contracts.receipts import ReceiptMark, ReceiptRecord
from nexync_e2e.client import Device, Person, sign_up
from nexync_e2e.marks import Marks
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until_true

_READERS: Final = 500
_SECONDS: Final = 10
_SIGN_UPS_AT_ONCE: Final = 4
_ADMIN_PORTS: Final = (18201, 18202)
_TICKS: Final = 2
"""Of a gateway in a second."""


class _Weighed(Marks):
    """What a device is told of its marks, in bytes of JSON as on the wire."""

    bytes_in = 0

    def marked(self, frame: frames.MarkedFrame) -> None:
        self.bytes_in += len(frame.model_dump_json(exclude_none=True))
        super().marked(frame)


class _Reader:
    """A device that says that it has read whatever is the last, at most once a second."""

    def __init__(self, person: Person, wires: Wires, chat: ChatId, number: int) -> None:
        self.bytes_out = 0
        self._chat = chat
        self._seen = asyncio.Event()
        self.marks = _Weighed()
        at = number % len(wires.gateways)
        self.device = Device(
            person,
            wires.gateways[at : at + 1],
            only=frozenset({chat_stream(chat)}),
            on_event=self._came,
        )
        self.device.receipts = self.marks

    def _came(self, stream: Stream, _: float) -> None:
        if stream == chat_stream(self._chat):
            self._seen.set()

    async def read(self) -> None:
        """A task: runs until it is cancelled."""
        while True:
            await self._seen.wait()
            self._seen.clear()
            head = self.device.inboxes[chat_stream(self._chat)].head
            self.marks.say(self._chat, read=head)
            due = self.marks.due(time.monotonic())
            if due is not None:
                text = due.model_dump_json(exclude_none=True)
                self.bytes_out += len(text)
                await self.device.write_raw(text)
            await asyncio.sleep(1)


async def receipting(wires: Wires, members: int = CHAT_MEMBERS, readers: int = _READERS) -> Section:
    """Bytes a second of everything about receipts, beside their bound."""
    async with _people(wires, readers) as people:
        own = await people[0].create_chat(ChatKind.GROUP, (), "Bench")
        place = await placed(wires, own)
        chat = ChatId(str(uuid4()))
        with _crowd(wires.postgres, chat, [one.id for one in people], members, place):
            figures = await _measured(wires, people, chat)
    title = f"Receipts of a group of {members:,} with {readers} readers at once"
    return Section(title, "python -m nexync_bench receipts", tuple(figures))


@asynccontextmanager
async def _people(wires: Wires, count: int) -> AsyncGenerator[list[Person]]:
    turn = asyncio.Semaphore(_SIGN_UPS_AT_ONCE)

    async def one() -> Person:
        async with turn:
            return await sign_up(wires.page, wires.mail, prefix="r")

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one()) for _ in range(count)]
    people = [task.result() for task in tasks]
    try:
        yield people
    finally:
        for person in people:
            await person.close()


async def _measured(wires: Wires, people: Sequence[Person], chat: ChatId) -> list[Figure]:
    readers = [_Reader(person, wires, chat, number) for number, person in enumerate(people)]
    count = len(readers)
    async with AsyncExitStack() as stack:
        for reader in readers:
            await stack.enter_async_context(reader.device.running())
        for reader in readers:
            await reader.device.write_raw(frames.LookFrame(chat=chat).model_dump_json())
        async with asyncio.TaskGroup() as group:
            reading = [group.create_task(one.read(), name="reader") for one in readers]
            before = _counted()
            for _ in range(_SECONDS):
                await readers[0].device.send(chat, "Is anybody reading this?")
                await asyncio.sleep(1)
            await until_true(
                lambda: not any(one.marks.unconfirmed for one in readers),
                "confirmations",
                seconds=120,
            )
            for task in reading:
                task.cancel()
        after = _counted()
        await until_true(
            lambda: sum(bool(one.device.marks) for one in readers) >= count, "own marks", seconds=60
        )
    kafka, told, told_bytes = (after[name] - before[name] for name in _COUNTERS)
    sent = sum(one.bytes_out for one in readers)
    marked = sum(one.marks.bytes_in for one in readers)
    own = [frame for one in readers for frame in one.device.marks]
    own_bytes = sum(len(frame.model_dump_json(exclude_none=True)) for frame in own)
    heard = sum(len(one.marks.told) for one in readers)
    mark, line, header, read = _sizes(chat, people[0].id)
    records = count / RECEIPT_BATCH + len(wires.gateways)
    bounds = (
        count * mark,
        _TICKS * (count * line + records * header),
        _TICKS * count * mark,
        _TICKS * count * read,
    )
    into = f"`2*(r*{line} + (r/{RECEIPT_BATCH} + {len(wires.gateways)})*{header})`"
    rows = (
        ("marks that the readers send", sent, f"`r*{mark}`, r = {count}"),
        (
            "into Kafka, from both gateways",
            kafka,
            into,
        ),
        ("confirmations", marked, f"`2*r*{mark}`"),
        ("to the readers' own pages", own_bytes, f"`2*r*{read}`, one page each"),
    )
    figures = [
        Figure(
            name,
            f"{size / _SECONDS / 1000:.1f} kB/s",
            f"≤ {bound / 1000:.1f} kB/s",
            f"{formula}; {size:,.0f} bytes in {_SECONDS} s",
        )
        for (name, size, formula), bound in zip(rows, bounds, strict=True)
    ]
    others = Figure(
        "to others",
        f"{told:.0f} frames, {told_bytes:,.0f} bytes, {heard} heard",
        "0",
        "nobody is told above 50 members",
    )
    return [*figures, others]


_COUNTERS: Final[tuple[str, ...]] = ("mark_bytes", "receipts", "receipt_bytes")


def _counted() -> dict[str, float]:
    """The counts of all gateways, together."""
    totals: dict[str, float] = dict.fromkeys(_COUNTERS, 0.0)
    offset = int(os.environ.get("NEXYNC_PORT_BASE_OFFSET", "0"))
    for port in _ADMIN_PORTS:
        url = f"http://127.0.0.1:{port + offset}/metrics"
        with urllib.request.urlopen(url, timeout=10) as answer:
            text = answer.read().decode()
        for name in _COUNTERS:
            for value in re.findall(rf"^nexync_gateway_{name}_total (\S+)$", text, re.MULTILINE):
                totals[name] += float(value)
    return totals


def _sizes(chat: ChatId, person: PersonId) -> tuple[int, int, int, int]:
    """Bytes of a mark with one chat, of a person's line in a record and of what stands around the lines, of `read`."""
    marks = (frames.ChatMark(chat=chat, read=10_000),)
    mark = len(frames.MarkFrame(marks=marks).model_dump_json(exclude_none=True))
    one = ReceiptMark(person=person, read=10_000, delivered=0, at=1_700_000_000_000)
    line = len(one.model_dump_json()) + 1
    header = len(ReceiptRecord(chat=chat, marks=(one,)).model_dump_json()) - line
    read = frames.ReadFrame(chat=chat, seq=10_000, n=10_000)
    return mark, line, header, len(read.model_dump_json(exclude_none=True))


@contextmanager
def _crowd(
    url: str, chat: ChatId, readers: Sequence[PersonId], members: int, place: tuple[int, int]
) -> Generator[None]:
    """A group of so many, by SQL, since making it by its API takes an hour; taken away afterwards."""
    partition, epoch = place
    others = [PersonId(str(uuid4())) for _ in range(members - len(readers))]
    everybody = [*readers, *others]
    at = time.time_ns() // 1_000_000
    stream = chat_stream(chat)
    roles = {person: ["admin" if person == readers[0] else "member", 1] for person in everybody}
    snapshot = {
        "v": 1, "kind": "group", "name": "Crowd", "named": 1, "partition": partition,
        "members": roles, "settings": {},
    }  # fmt: skip
    created = {
        "tag": "chat.created", "kind": "group", "name": "Crowd", "partition": partition,
        "members": [{"person": who, "role": role} for who, (role, _) in roles.items()],
    }  # fmt: skip
    with psycopg.connect(url, autocommit=True) as connection:
        try:
            with connection.transaction(), connection.cursor() as cursor:
                with cursor.copy(
                    "COPY people (id, email, username, name, password_hash, partition, verified_at)"
                    " FROM STDIN"
                ) as copy:
                    for person in others:
                        name = f"crowd-{person[:18]}"
                        copy.write_row(
                            (person, f"{name}@crowd.test", name, "Crowd", "", 0, "2026-01-01")
                        )
                cursor.execute(
                    "INSERT INTO streams (id, partition, log_epoch, head, n, at, snapshot)"
                    " VALUES (%s, %s, %s, 1, 0, %s, %s)",
                    (stream, partition, epoch, at, json.dumps(snapshot)),
                )
                cursor.execute(
                    "INSERT INTO events (stream, seq, log_epoch, n, at, id, sender, tag, event, digest,"
                    " partition, log_offset) VALUES (%s, 1, %s, 0, %s, %s, %s, 'chat.created', %s, '', %s, %s)",
                    (
                        stream,
                        epoch,
                        at,
                        str(uuid4()),
                        readers[0],
                        json.dumps(created),
                        partition,
                        2**50,
                    ),
                )
                with cursor.copy(
                    "COPY members (chat, person, role, from_seq, from_n) FROM STDIN"
                ) as copy:
                    for person, (role, _) in roles.items():
                        copy.write_row((chat, person, role, 1, 0))
            yield
        finally:
            for query, what in (
                ("DELETE FROM events WHERE stream = %s", stream),
                ("DELETE FROM streams WHERE id = %s", stream),
                ("DELETE FROM read_marks WHERE chat = %s", chat),
                ("DELETE FROM members WHERE chat = %s", chat),
                ("DELETE FROM people WHERE id = ANY(%s::uuid[])", others),
            ):
                connection.execute(query.encode(), (what,))
