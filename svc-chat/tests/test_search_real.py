"""The SQL of search against a real Postgres: what is found, what is never found, and by which plan."""

import random
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import redis.asyncio
from postgres_world import PLACE, Parts, Town, put_window, record

from nexync_contracts.channels import marker_key
from nexync_contracts.events import ChatKind, Event, EventRecord, MemberRemoved, MessageCreated
from nexync_contracts.ids import ChatId, PersonId, Stream, chat_stream
from nexync_contracts.message_events import MessageDeleted, MessageEdited
from nexync_runtime.postgres import Pool
from svc_chat.adapters import search, search_sql
from svc_chat.adapters.search import PostgresSearch
from svc_chat.errors import NothingThereError, TooSlowError
from svc_chat.ports import Hit, HitPlace, Phase, Sought
from svc_chat.searching import Asked, Searching
from svc_chat.spans import Range

pytestmark = pytest.mark.real

ALL = [Range(1, 1_000_000)]


class Talk:
    """A chat with texts in it."""

    def __init__(self, pool: Pool, town: Town, chat: ChatId, by: PersonId) -> None:
        self.pool, self.town, self.by = pool, town, by
        self.stream: Stream = chat_stream(chat)
        self.seq = 1

    async def add(self, event: Event, by: PersonId | None = None) -> int:
        self.seq += 1
        one: EventRecord = record(self.stream, self.seq, 0, 1_000 + self.seq, by or self.by, event)
        await self.town.insert([one])
        return self.seq

    async def say(self, body: str, by: PersonId | None = None) -> int:
        return await self.add(MessageCreated(body=body), by)

    async def edit(self, target: int, body: str) -> int:
        seq = await self.add(MessageEdited(target=target, body=body))
        async with self.pool.connection() as connection:
            await connection.execute(
                "INSERT INTO message_edits VALUES (%s, %s, %s)", (self.stream, target, seq)
            )
        return seq

    async def delete(self, target: int) -> None:
        async with self.pool.connection() as connection:
            await connection.execute(
                "INSERT INTO message_deletions VALUES (%s, %s, %s, %s)",
                (self.stream, target, self.seq, self.by),
            )


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found, and how, doesn't depend on how busy the machine is; what the limits do has tests of its own."""
    monkeypatch.setattr(search, "STATEMENT_MS", 120_000)
    monkeypatch.setattr(search, "WAIT_SECONDS", 120.0)


@pytest.fixture
async def talk(pool: Pool) -> Talk:
    town = Town(pool)
    ada = await town.person("ada")
    return Talk(pool, town, await town.chat(ChatKind.GROUP, [ada], 0), ada)


async def found(
    talk: Talk, phase: Phase, *terms: str, sought: Mapping[str, object] | None = None
) -> list[int]:
    given = Sought(terms, {talk.stream: ALL}, **(sought or {}))  # type: ignore[arg-type] # the fields under test
    hits = await PostgresSearch(talk.pool).hits(given, phase, None, 100)
    return [hit.place.seq for hit in hits]


async def test_words_and_parts_of_words_in_many_languages(talk: Talk) -> None:
    """Whole words first; parts of words, and languages without spaces, by trigrams; no sign is special."""
    lunch = await talk.say("Lunch at one?")
    lunchtime = await talk.say("At LUNCHTIME")
    chinese = await talk.say("我们明天一起吃午餐吧")
    russian = await talk.say("Привет, Мир")
    percent = await talk.say("100%_sure")
    await talk.say("100 and sure")
    party = await talk.say("🎉 party")
    await talk.say("party")
    assert await found(talk, Phase.WHOLE, "lunch") == [lunch]
    assert await found(talk, Phase.PART, "lunch") == [lunchtime]
    assert await found(talk, Phase.WHOLE, "one lunch") == []
    assert await found(talk, Phase.WHOLE, "lunch", "one") == [lunch]
    assert await found(talk, Phase.WHOLE, "lunch at") == [lunch]
    assert await found(talk, Phase.PART, "吃午餐") == [chinese]
    assert await found(talk, Phase.RECENT_PART, "午餐") == [chinese]
    assert await found(talk, Phase.WHOLE, "МИР") == [russian]
    assert await found(talk, Phase.PART, "приве") == [russian]
    assert await found(talk, Phase.RECENT, "0%_s") == [percent]
    assert await found(talk, Phase.WHOLE, "party", "🎉") == [party]
    assert await found(talk, Phase.RECENT, "🎉") == [party]
    assert await found(talk, Phase.RECENT_PART, "LU") == [lunchtime, lunch]
    assert await found(talk, Phase.RECENT_PART, "мИ") == [russian]
    assert await found(talk, Phase.RECENT, "мИ") == [russian]


async def test_an_edited_message_is_found_by_its_text_of_now(talk: Talk) -> None:
    """In its own place and at its own time, not by what it said before, nor twice."""
    seq = await talk.say("apples")
    await talk.say("between")
    await talk.edit(seq, "pears")
    await talk.edit(seq, "pears and plums")
    for phase in (Phase.WHOLE, Phase.RECENT):
        assert await found(talk, phase, "apples") == []
        assert await found(talk, phase, "pears") == [seq]
    hits = await PostgresSearch(talk.pool).hits(
        Sought(("plums",), {talk.stream: ALL}), Phase.WHOLE, None, 10
    )
    assert hits == [Hit(HitPlace(1_000 + seq, talk.stream, seq), talk.by, True, "pears and plums")]
    await talk.edit(seq, "nothing")
    assert await found(talk, Phase.WHOLE, "pears") == []


async def test_what_may_not_be_seen_is_not_found(talk: Talk) -> None:
    """Outside of the spans, deleted, changed by now, in other chats, by others, on other days."""
    early, late = await talk.say("lunch"), await talk.say("lunch")
    bob = await talk.town.person("bob")
    other = Talk(talk.pool, talk.town, await talk.town.chat(ChatKind.GROUP, [bob], 0), bob)
    await other.say("lunch")
    edited = await talk.edit(early, "lunch again")
    for phase in (Phase.WHOLE, Phase.RECENT):
        assert await found(talk, phase, "lunch") == [late, early]
        only = Sought(("lunch",), {talk.stream: [Range(late, late), Range(edited, edited)]})
        hits = await PostgresSearch(talk.pool).hits(only, phase, None, 10)
        assert [hit.place.seq for hit in hits] == [late]
        for limits, left in (
            ({"changed": frozenset({(talk.stream, early)})}, [late]),
            ({"sender": bob}, []),
            ({"sender": talk.by}, [late, early]),
            ({"since": 1_000 + late}, [late]),
            ({"until": 1_000 + late}, [early]),
        ):
            assert await found(talk, phase, "lunch", sought=limits) == left
    await talk.delete(early)
    assert await found(talk, Phase.WHOLE, "lunch") == [late]


async def test_who_was_removed_this_moment_finds_nothing(
    talk: Talk, state: "redis.asyncio.Redis"
) -> None:
    """The removal is in the window alone; so is a deletion, which takes its message out for all others."""
    bob = await talk.town.person("bob")
    chat = await talk.town.chat(ChatKind.GROUP, [talk.by, bob], 2)
    stream = chat_stream(chat)
    await state.hset(marker_key(PLACE), mapping={"run": "test"})  # type: ignore[misc] # redis-py's stubs mix both clients
    await state.expire(marker_key(PLACE), 60)
    parts = Parts(talk.pool, state)
    searching = Searching(parts.listing, PostgresSearch(talk.pool), parts.people)
    for person in (talk.by, bob):
        assert [hit.seq for hit in (await searching.page(person, Asked("m2"))).hits] == [3]
    fresh = [
        record(stream, 4, 2, 9_000, talk.by, MemberRemoved(person=bob)),
        record(stream, 5, 2, 9_001, talk.by, MessageDeleted(target=3)),
    ]
    await put_window(state, stream, fresh)
    assert (await searching.page(bob, Asked("m1"))).hits == ()
    with pytest.raises(NothingThereError):
        await searching.page(bob, Asked("m1", chat=chat))
    assert [hit.seq for hit in (await searching.page(talk.by, Asked("m1"))).hits] == [2]
    assert (await searching.page(talk.by, Asked("m2"))).hits == ()


async def test_pages_close_up(talk: Talk) -> None:
    """By the last hit of the page before, also among chats with messages of the same time."""
    bob = await talk.town.person("bob")
    other = Talk(talk.pool, talk.town, await talk.town.chat(ChatKind.GROUP, [bob], 0), bob)
    for _ in range(5):
        await talk.say("lunch")
        await other.say("lunch")
    sought = Sought(("lunch",), {talk.stream: ALL, other.stream: ALL})
    store = PostgresSearch(talk.pool)
    for phase in (Phase.WHOLE, Phase.RECENT):
        whole = await store.hits(sought, phase, None, 100)
        assert len(whole) == 10
        assert [hit.place.at for hit in whole] == sorted(
            (hit.place.at for hit in whole), reverse=True
        )
        paged: list[Hit] = []
        while page := await store.hits(sought, phase, paged[-1].place if paged else None, 3):
            paged += page
        assert paged == whole


async def test_a_search_that_takes_too_long_is_ended(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The statement has its own, short limit, and the connection is in order afterwards."""
    await many(talk.pool, [talk.stream], 20_000)
    with monkeypatch.context() as hurried:
        hurried.setattr(search, "STATEMENT_MS", 1)
        with pytest.raises(TooSlowError):
            await found(talk, Phase.RECENT, "zzz")
    assert await found(talk, Phase.RECENT, "zzz") == []


async def many(pool: Pool, streams: Sequence[Stream], each: int) -> None:
    """Messages of random words, by SQL alone; each fills two indexes, so that no limit of a service is for it."""
    async with pool.connection() as connection, connection.transaction():
        await connection.execute("SET LOCAL statement_timeout = 0")
        await connection.execute(
            "INSERT INTO events SELECT s, 1000 + g, 1, g, g, gen_random_uuid(), gen_random_uuid(),"
            " 'message.created', json_build_object('tag', 'message.created', 'body', concat_ws(' ',"
            " 'w' || g %% 997, 'x' || g %% 89, substr(md5(g::text || s), 1, 7))), '', %s,"
            " 1000000 + (n - 1) * %s + g"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS u (s, n), generate_series(1, %s) AS g",
            (PLACE, each, list(streams), each),
        )
        await connection.execute("ANALYZE events")


async def test_no_plan_reads_the_whole_table(talk: Talk) -> None:
    """With 40,000 messages in 80 chats: the index finds words, the primary key the newest messages."""
    streams = [chat_stream(ChatId(str(uuid.uuid4()))) for _ in range(80)]
    await many(talk.pool, streams, 500)
    mine = random.Random(1).sample(streams, 20)
    expected = (
        (Phase.WHOLE, False, "events_search"),
        (Phase.WHOLE, True, "events_pkey"),
        (Phase.PART, False, "events_search"),
        (Phase.RECENT, False, "events_pkey"),
        (Phase.RECENT_PART, False, "events_pkey"),
    )
    for phase, fresh, index in expected:
        sought = Sought(("w123",), dict.fromkeys(mine, ALL))
        query, parameters = search_sql.statement(sought, phase, None, 21, fresh=fresh)
        async with talk.pool.connection() as connection, connection.transaction():
            await search.bound(connection)
            rows = await connection.execute(b"EXPLAIN (COSTS OFF) " + query, parameters)
            plan = "\n".join(row[0] for row in await rows.fetchall())
        assert "Seq Scan on events" not in plan
        assert index in plan, plan
        hits = await PostgresSearch(talk.pool).hits(sought, phase, None, 21)
        whole = phase in {Phase.WHOLE, Phase.RECENT}
        assert len(hits) == (20 if whole else 0)


async def test_where_most_events_are_in_ones_chats_the_chats_are_no_keys(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index is asked for the words alone; what others wrote is left out all the same, no table read whole."""
    streams = [chat_stream(ChatId(str(uuid.uuid4()))) for _ in range(80)]
    await many(talk.pool, streams, 500)
    asked: list[bytes] = []
    statement = search_sql.statement

    def noted(*given: Any, **rest: Any) -> object:
        query, parameters = statement(*given, **rest)
        asked.append(query)
        return query, parameters

    monkeypatch.setattr(search, "statement", noted)

    async def hits(mine: Sequence[Stream], phase: Phase, word: str) -> list[HitPlace]:
        asked.clear()
        sought = Sought((word,), {stream: [Range(1_001, 1_500)] for stream in mine})
        return [hit.place for hit in await PostgresSearch(talk.pool).hits(sought, phase, None, 200)]

    for chats, compared in ((79, True), (20, False)):
        mine = streams[:chats]
        for phase, word in ((Phase.WHOLE, "w123"), (Phase.PART, "123")):
            monkeypatch.setattr(search, "COMPARED_CHATS", 1_000)
            keyed = await hits(mine, phase, word)
            assert b"(e.stream || '')" not in asked[-1]
            monkeypatch.setattr(search, "COMPARED_CHATS", 20)
            assert await hits(mine, phase, word) == keyed
            assert (b"(e.stream || '')" in asked[-1]) is compared
            assert {place.stream for place in keyed} <= set(mine)
        assert len(await hits(mine, Phase.WHOLE, "w123")) == chats
    sought = Sought(("w123",), dict.fromkeys(streams, ALL))
    query, parameters = statement(sought, Phase.WHOLE, None, 21, keyed=False)
    async with talk.pool.connection() as connection, connection.transaction():
        for cost in ("parallel_setup_cost", "parallel_tuple_cost", "min_parallel_table_scan_size"):
            await connection.execute(f"SET LOCAL {cost} = 0".encode())
        await search.bound(connection)
        rows = await connection.execute(b"EXPLAIN (COSTS OFF) " + query, parameters)
        plan = "\n".join(row[0] for row in await rows.fetchall())
    assert "Seq Scan on events" not in plan
    assert "Gather" not in plan, "workers for what takes milliseconds"
    assert "events_search" in plan, plan


async def test_messages_and_edited_ones_come_in_one_order(talk: Talk) -> None:
    """As a plain list of what is there would be sorted, page by page, whoever asks the index or the newest messages."""
    other = chat_stream(ChatId(str(uuid.uuid4())))
    texts: dict[int, str] = {}
    for number in range(40):
        if number % 4 == 3:
            target = 2 + (number * 7) % 20
            if target in texts:
                texts[target] = ("lunch", "gone")[number % 8 == 3]
                await talk.edit(target, texts[target])
                continue
        body = ("lunch", "tea")[number % 3 == 0]
        texts[await talk.say(body)] = body
    await talk.delete(12)
    texts.pop(12)
    expected = sorted((seq for seq, body in texts.items() if body == "lunch"), reverse=True)
    assert {"lunch", "gone"} <= {texts[seq] for seq in texts if seq < 22}
    store = PostgresSearch(talk.pool)
    sought = Sought(("lunch",), {talk.stream: ALL, other: ALL})
    for phase in (Phase.WHOLE, Phase.RECENT):
        paged: list[Hit] = []
        while page := await store.hits(sought, phase, paged[-1].place if paged else None, 3):
            paged += page
        assert [hit.place.seq for hit in paged] == expected
        assert {hit.body for hit in paged} == {"lunch"}
        assert any(hit.edited for hit in paged)


async def test_the_newest_messages_answer_as_the_index_does(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A frequent word, page by page, in few and in many chats: the same hits, and most of them without the index.

    Edited messages too: an edit is newer than all of what is around the message that it changes.
    """
    streams = [chat_stream(ChatId(str(uuid.uuid4()))) for _ in range(30)]
    await many(talk.pool, streams, 300)
    monkeypatch.setattr(search_sql, "RECENT_CHATS", 20)
    async with talk.pool.connection() as connection:
        await connection.execute(
            "INSERT INTO streams SELECT s, %s, 1, 1304, 300, 304, '{}' FROM unnest(%s::text[]) AS u (s)",
            (PLACE, streams),
        )
        # Some get the word, some lose it.
        await connection.execute(
            "INSERT INTO events SELECT s, 1300 + g, 1, 300, 300 + g, gen_random_uuid(), gen_random_uuid(),"
            " 'message.edited', json_build_object('tag', 'message.edited', 'target', 1300 - g * 7,"
            " 'body', CASE WHEN g %% 2 = 0 THEN 'x5 anew' ELSE 'gone' END), '', %s, 9000000 + 4 * n + g"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS u (s, n), generate_series(1, 4) AS g",
            (PLACE, streams[:3]),
        )
        await connection.execute(
            "INSERT INTO message_edits (stream, target, seq) SELECT stream, (event ->> 'target')::bigint, seq"
            " FROM events WHERE tag = 'message.edited' AND stream = ANY(%s)",
            (streams,),
        )
    store, asked = PostgresSearch(talk.pool), list[bool]()
    statement = search_sql.statement

    def noted(*given: Any, fresh: bool = False, **rest: Any) -> object:
        asked.append(fresh)
        return statement(*given, fresh=fresh, **rest)

    monkeypatch.setattr(search, "statement", noted)
    for count, word in ((1, "x5"), (12, "x5"), (30, "x5"), (12, "w123")):
        mine = {stream: [Range(1, 1_304)] for stream in streams[:count]}
        sought, after = Sought((word,), mine), None
        for page in range(3):
            hits = await store.hits(sought, Phase.WHOLE, after, 7)
            query, parameters = statement(sought, Phase.WHOLE, after, 7)
            async with talk.pool.connection() as connection:
                rows = await (await connection.execute(query, parameters)).fetchall()
            assert [hit.place for hit in hits] == [HitPlace(row[2], row[0], row[1]) for row in rows]
            assert hits or page
            after = hits[-1].place if hits else None
    assert asked.count(True) == 12
    assert asked.count(False) < 9
