"""A second factor that the operator asks for, over the real Postgres and Redis."""

from collections.abc import AsyncIterator

import pytest
from composed import ORIGIN, PASSWORD
from real_site import Site, site_of

from nexync_contracts.factor_rest import EnrolmentView
from nexync_contracts.passkey_rest import PasskeyCreationView, PasskeyRequestView
from nexync_testing.authenticator import Authenticator

pytestmark = pytest.mark.real


@pytest.fixture
async def site(database: str) -> AsyncIterator[Site]:
    """Everybody must have one; signed up, without one."""
    async with site_of(database, second_factor="everyone") as made:
        assert (await made.sign_up()).setup
        yield made


async def open_to(site: Site, instance: int = 0) -> dict[str, object]:
    """The status of a thing that setting up needs and of one that it doesn't, and the latter's code."""
    client = site.instances[instance]
    mine = await client.get("/api/auth/factor")
    others = await client.get("/api/auth/sessions")
    code = None if others.status_code == 200 else others.json()["code"]
    return {"factor": mine.status_code, "sessions": others.status_code, "code": code}


CLOSED = {"factor": 200, "sessions": 403, "code": "second_factor_needed"}
OPEN = {"factor": 200, "sessions": 200, "code": None}
OUT = {"factor": 401, "sessions": 401, "code": "unauthenticated"}


async def passkey(site: Site, instance: int = 0) -> Authenticator:
    """A passkey that is added right after the log-in, without another proof."""
    answer = await site.post("passkeys/options", {}, instance)
    assert answer.status_code == 200, answer.text
    key = Authenticator("nexync.test", ORIGIN)
    body = key.make(PasskeyCreationView.model_validate_json(answer.content))
    answer = await site.post("passkeys", body.model_dump(mode="json"), instance)
    assert answer.status_code == 201, answer.text
    return key


async def test_an_app_is_set_up_after_the_log_in_and_opens_everything(site: Site) -> None:
    """No password is asked for again; the other session that could only set up ends."""
    assert (await site.log_in(1)).json()["setup"]
    assert await open_to(site, 1) == CLOSED
    assert await open_to(site) == CLOSED
    answer = await site.post("factor/enrolment", {})
    assert answer.status_code == 200, answer.text
    site.secret = EnrolmentView.model_validate_json(answer.content).secret
    assert (await site.post("factor", {"code": site.clock.code(site.secret)})).status_code == 200
    assert await open_to(site, 1) == OUT
    assert await open_to(site) == CLOSED
    answer = await site.post("refresh", None)
    assert (answer.status_code, answer.json()["setup"]) == (200, False)
    assert await open_to(site) == OPEN
    assert (await site.log_in(1)).json()["code"] == "second_factor"
    site.clock.turn()
    answer = await site.post("login/code", {"code": site.clock.code(site.secret)}, 1)
    assert not answer.json()["setup"]
    assert await open_to(site, 1) == OPEN
    site.clock.turn()
    body = {"current": PASSWORD, "code": site.clock.code(site.secret)}
    answer = await site.post("factor/off", body, 1)
    assert (answer.status_code, answer.json()["code"]) == (409, "factor_stays")


async def test_a_passkey_is_set_up_and_is_the_way_in_from_then_on(site: Site) -> None:
    """The password alone is one factor: it is refused, and leads to no other one."""
    await site.log_in(1)
    key = await passkey(site)
    assert await open_to(site, 1) == OUT
    assert (await site.post("refresh", None)).json()["setup"] is False
    assert await open_to(site) == OPEN
    answer = await site.log_in(1)
    assert (answer.status_code, answer.json()["code"]) == (403, "passkey_needed")
    assert (await site.instances[1].get("/api/auth/session")).status_code == 401
    answer = await site.instances[1].post("/api/auth/login/passkey/options")
    view = PasskeyRequestView.model_validate_json(answer.content)
    body = {"passkey": key.sign(view).model_dump(mode="json")}
    answer = await site.post("login/passkey", body, 1)
    assert (answer.status_code, answer.json()["setup"]) == (200, False)


async def test_who_is_logged_in_when_it_is_asked_for_logs_in_again(database: str) -> None:
    """At the next refresh, so that whoever sets it up has just shown the password; administrators alone, here."""
    email = "rosa@nexync.test"
    async with site_of(database, admins=email) as site:
        site.username = "rosa"
        await site.sign_up()
        cookies = site.instances[0].cookies
        async with site_of(database, admins=email, second_factor="administrators") as strict:
            async with strict.pool.connection() as connection:
                cursor = await connection.execute("SELECT factors FROM sessions")
                assert await cursor.fetchall() == [(1,)]
            strict.instances[0].cookies = cookies
            assert (await strict.post("refresh", None)).status_code == 401
            strict.username = "rosa"
            assert (await strict.log_in()).json()["setup"]
            strict.username = "somebody"
            assert not (await strict.sign_up()).setup
