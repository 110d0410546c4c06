"""The list of chats and what gateways ask, against a real Postgres and a real Redis."""

import psycopg
import psycopg.abc
import pytest
import redis.asyncio
from postgres_world import PLACE, Parts, Town, fresh, put_window, record
from psycopg.rows import TupleRow

from nexync_contracts.events import ChatKind, ChatRenamed, MemberRemoved, MessageCreated, Role
from nexync_contracts.ids import PersonId, chat_stream, person_stream
from nexync_runtime import redis_client
from nexync_runtime.postgres import Pool
from svc_chat.errors import NothingThereError
from svc_chat.spans import Range, visible

pytestmark = pytest.mark.real


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
    assert [(one.head, one.kind) for one in mine.chats] == [(4, ChatKind.PRIVATE)]
    for missing in (
        parts.inside.streams_of(PersonId(fresh()), None),
        parts.inside.view(chat, PersonId(fresh()), None),
    ):
        with pytest.raises(NothingThereError):
            await missing


async def test_what_is_hidden_from_somebody_moves_no_chat_up(
    town: Town, parts: Parts, pool: Pool
) -> None:
    """Their chat stands where the newest event that they see was; the author's stands at its newest."""
    ada, bob = await town.person("ada"), await town.person("bob")
    old = await town.chat(ChatKind.PRIVATE, [ada, bob], 3, at=1_000)
    new = await town.chat(ChatKind.GROUP, [bob, ada], 3, at=2_000)
    async with pool.connection() as connection:
        await connection.execute(
            "UPDATE streams SET snapshot = (snapshot::jsonb || jsonb_build_object('behind',"
            " jsonb_build_object(%s::text, '[1, 500]'::jsonb)))::json WHERE id = %s",
            (ada, chat_stream(new)),
        )
    for person, order in ((ada, [old, new]), (bob, [new, old])):
        page = await parts.listing.page(person, None, None)
        assert [view.chat for view in page.chats] == order
        assert list((await parts.listing.present(person)).ranges) == [
            chat_stream(one) for one in order
        ]


async def test_what_may_be_searched_is_what_gateways_are_told(
    town: Town, parts: Parts, pool: Pool, state: "redis.asyncio.Redis"
) -> None:
    """One chat rests, one was joined twice, one left, one moves, and one is being left at the moment."""
    ada, bob = await town.person("ada"), await town.person("bob")
    rests, twice, left, moves, leaving = [
        await town.chat(ChatKind.GROUP, [bob, ada], 5, at=1_000 * number) for number in range(1, 6)
    ]
    async with pool.connection() as connection:
        for chat in (twice, left):
            await connection.execute(
                "UPDATE members SET until_seq = 3, until_at = 1 WHERE chat = %s AND person = %s",
                (chat, ada),
            )
        await connection.execute(
            "INSERT INTO members (chat, person, role, from_seq) VALUES (%s, %s, 'admin', 5)",
            (twice, ada),
        )
    for chat, event in (
        (moves, MessageCreated(body="live")),
        (leaving, MemberRemoved(person=ada)),
    ):
        stream = chat_stream(chat)
        await put_window(state, stream, [record(stream, 7, 6, 9_000, bob, event)])
    present = await parts.listing.present(ada)
    told = {chat_stream(view.chat): view for view in await parts.listing.streams(ada)}
    assert present.ranges == {
        stream: visible(view.spans, view.head)
        for stream, view in told.items()
        if view.role is not None
    }
    assert list(present.ranges.items()) == [
        (chat_stream(moves), [Range(1, 7)]),
        (chat_stream(twice), [Range(1, 3), Range(5, 6)]),
        (chat_stream(rests), [Range(1, 6)]),
    ]
    assert told[chat_stream(twice)].role is Role.ADMIN


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
