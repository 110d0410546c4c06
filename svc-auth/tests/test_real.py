"""The whole of svc-auth over the real Postgres and Redis, with a database of its own."""

import asyncio
import json
import random
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from auth_world import required
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import sql

from nexync_contracts import limits
from nexync_contracts.channels import ACCESS_COOKIE, REFRESH_COOKIE, decode_published
from nexync_contracts.ids import SessionId, person_stream
from nexync_contracts.rest import SessionsPage, SessionView
from nexync_contracts.session import SessionEnded
from nexync_runtime import postgres, redis_client
from nexync_runtime.http import application, routes_of
from nexync_runtime.rabbit import PublishError
from nexync_runtime.tokens import CookieAccess
from svc_auth.adapters.postgres_outbox import NOBODYS, Relay
from svc_auth.app import compose
from svc_auth.keyring import Keyring, LiveKeys, RingKey
from svc_auth.metrics import OUTBOX_WAITING
from svc_auth.passwords import Passwords
from svc_auth.settings import AuthSettings
from svc_auth.signing import SigningKey
from svc_auth.usernames import SKELETON_SQL, skeleton

pytestmark = pytest.mark.real

ORIGIN = "http://nexync.test"
PASSWORD = "correct horse"


@dataclass
class Site:
    """svc-auth without its lifecycle."""

    public: httpx.AsyncClient
    internal: httpx.AsyncClient
    pool: postgres.Pool
    state: Any
    """redis-py; its stubs are partial."""
    database: str

    async def post(
        self, path: str, body: object = None, *, refresh: str | None = None
    ) -> httpx.Response:
        """A request of a browser; `refresh` stands for what is in its jar."""
        if refresh is not None:
            self.public.cookies.set(REFRESH_COOKIE, refresh, domain="nexync.test", path="/api/auth")
        return await self.public.post(f"/api/auth/{path}", json=body)

    async def forget_limits(self) -> None:
        """As if time had passed; other keys of this Redis are left alone."""
        async for key in self.state.scan_iter(match="limit:*"):
            await self.state.delete(key)

    async def newest(self, tag: str, name: str) -> str:
        """A field of the newest job of this kind in the outbox."""
        async with self.pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT body->>%s FROM auth_outbox WHERE body->>'tag' = %s"
                " ORDER BY number DESC LIMIT 1",
                (name, tag),
            )
            row = await cursor.fetchone()
        assert row is not None
        return row[0]

    async def code(self) -> str:
        """The newest code in the outbox."""
        return await self.newest("verification-code", "code")

    async def token(self) -> str:
        """The token of the newest link in the outbox."""
        link = await self.newest("reset-password", "link")
        page, _, token = link.partition("/reset#")
        assert page == ORIGIN
        return token

    async def count(self, table: str) -> int:
        """Rows of a table."""
        async with self.pool.connection() as connection:
            query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            row = await (await connection.execute(query)).fetchone()
        assert row is not None
        return row[0]

    async def for_nobody(self) -> int:
        """Jobs of the outbox that are there for the steps alone that they take."""
        async with self.pool.connection() as connection:
            query = "SELECT count(*) FROM auth_outbox WHERE queue = %s"
            row = await (await connection.execute(query, (NOBODYS,))).fetchone()
        assert row is not None
        return row[0]

    async def sign_up(self, email: str, username: str) -> SessionView:
        """Register and verify."""
        body = {"email": email, "username": username, "password": PASSWORD}
        assert (await self.post("register", body)).status_code == 202
        answer = await self.post("verify", {"email": email, "code": await self.code()})
        assert answer.status_code == 200, answer.text
        return SessionView.model_validate_json(answer.content)


@pytest.fixture
async def site(database: str) -> AsyncIterator[Site]:
    """svc-auth over a database of its own; addresses and names are new in each test."""
    async with _site(database, ORIGIN) as made:
        yield made


@asynccontextmanager
async def _site(database: str, origin: str) -> AsyncGenerator[Site]:
    settings = AuthSettings(
        environment="development",
        admin_port=1,
        port=2,
        internal_port=3,
        postgres_url=database,
        redis_state_url=required("NEXYNC_REDIS_STATE_URL"),
        rabbitmq_url="amqp://unused",
        public_origins=origin,
        signing_key_file=Path("unused"),
        cookie_secure=origin.startswith("https://"),
    )
    pool = postgres.open_pool(database, application="test", size=4)
    await pool.open()
    state = redis_client.open_redis(settings.redis_state_url)
    keys = LiveKeys(Keyring([RingKey(SigningKey(Ed25519PrivateKey.generate()), 0)]), time.time)
    passwords = Passwords(threads=1, memory_kib=64, passes=1)
    routes = compose(settings, pool=pool, state=state, keys=keys, passwords=passwords, sealing=None)
    access = CookieAccess(keys.verify, state)
    public = application(routes_of(routes.public(), access, allowed_origins=[origin]))
    internal = application(routes_of(routes.internal(), access))
    async with (
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=public),
            base_url=origin,
            headers={"Origin": origin},
        ) as outside,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=internal), base_url="http://auth.test"
        ) as inside,
    ):
        yield Site(outside, inside, pool, state, database)
    await passwords.close()
    await state.aclose()
    await pool.close()


@pytest.fixture
def name() -> str:
    """A username that no other run has."""
    return f"u{uuid.uuid4().hex[:16]}"


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
    assert await _alive(site, view.session)

    subscription = site.state.pubsub()
    await subscription.subscribe(f"s:{person_stream(view.person)}")
    assert (await site.post("logout")).status_code == 204
    published = await _first_message(subscription)
    assert SessionEnded.model_validate_json(published).session == view.session
    await subscription.aclose()
    assert REFRESH_COOKIE not in site.public.cookies
    site.public.cookies.set(ACCESS_COOKIE, old_access)
    assert (await site.public.get("/api/auth/session")).status_code == 401
    assert not await _alive(site, view.session)
    for login in (name, email.upper()):
        answer = await site.post("login", {"login": login, "password": PASSWORD})
        assert answer.status_code == 200


async def _alive(site: Site, session: SessionId) -> bool:
    answer = await site.internal.post("/internal/sessions/check", json={"sessions": [session]})
    assert answer.status_code == 200
    return answer.json()["alive"] == [session]


async def _first_message(subscription: Any) -> bytes:
    async with asyncio.timeout(5):
        while True:
            message = await subscription.get_message(ignore_subscribe_messages=True, timeout=1)
            if message is not None:
                published = decode_published(message["data"])
                assert published.kind == "x"
                return published.frame


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
    assert not await _alive(site, view.session)
    assert (await site.post("refresh", refresh=fresh)).status_code == 401


async def test_cookies_where_tls_is(database: str, name: str) -> None:
    """Both are `__Host-`: secure, for the whole of this host and no other (ASVS 5.0, 3.3.1 and 3.3.3)."""
    async with _site(database, "https://nexync.test") as site:
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


async def test_wrong_passwords_cost_time(site: Site, name: str) -> None:
    """Of ten tries at once five are judged; the others are told how long to wait, also for nobody."""
    for login in (name, f"{name}@nexync.test"):
        body = {"login": login, "password": "wrong horse"}
        answers = await asyncio.gather(*(site.post("login", body) for _ in range(10)))
        assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 5
        waits = {answer.headers.get("Retry-After") for answer in answers}
        assert waits == {None, "1"}


async def test_sessions_are_listed_and_ended(site: Site, name: str) -> None:
    """The current one is marked; one can be ended, then all others; the current one goes on."""
    view = await site.sign_up(f"{name}@nexync.test", name)
    jar = dict(site.public.cookies)
    others = [
        await _log_in(site, name, agent) for agent in ("curl/8", "Firefox", "Chrome/1 Windows")
    ]
    site.public.cookies.clear()
    site.public.cookies.update(jar)
    page = SessionsPage.model_validate_json((await site.public.get("/api/auth/sessions")).content)
    assert [one.session for one in page.sessions] == [*reversed(others), view.session]
    assert [one.current for one in page.sessions] == [False, False, False, True]
    assert [one.device for one in page.sessions][:3] == ["Chrome on Windows", "Firefox", "curl"]
    assert (await site.public.delete(f"/api/auth/sessions/{uuid.uuid4()}")).status_code == 404
    assert (await site.public.delete(f"/api/auth/sessions/{others[0]}")).status_code == 204
    assert [await _alive(site, one) for one in others] == [False, True, True]
    assert (await site.public.delete("/api/auth/sessions")).status_code == 204
    assert [await _alive(site, one) for one in others] == [False, False, False]
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
    assert await _alive(site, theirs.session)


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
    assert not await _alive(site, view.session)
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
    mine = await _log_in(site, name, "curl/8")
    path = "/api/auth/password"
    body = {"current": "wrong horse", "password": "a new one, really"}
    answer = await site.public.put(path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_password")
    body = {"current": PASSWORD, "password": "password1"}
    answer = await site.public.put(path, json=body)
    assert answer.json()["issues"][0]["path"] == ["body", "password"]
    body = {"current": PASSWORD, "password": "a new one, really"}
    assert (await site.public.put(path, json=body)).status_code == 204
    assert await _alive(site, mine)
    assert not await _alive(site, other.session)
    assert await site.newest("password-changed", "email") == email
    body = {"token": await site.token(), "password": "yet another one"}
    assert (await site.post("reset", body)).status_code == 410
    assert await _log_in_with(site, name, "a new one, really") == 200


async def _log_in_with(site: Site, name: str, password: str) -> int:
    return (await site.post("login", {"login": name, "password": password})).status_code


async def test_a_login_beyond_the_limit_ends_the_oldest_session(site: Site, name: str) -> None:
    """Nobody can fill the table, and the newest login always counts."""
    view = await site.sign_up(f"{name}@nexync.test", name)
    async with site.pool.connection() as connection:
        await connection.execute(
            "INSERT INTO sessions (id, person, seen_at)"
            " SELECT gen_random_uuid(), %s, now() + interval '1 s' FROM generate_series(1, %s)",
            (view.person, limits.SESSIONS - 1),
        )
    newest = await _log_in(site, name, "curl/8")
    assert await _alive(site, newest)
    assert not await _alive(site, view.session)
    answer = await site.public.get("/api/auth/sessions")
    assert len(answer.json()["sessions"]) == limits.SESSIONS


async def _log_in(site: Site, name: str, agent: str) -> SessionId:
    site.public.cookies.clear()
    answer = await site.public.post(
        "/api/auth/login",
        json={"login": name, "password": PASSWORD},
        headers={"User-Agent": agent},
    )
    assert answer.status_code == 200, answer.text
    return SessionId(answer.json()["session"])


async def test_a_foreign_origin_is_refused(site: Site, name: str) -> None:
    """Before anything is looked up."""
    body = {"email": f"{name}@nexync.test", "username": name, "password": PASSWORD}
    answer = await site.public.post(
        "/api/auth/register", json=body, headers={"Origin": "http://evil.test"}
    )
    assert answer.json()["code"] == "foreign_origin"
    assert await site.count("people") == 0


class FakeJobs:
    """A broker that confirms until it is told to fail, and tells when it has enough."""

    def __init__(self, enough: int) -> None:
        self.sent: list[tuple[str, str]] = []
        self.fail_after = enough
        self.enough = enough
        self.done = asyncio.Event()

    async def publish(self, queue_name: str, message_id: str, body: bytes) -> None:
        if len(self.sent) >= self.fail_after:
            raise PublishError("away")
        assert json.loads(body)["id"] == message_id
        self.sent.append((queue_name, message_id))
        if len(self.sent) == self.enough:
            self.done.set()


async def _register(site: Site, name: str, count: int) -> None:
    for number in range(count):
        username = f"{name}{number}"
        body = {
            "email": f"{username}@nexync.test",
            "username": username,
            "password": PASSWORD,
        }
        assert (await site.post("register", body)).status_code == 202


async def test_the_outbox_keeps_its_order_over_a_failure(site: Site, name: str) -> None:
    """What was confirmed is deleted, what was not stays and comes first the next time."""
    await _register(site, name, 3)
    async with site.pool.connection() as connection:
        rows = await (
            await connection.execute("SELECT id::text FROM auth_outbox ORDER BY number")
        ).fetchall()
    jobs = FakeJobs(3)
    jobs.fail_after = 1
    relay = Relay(site.database, jobs)
    async with await psycopg.AsyncConnection.connect(site.database, autocommit=True) as mine:
        with pytest.raises(PublishError):
            await relay.relay_batch(mine)
        assert await site.count("auth_outbox") == 2
        (waiting,) = OUTBOX_WAITING.collect()
        assert waiting.samples[0].value == 2
        jobs.fail_after = 3
        assert await relay.relay_batch(mine) == 2
    assert [identity for _, identity in jobs.sent] == [row[0] for row in rows]
    assert await site.count("auth_outbox") == 0


async def test_of_two_relays_one_works_and_it_is_woken(site: Site, name: str) -> None:
    """Two instances send each job once, and well before the poll."""
    jobs = FakeJobs(3)
    async with asyncio.timeout(4.5), asyncio.TaskGroup() as group:
        relays = [group.create_task(Relay(site.database, jobs).run()) for _ in range(2)]
        await _register(site, name, 3)
        await jobs.done.wait()
        for relay in relays:
            relay.cancel()
    assert len({identity for _, identity in jobs.sent}) == len(jobs.sent) == 3


async def test_jwks_on_both_ports(site: Site) -> None:
    """Services read it inside, bots and tools outside."""
    inside = await site.internal.get("/internal/jwks.json")
    outside = await site.public.get("/api/auth/jwks.json")
    assert inside.json() == outside.json()
    assert inside.json()["keys"][0]["crv"] == "Ed25519"


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
