"""Services that are killed in the middle of erasing accounts: each goes on where it was, and does nothing twice."""

import os
import sys
from asyncio import create_subprocess_exec, wait_for
from asyncio.subprocess import DEVNULL
from collections.abc import Sequence

import psycopg
import pytest
from killing import SECONDS, held, kill_in

from nexync_client import RefusedError
from nexync_contracts import endpoints
from nexync_contracts.errors import ProblemCode
from nexync_contracts.events import ChatKind
from nexync_contracts.ids import ChatId, PersonId
from nexync_e2e.client import Person, befriend, log_in, sign_up
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until

pytestmark = pytest.mark.e2e

PEOPLE = 3
PERSISTERS = ("persister-1", "persister-2")


async def _erase(person: Person) -> None:
    process = await create_subprocess_exec(
        *(sys.executable, "-m", "svc_auth", "admin", "erase", person.username),
        env=dict(os.environ),
        stdout=DEVNULL,
    )
    assert await wait_for(process.wait(), SECONDS) == 0


async def _counted(where: Wires, query: str, people: Sequence[PersonId]) -> int:
    async with await psycopg.AsyncConnection.connect(where.postgres) as connection:
        cursor = await connection.execute(query.encode(), (list(people),))
        row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def _settled(person: Person, name: str, bob: Person) -> tuple[ChatId, ChatId]:
    """In a group and in a private chat with somebody who stays."""
    await befriend(person, bob)
    group = await person.create_chat(ChatKind.GROUP, (bob.id,), name)
    return group, await person.create_chat(ChatKind.PRIVATE, (bob.id,))


async def test_whoever_is_killed_in_an_erasure_it_ends_with_each_step_once(
    where: Wires, bob: Person
) -> None:
    """svc-auth before its first transaction ends and in its last, svc-chat and the persisters in between."""
    people = [await sign_up(where.page, where.mail, prefix="eve") for _ in range(PEOPLE)]
    chats = [await _settled(person, f"Group {n}", bob) for n, person in enumerate(people)]
    ids = [person.id for person in people]
    gone = "SELECT count(*) FROM people WHERE id = ANY(%s::uuid[]) AND erased_at IS NOT NULL"
    done = "SELECT count(*) FROM erasures WHERE person = ANY(%s::uuid[]) AND done_at IS NOT NULL"

    async with held(where.postgres, "erasures"):
        for person in people:
            await _erase(person)
        await kill_in(where.postgres, "INSERT INTO erasures", "auth")
        assert await _counted(where, gone, ids) == 0
    async with held(where.postgres, "chat_outbox"):
        await kill_in(where.postgres, "INSERT INTO chat_outbox", "chat")
    async with held(where.postgres, "erased_people"):
        await kill_in(where.postgres, "INSERT INTO erased_people", *PERSISTERS)
    async with held(where.postgres, "refresh_tokens"):
        await kill_in(where.postgres, "DELETE FROM sessions", "auth")
        assert await _counted(where, gone, ids) == PEOPLE
        assert await _counted(where, done, ids) < PEOPLE

    async def all_done() -> bool | None:
        return await _counted(where, done, ids) == PEOPLE or None

    await until(all_done, "all are erased", seconds=2 * SECONDS, every=0.5)
    await _each_once(where, ids)
    for person, (group, private) in zip(people, chats, strict=True):
        assert (await bob.chat(group)).member_count == 1
        assert (await bob.chat(private)).dismissed
        assert (await person.rest.raw(endpoints.SESSION)).status_code == 401
        with pytest.raises(RefusedError) as refused:
            await log_in(where.page, person.login, person.password, timeout=SECONDS)
        assert refused.value.code is ProblemCode.WRONG_CREDENTIALS
        await person.close()


async def _each_once(where: Wires, people: Sequence[PersonId]) -> None:
    """In the log as others see it, in the log of administrators, and nothing of theirs is left."""
    said = "SELECT count(*) FROM audit_log WHERE subject = ANY(%s::uuid[]) AND action = 'person.erased'"
    assert await _counted(where, said, people) == PEOPLE
    for tag in ("person.erased", "member.removed", "chat.dismissed"):
        told = f"SELECT count(*) FROM events WHERE sender = ANY(%s::uuid[]) AND tag = '{tag}'"
        assert await _counted(where, told, people) == PEOPLE, tag
    for table in ("sessions", "passkeys", "own_chats", "push_devices"):
        left = f"SELECT count(*) FROM {table} WHERE person = ANY(%s::uuid[])"
        assert await _counted(where, left, people) == 0, table
