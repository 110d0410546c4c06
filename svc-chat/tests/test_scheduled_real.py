"""Messages for later in a real Postgres: one sender holds a row, the others pass it by."""

import uuid

import pytest
from test_postgres import Town

from nexync_contracts.commands import CreateMessage
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import ChatKind
from nexync_contracts.ids import ChatId, PersonId, ScheduledId
from nexync_contracts.message_events import Mention
from nexync_runtime.postgres import Pool
from svc_chat.adapters.scheduled import PostgresDue, PostgresScheduled
from svc_chat.scheduling import Scheduled

pytestmark = pytest.mark.real


def message(person: PersonId, chat: ChatId, at: int, text: str = "hello") -> Scheduled:
    mentions = (Mention(person=person, name="ada"),)
    command = CreateMessage(body=text, reply_to=2, mentions=mentions, mention_all=True)
    return Scheduled(ScheduledId(str(uuid.uuid4())), person, chat, at, command)


async def test_a_row_is_held_by_one_sender(pool: Pool) -> None:
    """Until it ends: when nothing was said about the row, the next one gets it."""
    town = Town(pool)
    ada = await town.person("ada")
    chat = await town.chat(ChatKind.GROUP, [ada], 0)
    store, due = PostgresScheduled(pool), PostgresDue(pool)
    first, second, late = (message(ada, chat, at) for at in (10, 20, 1_000))
    for one in (late, second, first):
        assert await store.add(one, 3) == one
    assert await store.add(first, 3) == first
    assert await store.add(message(ada, chat, 5), 3) is None
    assert list(await store.of(ada, chat)) == [first, second, late]

    async with due.take(100, []) as one, due.take(100, []) as other, due.take(100, []) as third:
        assert one is not None
        assert other is not None
        assert (one.message, other.message, third) == (first, second, None)
        await other.refused(RejectCode.NOT_A_MEMBER)
    async with due.take(100, [first.id]) as passed:
        assert passed is None
    async with due.take(100, []) as again:
        assert again is not None
        assert again.message == first
        await again.sent()
    assert list(await store.of(ada, chat)) == [
        second._replace(problem=RejectCode.NOT_A_MEMBER),
        late,
    ]
    changed = await store.change(ada, chat, second.id, lambda one: one._replace(at=7, problem=None))
    assert changed == second._replace(at=7)
    async with due.take(100, []) as mended:
        assert mended is not None
        assert mended.message == changed


async def test_who_is_locked_says_nothing_later(pool: Pool) -> None:
    """Not even what was written before; it waits for its author with the reason, and others' messages go on."""
    town = Town(pool)
    ada, bob = await town.person("ada"), await town.person("bob")
    chat = await town.chat(ChatKind.GROUP, [ada, bob], 0)
    store, due = PostgresScheduled(pool), PostgresDue(pool)
    locked = [message(ada, chat, at) for at in (10, 20)]
    free = message(bob, chat, 30)
    for one in (*locked, free):
        await store.add(one, 3)
    async with pool.connection() as connection:
        await connection.execute("UPDATE people SET deactivated_at = now() WHERE id = %s", (ada,))
    async with due.take(100, []) as taken:
        assert taken is not None
        assert taken.message == free
        await taken.sent()
    assert list(await store.of(ada, chat)) == [
        one._replace(problem=RejectCode.NOT_ALLOWED) for one in locked
    ]


async def test_what_one_keeps_is_one_s_own(pool: Pool) -> None:
    town = Town(pool)
    ada, bob = await town.person("ada"), await town.person("bob")
    chat = await town.chat(ChatKind.GROUP, [ada, bob], 0)
    store = PostgresScheduled(pool)
    mine = message(ada, chat, 10)
    await store.add(mine, 5)
    assert list(await store.of(bob, chat)) == []
    assert await store.change(bob, chat, mine.id, lambda one: one) is None
    assert not await store.remove(bob, chat, mine.id)
    assert await store.remove(ada, chat, mine.id)
    assert not await store.remove(ada, chat, mine.id)
