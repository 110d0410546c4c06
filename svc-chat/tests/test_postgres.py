"""The SQL against a real Postgres."""

import asyncio
import json
import uuid
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import psycopg.abc
import pytest
import redis.asyncio
from psycopg.rows import TupleRow

from nexync_contracts.channels import head_key, marker_key, window_key
from nexync_contracts.commands import CommandEnvelope, NoteConnection
from nexync_contracts.events import (
    ChatCreated,
    ChatKind,
    ChatRenamed,
    Event,
    EventRecord,
    Member,
    MemberRemoved,
    MessageCreated,
    Role,
)
from nexync_contracts.ids import ChatId, PersonId, Stream, chat_stream, person_stream
from nexync_contracts.message_events import MessageEdited
from nexync_contracts.receipts import ReceiptRecord
from nexync_runtime import redis_client
from nexync_runtime.postgres import Pool
from nexync_streams.encoding import encode_event, encode_frame
from svc_chat.adapters import messages
from svc_chat.adapters.chats import PostgresChats
from svc_chat.adapters.outbox import OutboxRelay
from svc_chat.adapters.people import PostgresPeople
from svc_chat.adapters.receipts import PostgresReceipts
from svc_chat.adapters.streams import PostgresSnapshot, PostgresStreams
from svc_chat.adapters.suggestions import PostgresSuggestions
from svc_chat.adapters.windows import RedisWindows
from svc_chat.errors import NothingThereError
from svc_chat.inside import Inside
from svc_chat.listing import Listing
from svc_chat.marking import Marking
from svc_chat.pacing import Pace
from svc_chat.reading import StreamReading
from svc_chat.relations import Relations
from svc_chat.timeline import Timelines, Wanted

pytestmark = pytest.mark.real

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


@pytest.fixture
def town(pool: Pool) -> Town:
    return Town(pool)


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


@pytest.fixture
async def parts(pool: Pool, state: "redis.asyncio.Redis") -> Parts:
    await state.hset(marker_key(PLACE), mapping={"run": "test"})  # type: ignore[misc] # redis-py's stubs mix both clients
    await state.expire(marker_key(PLACE), 60)
    return Parts(pool, state)


async def put_window(
    state: "redis.asyncio.Redis", stream: Stream, records: Sequence[EventRecord]
) -> None:
    last = records[-1]
    await state.rpush(window_key(stream), *(encode_frame(one) for one in records))  # type: ignore[misc] # as above
    await state.set(head_key(stream), f"1:{last.seq}:{last.n}", ex=60)
    await state.expire(window_key(stream), 60)


async def test_connections_from_asking_to_connected(town: Town, parts: Parts, pool: Pool) -> None:
    """Ask, ask back (which accepts), repeat: the right relation on both sides, one note a side and change."""
    ada, bob = await town.person("ada"), await town.person("bob")
    woken: list[bool] = []
    relations = Relations(parts.people, parts.suggestions, lambda: woken.append(True))
    assert (await relations.ask(ada, bob)).relation == "asked"
    assert (await relations.ask(ada, bob)).relation == "asked"
    assert (await relations.person(bob, ada)).relation == "asking"
    with pytest.raises(NothingThereError):
        await relations.accept(ada, bob)
    assert (await relations.accept(bob, ada)).relation == "connected"
    assert (await relations.accept(bob, ada)).relation == "connected"
    assert (await relations.person(ada, ada)).relation == "self"
    assert [p.relation for p in (await relations.connections(ada, None)).people] == ["connected"]
    async with pool.connection() as connection:
        cursor = await connection.execute("SELECT envelope FROM chat_outbox ORDER BY number")
        notes = [CommandEnvelope.model_validate_json(row[0]) for row in await cursor.fetchall()]
    assert {note.stream for note in notes[:2]} == {person_stream(ada), person_stream(bob)}
    changes = [
        (note.command.change, note.command.asker)
        for note in notes
        if isinstance(note.command, NoteConnection)
    ]
    assert changes == [("requested", ada)] * 2 + [("accepted", ada)] * 2
    assert woken


async def test_what_is_between_two_ends_from_either_side(
    town: Town, parts: Parts, pool: Pool
) -> None:
    """Declined, withdrawn, parted: one note a side for each, and one may ask anew."""
    ada, bob = await town.person("ada"), await town.person("bob")
    relations = Relations(parts.people, parts.suggestions, lambda: None)
    for asker, ender in ((ada, ada), (ada, bob), (bob, ada)):
        other = bob if asker == ada else ada
        await relations.ask(asker, other)
        assert (await relations.end(ender, bob if ender == ada else ada)).relation == "none"
    await relations.ask(ada, bob)
    await relations.accept(bob, ada)
    for _ in range(2):
        assert (await relations.end(bob, ada)).relation == "none"
    assert (await relations.connections(ada, None)).people == ()
    with pytest.raises(NothingThereError):
        await relations.end(ada, PersonId(fresh()))
    async with pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT envelope FROM chat_outbox WHERE stream = ANY(%s)",
            ([person_stream(ada), person_stream(bob)],),
        )
        notes = [CommandEnvelope.model_validate_json(row[0]) for row in await cursor.fetchall()]
    ended = [
        note
        for note in notes
        if isinstance(note.command, NoteConnection) and note.command.change == "ended"
    ]
    assert len(ended) == len({note.id for note in ended}) == 8


async def test_suggestions_are_who_ones_people_know_then_who_was_here_lately(
    town: Town, parts: Parts, pool: Pool
) -> None:
    """Nobody to whom there is a relation already, and never oneself."""
    ada, bob, cid, dee, eve, fay = [
        await town.person(name) for name in ("ada", "bob", "cid", "dee", "eve", "fay")
    ]
    relations = Relations(parts.people, parts.suggestions, lambda: None)
    for one, other in ((ada, bob), (ada, cid), (bob, dee), (cid, dee), (bob, eve)):
        await relations.ask(one, other)
        await relations.accept(other, one)
    async with pool.connection() as connection:
        for person in (fay, ada, bob):
            await connection.execute(
                "INSERT INTO sessions (id, person, seen_at) VALUES (%s, %s, now() + '1 hour')",
                (fresh(), person),
            )
    found = (await relations.suggestions(ada)).people
    assert [(one.person, one.mutual) for one in found][:3] == [(dee, 2), (eve, 1), (fay, 0)]
    assert not {ada, bob, cid} & {one.person for one in found}
    await relations.ask(ada, dee)
    assert dee not in {one.person for one in (await relations.suggestions(ada)).people}


async def test_search_finds_by_prefix_word_and_likeness(town: Town, parts: Parts) -> None:
    """The exact one first; wildcards in the text are text."""
    viewer = await town.person("viewer")
    await town.person("marianne", "Marianne Weber")
    await town.person("mari")
    await town.person("joe", "Joe 100%_Real")
    relations = Relations(parts.people, parts.suggestions, lambda: None)

    async def found(text: str) -> list[str]:
        return [person.username for person in (await relations.search(viewer, text)).people]

    assert await found("mari") == ["mari", "marianne"]
    assert await found("Weber") == ["marianne"]
    assert await found("mariane") == ["marianne", "mari"]
    assert await found("%") == []
    assert await found("100%_") == ["joe"]


async def test_the_list_sorts_by_activity_and_counts_unread(
    town: Town, parts: Parts, state: "redis.asyncio.Redis"
) -> None:
    """Events that only the window has move a chat up and count; marks and joins reduce unread."""
    ada, bob = await town.person("ada"), await town.person("bob")
    old = await town.chat(ChatKind.PRIVATE, [ada, bob], 3, at=1_000)
    new = await town.chat(ChatKind.GROUP, [bob, ada], 5, at=2_000)
    page = await parts.listing.page(ada, None, None)
    assert [(chat.chat, chat.head, chat.unread) for chat in page.chats] == [
        (new, 6, 5),
        (old, 4, 3),
    ]
    partner = page.chats[1].partner
    assert partner is not None
    assert partner.username == "bob"
    assert [member.username for member in page.chats[0].members] == sorted(
        ["ada", "bob"], key={"ada": ada, "bob": bob}.__getitem__
    )

    fresh_message = record(chat_stream(old), 5, 4, 3_000, bob, MessageCreated(body="live"))
    await put_window(state, chat_stream(old), [fresh_message])
    assert (await parts.marking.mark(old, ada, 3)).unread == 2
    assert (await parts.marking.mark(old, ada, 2)).seq == 3
    first = await parts.listing.page(ada, None, 1)
    chat = first.chats[0]
    assert (chat.chat, chat.head, chat.n, chat.unread, chat.read_seq) == (old, 5, 4, 2, 3)
    assert chat.last == fresh_message
    second = await parts.listing.page(ada, first.next, 1)
    assert ([chat.chat for chat in second.chats], second.next) == ([new], None)
    assert await parts.listing.chat(ada, old) == chat
    await town.mark(old, ada, 5)
    read = await parts.listing.chat(ada, old)
    assert (read.unread, read.read_seq) == (0, 5), "the mark is ahead of the events in Postgres"


async def test_a_new_name_is_listed_before_postgres_has_it(
    town: Town, parts: Parts, state: "redis.asyncio.Redis"
) -> None:
    """Who saw the rename live doesn't read the old name afterwards."""
    ada, bob = await town.person("ada"), await town.person("bob")
    chat = await town.chat(ChatKind.GROUP, [ada, bob], 1)
    assert (await parts.listing.chat(ada, chat)).name == "group"
    renamed = record(chat_stream(chat), 3, 1, 3_000, bob, ChatRenamed(name="Tea"))
    await put_window(state, chat_stream(chat), [renamed])
    view = await parts.listing.chat(ada, chat)
    assert (view.name, view.head, view.unread, view.last) == ("Tea", 3, 1, renamed)


async def test_a_former_member_keeps_the_name_of_then(town: Town, parts: Parts, pool: Pool) -> None:
    """A group that is renamed after somebody has left doesn't tell that person."""
    ada, bob = await town.person("ada"), await town.person("bob")
    chat = await town.chat(ChatKind.GROUP, [ada, bob], 2)
    await town.insert([record(chat_stream(chat), 4, 2, 4_000, bob, ChatRenamed(name="Secret"))])
    async with pool.connection() as connection:
        await connection.execute(
            "UPDATE members SET until_seq = 3, until_name = 'group' WHERE chat = %s AND person = %s",
            (chat, ada),
        )
        await connection.execute(
            "UPDATE streams SET head = 4, snapshot = (snapshot::jsonb"
            """ || '{"name": "Secret", "named": 4}')::json WHERE id = %s""",
            (chat_stream(chat),),
        )
    assert (await parts.listing.chat(ada, chat)).name == "group"
    assert (await parts.listing.chat(bob, chat)).name == "Secret"


async def test_a_former_member_sees_the_past_only(town: Town, parts: Parts, pool: Pool) -> None:
    """The last visible event is the removal; members of today are not shown."""
    ada, bob = await town.person("ada"), await town.person("bob")
    chat = await town.chat(ChatKind.GROUP, [bob, ada], 4)
    async with pool.connection() as connection:
        await connection.execute(
            "UPDATE members SET until_seq = 3 WHERE chat = %s AND person = %s", (chat, ada)
        )
    view = (await parts.listing.page(ada, None, None)).chats[0]
    assert (view.head, view.n, view.role, view.members, view.member_count) == (3, 2, None, (), 0)
    assert view.last is not None
    assert view.last.seq == 3
    inside = await parts.inside.streams_of(ada, None)
    assert [(one.chat, one.role, one.spans[0].until_seq) for one in inside.chats] == [
        (chat, None, 3)
    ]


async def test_a_removal_that_only_the_window_has_closes_the_span(
    town: Town, parts: Parts, state: "redis.asyncio.Redis"
) -> None:
    """A gateway never gets a head beyond a removal together with an open span."""
    ada, bob = await town.person("ada"), await town.person("bob")
    chat = await town.chat(ChatKind.GROUP, [bob, ada], 2)
    stream = chat_stream(chat)
    await put_window(
        state,
        stream,
        [
            record(stream, 3, 2, 1_900, bob, MessageCreated(body="in both")),
            record(stream, 4, 2, 2_000, bob, MemberRemoved(person=ada)),
            record(stream, 5, 3, 2_001, bob, MessageCreated(body="secret")),
        ],
    )
    seen = (await parts.inside.streams_of(ada, None)).chats[0]
    assert (seen.head, seen.role) == (5, None)
    assert [(span.from_seq, span.until_seq) for span in seen.spans] == [(1, 4)]
    assert await parts.inside.view(chat, ada, None) == seen


async def test_everything_is_readable_while_redis_is_away(town: Town, pool: Pool) -> None:
    """Postgres alone answers: nobody sees anything live that it doesn't have in a moment."""
    away = redis_client.open_redis("redis://127.0.0.1:1/0")
    parts = Parts(pool, away)
    ada, bob = await town.person("ada"), await town.person("bob")
    chat = await town.chat(ChatKind.PRIVATE, [ada, bob], 2)
    assert (await parts.listing.page(ada, None, None)).chats[0].head == 3
    assert (await parts.listing.chat(ada, chat)).unread == 2
    assert (await parts.inside.streams_of(ada, None)).chats[0].head == 3
    assert (await parts.inside.heads([chat_stream(chat)])).heads[0].seq == 3
    assert (await parts.inside.events(chat_stream(chat), 0, 9)).head == 3
    await away.aclose()


async def test_what_gateways_ask(town: Town, parts: Parts, state: "redis.asyncio.Redis") -> None:
    """Views, heads and raw events merge Postgres and window; strangers and unknown people find nothing."""
    ada, bob = await town.person("ada"), await town.person("bob")
    chat = await town.chat(ChatKind.PRIVATE, [ada, bob], 2)
    stream = chat_stream(chat)
    await put_window(state, stream, [record(stream, 4, 3, 2_000, bob, MessageCreated(body="x"))])
    view = await parts.inside.view(chat, ada, 4)
    assert (view.kind, view.partition, view.head) == (ChatKind.PRIVATE, PLACE, 4)
    heads = await parts.inside.heads([stream, person_stream(ada)])
    assert [(head.stream, head.seq) for head in heads.heads] == [(stream, 4)]
    events = await parts.inside.events(stream, 1, 500)
    assert ([one.seq for one in events.events], events.head) == ([2, 3, 4], 4)
    mine = await parts.inside.streams_of(ada, 0)
    assert (mine.partition, mine.epoch, mine.head) == (PLACE, 1, 0)
    assert [one.head for one in mine.chats] == [4]
    for missing in (
        parts.inside.streams_of(PersonId(fresh()), None),
        parts.inside.view(chat, PersonId(fresh()), None),
    ):
        with pytest.raises(NothingThereError):
            await missing


class Recorded:
    """A log that remembers, and fails when told to."""

    def __init__(self) -> None:
        self.taken: list[tuple[int, Stream]] = []
        self.fail_at: int | None = None

    async def append(self, partition: int, stream: Stream, envelope: bytes) -> None:
        if len(self.taken) == self.fail_at:
            raise TimeoutError
        self.taken.append((partition, stream))


async def test_the_outbox_is_relayed_in_order_and_survives_a_failure(
    town: Town, parts: Parts, pool: Pool
) -> None:
    """Rows leave after the delivery; a failure in the middle keeps them, repeated ones are doubles by id."""
    people = [await town.person(f"p{number}xx") for number in range(3)]
    relations = Relations(parts.people, parts.suggestions, lambda: None)
    await relations.ask(people[0], people[1])
    await relations.ask(people[0], people[2])
    log = Recorded()
    relay = OutboxRelay(pool, log)
    log.fail_at = 2
    with pytest.raises(TimeoutError):
        await relay.relay()
    log.fail_at = None
    log.taken.clear()
    assert await relay.relay() == 4
    assert {stream for _, stream in log.taken[:2]} == {person_stream(one) for one in people[:2]}
    assert await relay.relay() == 0


async def test_the_list_needs_no_query_a_chat(
    town: Town, parts: Parts, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At most six statements besides the transaction's own, and no plan reads the events from end to end."""
    ada, bob = await town.person("ada"), await town.person("bob")
    for number in range(12):
        await town.chat(ChatKind.GROUP, [ada, bob], 2, at=number * 10)
    executed: list[tuple[str, psycopg.abc.Params | None]] = []
    original = psycopg.AsyncConnection.execute

    async def counting(
        self: psycopg.AsyncConnection[TupleRow],
        query: psycopg.abc.QueryNoTemplate,
        params: psycopg.abc.Params | None = None,
        *,
        prepare: bool | None = None,
        binary: bool = False,
    ) -> psycopg.AsyncCursor[TupleRow]:
        executed.append((query.decode() if isinstance(query, bytes) else str(query), params))
        return await original(self, query, params, prepare=prepare, binary=binary)

    monkeypatch.setattr(psycopg.AsyncConnection, "execute", counting)
    page = await parts.listing.page(ada, None, None)
    monkeypatch.undo()
    assert len(page.chats) == 12
    statements = [
        (text, params)
        for text, params in executed
        if text != "SELECT 1" and "SET TRANS" not in text
    ]
    statements = [entry for entry in statements if entry[0].strip()]
    assert len(statements) <= 6
    async with pool.connection() as connection:
        await connection.execute("SET enable_seqscan = off")
        for text, params in statements:
            cursor = await connection.execute(f"EXPLAIN {text}".encode(), params)
            plan = "\n".join(row[0] for row in await cursor.fetchall())
            assert "Seq Scan on events" not in plan, plan
            assert "Seq Scan on members" not in plan, plan
        await connection.execute("RESET enable_seqscan")


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


@pytest.mark.parametrize(
    "query", ["_NEWEST", "_OLDEST", "_EDITS", "_DELETIONS", "_REACTIONS", "_VERSIONS"]
)
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
