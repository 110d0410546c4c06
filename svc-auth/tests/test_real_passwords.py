"""Passwords over the real backends: wrong ones, forgotten ones, changed ones."""

import asyncio

import pytest
from browser_site import Site, alive, log_in, name, site
from composed import PASSWORD

__all__ = ["name", "site"]


pytestmark = pytest.mark.real


async def test_wrong_passwords_cost_time(site: Site, name: str) -> None:
    """Of ten tries at once five are judged; the others are told how long to wait, also for nobody."""
    for login in (name, f"{name}@nexync.test"):
        body = {"login": login, "password": "wrong horse"}
        answers = await asyncio.gather(*(site.post("login", body) for _ in range(10)))
        assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 5
        waits = {answer.headers.get("Retry-After") for answer in answers}
        assert waits == {None, "1"}


async def test_a_forgotten_password_is_replaced_once(site: Site, name: str) -> None:
    """The newest link is good once; all sessions end; the owner is told; the old password is dead."""
    email = f"{name}@nexync.test"
    view = await site.sign_up(email, name)
    assert (await site.post("forgot", {"email": email.upper()})).status_code == 202
    old = await site.token()
    assert (await site.post("forgot", {"email": email})).status_code == 429
    await site.forget_limits()
    assert (await site.post("forgot", {"email": email})).status_code == 202
    token = await site.token()
    weak = await site.post("reset", {"token": token, "password": f"{name}-123"})
    assert weak.json()["issues"][0]["code"] == "password_tells_name"
    answer = await site.post("reset", {"token": old, "password": "a new one, really"})
    assert (answer.status_code, answer.json()["code"]) == (410, "link_spent")
    body = {"token": token, "password": "a new one, really"}
    answers = await asyncio.gather(*(site.post("reset", body) for _ in range(3)))
    assert sorted(one.status_code for one in answers) == [204, 410, 410]
    assert not await alive(site, view.session)
    assert await site.state.exists(f"ended:{view.session}")
    assert await site.newest("password-changed", "email") == email
    answer = await site.post("login", {"login": name, "password": PASSWORD})
    assert answer.status_code == 401
    answer = await site.post("login", {"login": name, "password": "a new one, really"})
    assert answer.status_code == 200


async def test_a_link_ends_after_its_time(site: Site, name: str) -> None:
    """Also when only the table says so."""
    email = f"{name}@nexync.test"
    await site.sign_up(email, name)
    await site.post("forgot", {"email": email})
    async with site.pool.connection() as connection:
        await connection.execute("UPDATE password_resets SET expires_at = now()")
    body = {"token": await site.token(), "password": "a new one, really"}
    assert (await site.post("reset", body)).status_code == 410
    answer = await site.post("login", {"login": name, "password": PASSWORD})
    assert answer.status_code == 200


async def test_nobody_learns_whether_an_address_is_known_by_asking_for_a_link(
    site: Site, name: str
) -> None:
    """The same answer, the same wait and a job each, of which one goes to nobody."""
    known = f"{name}@nexync.test"
    await site.sign_up(known, name)
    before = await site.count("auth_outbox"), await site.for_nobody()
    for email in (f"{name}.nobody@nexync.test", known):
        answers = [await site.post("forgot", {"email": email}) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [202, 429]
        assert answers[0].json() == {"status": "accepted"}
        assert answers[1].headers["Retry-After"] == "30"
    after = await site.count("auth_outbox"), await site.for_nobody()
    assert after == (before[0] + 2, before[1] + 1)


async def test_a_password_is_changed_by_the_old_one(site: Site, name: str) -> None:
    """The session that asks goes on, all others end, a link asked for before is over, the owner is told."""
    email = f"{name}@nexync.test"
    other = await site.sign_up(email, name)
    await site.post("forgot", {"email": email})
    mine = await log_in(site, name, "curl/8")
    path = "/api/auth/password"
    body = {"current": "wrong horse", "password": "a new one, really"}
    answer = await site.public.put(path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_password")
    body = {"current": PASSWORD, "password": "password1"}
    answer = await site.public.put(path, json=body)
    assert answer.json()["issues"][0]["path"] == ["body", "password"]
    body = {"current": PASSWORD, "password": "a new one, really"}
    assert (await site.public.put(path, json=body)).status_code == 204
    assert await alive(site, mine)
    assert not await alive(site, other.session)
    assert await site.newest("password-changed", "email") == email
    body = {"token": await site.token(), "password": "yet another one"}
    assert (await site.post("reset", body)).status_code == 410
    assert await _log_in_with(site, name, "a new one, really") == 200


async def _log_in_with(site: Site, name: str, password: str) -> int:
    return (await site.post("login", {"login": name, "password": password})).status_code
