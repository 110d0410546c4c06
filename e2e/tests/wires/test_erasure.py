"""Erasing an account, through the edge and on both gateways: what ends, what others see, and that nothing is left."""

import asyncio
import os
import sys
from typing import Any

import psycopg
import pytest
import redis.asyncio

from nexync_client import RefusedError
from nexync_contracts import (
    endpoints,
    erasure_endpoints,
    erasure_rest,
    profile_endpoints,
    profile_rest,
    rest,
)
from nexync_contracts.errors import CloseCode, ProblemCode, RejectCode
from nexync_contracts.events import ChatKind, MessageCreated, Role
from nexync_contracts.ids import DELETED_NAME
from nexync_contracts.passkey_rest import OwnerProofBody
from nexync_e2e.client import Device, Person, Sending, log_in
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until, until_true

pytestmark = pytest.mark.e2e

GONE_SECONDS = 90.0
"""Some seconds on an idle machine; a busy one may take its time."""


async def _command(*arguments: str) -> None:
    """What an operator does in a pod of svc-auth."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "svc_auth", "admin", *arguments),
        env=dict(os.environ),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, said


async def _view(person: Person) -> erasure_rest.ErasureView:
    return await person.rest.call(erasure_endpoints.ERASURE, erasure_rest.ErasureView)


async def _found(person: Person, words: str) -> list[str]:
    page = await person.rest.call(endpoints.PEOPLE, rest.PeoplePage, query={"q": words})
    return [one.person for one in page.people]


async def _named(where: Wires, needles: list[str]) -> list[str]:
    """Where in Postgres and in Redis any of the words still is: every row of every table, every key."""
    found: list[str] = []
    async with await psycopg.AsyncConnection.connect(where.postgres) as connection:
        cursor = await connection.execute(
            "SELECT quote_ident(table_name) FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        for (table,) in await cursor.fetchall():
            query = f"SELECT count(*) FROM {table} t WHERE row_to_json(t)::text ILIKE ANY(%s)"
            likes = [f"%{needle}%" for needle in needles]
            row = await (await connection.execute(query.encode(), (likes,))).fetchone()
            found += [table] if row and row[0] else []
    client: Any = redis.asyncio.from_url(where.redis_state)  # pyright: ignore[reportUnknownMemberType]
    async for key in client.scan_iter(count=1_000):
        kind = (await client.type(key)).decode()
        value = b"".join(await client.lrange(key, 0, -1)) if kind == "list" else b""
        value = (await client.get(key) or b"") if kind == "string" else value
        found += [key.decode() for needle in needles if needle.encode() in key + value]
    await client.aclose()
    return found


async def test_during_the_grace_one_is_not_there_for_others_and_can_come_back(
    where: Wires, ann: Person, bob: Person
) -> None:
    """Every other socket closes within a second; nobody finds or adds the person; taken back all is as before."""
    again = await log_in(where.page, ann.login, ann.password)
    here = Device(ann, where.gateways[:1], name="here")
    there = Device(again, where.gateways[1:], name="there")
    wrong = erasure_rest.EraseBody(proof=OwnerProofBody(current="not the password"))
    right = erasure_rest.EraseBody(proof=OwnerProofBody(current=ann.password))
    async with here.running(), there.running():
        with pytest.raises(RefusedError) as refused:
            await ann.rest.call(erasure_endpoints.ERASE, erasure_rest.ErasureView, body=wrong)
        assert refused.value.code is ProblemCode.WRONG_PASSWORD
        view = await ann.rest.call(erasure_endpoints.ERASE, erasure_rest.ErasureView, body=right)
        assert view.erase_at is not None
        await until_true(lambda: bool(there.close_codes), "the other closed", seconds=2)
        assert there.close_codes == [CloseCode.SESSION_ENDED]
        assert not here.close_codes
    assert ann.id not in await _found(bob, ann.username)
    with pytest.raises(RefusedError) as refused:
        await bob.create_chat(ChatKind.PRIVATE, (ann.id,))
    assert refused.value.code is ProblemCode.NOT_CONNECTED
    back = await log_in(where.page, ann.login, ann.password)
    assert (await _view(back)).erase_at == view.erase_at
    await back.rest.call(erasure_endpoints.KEEP, erasure_rest.ErasureView)
    assert (await _view(ann)).erase_at is None
    assert ann.id in await _found(bob, ann.username)
    assert await bob.create_chat(ChatKind.PRIVATE, (ann.id,))
    for person in (again, back):
        await person.close()


async def test_an_erased_account_is_gone_and_what_it_wrote_stays(
    where: Wires, ann: Person, bob: Person
) -> None:
    """Both write while it happens: each message is in history or rejected. Then nothing names the person any more."""
    name, bio = f"Full {ann.username}", f"bio of {ann.username}"
    body = profile_rest.ProfileBody(name=name, bio=bio)
    await ann.rest.call(profile_endpoints.SET_PROFILE, profile_rest.OwnProfile, body=body)
    group = await ann.create_chat(ChatKind.GROUP, (bob.id,), "Stays")
    private = await bob.create_chat(ChatKind.PRIVATE, (ann.id,))
    mine = Device(ann, where.gateways[:1], name="ann")
    his = Device(bob, where.gateways[1:], name="bob")
    async with mine.running(), his.running():
        sent = [await mine.send(chat, "before") for chat in (group, private)]
        await mine.settled()
        erasing = asyncio.create_task(_command("erase", ann.username))
        theirs: list[Sending] = []
        while not mine.close_codes:
            theirs.append(await his.send(private, f"meanwhile {len(theirs)}"))
            await his.settled()
            await asyncio.sleep(0.2)
        await erasing
        assert mine.close_codes == [CloseCode.SESSION_ENDED]

        async def closed() -> bool | None:
            theirs.append(await his.send(private, "too late?"))
            await his.settled()
            return theirs[-1].code == RejectCode.DISMISSED.value or None

        await until(closed, "the private chat is closed", seconds=GONE_SECONDS, every=0.5)
        assert all((one.seq is None) != (one.code is None) for one in (*sent, *theirs))

        async def left() -> rest.ChatView | None:
            view = await bob.chat(group)
            return view if view.member_count == 1 else None

        alone = await until(left, "the group is left", seconds=GONE_SECONDS)
        assert alone.role is Role.ADMIN
    page = await bob.timeline(private)
    kept = {one.seq for one in page.items if isinstance(one.event, MessageCreated)}
    assert {one.seq for one in (sent[1], *theirs) if one.seq is not None} <= kept
    seen = await bob.rest.call(endpoints.PERSON, rest.PersonView, path={"person": ann.id})
    assert (seen.name, seen.deleted, seen.relation, seen.askable) == (
        DELETED_NAME,
        True,
        "none",
        False,
    )
    assert (await bob.chat(private)).dismissed
    assert await _found(bob, ann.username) == []
    assert (await ann.rest.raw(endpoints.SESSION)).status_code == 401
    for login in (ann.login, f"{ann.username}@example.test"):
        with pytest.raises(RefusedError) as refused:
            await log_in(where.page, login, ann.password)
        assert refused.value.code is ProblemCode.WRONG_CREDENTIALS
    if where.postgres:

        async def nowhere() -> bool | None:
            return await _named(where, [ann.username]) == [] or None

        await until(nowhere, "no row and no key names the person", seconds=GONE_SECONDS, every=1)
