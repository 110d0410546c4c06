"""Sessions over the real backends: from sign-up to log-out, copies of tokens, cookies, lists and limits."""

import asyncio
import uuid
from typing import Any

import pytest
from browser_site import Site, alive, browser_site, log_in, name, site
from composed import PASSWORD

from nexync_contracts import limits
from nexync_contracts.channels import ACCESS_COOKIE, REFRESH_COOKIE, decode_published
from nexync_contracts.ids import person_stream
from nexync_contracts.rest import SessionsPage, SessionView
from nexync_contracts.session import SessionEnded

__all__ = ["name", "site"]


pytestmark = pytest.mark.real


async def test_from_sign_up_to_log_out(site: Site, name: str) -> None:
    """Register, verify, session, refresh, log out; the cookies are out of scripts' reach."""
    email = f"{name}@nexync.test"
    view = await site.sign_up(email, name)
    assert view.username == name
    answer = await site.public.get("/api/auth/session")
    assert SessionView.model_validate_json(answer.content) == view
    answer = await site.post("refresh")
    assert SessionView.model_validate_json(answer.content).session == view.session
    cookies = answer.headers.get_list("set-cookie")
    assert len(cookies) == 2
    assert all("HttpOnly" in cookie and "SameSite=lax" in cookie for cookie in cookies)
    assert any(REFRESH_COOKIE in cookie and "Path=/api/auth" in cookie for cookie in cookies)
    old_access = site.public.cookies[ACCESS_COOKIE]
    assert await alive(site, view.session)

    subscription = site.state.pubsub()
    await subscription.subscribe(f"s:{person_stream(view.person)}")
    assert (await site.post("logout")).status_code == 204
    published = await _first_message(subscription)
    assert SessionEnded.model_validate_json(published).session == view.session
    await subscription.aclose()
    assert REFRESH_COOKIE not in site.public.cookies
    site.public.cookies.set(ACCESS_COOKIE, old_access)
    assert (await site.public.get("/api/auth/session")).status_code == 401
    assert not await alive(site, view.session)
    for login in (name, email.upper()):
        answer = await site.post("login", {"login": login, "password": PASSWORD})
        assert answer.status_code == 200


async def _first_message(subscription: Any) -> bytes:
    async with asyncio.timeout(5):
        while True:
            message = await subscription.get_message(ignore_subscribe_messages=True, timeout=1)
            if message is not None:
                published = decode_published(message["data"])
                assert published.kind == "x"
                return published.frame


async def test_two_tabs_and_a_thief(site: Site, name: str) -> None:
    """Racing refreshes both succeed in one session; a token used long ago ends it."""
    view = await site.sign_up(f"{name}@nexync.test", name)
    token = site.public.cookies.get(REFRESH_COOKIE, path="/api/auth")
    assert token is not None
    answers = [await site.post("refresh", refresh=token) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert {answer.json()["session"] for answer in answers} == {view.session}
    async with site.pool.connection() as connection:
        await connection.execute("UPDATE refresh_tokens SET used_at = used_at - interval '11 s'")
    fresh = site.public.cookies.get(REFRESH_COOKIE, path="/api/auth")
    answer = await site.post("refresh", refresh=token)
    assert answer.status_code == 401
    assert not await alive(site, view.session)
    assert (await site.post("refresh", refresh=fresh)).status_code == 401


async def test_cookies_where_tls_is(database: str, name: str) -> None:
    """Both are `__Host-`: secure, for the whole of this host and no other (ASVS 5.0, 3.3.1 and 3.3.3)."""
    async with browser_site(database, "https://nexync.test") as site:
        view = await site.sign_up(f"{name}@nexync.test", name)
        answer = await site.post("refresh")
        assert answer.json()["session"] == view.session
        cookies = answer.headers.get_list("set-cookie")
        assert {cookie.partition("=")[0] for cookie in cookies} == {
            "__Host-nexync_access",
            "__Host-nexync_refresh",
        }
        for cookie in cookies:
            words = set(cookie.split("; ")[1:])
            assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= words
            assert not any(word.startswith("Domain") for word in words)
        assert (await site.public.get("/api/auth/session")).status_code == 200
        assert (await site.post("logout")).status_code == 204
        assert (await site.public.get("/api/auth/session")).status_code == 401


async def test_sessions_are_listed_and_ended(site: Site, name: str) -> None:
    """The current one is marked; one can be ended, then all others; the current one goes on."""
    view = await site.sign_up(f"{name}@nexync.test", name)
    jar = dict(site.public.cookies)
    others = [
        await log_in(site, name, agent) for agent in ("curl/8", "Firefox", "Chrome/1 Windows")
    ]
    site.public.cookies.clear()
    site.public.cookies.update(jar)
    page = SessionsPage.model_validate_json((await site.public.get("/api/auth/sessions")).content)
    assert [one.session for one in page.sessions] == [*reversed(others), view.session]
    assert [one.current for one in page.sessions] == [False, False, False, True]
    assert [one.device for one in page.sessions][:3] == ["Chrome on Windows", "Firefox", "curl"]
    assert (await site.public.delete(f"/api/auth/sessions/{uuid.uuid4()}")).status_code == 404
    assert (await site.public.delete(f"/api/auth/sessions/{others[0]}")).status_code == 204
    assert [await alive(site, one) for one in others] == [False, True, True]
    assert (await site.public.delete("/api/auth/sessions")).status_code == 204
    assert [await alive(site, one) for one in others] == [False, False, False]
    for one in others:
        assert await site.state.exists(f"ended:{one}")
    assert (await site.public.get("/api/auth/session")).status_code == 200


async def test_somebody_elses_session_is_as_unknown_as_none(site: Site, name: str) -> None:
    """And goes on."""
    theirs = await site.sign_up(f"{name}@nexync.test", name)
    site.public.cookies.clear()
    await site.sign_up(f"{name}x@nexync.test", f"{name}x")
    assert (await site.public.delete(f"/api/auth/sessions/{theirs.session}")).status_code == 404
    assert (await site.public.delete("/api/auth/sessions")).status_code == 204
    assert await alive(site, theirs.session)


async def test_a_login_beyond_the_limit_ends_the_oldest_session(site: Site, name: str) -> None:
    """Nobody can fill the table, and the newest login always counts."""
    view = await site.sign_up(f"{name}@nexync.test", name)
    async with site.pool.connection() as connection:
        await connection.execute(
            "INSERT INTO sessions (id, person, seen_at)"
            " SELECT gen_random_uuid(), %s, now() + interval '1 s' FROM generate_series(1, %s)",
            (view.person, limits.SESSIONS - 1),
        )
    newest = await log_in(site, name, "curl/8")
    assert await alive(site, newest)
    assert not await alive(site, view.session)
    answer = await site.public.get("/api/auth/sessions")
    assert len(answer.json()["sessions"]) == limits.SESSIONS


async def test_jwks_on_both_ports(site: Site) -> None:
    """Services read it inside, bots and tools outside."""
    inside = await site.internal.get("/internal/jwks.json")
    outside = await site.public.get("/api/auth/jwks.json")
    assert inside.json() == outside.json()
    assert inside.json()["keys"][0]["crv"] == "Ed25519"
