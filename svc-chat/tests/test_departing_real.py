"""svc-chat's part in an erasure, in a real Postgres: what goes, what the log is told, and when it is over."""

import uuid
from collections.abc import Sequence

import pytest
from postgres_world import PLACE, Town
from test_scheduled_real import message

from nexync_contracts.commands import (
    ClosePrivateChat,
    CommandEnvelope,
    NoteConnection,
    NoteErasure,
    RemoveMember,
)
from nexync_contracts.events import ChatKind, ConnectionChange
from nexync_contracts.ids import DELETED_NAME, ChatId, PersonId, chat_stream, person_stream
from nexync_runtime.postgres import Pool
from svc_chat.adapters.departures import PostgresDepartures
from svc_chat.adapters.people import PostgresPeople
from svc_chat.adapters.profiles import PostgresProfiles
from svc_chat.adapters.scheduled import PostgresScheduled
from svc_chat.departing import Departing
from svc_chat.keeping import EVERYBODY
from svc_chat.ports import PersonRow
from svc_chat.relations import view_of

pytestmark = pytest.mark.real


async def execute(pool: Pool, query: str, *values: object) -> None:
    async with pool.connection() as connection:
        await connection.execute(query.encode(), values)


async def count(pool: Pool, query: str, *values: object) -> int:
    async with pool.connection() as connection:
        row = await (await connection.execute(query.encode(), values)).fetchone()
    assert row is not None
    return int(row[0])


async def nameless(pool: Pool, person: PersonId) -> None:
    """As svc-auth leaves the row."""
    username = f"deleted-{person.replace('-', '')[:24]}"
    await execute(
        pool,
        "UPDATE people SET email = 'deleted:' || id, username = %s, name = %s, erase_at = now(), erased_at = now()"
        " WHERE id = %s",
        username,
        DELETED_NAME,
        person,
    )
    await execute(
        pool,
        "INSERT INTO erasures (person, begun_at) VALUES (%s, now() - interval '1 minute')",
        person,
    )


async def told(pool: Pool) -> list[CommandEnvelope]:
    async with pool.connection() as connection:
        rows = await (
            await connection.execute("SELECT envelope FROM chat_outbox ORDER BY number")
        ).fetchall()
        await connection.execute("DELETE FROM chat_outbox")
    return [CommandEnvelope.model_validate_json(bytes(row[0])) for row in rows]


class Moves:
    """What was made old."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.wakes = 0

    async def moved(self, names: Sequence[str]) -> None:
        self.names += names

    def wake(self) -> None:
        self.wakes += 1


async def test_nothing_is_left_and_the_log_is_told_once(pool: Pool) -> None:
    """Rows of the person go; group and private chat hear of it; over it is when the log has all of it."""
    town, moves = Town(pool), Moves()
    eve = await town.person("eve", "Eve Fullname")
    bob, cat = await town.person("bob"), await town.person("cat")
    group = await town.chat(ChatKind.GROUP, [eve, bob], 1)
    private = await town.chat(ChatKind.PRIVATE, [eve, bob], 1)
    people = PostgresPeople(pool)
    await people.ask(bob, eve)
    await people.accept(eve, bob)
    await people.block(cat, eve)
    await PostgresProfiles(pool).change(eve, None, "Eve's bio")
    await PostgresScheduled(pool).add(message(eve, group, 10), 3)
    picture = uuid.uuid4()
    await execute(
        pool,
        "INSERT INTO attachments (id, owner, purpose, name, size, content, facts)"
        " VALUES (%s, %s, 'picture', 'eve.png', 1, %s, '{}')",
        picture,
        eve,
        uuid.uuid4(),
    )
    await execute(
        pool, "INSERT INTO own_chats (person, chat, draft_text) VALUES (%s, %s, 'd')", eve, group
    )
    await told(pool)
    await nameless(pool, eve)
    departing = Departing(PostgresDepartures(pool), moves.moved, moves.wake)
    assert await departing.round() == 0
    assert moves.names == [EVERYBODY]
    assert moves.wakes == 1
    for table, column in (
        ("profiles", "person"),
        ("own_chats", "person"),
        ("scheduled_messages", "person"),
        ("blocks", "blocked"),
    ):
        rows = await count(pool, f"SELECT count(*) FROM {table} WHERE {column} = %s", eve)
        assert rows == 0, table
    assert await count(pool, "SELECT count(*) FROM connections") == 0
    assert await count(pool, "SELECT count(*) FROM attachments WHERE check_at <= now()") == 1
    first = await told(pool)
    by_stream = {one.stream: one.command for one in first}
    assert by_stream[chat_stream(group)] == RemoveMember(person=eve)
    assert by_stream[chat_stream(private)] == ClosePrivateChat()
    assert by_stream[person_stream(eve)] == NoteErasure()
    ended = by_stream[person_stream(bob)]
    assert isinstance(ended, NoteConnection)
    assert ended.change is ConnectionChange.ENDED
    assert next(one for one in first if one.stream == chat_stream(group)).people_partitions == {
        eve: PLACE
    }
    # Killed before the log had it: told again it is the same commands.
    assert await departing.round() == 0
    again = [one for one in await told(pool) if not isinstance(one.command, NoteConnection)]
    assert {one.id for one in again} < {one.id for one in first}
    assert len(again) == 3
    await logged(pool, eve, group, private)
    assert await departing.round() == 1
    assert await told(pool) == []
    assert await departing.round() == 0


async def logged(pool: Pool, person: PersonId, group: ChatId, private: ChatId) -> None:
    """As svc-persister flushes what became of it."""
    await execute(
        pool, "UPDATE members SET until_seq = 9 WHERE chat = %s AND person = %s", group, person
    )
    await execute(
        pool,
        'UPDATE streams SET snapshot = \'{"kind":"private","settings":{"dismissed":true}}\''
        " WHERE id = %s",
        chat_stream(private),
    )
    await execute(pool, "INSERT INTO erased_people VALUES (%s, 1)", person)


async def test_who_is_let_in_while_going_leaves_again(pool: Pool) -> None:
    """By a command that was on its way: a new span is a new command."""
    town, moves = Town(pool), Moves()
    eve, bob = await town.person("eve"), await town.person("bob")
    await nameless(pool, eve)
    departing = Departing(PostgresDepartures(pool), moves.moved, moves.wake)
    await execute(pool, "INSERT INTO erased_people VALUES (%s, 1)", eve)
    assert await departing.round() == 1
    late = await town.chat(ChatKind.GROUP, [bob, eve], 0)
    assert await departing.round() == 0
    assert [one.stream for one in await told(pool)] == [chat_stream(late)]


async def test_others_see_nobody_while_it_waits_and_a_deleted_account_after(pool: Pool) -> None:
    """In the grace: not found, not listed, not to be asked or written to first. The person sees themselves."""
    town = Town(pool)
    eve, bob = await town.person("eve-waits", "Eve Waits"), await town.person("bob-waits")
    people = PostgresPeople(pool)
    await people.ask(bob, eve)
    await people.accept(eve, bob)
    await execute(pool, "UPDATE people SET erase_at = now() + interval '1 day' WHERE id = %s", eve)
    assert eve not in [row.person for row in await people.search(bob, "eve-waits", 5)]
    assert await people.connections(bob, None, 5) == []
    seen = await people.person(bob, eve)
    assert isinstance(seen, PersonRow)
    assert (seen.name, seen.relation, seen.askable) == ("Eve Waits", "none", False)
    assert [row.person for row in await people.connections(eve, None, 5)] == [bob]
    own = await people.person(eve, eve)
    assert own is not None
    assert own.relation == "self"
    await execute(pool, "UPDATE people SET erase_at = NULL WHERE id = %s", eve)
    back = await people.person(bob, eve)
    assert back is not None
    assert back.relation == "connected"
    await nameless(pool, eve)
    gone = await people.person(bob, eve)
    assert gone is not None
    assert view_of(gone).deleted
    assert (gone.name, gone.askable) == (DELETED_NAME, False)
    assert eve not in [row.person for row in await people.search(bob, "deleted", 5)]
    assert await people.ask(bob, eve) is None
    assert await PostgresProfiles(pool).change(eve, "Eve again", "bio") is None
