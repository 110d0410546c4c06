"""What people keep about their chats, against a real Postgres and a real Redis."""

import asyncio
import time
import uuid
from typing import Any

import pytest
import redis.asyncio
from postgres_world import Town, record

from nexync_contracts.channels import KIND_OWN, decode_published, stream_channel
from nexync_contracts.events import ChatKind, EventRecord, MessageCreated
from nexync_contracts.frames import OwnChatFrame, server_frame_adapter
from nexync_contracts.ids import ChatId, PersonId, chat_stream, person_stream
from nexync_contracts.limits import MENTIONS_COUNTED, PINNED_CHATS
from nexync_contracts.message_events import Mention
from nexync_runtime.postgres import Pool
from svc_chat.adapters.chats import PostgresChats
from svc_chat.adapters.own_chats import PostgresOwnChats, RedisOwnNotices
from svc_chat.own import NOTHING_KEPT, Draft, Drafts, Own

pytestmark = pytest.mark.real

ADA = PersonId(str(uuid.uuid4()))


def fresh() -> ChatId:
    return ChatId(str(uuid.uuid4()))


async def test_a_state_is_kept_whole_and_only_the_mark_is_taken_away(pool: Pool) -> None:
    store, chat = PostgresOwnChats(pool), fresh()
    assert await store.own(ADA, chat) == NOTHING_KEPT
    wanted = Own(0, 7, 3, True, 9, Drafts(Draft("hé\n😀", 4, 5, 6), 2))
    assert await store.change(ADA, chat, lambda _, __: wanted) == wanted._replace(version=1)
    assert await store.own(ADA, chat) == wanted._replace(version=1)
    same = await store.change(ADA, chat, lambda own, _: own)
    assert same.version == 1
    assert await store.read(ADA, chat)
    assert not await store.read(ADA, chat)
    assert await store.own(ADA, chat) == wanted._replace(version=2, marked_unread=False)
    await store.change(ADA, chat, lambda own, _: own._replace(drafts=Drafts(None, 6)))
    assert (await store.own(ADA, chat)).drafts == Drafts(None, 6)
    assert await PostgresChats(pool).facts(ADA, [chat]) == {}


async def test_pins_that_come_at_once_are_counted_one_after_the_other(pool: Pool) -> None:
    store = PostgresOwnChats(pool)

    def pin(own: Own, others: int) -> Own:
        return own if others >= PINNED_CHATS else own._replace(pinned_at=1)

    pinned = await asyncio.gather(*(store.change(ADA, fresh(), pin) for _ in range(30)))
    assert sum(own.pinned_at is not None for own in pinned) == PINNED_CHATS


async def test_names_are_counted_in_muted_chats_alone(pool: Pool) -> None:
    """Unread ones among the newest, of this person, in a chat that one is in and that is muted now."""
    town, store, chats = Town(pool), PostgresOwnChats(pool), PostgresChats(pool)
    ada, bob = await town.person("ada"), await town.person("bob")
    chat = await town.chat(ChatKind.GROUP, [bob, ada], 0)
    stream = chat_stream(chat)

    def naming(seq: int, person: PersonId) -> EventRecord:
        message = MessageCreated(body="@ada", mentions=(Mention(person=person, name="ada"),))
        return record(stream, seq, seq - 1, 1_000 + seq, bob, message)

    async def counted(person: PersonId = ada) -> int | None:
        return (await chats.facts(person, [chat]))[chat].mentioned

    async def mute(until: float) -> None:
        muted_until = int(until * 1000)
        await store.change(ada, chat, lambda own, _: own._replace(muted_until=muted_until))

    last = 3 + MENTIONS_COUNTED

    plain = [
        record(stream, seq, seq - 1, 1_000 + seq, bob, MessageCreated(body=f"{bob} {ada}"))
        for seq in range(6, last)
    ]
    await town.insert([naming(2, ada), naming(3, ada), naming(4, bob), naming(5, ada), *plain])
    async with pool.connection() as connection:
        await connection.execute(
            "UPDATE streams SET head = %s, n = %s WHERE id = %s", (last - 1, last - 2, stream)
        )
    assert await counted() is None
    await mute(time.time() + 60)
    assert await counted() == 2, "one of the three is older than those that are searched"
    assert await counted(bob) is None
    async with pool.connection() as connection:
        await connection.execute(
            "INSERT INTO blocks (blocker, blocked) VALUES (%s, %s)", (ada, bob)
        )
    blocking = (await chats.facts(ada, [chat]))[chat]
    assert (blocking.mentioned, blocking.unheard) == (0, {bob}), "whom one blocked calls nobody"
    async with pool.connection() as connection:
        await connection.execute("DELETE FROM blocks")
    await town.mark(chat, ada, 3)
    assert await counted() == 1
    await town.mark(chat, ada, last - 1)
    assert await counted() == 0
    await mute(time.time() - 1)
    assert await counted() is None
    await mute(time.time() + 60)
    async with pool.connection() as connection:
        await connection.execute(
            "UPDATE members SET until_seq = 5 WHERE chat = %s AND person = %s", (chat, ada)
        )
    assert await counted() is None


async def test_the_persons_pages_are_told(state: "redis.asyncio.Redis") -> None:
    chat = fresh()
    client: Any = state
    pubsub = client.pubsub()
    await pubsub.subscribe(stream_channel(person_stream(ADA)))
    notices = RedisOwnNotices(state)
    await notices.changed(ADA, chat)
    wanted = [OwnChatFrame(chat=chat)]
    async with asyncio.timeout(5):
        async for message in pubsub.listen():
            if message["type"] == "message":
                kind, epoch, seq, frame = decode_published(message["data"])
                assert (kind, epoch, seq) == (KIND_OWN, 0, 0)
                assert server_frame_adapter.validate_json(frame) == wanted.pop(0)
                if not wanted:
                    break
    await pubsub.aclose()
