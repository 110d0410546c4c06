"""What svc-auth and the persister write, made for tests against a real Postgres, and the service's parts over it."""

import json
import uuid
from collections.abc import Sequence

import redis.asyncio

from nexync_contracts.channels import head_key, window_key
from nexync_contracts.events import (
    ChatCreated,
    ChatKind,
    Event,
    EventRecord,
    Member,
    MessageCreated,
    Role,
)
from nexync_contracts.ids import ChatId, PersonId, Stream, chat_stream
from nexync_contracts.receipts import ReceiptRecord
from nexync_runtime.postgres import Pool
from nexync_streams.encoding import encode_event, encode_frame
from svc_chat.adapters.chats import PostgresChats
from svc_chat.adapters.people import PostgresPeople
from svc_chat.adapters.receipts import PostgresReceipts
from svc_chat.adapters.streams import PostgresStreams
from svc_chat.adapters.suggestions import PostgresSuggestions
from svc_chat.adapters.windows import RedisWindows
from svc_chat.inside import Inside
from svc_chat.listing import Listing
from svc_chat.marking import Marking
from svc_chat.pacing import Pace
from svc_chat.reading import StreamReading

PLACE = 9_000
"""A partition that no persister owns, so that a test's window and marker are its own."""


def fresh() -> str:
    return str(uuid.uuid4())


class Town:
    """Makes people, chats and events as svc-auth and the persister would."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def person(self, username: str, name: str | None = None) -> PersonId:
        identifier = fresh()
        async with self.pool.connection() as connection:
            await connection.execute(
                "INSERT INTO people (id, email, username, name, password_hash, partition,"
                " verified_at) VALUES (%s, %s, %s, %s, '', %s, now())",
                (identifier, f"{username}@example.test", username, name or username, PLACE),
            )
        return PersonId(identifier)

    async def chat(
        self, kind: ChatKind, people: Sequence[PersonId], messages: int, at: int = 1_000
    ) -> ChatId:
        chat = ChatId(fresh())
        members = tuple(Member(person=person, role=Role.MEMBER) for person in people)
        name = "group" if kind is ChatKind.GROUP else None
        made = ChatCreated(kind=kind, name=name, members=members, partition=PLACE)
        records = [record(chat_stream(chat), 1, 0, at, people[0], made)]
        records += [
            record(chat_stream(chat), 1 + n, n, at + n, people[0], MessageCreated(body=f"m{n}"))
            for n in range(1, messages + 1)
        ]
        snapshot: dict[str, object] = {"v": 1, "kind": kind.value, "name": name, "members": {}}
        async with self.pool.connection() as connection:
            await connection.execute(
                "INSERT INTO streams VALUES (%s, %s, 1, %s, %s, %s, %s)",
                (
                    chat_stream(chat),
                    PLACE,
                    len(records),
                    messages,
                    records[-1].at,
                    json.dumps(snapshot),
                ),
            )
            for person in people:
                await connection.execute(
                    "INSERT INTO members VALUES (%s, %s, 'member', 1, NULL)", (chat, person)
                )
        await self.insert(records)
        return chat

    async def mark(self, chat: ChatId, person: PersonId, seq: int) -> None:
        async with self.pool.connection() as connection:
            await connection.execute(
                "INSERT INTO read_marks (chat, person, seq) VALUES (%s, %s, %s)"
                " ON CONFLICT (chat, person) DO UPDATE SET seq = excluded.seq",
                (chat, person, seq),
            )

    async def insert(self, records: Sequence[EventRecord]) -> None:
        async with self.pool.connection() as connection:
            for one in records:
                await connection.execute(
                    "INSERT INTO events VALUES (%s, %s, 1, %s, %s, %s, %s, %s, %s, '', %s,"
                    " (SELECT count(*) FROM events))",
                    (
                        one.stream,
                        one.seq,
                        one.n,
                        one.at,
                        one.id,
                        one.by,
                        one.event.tag,
                        encode_event(one.event).decode(),
                        PLACE,
                    ),
                )


def record(
    stream: Stream,
    seq: int,
    n: int,
    at: int,
    by: PersonId,
    event: Event,
) -> EventRecord:
    return EventRecord.model_validate(
        {
            "stream": stream,
            "epoch": 1,
            "seq": seq,
            "n": n,
            "at": at,
            "id": fresh(),
            "by": by,
            "event": event,
        }
    )


class Written:
    """The log and the persister in one: a mark is written at once."""

    def __init__(self, pool: Pool) -> None:
        self._town = Town(pool)

    async def append(self, record: ReceiptRecord) -> None:
        for one in record.marks:
            await self._town.mark(record.chat, one.person, one.read)


class Parts:
    def __init__(self, pool: Pool, state: "redis.asyncio.Redis") -> None:
        self.streams, self.chats = PostgresStreams(pool, first_partitions=8), PostgresChats(pool)
        self.people, self.windows = PostgresPeople(pool), RedisWindows(state)
        self.suggestions = PostgresSuggestions(pool)
        self.reading = StreamReading(self.streams, self.windows, Pace)
        self.listing = Listing(self.chats, self.people, self.windows, Pace)
        self.inside = Inside(self.reading, self.streams, self.listing, self.windows)
        self.marking = Marking(self.reading, PostgresReceipts(pool), Written(pool), Pace, lambda: 1)


async def put_window(
    state: "redis.asyncio.Redis", stream: Stream, records: Sequence[EventRecord]
) -> None:
    last = records[-1]
    await state.rpush(window_key(stream), *(encode_frame(one) for one in records))  # type: ignore[misc] # redis-py's stubs mix both clients
    await state.set(head_key(stream), f"1:{last.seq}:{last.n}", ex=60)
    await state.expire(window_key(stream), 60)
