"""The second factor over the real Postgres and Redis: two instances of svc-auth on one database."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from composed import PASSWORD
from psycopg import sql
from real_site import Site, site_of

from nexync_contracts import limits
from nexync_contracts.channels import ACCESS_COOKIE, CHALLENGE_COOKIE, REFRESH_COOKIE
from nexync_contracts.factor_rest import EnrolmentView, FactorView

pytestmark = pytest.mark.real


@pytest.fixture
async def site(database: str) -> AsyncIterator[Site]:
    """Signed up, nothing turned on."""
    async with site_of(database) as made:
        await made.sign_up()
        yield made


async def test_from_turning_on_to_turning_off(site: Site) -> None:
    """Other sessions end, log-in needs the code on either instance, both factors turn it off; the owner is told."""
    answer = await site.log_in(1)
    assert answer.status_code == 200
    await site.turn_on()
    assert (await site.instances[1].get("/api/auth/session")).status_code == 401
    assert (await site.instances[0].get("/api/auth/session")).status_code == 200
    answer = await site.instances[0].get("/api/auth/factor")
    view = FactorView.model_validate_json(answer.content)
    assert (view.available, view.on, view.recovery_left) == (True, True, 10)

    answer = await site.log_in(1)
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor")
    cookies = answer.headers.get_list("set-cookie")
    assert [cookie.partition("=")[0] for cookie in cookies] == [CHALLENGE_COOKIE]
    assert "HttpOnly" in cookies[0]
    assert f"Max-Age={limits.FACTOR_CHALLENGE_SECONDS}" in cookies[0]
    for path in ("session", "sessions", "factor"):
        assert (await site.instances[1].get(f"/api/auth/{path}")).status_code == 401
    assert (await site.post("refresh", None, 1)).status_code == 401

    site.clock.turn()
    answer = await site.post("login/code", {"code": site.clock.code(site.secret)}, 1)
    assert answer.status_code == 200, answer.text
    assert {ACCESS_COOKIE, REFRESH_COOKIE} <= set(site.instances[1].cookies)
    assert site.challenge(1) is None
    body = {"current": PASSWORD, "code": site.codes[0]}
    assert (await site.post("factor/off", body, 1)).status_code == 204
    assert (await site.log_in()).status_code == 200
    changes = [job["change"] for job in await site.jobs("second-factor")]
    assert changes == ["turned_on", "recovery_code_used", "turned_off"]


async def test_one_code_opens_one_session_across_instances(site: Site) -> None:
    """The same code at the same moment on two instances with a challenge each: one of them is refused."""
    await site.turn_on()
    site.clock.turn()
    for instance in (0, 1):
        await site.log_in(instance)
    body = {"code": site.clock.code(site.secret)}
    answers = await asyncio.gather(*(site.post("login/code", body, one) for one in (0, 1)))
    assert sorted(answer.status_code for answer in answers) == [200, 400]


async def test_one_recovery_code_opens_one_session_across_instances(site: Site) -> None:
    """And is gone; the mail says how many are left."""
    await site.turn_on()
    for instance in (0, 1):
        await site.log_in(instance)
    body = {"code": site.codes[4].upper()}
    answers = await asyncio.gather(*(site.post("login/code", body, one) for one in (0, 1)))
    assert sorted(answer.status_code for answer in answers) == [200, 400]
    (_, used) = await site.jobs("second-factor")
    assert (used["change"], used["left"]) == ("recovery_code_used", 9)


async def test_no_more_than_five_tries_a_challenge(site: Site) -> None:
    """The fifth wrong one ends it, whatever Redis has forgotten of the limits."""
    await site.turn_on()
    await site.log_in()
    token = site.challenge()
    assert token is not None
    answers: list[str] = []
    for _ in range(8):
        await site.forget_limits()
        site.instances[0].cookies.set(
            CHALLENGE_COOKIE, token, domain="nexync.test", path="/api/auth"
        )
        answers.append((await site.post("login/code", {"code": "000000x"})).json()["code"])
    assert answers == ["wrong_code"] * 4 + ["code_spent"] + ["login_over"] * 3


async def test_wrong_codes_are_slowed_down(site: Site) -> None:
    """Whoever knows the password can't guess on with challenge after challenge."""
    await site.turn_on()
    answers: list[httpx.Response] = []
    for _ in range(8):
        await site.log_in()
        answers.append(await site.post("login/code", {"code": "000000x"}))
    assert [answer.status_code for answer in answers] == [400] * 5 + [429] * 3
    assert answers[-1].headers["Retry-After"] == "1"


async def test_a_challenge_ends_by_itself(site: Site) -> None:
    """Redis forgets it."""
    await site.turn_on()
    await site.log_in()
    async for key in site.state.scan_iter(match="challenge:*"):
        left = await site.state.ttl(key)
        assert 0 < left <= limits.FACTOR_CHALLENGE_SECONDS


async def test_a_mailed_link_does_not_go_past_the_factor(site: Site) -> None:
    """Who reads the mail has a new password, and no session without the code; a challenge from before is over."""
    await site.turn_on()
    await site.log_in(1)
    email = f"{site.username}@nexync.test"
    assert (await site.post("forgot", {"email": email})).status_code == 202
    token = (await site.jobs("reset-password"))[-1]["link"].partition("#")[2]
    body = {"token": token, "password": "a new one, really"}
    answer = await site.post("reset", body)
    assert answer.status_code == 204
    site.clock.turn()
    answer = await site.post("login/code", {"code": site.clock.code(site.secret)}, 1)
    assert answer.json()["code"] == "login_over"
    login = {"login": site.username, "password": "a new one, really"}
    answer = await site.post("login", login)
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor")


async def test_a_wrong_password_is_answered_alike_with_and_without_a_factor(site: Site) -> None:
    """Nobody learns from outside who has one."""
    answers: list[tuple[int, dict[str, Any], int]] = []
    for on in (False, True):
        if on:
            await site.turn_on()
        site.instances[1].cookies.clear()
        login = {"login": site.username, "password": "wrong horse"}
        answer = await site.post("login", login, 1)
        cookies = len(answer.headers.get_list("set-cookie"))
        answers.append((answer.status_code, answer.json(), cookies))
    assert answers[0] == answers[1]
    assert answers[0][0] == 401


async def test_the_database_has_no_secret_in_the_clear(site: Site) -> None:
    """Neither the app's nor a recovery code, also not in the outbox."""
    await site.turn_on()
    async with site.pool.connection() as connection:
        for table in ("second_factors", "recovery_codes", "auth_outbox", "sessions"):
            query = sql.SQL("SELECT {}::text FROM {}").format(
                sql.Identifier(table), sql.Identifier(table)
            )
            for (row,) in await (await connection.execute(query)).fetchall():
                for hidden in (site.secret, *site.codes, *(c.replace("-", "") for c in site.codes)):
                    assert hidden not in row
                    assert hidden.encode().hex() not in row


async def test_two_confirmations_turn_it_on_once(site: Site) -> None:
    """One gets the recovery codes, the other is told to begin again."""
    answer = await site.post("factor/enrolment", {"current": PASSWORD})
    secret = EnrolmentView.model_validate_json(answer.content).secret
    body = {"code": site.clock.code(secret)}
    answers = await asyncio.gather(*(site.post("factor", body) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404]
    answer = await site.post("factor/enrolment", {"current": PASSWORD})
    assert answer.json()["code"] == "conflict"
