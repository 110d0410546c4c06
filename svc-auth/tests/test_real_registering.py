"""Registration over the real backends: known addresses, names that two want, codes, strange input."""

import asyncio
import random

import pytest
from browser_site import Site, name, site
from composed import ORIGIN, PASSWORD
from psycopg import sql

from svc_auth.usernames import SKELETON_SQL, skeleton

__all__ = ["name", "site"]


pytestmark = pytest.mark.real


async def test_a_known_address_gets_the_same_answer_and_no_code(site: Site, name: str) -> None:
    """Nobody learns who has an account but its owner, by mail; and the account is left alone."""
    email = f"{name}@nexync.test"
    await site.sign_up(email, name)
    await site.forget_limits()
    before = await site.count("auth_outbox")
    body = {"email": email, "username": f"{name}x", "password": "another password"}
    answer = await site.post("register", body)
    assert (answer.status_code, answer.json()) == (202, {"status": "accepted"})
    assert await site.count("auth_outbox") == before + 1
    assert await site.newest("account-exists", "username") == name
    assert await site.newest("account-exists", "link") == f"{ORIGIN}/login"
    assert (await site.post("login", {"login": name, "password": PASSWORD})).status_code == 200


async def test_registering_again_replaces_the_unverified_one(site: Site, name: str) -> None:
    """The newest mail's code belongs to the newest registration; the old code is dead."""
    email = f"{name}@nexync.test"
    first = {"email": email, "username": name, "password": "the first password"}
    assert (await site.post("register", first)).status_code == 202
    old = await site.code()
    await site.forget_limits()
    second = {"email": email, "username": f"{name}2", "password": PASSWORD}
    assert (await site.post("register", second)).status_code == 202
    assert await site.count("people") == 1
    code = await site.code()
    if old != code:
        answer = await site.post("verify", {"email": email, "code": old})
        assert answer.json()["code"] == "wrong_code"
    assert (await site.post("verify", {"email": email, "code": code})).status_code == 200
    answer = await site.post("login", {"login": f"{name}2", "password": PASSWORD})
    assert answer.status_code == 200


async def test_five_tries(site: Site, name: str) -> None:
    """After five wrong codes the right one doesn't help, even when Redis has forgotten the count."""
    email = f"{name}@nexync.test"
    body = {"email": email, "username": name, "password": PASSWORD}
    await site.post("register", body)
    code = await site.code()
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(5):
        answer = await site.post("verify", {"email": email, "code": wrong})
        assert answer.json()["code"] == "wrong_code"
        await site.forget_limits()
    answer = await site.post("verify", {"email": email, "code": code})
    assert answer.json()["code"] == "code_spent"


async def test_of_two_who_want_a_name_one_gets_it(site: Site, name: str) -> None:
    """The unique index decides a race, and the loser is told."""
    bodies = [
        {"email": f"{name}{number}@nexync.test", "username": name, "password": PASSWORD}
        for number in range(4)
    ]
    answers = await asyncio.gather(*(site.post("register", body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409]
    assert await site.count("people") == 1


async def test_names_that_look_alike_are_one_name(site: Site, name: str) -> None:
    """Also for two who ask at the same moment, where no unique index helps."""
    names = [f"{name}0m", f"{name}orn", f"{name}0rn"]
    bodies = [
        {"email": f"{one}@nexync.test", "username": one, "password": PASSWORD} for one in names
    ]
    answers = await asyncio.gather(*(site.post("register", body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409]
    assert await site.count("people") == 1


async def test_postgres_sees_the_same_likeness(site: Site) -> None:
    """The expression of the index and the function of the use case are one rule, and the index is used."""
    dice = random.Random(7)
    names = ["".join(dice.choices("rnvwm01ol.-_a", k=dice.randint(3, 12))) for _ in range(300)]
    async with site.pool.connection() as connection:
        query = sql.SQL("SELECT username, {} FROM unnest(%s::text[]) AS t(username)").format(
            sql.SQL(SKELETON_SQL)
        )
        rows = await (await connection.execute(query, (names,))).fetchall()
        await connection.execute("SET LOCAL enable_seqscan = off")
        plan = await (
            await connection.execute(
                sql.SQL("EXPLAIN SELECT 1 FROM people WHERE {} = 'x'").format(sql.SQL(SKELETON_SQL))
            )
        ).fetchall()
    assert dict(rows) == {one: skeleton(one) for one in names}
    assert any("people_username_skeleton" in row[0] for row in plan)


async def test_a_foreign_origin_is_refused(site: Site, name: str) -> None:
    """Before anything is looked up."""
    body = {"email": f"{name}@nexync.test", "username": name, "password": PASSWORD}
    answer = await site.public.post(
        "/api/auth/register", json=body, headers={"Origin": "http://evil.test"}
    )
    assert answer.json()["code"] == "foreign_origin"
    assert await site.count("people") == 0


async def test_strange_input_is_a_clear_problem(site: Site) -> None:
    """No 500 for any of it."""
    answers = [
        await site.post("login", {"login": "a\x00da", "password": PASSWORD}),
        await site.post("login", {"login": "no@such@address", "password": PASSWORD}),
        await site.post("register", {"email": "x", "username": "ada", "password": PASSWORD}),
        await site.post("verify", {"email": "ada@nexync.test", "code": "12345a"}),
        await site.post("refresh", refresh="made-up"),
        await site.internal.post("/internal/sessions/check", json={"sessions": ["x"]}),
    ]
    assert [answer.status_code for answer in answers] == [401, 401, 422, 422, 401, 422]
    assert answers[0].json()["code"] == "wrong_credentials"
