"""Administration over the real backends: two instances, an administrator and the others."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from admin_site import PROOF, World, act, invite, join, log_of, world
from composed import PASSWORD
from real_site import Site

from nexync_contracts.admin_rest import (
    ManagedPeople,
)
from nexync_contracts.channels import ended_session_key, stream_channel
from nexync_contracts.ids import PersonId, person_stream
from svc_auth import ctl
from svc_auth.adapters.postgres_administration import FOUND_SQL
from svc_auth.bots import bot_token_hash
from svc_auth.settings import AdminSettings

__all__ = ["world"]


pytestmark = pytest.mark.real


async def test_who_is_locked_is_out_at_once_and_everywhere(world: World) -> None:
    """Both sessions and the bot's token end, the news go out within a second, and no way leads back in."""
    site = await world.with_boss()
    eve = await join(site, "eve@nexync.test", "eve", instance=1)
    first = dict(site.instances[1].cookies)
    bot = (await site.post("bots", {"username": "evebot"}, 1)).json()
    body = {"login": "eve", "password": PASSWORD}
    assert (await site.post("login", body, 1)).status_code == 200
    heard = site.state.pubsub()
    channels = [stream_channel(person_stream(PersonId(one))) for one in (eve, bot["bot"]["bot"])]
    await heard.subscribe(*channels)
    loop = asyncio.get_running_loop()
    began = loop.time()
    locked = await act(site, eve, "deactivation")
    said = [one async for one in _messages(heard, 3)]
    took = loop.time() - began
    await heard.unsubscribe()
    assert took < 1.0, took
    assert {one["channel"] for one in said} == {channel.encode() for channel in channels}
    assert locked.deactivated_at is not None
    assert locked.sessions == 0
    assert (await site.post("refresh", {}, 1)).status_code == 401
    assert (await site.instances[1].get("/api/auth/session")).status_code == 401
    site.instances[1].cookies.clear()
    site.instances[1].cookies.update(first)
    assert (await site.instances[1].get("/api/auth/session")).status_code == 401
    answer = await site.post("login", body, 1)
    assert (answer.status_code, answer.json()["code"]) == (403, "deactivated")
    wrong = await site.post("login", {**body, "password": "not the one"}, 1)
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_credentials")
    assert await _token_holders(site, bot["token"]) == 0
    # The first news may have got lost: asked again it goes out again, and the log has it once.
    await site.state.delete(*[key async for key in site.state.scan_iter(match="ended:*")])
    await act(site, eve, "deactivation")
    assert await site.state.exists(ended_session_key(await _session_of(site, eve)))
    assert (await act(site, eve, "reactivation")).deactivated_at is None
    assert (await site.post("login", body, 1)).status_code == 200
    assert (await site.post(f"bots/{bot['bot']['bot']}/token", None, 1)).status_code == 200
    assert await log_of(site) == [
        ("boss", "person.deactivated", "eve"),
        ("boss", "person.reactivated", "eve"),
    ]


async def test_a_log_in_at_the_same_moment_does_not_slip_through(world: World) -> None:
    """Whoever comes first at the person's row: afterwards no session goes on."""
    site = await world.with_boss()
    eve = await join(site, "eve@nexync.test", "eve", instance=1)
    for _ in range(5):
        await site.forget_limits()
        logins = [site.post("login", {"login": "eve", "password": PASSWORD}, 1) for _ in range(3)]
        _, answers = await asyncio.gather(act(site, eve, "deactivation"), asyncio.gather(*logins))
        assert {one.status_code for one in answers} <= {200, 403}
        async with site.pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT count(*) FROM sessions WHERE person = %s AND ended_at IS NULL", (eve,)
            )
            assert await cursor.fetchone() == (0,)
        await act(site, eve, "reactivation")


async def test_lost_factors_are_reset_and_their_owner_is_told(world: World) -> None:
    """The password alone opens the account again; sessions that a thief may have are ended."""
    site = await world.with_boss()
    eve = await join(site, "eve@nexync.test", "eve", instance=1)
    enrolment = (await site.post("factor/enrolment", {"current": PASSWORD}, 1)).json()
    code = {"code": site.clock.code(enrolment["secret"])}
    assert (await site.post("factor", code, 1)).status_code == 200
    body = {"login": "eve", "password": PASSWORD}
    assert (await site.post("login", body, 1)).json()["code"] == "second_factor"
    reset = await act(site, eve, "factor-reset")
    assert (reset.second_factor, reset.sessions) == (False, 0)
    assert (await site.post("login", body, 1)).status_code == 200
    told = (await site.jobs("second-factor"))[-1]
    assert (told["email"], told["change"]) == ("eve@nexync.test", "reset_by_admin")
    assert await log_of(site) == [("boss", "person.factors_reset", "eve")]


async def test_the_role_is_given_taken_and_never_left_to_nobody(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the command first, then by each other; what the settings give, the page can't take."""
    site = await world.site()
    ann = await join(site, "ann@nexync.test", "ann")
    bob = await join(site, "bob@nexync.test", "bob", instance=1)
    assert (await site.instances[0].get("/api/auth/role")).json() == {"admin": False}
    assert (await site.post(f"admin/people/{bob}/deactivation", PROOF)).status_code == 403
    assert await _ctl(world, "grant", "ann") == 0
    assert await _ctl(world, "grant", "nobody-here") == 1
    assert (await site.instances[0].get("/api/auth/role")).json() == {"admin": True}
    role = f"/api/auth/admin/people/{ann}/role"
    take = {"admin": False, **PROOF}
    assert (await site.instances[0].put(role, json=take)).status_code == 409
    assert await _ctl(world, "revoke", "ann") == 1
    assert (await site.post(f"admin/people/{ann}/deactivation", PROOF)).status_code == 409
    give = {"admin": True, **PROOF}
    other = f"/api/auth/admin/people/{bob}/role"
    assert (await site.instances[0].put(other, json=give)).status_code == 200
    # Each takes the other's role at the same moment: one of the two comes too late to be an administrator.
    both = await asyncio.gather(
        site.instances[0].put(other, json=take), site.instances[1].put(role, json=take)
    )
    assert sorted(one.status_code for one in both) == [200, 403]
    capsys.readouterr()
    assert await _ctl(world, "list") == 0
    assert capsys.readouterr().out.count("@nexync.test") == 1
    named = await world.site(admins="ann@nexync.test,bob@nexync.test")
    named.instances[0].cookies.update(site.instances[0].cookies)
    assert await _ctl(world, "revoke", "ann", admins="ann@nexync.test") == 1


async def test_the_command_says_that_postgres_is_away(capsys: pytest.CaptureFixture[str]) -> None:
    """In a line, not a traceback."""
    nowhere = AdminSettings(postgres_url="postgresql://nexync@127.0.0.1:1/nexync", admins="")
    assert await asyncio.to_thread(ctl.run, nowhere, ("list",)) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("Postgres doesn't answer")


async def test_every_change_asks_for_a_proof(world: World) -> None:
    """An open page is not enough, nor a wrong password; nothing is done then, and nothing logged."""
    site = await world.with_boss()
    eve = await join(site, "eve@nexync.test", "eve", instance=1)
    wrong = {"proof": {"current": "not the one"}}
    for path, body in (
        (f"admin/people/{eve}/deactivation", wrong),
        (f"admin/people/{eve}/reactivation", wrong),
        (f"admin/people/{eve}/factor-reset", wrong),
        ("admin/invitations", {"days": 1, "uses": 1, **wrong}),
        (f"admin/invitations/{eve}/revocation", wrong),
        (f"admin/people/{eve}/role", {"admin": True, **wrong}),
    ):
        await site.forget_limits()
        method = "PUT" if path.endswith("/role") else "POST"
        address = f"/api/auth/{path}"
        answer = await site.instances[0].request(method, address, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_password"), path
        answer = await site.instances[0].request(method, address, json={"admin": True})
        assert answer.status_code == 422, path
    assert await log_of(site) == []


async def test_people_are_found_by_any_part_of_name_or_address(world: World) -> None:
    """Page after page by username; `%` is a character like any other."""
    site = await world.with_boss()
    for name in ("amy", "ben"):
        await join(site, f"{name}@nexync.test", name, instance=1)
    async with site.pool.connection() as connection:
        await connection.execute(
            "INSERT INTO people (id, email, username, name, password_hash, partition, verified_at)"
            " SELECT gen_random_uuid(), 'p' || i || '@many.test', 'p' || lpad(i::text, 3, '0'), 'Per Son',"
            " '', 0, now() FROM generate_series(1, 60) i"
        )

    async def found(**query: str) -> ManagedPeople:
        answer = await site.instances[0].get("/api/auth/admin/people", params=query)
        return ManagedPeople.model_validate_json(answer.content)

    assert [one.username for one in (await found(q="EN@nex")).people] == ["ben"]
    assert [one.role.value for one in (await found(q="boss")).people] == ["settings"]
    assert (await found(q="%")).people == ()
    assert len((await found()).people) == 50
    first = await found(q="per s")
    assert (len(first.people), first.next) == (50, "p050")
    assert first.next is not None
    rest = await found(q="per s", past=first.next)
    assert (rest.people[0].username, len(rest.people), rest.next) == (
        "p051",
        10,
        None,
    )


async def test_a_search_that_finds_nobody_reads_indexes_alone(database: str) -> None:
    """Among 20,000 people; and one that finds everybody walks along the usernames until the page is full."""
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
        await connection.execute(
            "INSERT INTO people (id, email, username, name, password_hash, partition, verified_at)"
            " SELECT gen_random_uuid(), md5(i::text) || '@many.test', md5('u' || i), 'N ' || md5('n' || i),"
            " '', 0, now() FROM generate_series(1, 20000) i"
        )
        await connection.execute("VACUUM ANALYZE people")
        plans: dict[str, str] = {}
        for text in ("nobody-at-all", "many.test"):
            asked: dict[str, object] = {"past": "", "like": f"%{text}%", "most": 50, "admins": [""]}
            cursor = await connection.execute(f"EXPLAIN {FOUND_SQL}".encode(), asked)
            plans[text] = "\n".join(row[0] for row in await cursor.fetchall())
    for index in ("people_email_trgm", "people_username_trgm", "people_name_trgm"):
        assert index in plans["nobody-at-all"]
    assert "people_username_key" in plans["many.test"]
    assert not any("Seq Scan on people" in plan for plan in plans.values())


async def test_the_audit_log_is_only_added_to(world: World) -> None:
    """Not even who holds the database's password changes it by mistake; what is older than a year goes by itself."""
    site = await world.with_boss()
    await invite(site)
    async with site.pool.connection() as connection:
        for statement in ("UPDATE audit_log SET actor_name = 'x'", "DELETE FROM audit_log"):
            with pytest.raises(psycopg.errors.RaiseException):
                await connection.execute(statement.encode())
            await connection.rollback()
        await connection.execute(
            "INSERT INTO audit_log (at, actor_name, action, subject_name, address)"
            " VALUES (now() - interval '366 days', 'boss', 'invitation.made', 'old', '')"
        )
    assert [one[2] for one in await log_of(site)] == ["Team"]
    await invite(site)
    async with site.pool.connection() as connection:
        cursor = await connection.execute("SELECT count(*) FROM audit_log")
        assert await cursor.fetchone() == (2,)


async def _messages(heard: Any, most: int) -> AsyncIterator[dict[str, Any]]:
    async with asyncio.timeout(10):
        async for message in heard.listen():
            if message["type"] == "message":
                yield message
                most -= 1
            if most == 0:
                return


async def _token_holders(site: Site, token: str) -> int:
    async with site.pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT count(*) FROM bots WHERE token_hash = %s", (bot_token_hash(token),)
        )
        row = await cursor.fetchone()
    assert row is not None
    return row[0]


async def _session_of(site: Site, person: str) -> Any:
    async with site.pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT id::text FROM sessions WHERE person = %s LIMIT 1", (person,)
        )
        row = await cursor.fetchone()
    assert row is not None
    return row[0]


async def _ctl(world: World, *arguments: str, admins: str = "") -> int:
    settings = AdminSettings(postgres_url=world.database, admins=admins)
    return await asyncio.to_thread(ctl.run, settings, arguments)
