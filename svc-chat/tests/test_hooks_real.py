"""Webhooks of private chats against a real Postgres: whose they are, who is connected, and the word of an end."""

import pytest
from postgres_world import Parts, Town, fresh
from psycopg import sql

from nexync_contracts.commands import Command, CommandEnvelope, EndHooks
from nexync_contracts.events import ChatKind, Role
from nexync_contracts.ids import ChatId, PersonId, chat_stream
from nexync_runtime.postgres import Pool
from nexync_streams.group_settings import Hook
from svc_chat.adapters.hooks import PostgresHooks
from svc_chat.identifiers import private_chat_id
from svc_chat.relations import Relations

pytestmark = pytest.mark.real

HOOK = "30000000-0000-4000-8000-000000000000"


class Pair:
    """Ada and Bob, connected, with a private chat as the persister would have written it."""

    def __init__(self, town: Town, parts: Parts, ada: PersonId, bob: PersonId) -> None:
        self.pool, self.people, self.ada, self.bob = town.pool, parts.people, ada, bob
        self.chat: ChatId = private_chat_id(ada, bob)
        self.relations = Relations(parts.people, parts.suggestions, lambda: None)
        self.hooks = PostgresHooks(town.pool)

    async def befriend(self) -> None:
        await self.relations.ask(self.ada, self.bob)
        await self.relations.accept(self.bob, self.ada)

    async def lock(self, column: str) -> None:
        """Write down of Ada's account what an administrator or she herself did."""
        query = sql.SQL("UPDATE people SET {} = now() WHERE id = %s").format(sql.Identifier(column))
        async with self.pool.connection() as connection:
            await connection.execute(query, (self.ada,))

    async def told(self) -> list[tuple[PersonId, Command]]:
        """Who said what to the chat's log, in the outbox."""
        async with self.pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT envelope FROM chat_outbox WHERE stream = %s ORDER BY number",
                (chat_stream(self.chat),),
            )
            rows = [CommandEnvelope.model_validate_json(row[0]) for row in await cursor.fetchall()]
        return [(one.sender, one.command) for one in rows]


@pytest.fixture
async def pair(town: Town, parts: Parts, pool: Pool) -> Pair:
    pair = Pair(town, parts, await town.person("ada"), await town.person("bob"))
    await pair.befriend()
    snapshot = (
        '{"v":1,"kind":"private","name":null,"members":{},'
        f'"settings":{{"hooks":{{"{HOOK}":["00","Build","{pair.ada}",7]}}}}}}'
    )
    async with pool.connection() as connection:
        await connection.execute(
            "INSERT INTO streams VALUES (%s, 9000, 1, 2, 0, 7, %s)",
            (chat_stream(pair.chat), snapshot),
        )
        for person in (pair.ada, pair.bob):
            await connection.execute(
                "INSERT INTO members VALUES (%s, %s, 'member', 1, NULL)", (pair.chat, person)
            )
    return pair


async def test_a_place_has_its_webhooks_and_what_one_is_there(pair: Pair) -> None:
    found = await pair.hooks.place(pair.chat, pair.bob)
    assert found is not None
    assert (found.partition, found.kind, found.role) == (9000, ChatKind.PRIVATE, Role.MEMBER)
    assert list(found.hooks.values()) == [Hook("00", "Build", pair.ada, 7)]
    for nobody in (None, PersonId(fresh())):
        place = await pair.hooks.place(pair.chat, nobody)
        assert place is not None
        assert place.role is None
    assert await pair.hooks.place(ChatId(fresh()), pair.bob) is None


async def test_the_two_are_connected_until_one_of_them_parts(pair: Pair) -> None:
    """The log is told once, of a connection that there was; one that is only asked for is none."""
    assert await pair.hooks.connected(pair.chat, pair.ada)
    assert await pair.hooks.connected(pair.chat, pair.bob)
    for _ in range(2):
        await pair.relations.end(pair.bob, pair.ada)
    assert not await pair.hooks.connected(pair.chat, pair.ada)
    assert await pair.told() == [(pair.bob, EndHooks())]
    await pair.relations.ask(pair.ada, pair.bob)
    assert not await pair.hooks.connected(pair.chat, pair.ada)
    await pair.relations.end(pair.ada, pair.bob)
    assert len(await pair.told()) == 1


async def test_a_block_ends_them_after_it_holds(pair: Pair) -> None:
    await pair.people.block(pair.bob, pair.ada)
    assert not await pair.hooks.connected(pair.chat, pair.ada)
    told = await pair.told()
    assert [(sender, command.tag) for sender, command in told] == [
        (pair.bob, "chat.block"),
        (pair.bob, "hooks.end"),
    ]


@pytest.mark.parametrize("column", ["deactivated_at", "erase_at"])
async def test_a_locked_account_or_one_that_is_erased_speaks_no_more(
    pair: Pair, column: str
) -> None:
    await pair.lock(column)
    assert not await pair.hooks.connected(pair.chat, pair.ada)
