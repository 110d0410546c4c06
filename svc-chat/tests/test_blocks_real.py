"""Blocks against a real Postgres: what the log hid is in nothing that the other one reads, and in all of one's own."""

import uuid
from collections.abc import Sequence

import pytest
import redis.asyncio
from postgres_world import PLACE, Parts, Town, put_window

from nexync_contracts.commands import (
    BlockPartner,
    Command,
    CommandEnvelope,
    CreateChat,
    CreateMessage,
    UnblockPartner,
)
from nexync_contracts.events import ChatKind, EventRecord, Member, MessageCreated, Role
from nexync_contracts.ids import ChatId, CommandId, PersonId, chat_stream
from nexync_contracts.message_commands import EditMessage, React
from nexync_contracts.rest import TimelinePage
from nexync_runtime.postgres import Pool
from nexync_streams.deciding import Accepted, decide
from nexync_streams.fold import apply, fresh, snapshot
from svc_chat.adapters.people import PostgresPeople
from svc_chat.adapters.push import PostgresPush
from svc_chat.adapters.receipts import PostgresReceipts
from svc_chat.adapters.search import PostgresSearch
from svc_chat.history import History
from svc_chat.identifiers import private_chat_id
from svc_chat.receipts import Receipts
from svc_chat.searching import Asked, Searching
from svc_chat.timeline import Timelines, Wanted

pytestmark = pytest.mark.real


class Pair:
    """A private chat of Ada and Bob, decided as in the log, written down as the persister would."""

    def __init__(self, pool: Pool, town: Town, ada: PersonId, bob: PersonId) -> None:
        self.pool, self.town, self.ada, self.bob = pool, town, ada, bob
        self.chat: ChatId = private_chat_id(ada, bob)
        self.stream = chat_stream(self.chat)
        self.state = fresh(self.stream, PLACE)
        self.records: list[EventRecord] = []
        self.stored = 0
        members = tuple(Member(person=one, role=Role.MEMBER) for one in (ada, bob))
        self.do(ada, CreateChat(kind=ChatKind.PRIVATE, members=members, partition=PLACE))

    def do(self, sender: PersonId, command: Command) -> EventRecord:
        envelope = CommandEnvelope(
            stream=self.stream,
            id=CommandId(str(uuid.uuid4())),
            sender=sender,
            people_partitions={self.ada: PLACE, self.bob: PLACE},
            command=command,
        )
        decision = decide(self.state, envelope, 1_000 + len(self.records), None)
        assert isinstance(decision, Accepted), decision
        self.records.append(decision.record)
        self.state = apply(self.state, decision.record)
        return decision.record

    def say(self, sender: PersonId, body: str) -> int:
        return self.do(sender, CreateMessage(body=body)).seq

    async def flush(self) -> None:
        assert self.state.body is not None
        fresh_ones = self.records[self.stored :]
        async with self.pool.connection() as connection:
            await connection.execute(
                "INSERT INTO streams VALUES (%s, %s, 1, %s, %s, %s, %s) ON CONFLICT (id) DO UPDATE"
                " SET head = excluded.head, n = excluded.n, at = excluded.at, snapshot = excluded.snapshot",
                (
                    self.stream,
                    PLACE,
                    self.state.head,
                    self.state.n,
                    self.state.at,
                    snapshot(self.state.body),
                ),
            )
            for person in (self.ada, self.bob):
                await connection.execute(
                    "INSERT INTO members VALUES (%s, %s, 'member', 1, NULL) ON CONFLICT DO NOTHING",
                    (self.chat, person),
                )
            for one in fresh_ones:
                only_for = one.by if getattr(one.event, "hidden", False) else None
                if one.event.tag == "message.edited":
                    await connection.execute(
                        "INSERT INTO message_edits VALUES (%s, %s, %s, %s)",
                        (self.stream, one.event.target, one.seq, only_for),
                    )
                if one.event.tag == "message.reacted":
                    await connection.execute(
                        "INSERT INTO message_reactions VALUES (%s, %s, %s, %s, %s, %s)",
                        (self.stream, one.event.target, one.event.emoji, one.by, one.seq, only_for),
                    )
        await self.town.insert(fresh_ones)
        self.stored = len(self.records)


@pytest.fixture
async def pair(pool: Pool) -> Pair:
    town = Town(pool)
    return Pair(pool, town, await town.person("ada"), await town.person("bob"))


def texts(page: TimelinePage) -> list[str]:
    return [one.event.body for one in page.items if isinstance(one.event, MessageCreated)]


async def closed(parts: Parts, pair: Pair, reader: PersonId) -> list[int]:
    """The seqs that the reader is told; every other one is named as a skip."""
    page = await History(parts.reading).events(pair.chat, reader, limit=200)
    told = [one.seq for one in page.events]
    skipped = [seq for skip in page.skips for seq in range(skip.from_seq, skip.to_seq + 1)]
    assert sorted([*told, *skipped]) == list(range(1, page.head + 1))
    assert page.head == pair.state.head
    return told


@pytest.mark.parametrize("flushed", [True, False], ids=["postgres", "window"])
async def test_what_is_said_during_a_block_is_read_by_its_author_alone(
    pair: Pair, parts: Parts, state: "redis.asyncio.Redis", flushed: bool
) -> None:
    """In the timeline, the raw history, the list of chats and its order, quotes, versions, reactions, receipts."""
    ada, bob = pair.ada, pair.bob
    old = pair.say(bob, "plums before")
    await pair.flush()
    pair.do(ada, BlockPartner())
    during = pair.say(bob, "plums during")
    pair.do(bob, EditMessage(target=old, body="plums reworded", author=bob))
    pair.do(bob, React(target=old, emoji="👎", author=bob))
    if flushed:
        await pair.flush()
    else:
        await put_window(state, pair.stream, pair.records[pair.stored :])
    timelines = Timelines(parts.reading)
    adas = await timelines.page(pair.chat, ada, Wanted())
    bobs = await timelines.page(pair.chat, bob, Wanted())
    assert texts(adas) == ["plums before"]
    assert adas.states == ()
    assert texts(bobs) == ["plums reworded", "plums during"]
    assert [len(one.reactions) for one in bobs.states] == [1]
    assert (adas.as_of, bobs.as_of) == (pair.state.head,) * 2
    assert len((await timelines.versions(pair.chat, ada, old)).versions) == 1
    assert len((await timelines.versions(pair.chat, bob, old)).versions) == 2
    assert (await timelines.of(pair.chat, ada, [during])).items == ()
    assert await timelines.first_since(pair.chat, ada, 1_004) is None
    assert await closed(parts, pair, ada) == [1, 2, 3]
    assert await closed(parts, pair, bob) == [1, 2, 4, 5, 6]

    listed = await parts.listing.chat(ada, pair.chat)
    assert listed.last is not None
    assert (listed.last.seq, listed.head, listed.n, listed.unread) == (3, 6, 1, 1)
    mine = await parts.listing.chat(bob, pair.chat)
    assert mine.last is not None
    assert (mine.last.seq, mine.head) == (6, 6)
    # A chat that was active between the block and what came during it is above for Ada, below for Bob.
    other = await pair.town.chat(ChatKind.GROUP, [ada, bob], 0, at=1_003)
    order = [one.chat for one in (await parts.listing.page(ada, None, None)).chats]
    assert order == [other, pair.chat]
    order = [one.chat for one in (await parts.listing.page(bob, None, None)).chats]
    assert order == [pair.chat, other]

    receipts = Receipts(parts.reading, PostgresReceipts(pair.pool))
    await pair.town.mark(pair.chat, ada, pair.state.head)
    seen = await receipts.seen(bob, pair.chat, during, None, None)
    assert (seen.of, seen.delivered, seen.seen, seen.people) == (1, 0, 0, ())


async def test_after_the_block_it_stays_so(pair: Pair, parts: Parts) -> None:
    ada, bob = pair.ada, pair.bob
    pair.do(ada, BlockPartner())
    during = pair.say(bob, "plums during")
    pair.do(ada, UnblockPartner())
    pair.do(bob, EditMessage(target=during, body="plums again", author=bob))
    pair.say(bob, "plums after")
    await pair.flush()
    page = await Timelines(parts.reading).page(pair.chat, ada, Wanted())
    assert texts(page) == ["plums after"]
    searching = Searching(parts.listing, PostgresSearch(pair.pool), parts.people)
    assert [one.seq for one in (await searching.page(ada, Asked("plums"))).hits] == [6]
    assert [one.seq for one in (await searching.page(bob, Asked("plums"))).hits] == [6, 3]


async def test_search_and_push_know_nothing_of_it(pair: Pair, parts: Parts) -> None:
    ada, bob = pair.ada, pair.bob
    old = pair.say(bob, "plums before")
    pair.do(ada, BlockPartner())
    pair.say(bob, "plums during")
    pair.do(bob, EditMessage(target=old, body="pears", author=bob))
    await pair.flush()
    searching = Searching(parts.listing, PostgresSearch(pair.pool), parts.people)

    async def found(reader: PersonId, words: str) -> list[int]:
        return [one.seq for one in (await searching.page(reader, Asked(words))).hits]

    assert await found(ada, "plums") == [2]
    assert await found(ada, "pears") == []
    assert await found(bob, "plums") == [4]
    assert await found(bob, "pears") == [2]
    flushed = await PostgresPush(pair.pool).flushed(pair.chat, 1, 9, 50)
    assert flushed is not None
    assert [one.seq for one in flushed.messages] == [2]


async def owed(pool: Pool) -> Sequence[tuple[PersonId, str]]:
    """What the outbox has for chats: who, and what."""
    async with pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT envelope FROM chat_outbox WHERE stream LIKE 'c:%' ORDER BY number"
        )
        read = [
            CommandEnvelope.model_validate_json(bytes(row[0])) for row in await cursor.fetchall()
        ]
    return [(one.sender, one.command.tag) for one in read]


async def test_the_chat_is_told_of_blocks_in_their_order(pair: Pair) -> None:
    """Once each; nobody tells a chat that there isn't, and one that has just begun is told of what is there."""
    people = PostgresPeople(pair.pool)
    ada, bob = pair.ada, pair.bob
    await people.block(ada, bob)
    assert await owed(pair.pool) == []
    await people.carry_blocks(bob, ada)
    assert await owed(pair.pool) == []
    await pair.flush()
    await people.carry_blocks(bob, ada)
    assert await owed(pair.pool) == [(ada, "chat.block")]
    await people.block(ada, bob)
    await people.unblock(ada, bob)
    await people.unblock(ada, bob)
    await people.block(bob, ada)
    assert await owed(pair.pool) == [
        (ada, "chat.block"),
        (ada, "chat.unblock"),
        (bob, "chat.block"),
    ]
