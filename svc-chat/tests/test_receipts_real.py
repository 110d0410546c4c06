"""Who has got and read what, in Postgres: who is told of whom, in small chats and in large ones."""

import pytest
from postgres_world import Town

from nexync_contracts.events import ChatKind
from nexync_contracts.ids import ChatId, PersonId
from nexync_contracts.limits import RECEIPT_MEMBERS
from nexync_contracts.profile_rest import PrivacyBody, ReceiptAudience
from nexync_runtime.postgres import Pool
from nexync_streams.watermarks import MINUTE_MS
from svc_chat.adapters.profiles import PostgresProfiles
from svc_chat.adapters.receipts import PostgresReceipts

pytestmark = pytest.mark.real


async def read(pool: Pool, chat: ChatId, person: PersonId, seq: int, minute: int = 1) -> None:
    """As the persister writes it."""
    at = minute * MINUTE_MS
    async with pool.connection() as connection:
        await connection.execute(
            "INSERT INTO read_marks (chat, person, seq, read_at, delivered_seq, delivered_at, moments)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            (chat, person, seq, at, seq + 1, at, [seq, at, 1, 0]),
        )


async def test_members_with_and_without_marks_but_not_those_who_hide_theirs(
    town: Town, pool: Pool
) -> None:
    ada, bob, cid, dan, eve = [
        await town.person(name) for name in ("ada", "bob", "cid", "dan", "eve")
    ]
    chat = await town.chat(ChatKind.GROUP, [ada, bob, cid, dan, eve], 5)
    store, profiles = PostgresReceipts(pool), PostgresProfiles(pool)
    for person in (bob, cid, dan):
        await read(pool, chat, person, 4)
    async with pool.connection() as connection:
        await connection.execute("INSERT INTO blocks VALUES (%s, %s)", (dan, ada))
        await connection.execute(
            "UPDATE members SET from_seq = 3 WHERE chat = %s AND person = %s", (chat, eve)
        )
    changed = await profiles.settle(cid, PrivacyBody(receipts=ReceiptAudience.NOBODY))
    assert changed.receipts is ReceiptAudience.NOBODY
    found = await store.members(chat, ada, RECEIPT_MEMBERS) or []
    assert {(one.person, one.since, one.watermark.read) for one in found} == {
        (bob, 1, 4),
        (eve, 3, 0),
    }
    assert not await store.tells(cid)
    assert await store.tells(ada)
    for_dan = await store.members(chat, dan, RECEIPT_MEMBERS) or []
    assert {one.person for one in for_dan} == {bob, eve}, "a block hides both from each other"
    assert await store.members(chat, ada, 4) is None
    seen = await store.seen(chat, ada, ada, 2, "", 10)
    assert (seen.of, seen.delivered, seen.read) == (1, 1, 1), "who came later doesn't see it"
    assert [(one.username, one.watermark.moments[0].seq) for one in seen.readers] == [("bob", 4)]
    seen = await store.seen(chat, bob, ada, 5, "", 10)
    assert (seen.of, seen.delivered, seen.read) == (2, 1, 0)
    async with pool.connection() as connection:
        await connection.execute("INSERT INTO members VALUES (%s, %s, 'member', 1, 2)", (chat, eve))
    found = await store.members(chat, ada, RECEIPT_MEMBERS) or []
    assert {one.since for one in found} == {1}, "what was granted joins on"
    assert (await store.seen(chat, ada, ada, 2, "", 10)).of == 2


async def test_readers_come_by_username_in_pages(town: Town, pool: Pool) -> None:
    people = [await town.person(f"p{number}") for number in range(7)]
    chat = await town.chat(ChatKind.GROUP, people, 5)
    store = PostgresReceipts(pool)
    for person in people:
        await read(pool, chat, person, 4)
    async with pool.connection() as connection:
        await connection.execute("UPDATE members SET until_seq = 5 WHERE person = %s", (people[6],))
    first = await store.seen(chat, people[0], people[0], 4, "", 3)
    assert [one.username for one in first.readers] == ["p1", "p2", "p3"]
    rest = await store.seen(chat, people[0], people[0], 4, "p3", 10)
    assert [one.username for one in rest.readers] == ["p4", "p5"]
    assert (rest.of, rest.read) == (5, 5)
    assert await store.marked(chat, people[1]) == 4
    assert await store.marked(chat, PersonId(chat)) == 0
