"""Proofs of who sits at a session, over the real Postgres and Redis: when one is asked for, and what it changes."""

from collections.abc import AsyncIterator

import pytest
from composed import PASSWORD
from real_site import Site, site_of

from nexync_contracts.channels import ACCESS_COOKIE, REFRESH_COOKIE
from nexync_contracts.rest import SessionView

pytestmark = pytest.mark.real


@pytest.fixture
async def site(database: str) -> AsyncIterator[Site]:
    """Signed up in the first browser, logged in with the second."""
    async with site_of(database) as made:
        await made.sign_up()
        assert (await made.log_in(1)).status_code == 200
        yield made


async def later(site: Site) -> None:
    """As if five minutes had passed."""
    async for key in site.state.scan_iter(match="proved:*"):
        await site.state.delete(key)


async def is_in(site: Site, instance: int) -> bool:
    """Whether the browser is logged in."""
    return (await site.instances[instance].get("/api/auth/session")).status_code == 200


async def test_ending_other_sessions_asks_who_sits_there(site: Site) -> None:
    """Not in the first minutes; then by a proof, which changes the session's tokens and counts for some minutes."""
    browser = site.instances[0]
    there = SessionView.model_validate_json(
        (await site.instances[1].get("/api/auth/session")).content
    )
    await later(site)
    for path in (f"sessions/{there.session}", "sessions"):
        answer = await browser.delete(f"/api/auth/{path}")
        assert (answer.status_code, answer.json()["code"]) == (403, "proof_needed")
    answer = await site.post("proof", {"current": "wrong horse"})
    assert answer.json()["code"] == "wrong_password"
    assert (await site.post("proof", {})).json()["code"] == "proof_needed"
    assert await is_in(site, 1)
    before = dict(browser.cookies)
    answer = await site.post("proof", {"current": PASSWORD})
    assert answer.status_code == 200, answer.text
    for name in (ACCESS_COOKIE, REFRESH_COOKIE):
        assert browser.cookies[name] != before[name] or name == ACCESS_COOKIE
    site.clock.turn()
    used = {"Cookie": f"{REFRESH_COOKIE}={before[REFRESH_COOKIE]}"}
    answer = await browser.delete("/api/auth/sessions")
    assert answer.status_code == 204
    assert not await is_in(site, 1)
    assert await is_in(site, 0)
    browser.cookies.clear()
    assert (await browser.post("/api/auth/refresh", headers=used)).status_code == 401


async def test_ones_own_session_ends_without_a_proof(site: Site) -> None:
    """That is logging out."""
    mine = SessionView.model_validate_json(
        (await site.instances[0].get("/api/auth/session")).content
    )
    await later(site)
    assert (await site.instances[0].delete(f"/api/auth/sessions/{mine.session}")).status_code == 204


async def test_a_log_in_ends_the_session_that_the_browser_had(site: Site) -> None:
    """Somebody else's too; those of other browsers go on."""
    former = dict(site.instances[0].cookies)
    answer = await site.post("login", {"login": site.username, "password": PASSWORD})
    assert answer.status_code == 200
    assert await is_in(site, 1)
    assert site.instances[0].cookies[REFRESH_COOKIE] != former[REFRESH_COOKIE]
    site.instances[0].cookies.clear()
    for name in (ACCESS_COOKIE, REFRESH_COOKIE):
        site.instances[0].cookies.set(name, former[name])
    assert not await is_in(site, 0)
    assert (await site.post("refresh", None)).status_code == 401


async def test_a_new_password_needs_the_second_factor_too(site: Site) -> None:
    """A code, unless one was shown in the last minutes; a wrong one changes nothing."""
    await site.turn_on()
    await later(site)
    body = {"current": PASSWORD, "password": "another moss lantern"}

    async def change(code: str | None) -> tuple[int, str | None]:
        answer = await site.instances[0].put("/api/auth/password", json=body | {"code": code})
        return answer.status_code, None if answer.status_code == 204 else answer.json()["code"]

    assert await change(None) == (403, "second_factor")
    assert await change("000000x") == (400, "wrong_code")
    assert await change(site.codes[0]) == (204, None)
    body = {"current": "another moss lantern", "password": PASSWORD}
    assert await change(None) == (204, None)


@pytest.mark.parametrize("path", ["factor/off", "factor/recovery-codes"])
async def test_a_change_of_the_factor_ends_all_other_sessions(site: Site, path: str) -> None:
    """Whoever sits at one of them may be why it was changed."""
    await site.turn_on()
    await site.log_in(1)
    assert (await site.post("login/code", {"code": site.codes[1]}, 1)).status_code == 200
    assert await is_in(site, 1)
    answer = await site.post(path, {"current": PASSWORD, "code": site.codes[2]})
    assert answer.status_code in {200, 204}, answer.text
    assert not await is_in(site, 1)
    assert await is_in(site, 0)
