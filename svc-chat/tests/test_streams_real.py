"""Where streams live and what became of their messages, against a real Postgres."""

import asyncio
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import redis.asyncio
from postgres_world import PLACE, Parts, Town, fresh, record

from nexync_contracts.events import ChatKind, EventRecord, MessageCreated
from nexync_contracts.ids import ChatId, PersonId, Stream, chat_stream
from nexync_contracts.message_events import MessageEdited
from nexync_runtime.postgres import Pool
from svc_chat.adapters import messages
from svc_chat.adapters.streams import PostgresSnapshot, PostgresStreams
from svc_chat.adapters.windows import RedisWindows
from svc_chat.pacing import Pace
from svc_chat.reading import StreamReading
from svc_chat.timeline import Timelines, Wanted

pytestmark = pytest.mark.real


async def test_the_first_place_that_is_written_holds(parts: Parts, pool: Pool) -> None:
    """Instances that know different partitions make the same chat at once: all get one answer."""
    stream = chat_stream(ChatId(str(uuid.uuid4())))
    instances = [PostgresStreams(pool, first_partitions=count) for count in range(1, 9)]
    places = await asyncio.gather(*(one.place(stream) for one in instances))
    assert len(set(places)) == 1
    assert await parts.streams.partition_of(stream) == places[0]


async def test_new_chats_go_where_a_persister_reads(parts: Parts, pool: Pool) -> None:
    """Only taken partitions of the present log; a chat that has a place keeps it."""
    early = [chat_stream(ChatId(str(uuid.uuid4()))) for _ in range(40)]
    before = [await parts.streams.place(stream) for stream in early]
    assert set(before) <= set(range(8))
    async with pool.connection() as connection:
        await connection.execute(
            "INSERT INTO partitions (id, epoch, log_epoch) VALUES"
            " (0, 1, 1), (8, 0, 2), (9, 1, 2), (12, 3, 2)"
        )
    late = [chat_stream(ChatId(str(uuid.uuid4()))) for _ in range(40)]
    assert {await parts.streams.place(stream) for stream in late} == {9, 12}
    assert [await parts.streams.place(stream) for stream in early] == before


async def test_a_stored_chat_without_a_placement_keeps_its_partition(
    parts: Parts, town: Town
) -> None:
    """Chats that are older than the table of placements: their stream says where they live."""
    ada, bob = await town.person("ada"), await town.person("bob")
    chat = await town.chat(ChatKind.GROUP, [ada, bob], 1)
    assert await parts.streams.place(chat_stream(chat)) == PLACE


@pytest.mark.usefixtures("parts")
async def test_what_became_of_messages_needs_no_query_a_message(
    town: Town, pool: Pool, state: "redis.asyncio.Redis"
) -> None:
    """A page of 50 with edits, deletions, reactions and quotes: as many queries as one of 5, all by index."""
    ann, bob = await town.person("ann"), await town.person("bob")
    chat = await town.chat(ChatKind.GROUP, [ann, bob], 100)
    stream = chat_stream(chat)
    changes: list[EventRecord] = [
        record(stream, 101 + n, 100, 2_000, ann, MessageEdited(target=n, body=f"edit {n}"))
        for n in range(2, 42)
    ]
    quoting = MessageCreated(body="see above", reply_to=2)
    changes.append(record(stream, 143, 101, 2_000, bob, quoting))
    await town.insert(changes)
    async with pool.connection() as connection:
        await connection.execute(
            "INSERT INTO message_edits SELECT stream, (event->>'target')::bigint, seq FROM events"
            " WHERE tag = 'message.edited'"
        )
        await connection.execute(
            "INSERT INTO message_deletions VALUES (%s, 5, 142, %s)", (stream, bob)
        )
        await connection.execute(
            "INSERT INTO message_reactions SELECT %s, n, '👍', p, 90 + n"
            " FROM generate_series(2, 101) AS n, unnest(%s::uuid[]) AS p",
            (stream, [ann, bob]),
        )
        await connection.execute("UPDATE streams SET head = 143 WHERE id = %s", (stream,))
    counted: list[str] = []
    reading = StreamReading(CountingStreams(pool, counted), RedisWindows(state), Pace)
    timelines = Timelines(reading)
    page = await timelines.page(chat, ann, Wanted(around=20, count=50), at_least=143)
    queries = len(counted)
    assert len(page.items) == 44
    now = {one.seq: one for one in page.states}
    assert now[5].deleted
    assert now[5].deleted_by == bob
    assert (now[6].edited_seq, [(r.emoji, r.count) for r in now[6].reactions]) == (
        107,
        [("👍", 2)],
    )
    texts = {one.seq: one.event for one in page.items}
    assert texts[6] == MessageCreated(body="edit 6")
    assert texts[5] == MessageCreated(body="")
    newest = await timelines.page(chat, ann, Wanted(count=5), at_least=143)
    assert len(newest.items) == 5
    assert [(quote.seq, quote.body) for quote in newest.quotes] == [(2, "edit 2")]
    assert len(counted) - queries <= queries
    versions = await timelines.versions(chat, ann, 6)
    assert [one.body for one in versions.versions] == ["m5", "edit 6"]


@pytest.mark.parametrize("query", ["_NEWEST", "_OLDEST", "_NOW", "_VERSIONS"])
async def test_the_plans_of_a_page_use_the_keys(pool: Pool, query: str) -> None:
    """No sequential scan: on tables that look large to the planner every query goes by an index."""
    asked = {
        "stream": "c:x",
        "viewer": fresh(),
        "low": 1,
        "high": 2_000,
        "changes": ["message.edited"],
        "count": 50,
        "targets": list(range(50)),
        "target": 1,
        "as_of": 99,
        "since": 0,
        "until": 2**62,
    }
    async with pool.connection() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off")
        cursor = await connection.execute(f"EXPLAIN {getattr(messages, query)}".encode(), asked)
        plan = "\n".join(row[0] for row in await cursor.fetchall())
    assert "Seq Scan" not in plan, plan
    assert "_pkey" in plan


class CountingStreams(PostgresStreams):
    """Notes every query of its snapshots."""

    def __init__(self, pool: Pool, counted: list[str]) -> None:
        super().__init__(pool, first_partitions=1)
        self._counted = counted

    @asynccontextmanager
    async def snapshot(
        self, stream: Stream, person: PersonId | None
    ) -> AsyncGenerator[PostgresSnapshot]:
        async with super().snapshot(stream, person) as found:
            connection = found._connection  # pyright: ignore[reportPrivateUsage] - to count
            execute = connection.execute

            async def counting(query: Any, params: Any = None) -> Any:
                self._counted.append(str(query))
                return await execute(query, params)

            connection.execute = counting  # type: ignore[method-assign] # for the time of this snapshot
            try:
                yield found
            finally:
                connection.execute = execute  # type: ignore[method-assign] # as it was
