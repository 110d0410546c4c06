"""A group at its limit of members, against a real Postgres: read a page at a time, and no answer grows with it."""

import json
import uuid
from typing import Any

import pytest

from nexync_contracts.events import ChatKind, Role
from nexync_contracts.ids import ChatId, PersonId, chat_stream
from nexync_contracts.limits import CHAT_MEMBERS, PAGE_MAX
from nexync_runtime.postgres import Pool
from svc_chat.adapters import groups
from svc_chat.adapters.chats import SHOWN_MEMBERS, PostgresChats
from svc_chat.adapters.groups import PostgresGroups
from svc_chat.ports import MemberPlace

pytestmark = pytest.mark.real

AT_ONCE = 250
"""People who are made by one statement, which has a time limit."""

_START = MemberPlace("", 0, PersonId("00000000-0000-0000-0000-000000000000"))

_PEOPLE = """
INSERT INTO people (id, email, username, name, password_hash, partition, verified_at)
SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'p' || n || '@example.test', 'p' || n,
       'Person ' || n, '', 9000, now()
FROM generate_series(%s::int, %s::int) AS n
"""

_MEMBERS = """
INSERT INTO members (chat, person, role, from_seq)
SELECT %s, id, CASE WHEN username IN ('p1', 'p2', 'p3') THEN 'admin' ELSE 'member' END,
       substr(username, 2)::int
FROM people WHERE substr(username, 2)::int BETWEEN %s::int AND %s::int
"""


@pytest.fixture
async def crowd(pool: Pool) -> ChatId:
    """Everybody there may be in one group: three admins and the rest."""
    chat = ChatId(str(uuid.uuid4()))
    snapshot: dict[str, object] = {
        "v": 1,
        "kind": ChatKind.GROUP.value,
        "name": "Crowd",
        "members": {},
    }
    async with pool.connection() as connection:
        await connection.execute(
            "INSERT INTO streams (id, partition, log_epoch, head, n, at, snapshot)"
            " VALUES (%s, 9000, 1, %s, 0, 1, %s)",
            (chat_stream(chat), CHAT_MEMBERS, json.dumps(snapshot)),
        )
        for first in range(1, CHAT_MEMBERS, AT_ONCE):
            part = (first, first + AT_ONCE - 1)
            await connection.execute(_PEOPLE, part)
            await connection.execute(_MEMBERS, (chat, *part))
        await connection.execute("ANALYZE people")
        await connection.execute("ANALYZE members")
    return chat


async def every_member_is_on_one_page(pool: Pool, crowd: ChatId) -> None:
    """Admins first, then by how long they are in; no page is larger than asked for, and none is read twice."""
    store, place = PostgresGroups(pool), _START
    seen: list[PersonId] = []
    pages = 0
    while rows := await store.members(crowd, place, PAGE_MAX):
        assert len(rows) <= PAGE_MAX
        seen += [row.person for row, _ in rows]
        place = rows[-1][1]
        pages += 1
    assert pages == CHAT_MEMBERS // PAGE_MAX
    assert len(set(seen)) == len(seen) == CHAT_MEMBERS
    group = await store.group(crowd, seen[0])
    assert group is not None
    assert (group.member_count, group.role) == (CHAT_MEMBERS, Role.ADMIN)
    last = await store.group(crowd, seen[-1])
    assert last is not None
    assert last.role is Role.MEMBER


async def a_page_reads_no_more_than_it_shows(pool: Pool, crowd: ChatId) -> None:
    """By its index, from the place of its cursor on: neither sorted nor counted through."""
    asked = {
        "chat": crowd,
        "role": "member",
        "from_seq": CHAT_MEMBERS // 2,
        "person": _START.person,
        "limit": 100,
    }
    async with pool.connection() as connection:
        await connection.execute("SET enable_seqscan = off")
        text = f"EXPLAIN (ANALYZE, FORMAT JSON) {groups._MEMBERS}"  # pyright: ignore[reportPrivateUsage] - its plan
        cursor = await connection.execute(text.encode(), asked)
        row = await cursor.fetchone()
        await connection.execute("RESET enable_seqscan")
    assert row is not None
    plan = json.dumps(row[0])
    assert "members_page" in plan
    assert most_rows(row[0][0]["Plan"]) <= 100


def most_rows(plan: dict[str, Any]) -> float:
    """The most rows that any step of a plan gave."""
    return max([float(plan["Actual Rows"]), *(most_rows(one) for one in plan.get("Plans", []))])


async def the_chat_names_its_first_members(pool: Pool, crowd: ChatId) -> None:
    """What a list of chats shows of a crowd is as long as what it shows of twenty."""
    person = PersonId(f"00000000-0000-4000-8000-{CHAT_MEMBERS:012}")
    facts = await PostgresChats(pool).facts(person, [crowd])
    assert facts[crowd].member_count == CHAT_MEMBERS
    assert len(facts[crowd].members) == SHOWN_MEMBERS


async def test_a_group_at_its_limit(pool: Pool, crowd: ChatId) -> None:
    """All in one, since the crowd takes longer to make than to look at."""
    await every_member_is_on_one_page(pool, crowd)
    await a_page_reads_no_more_than_it_shows(pool, crowd)
    await the_chat_names_its_first_members(pool, crowd)
