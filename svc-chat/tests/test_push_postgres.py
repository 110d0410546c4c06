"""Devices, settings and readers in a real Postgres."""

import time
import uuid

import pytest
import redis.asyncio
from postgres_world import Town

from nexync_contracts import limits
from nexync_contracts.channels import seen_key
from nexync_contracts.events import ChatKind, MessageCreated
from nexync_contracts.ids import PersonId, SessionId, chat_stream
from nexync_runtime.postgres import Pool
from svc_chat.adapters.own_chats import PostgresOwnChats
from svc_chat.adapters.presence import RedisPresence
from svc_chat.adapters.push import PostgresPush

pytestmark = pytest.mark.real


class Desk:
    """Makes sessions as svc-auth would, and knows the store."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.town = Town(pool)
        self.push = PostgresPush(pool)

    async def session(self, person: PersonId, *, days_old: int = 0) -> SessionId:
        """A session that was seen so many days ago."""
        identity = str(uuid.uuid4())
        async with self.pool.connection() as connection:
            await connection.execute(
                "INSERT INTO sessions (id, person, seen_at)"
                " VALUES (%s, %s, now() - make_interval(days => %s))",
                (identity, person, days_old),
            )
        return SessionId(identity)

    async def end(self, session: SessionId) -> None:
        """Log out."""
        async with self.pool.connection() as connection:
            await connection.execute(
                "UPDATE sessions SET ended_at = now() WHERE id = %s", (session,)
            )

    async def with_device(self, person: PersonId, *, days_old: int = 0) -> tuple[SessionId, str]:
        """A session and its token."""
        session = await self.session(person, days_old=days_old)
        token = f"token-{session}"
        await self.push.keep(person, session, token)
        return session, token


@pytest.fixture
def desk(pool: Pool) -> Desk:
    return Desk(pool)


async def test_a_device_is_its_session_s(desk: Desk) -> None:
    """One a session; a token that moves to another session leaves the first; an ended session gets none."""
    ada = await desk.town.person("ada")
    first, second = await desk.session(ada), await desk.session(ada)
    await desk.push.keep(ada, first, "token-0123456789abcdef")
    await desk.push.keep(ada, first, "token-0123456789abcdeg")
    assert await desk.push.view(ada, first) == (True, False)
    await desk.push.keep(ada, second, "token-0123456789abcdeg")
    assert await desk.push.view(ada, first) == (False, False)
    assert await desk.push.view(ada, second) == (True, False)
    assert not await desk.push.forget(second, "token-0123456789abcdef")
    assert await desk.push.forget(second, "token-0123456789abcdeg")
    await desk.end(first)
    await desk.push.keep(ada, first, "token-0123456789abcdef")
    assert await desk.push.view(ada, first) == (False, False)
    await desk.push.settle(ada, preview=True)
    await desk.push.settle(ada, preview=True)
    assert await desk.push.view(ada, first) == (False, True)


async def test_another_s_session_gets_no_device(desk: Desk) -> None:
    """Whoever asks, a session is one person's."""
    ada, bob = await desk.town.person("ada"), await desk.town.person("bob")
    session = await desk.session(bob)
    await desk.push.keep(ada, session, "token-0123456789abcdef")
    assert await desk.push.view(bob, session) == (False, False)


async def test_one_device_too_many_takes_the_oldest_s_place(desk: Desk) -> None:
    """Those of ended sessions go first."""
    ada = await desk.town.person("ada")
    made = [await desk.with_device(ada) for _ in range(limits.PUSH_DEVICES)]
    await desk.end(made[3][0])
    made.append(await desk.with_device(ada))
    kept = [(await desk.push.view(ada, session))[0] for session, _ in made]
    assert kept == [number != 3 for number in range(len(made))]
    await desk.with_device(ada)
    assert not (await desk.push.view(ada, made[0][0]))[0]


async def test_readers_with_all_that_decides(desk: Desk) -> None:
    """Living sessions alone; read marks, mutes, blocks and previews of each; page after page."""
    town = desk.town
    people = [await town.person(name) for name in ("ada", "bob", "cid", "dan")]
    ada, bob, cid, dan = people
    chat = await town.chat(ChatKind.GROUP, people, 3)
    devices = {person: await desk.with_device(person) for person in (ada, bob)}
    old, _ = await desk.with_device(ada, days_old=60)
    gone, _ = await desk.with_device(cid)
    await desk.end(gone)
    await desk.push.settle(ada, preview=True)
    await town.mark(chat, bob, 3)
    await PostgresOwnChats(desk.pool).change(
        bob, chat, lambda own, _: own._replace(muted_until=limits.MUTED_FOR_GOOD)
    )
    async with desk.pool.connection() as connection:
        await connection.execute("INSERT INTO blocks VALUES (%s, %s)", (ada, bob))
        await connection.execute("INSERT INTO blocks VALUES (%s, %s)", (ada, dan))
        await connection.execute(
            "UPDATE members SET until_seq = 4 WHERE chat = %s AND person = %s", (chat, dan)
        )

    readers, after = await desk.push.readers(chat, None, 100, [bob])
    assert after is None
    found = {reader.person: reader for reader in readers}
    assert found.keys() == {ada, bob}
    assert found[ada].devices == (devices[ada],)
    assert old not in dict(found[ada].devices)
    assert found[ada].preview
    assert found[ada].blocks == {bob}
    assert (found[bob].read_seq, found[bob].muted_until) == (3, limits.MUTED_FOR_GOOD)
    assert not found[bob].blocks

    paged: list[PersonId] = []
    place: PersonId | None = None
    for _ in range(4):
        part, place = await desk.push.readers(chat, place, 1, [bob])
        paged += [reader.person for reader in part]
        if place is None:
            break
    assert place is None
    assert sorted(paged) == sorted(found)


async def test_the_messages_of_a_flush_without_those_that_are_gone(desk: Desk) -> None:
    """Newest first, with the names of who wrote."""
    ada, bob = await desk.town.person("ada", "Ada L."), await desk.town.person("bob")
    chat = await desk.town.chat(ChatKind.GROUP, [ada, bob], 5)
    async with desk.pool.connection() as connection:
        await connection.execute(
            "INSERT INTO message_deletions (stream, target, seq, sender) VALUES (%s, 5, 7, %s)",
            (chat_stream(chat), ada),
        )
    flushed = await desk.push.flushed(chat, 1, 6, 2)
    assert flushed is not None
    assert (flushed.kind, flushed.name, flushed.names) == (ChatKind.GROUP, "group", {ada: "Ada L."})
    assert [record.seq for record in flushed.messages] == [6, 4]
    assert isinstance(flushed.messages[0].event, MessageCreated)
    assert await desk.push.flushed(type(chat)(str(uuid.uuid4())), 1, 6, 2) is None


async def test_unread_is_counted_as_the_page_counts_it(desk: Desk) -> None:
    """Over all chats that are not muted, from one's joining and reading on."""
    ada, bob = await desk.town.person("ada"), await desk.town.person("bob")
    first = await desk.town.chat(ChatKind.GROUP, [bob, ada], 5)
    muted = await desk.town.chat(ChatKind.GROUP, [bob, ada], 7)
    await desk.town.chat(ChatKind.GROUP, [bob, ada], 2)
    await desk.town.chat(ChatKind.GROUP, [bob], 9)
    await desk.town.mark(first, ada, 3)
    await PostgresOwnChats(desk.pool).change(
        ada, muted, lambda own, _: own._replace(muted_until=int(time.time() * 1000) + 60_000)
    )
    assert await desk.push.unread([ada]) == {ada: 5}


async def test_who_was_here_when(state: "redis.asyncio.Redis") -> None:
    """Several at once, in their order."""
    known, unknown = PersonId(str(uuid.uuid4())), PersonId(str(uuid.uuid4()))
    await state.set(seen_key(known), "1767225600", ex=60)
    assert await RedisPresence(state).seen_of([unknown, known]) == [None, 1767225600]
