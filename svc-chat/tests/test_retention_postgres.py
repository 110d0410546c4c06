"""Reads of chats of which something is gone, hidden or dropped, against the real Postgres and Redis."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime

import pytest
from postgres_world import Parts, Town, record

from nexync_contracts.events import ChatKind, MessageCreated
from nexync_contracts.ids import ChatId, PersonId, chat_stream
from nexync_contracts.message_events import MessageEdited
from nexync_runtime.postgres import Pool
from svc_chat.adapters.search import PostgresSearch
from svc_chat.history import History
from svc_chat.messaging import Messaging
from svc_chat.searching import Asked, Searching
from svc_chat.timeline import Timelines, Wanted

pytestmark = pytest.mark.real


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


JANUARY, FEBRUARY, MARCH = (at(f"2021-0{month}-01") for month in (1, 2, 3))


class Kept:
    """A chat with 4 events of January (`days_30`), 3 of February and 3 of March; two people."""

    def __init__(self, town: Town, pool: Pool, ada: PersonId, bob: PersonId, chat: ChatId) -> None:
        self.town, self.pool, self.ada, self.bob, self.chat = town, pool, ada, bob, chat
        self.stream = chat_stream(chat)

    async def run(self, query: str, *parameters: object) -> None:
        async with self.pool.connection() as connection:
            await connection.execute(query.encode(), parameters or None)

    async def hide(self) -> None:
        """January is gone for readers."""
        await self.run(
            "UPDATE content_classes SET kept_from = %s WHERE class = 'days_30'", FEBRUARY
        )

    async def drop(self) -> None:
        await self.run("DROP TABLE events_days_30_2021_01")


@pytest.fixture
async def kept(town: Town, pool: Pool) -> AsyncGenerator[Kept]:
    ada, bob = await town.person("ada"), await town.person("bob")
    chat = await town.chat(ChatKind.GROUP, [ada, bob], 0)
    stream = chat_stream(chat)
    one = Kept(town, pool, ada, bob, chat)
    for low, high, label in (
        (JANUARY, FEBRUARY, "2021_01"),
        (FEBRUARY, MARCH, "2021_02"),
        (MARCH, at("2021-04-01"), "2021_03"),
    ):
        await one.run("SELECT make_content_month('days_30', %s, %s, %s)", label, low, high)
    days = [
        JANUARY + 5,
        JANUARY + 6,
        JANUARY + 7,
        *(FEBRUARY + n for n in (0, 1, 2)),
        *(MARCH + n for n in (3, 4, 5)),
    ]
    texts = [
        "apple one",
        "apple two",
        "apple three",
        "apple four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
    ]
    records = [
        record(
            stream,
            2 + n,
            1 + n,
            when,
            ada,
            MessageCreated(body=text, reply_to=2 if n == 4 else None),
        )
        for n, (when, text) in enumerate(zip(days, texts, strict=True))
    ]
    await town.insert(records)
    await one.run(
        "UPDATE events SET class = 'days_30', at = %s WHERE stream = %s AND seq = 1",
        JANUARY,
        stream,
    )
    await one.run("UPDATE events SET class = 'days_30' WHERE stream = %s", stream)
    await one.run(
        "UPDATE streams SET head = 10, n = 9, at = %s WHERE id = %s", records[-1].at, stream
    )
    for seq, n, when in ((1, 0, JANUARY), (5, 3, FEBRUARY), (8, 6, MARCH + 3)):
        await one.run(
            "INSERT INTO chapters VALUES (%s, %s, %s, %s, 'days_30')", stream, seq, n, when
        )
    yield one
    for label in ("2021_01", "2021_02", "2021_03"):
        await one.run(f"DROP TABLE IF EXISTS events_days_30_{label}")
    await one.run("UPDATE content_classes SET kept_from = 0")
    await one.run("TRUNCATE chapters")


async def gone_by(kept: Kept, way: str) -> None:
    await kept.hide()
    if way == "dropped":
        await kept.drop()


both_ways = pytest.mark.parametrize("way", ["hidden", "dropped"])


async def test_before_anything_is_gone_all_is_there(kept: Kept, parts: Parts) -> None:
    """Read through the tree, over three months, as from one table."""
    page = await Timelines(parts.reading).page(kept.chat, kept.ada, Wanted())
    assert [item.seq for item in page.items] == list(range(1, 11))
    assert (page.first_seq, page.kept_from, page.before) == (1, None, None)
    view = await parts.listing.chat(kept.ada, kept.chat)
    assert (view.unread, view.n, view.first_seq) == (9, 9, 1)


@both_ways
async def test_history_says_where_it_begins(kept: Kept, parts: Parts, way: str) -> None:
    await gone_by(kept, way)
    timelines = Timelines(parts.reading)
    page = await timelines.page(kept.chat, kept.ada, Wanted())
    assert [item.seq for item in page.items] == [5, 6, 7, 8, 9, 10]
    assert (page.first_seq, page.kept_from, page.before, page.as_of) == (5, FEBRUARY, None, 10)
    # What a kept message answers is gone: no quote, as for what one may not see.
    assert page.quotes == ()
    back = await timelines.page(kept.chat, kept.ada, Wanted(before=6))
    assert [item.seq for item in back.items] == [5]
    around = await timelines.page(kept.chat, kept.ada, Wanted(around=2, count=4))
    assert [item.seq for item in around.items] == [5]
    assert around.before is None


@both_ways
async def test_raw_numbers_close_over_what_is_gone(kept: Kept, parts: Parts, way: str) -> None:
    """As a skip, and without counting for the limit of a page."""
    await gone_by(kept, way)
    page = await History(parts.reading).events(kept.chat, kept.ada, after=0, limit=2)
    assert [(one.from_seq, one.to_seq) for one in page.skips] == [(1, 4)]
    assert [one.seq for one in page.events] == [5, 6]
    assert (page.to, page.head) == (6, 10)
    # A gateway gets no dense range, so it has the reader begin anew.
    inside = await parts.inside.events(kept.stream, 2, 50)
    assert [one.seq for one in inside.events] == [5, 6, 7, 8, 9, 10]
    assert (await parts.inside.view(kept.chat, kept.ada, None)).kind is ChatKind.GROUP


@both_ways
async def test_unread_counts_what_can_be_read(kept: Kept, parts: Parts, way: str) -> None:
    await gone_by(kept, way)
    view = await parts.listing.chat(kept.ada, kept.chat)
    assert (view.unread, view.n, view.head, view.first_seq) == (6, 9, 10, 5)
    assert view.last is not None
    marked = await parts.marking.mark(kept.chat, kept.ada, 6)
    assert (marked.seq, marked.unread) == (6, 4)
    below = await parts.marking.mark(kept.chat, kept.bob, 3)
    assert (below.seq, below.unread) == (0, 6)


@both_ways
async def test_a_chat_of_which_all_is_gone(kept: Kept, parts: Parts, way: str) -> None:
    """It goes on from its head; the list has nothing to show of it, and nothing is unread."""
    await gone_by(kept, way)
    await kept.run(
        "UPDATE content_classes SET kept_from = %s WHERE class = 'days_30'", at("2021-04-01")
    )
    view = await parts.listing.chat(kept.ada, kept.chat)
    assert (view.unread, view.n, view.head, view.last, view.first_seq) == (0, 9, 10, None, 11)
    page = await Timelines(parts.reading).page(kept.chat, kept.ada, Wanted())
    assert (page.items, page.as_of, page.first_seq) == ((), 10, 11)
    events = await History(parts.reading).events(kept.chat, kept.ada, after=0)
    assert [(one.from_seq, one.to_seq) for one in events.skips] == [(1, 10)]


@both_ways
async def test_nothing_can_be_done_to_what_is_gone(kept: Kept, parts: Parts, way: str) -> None:
    """No author is found, so that the log rejects it: no_such_message. Versions are not found."""
    await gone_by(kept, way)
    facts = Messaging(parts.reading, None)._facts  # type: ignore[arg-type] # no command is made here
    assert (await facts(kept.ada, kept.chat, 3))[1] is None
    assert (await facts(kept.ada, kept.chat, 6))[1] == kept.ada
    assert (await Timelines(parts.reading).of(kept.chat, kept.ada, [3, 6])).items[0].seq == 6


@both_ways
async def test_search_finds_nothing_that_is_gone(
    kept: Kept, parts: Parts, pool: Pool, way: str
) -> None:
    """Not by its text, and not by the text of an edit that outlived it."""
    edit = record(
        kept.stream, 11, 9, MARCH + 6, kept.ada, MessageEdited(target=2, body="apple core")
    )
    await kept.town.insert([edit])
    await kept.run(
        "UPDATE events SET class = 'days_30' WHERE stream = %s AND seq = 11", kept.stream
    )
    await kept.run("INSERT INTO message_edits VALUES (%s, 2, 11)", kept.stream)
    await kept.run("UPDATE streams SET head = 11 WHERE id = %s", kept.stream)
    searching = Searching(parts.listing, PostgresSearch(pool), parts.people)
    before = await searching.page(kept.ada, Asked("apple"))
    assert [hit.seq for hit in before.hits] == [5, 4, 3, 2]
    await gone_by(kept, way)
    for text in ("apple", "app", "ap"):
        found = await searching.page(kept.ada, Asked(text))
        assert [hit.seq for hit in found.hits] == [5], text


async def test_a_page_looks_into_its_months_alone(kept: Kept, pool: Pool) -> None:
    """The times of the chapters prune the tree: a page of March has one leaf in its plan."""
    from svc_chat.adapters import messages  # noqa: PLC0415
    from svc_chat.chapters import Chapter, window  # noqa: PLC0415

    chapters = [Chapter(1, 0, JANUARY, 0), Chapter(5, 3, FEBRUARY, 0), Chapter(8, 6, MARCH + 3, 0)]
    since, until = window(chapters, 8, 10)
    asked = {
        "stream": kept.stream,
        "viewer": None,
        "low": 8,
        "high": 10,
        "changes": ["message.edited"],
        "count": 50,
        "since": since,
        "until": until,
    }
    async with pool.connection() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off")
        cursor = await connection.execute(f"EXPLAIN {messages._NEWEST}".encode(), asked)
        plan = "\n".join(row[0] for row in await cursor.fetchall())
    assert "events_days_30_2021_03" in plan
    assert "2021_01" not in plan
    assert "2021_02" not in plan
