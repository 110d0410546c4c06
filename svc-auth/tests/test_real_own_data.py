"""What svc-auth hands out of an account, over its internal port and the real backends."""

import uuid
from collections.abc import AsyncIterator

import pytest
from composed import ORIGIN, PASSWORD
from real_site import Site, site_of

from nexync_contracts.export_rest import AccountCopy
from nexync_contracts.limits import OWN_DATA_ALLOWED_SECONDS
from nexync_contracts.passkey_rest import PasskeyCreationView
from nexync_testing.authenticator import Authenticator

pytestmark = pytest.mark.real

PATH = "/internal/accounts/export"
DAY_SECONDS = 24 * 3600


@pytest.fixture
async def site(database: str) -> AsyncIterator[Site]:
    async with site_of(database) as made:
        yield made


async def test_the_account_is_told_whole_and_without_what_proves_it(site: Site) -> None:
    """Ways in, sessions, bots; no hash, no secret and no key."""
    session = await site.sign_up()
    options = await site.post("passkeys/options", {"current": PASSWORD})
    key = Authenticator("nexync.test", ORIGIN)
    body = key.make(PasskeyCreationView.model_validate_json(options.content))
    added = await site.post("passkeys", body.model_dump(mode="json"))
    assert added.status_code == 201, added.text
    await site.turn_on()
    made = await site.post("bots", {"username": f"{site.username}-bot"})
    assert made.status_code == 201, made.text

    asked = {"person": session.person, "session": session.session}
    proof = {"current": PASSWORD, "code": site.codes[0]}
    assert (await site.post("export", proof)).status_code == 204
    answer = await site.inside.post(PATH, json=asked)
    copy = AccountCopy.model_validate_json(answer.content)
    assert (copy.person, copy.username) == (session.person, site.username)
    assert copy.email == f"{site.username}@nexync.test"
    assert copy.password
    assert copy.factor_since is not None
    assert len(copy.passkeys) == len(copy.bots) == 1
    assert [one.session for one in copy.sessions] == [session.session]
    secrets = (made.json()["token"], site.secret, PASSWORD, "argon2", *site.codes)
    assert not [one for one in secrets if one in answer.text]


async def test_it_is_told_once_after_a_proof_in_the_same_session(site: Site) -> None:
    """Without one, after a wrong one, twice, or to another session or person: refused."""
    session = await site.sign_up()
    asked = {"person": session.person, "session": session.session}

    async def told(**other: str) -> int:
        return (await site.inside.post(PATH, json={**asked, **other})).status_code

    assert await told() == 403
    assert (await site.post("export", {"current": "wrong horse"})).status_code == 403
    assert await told() == 403
    assert (await site.post("export", {"current": PASSWORD})).status_code == 204
    assert await told(session=str(uuid.uuid4())) == 403
    assert await told(person=str(uuid.uuid4())) == 404
    assert [await told(), await told()] == [200, 403]
    left = f"own-data:{session.person}:{session.session}"
    assert (await site.post("export", {"current": PASSWORD})).status_code == 204
    assert 0 < await site.state.ttl(left) <= OWN_DATA_ALLOWED_SECONDS

    await site.turn_on()
    without = await site.post("export", {"current": PASSWORD})
    assert without.json()["code"] == "second_factor"
    site.instances[0].cookies.clear()
    assert (await site.post("export", {"current": PASSWORD})).status_code == 401


async def test_nobody_has_none_and_who_is_not_verified_either(site: Site) -> None:
    body = {"email": f"{site.username}@nexync.test", "username": site.username}
    asked = await site.post("register", {**body, "password": PASSWORD})
    assert asked.status_code == 202
    async with site.pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT id::text FROM people WHERE username = %s", (site.username,)
        )
        row = await cursor.fetchone()
    assert row is not None
    for person in (row[0], str(uuid.uuid4())):
        asked_for = {"person": person, "session": str(uuid.uuid4())}
        answer = await site.inside.post(PATH, json=asked_for)
        assert answer.status_code == 404
        assert answer.json()["code"] == "not_found"
    assert (await site.inside.post(PATH, json={"person": "x"})).status_code == 422


async def test_a_session_ends_after_a_year_however_often_it_is_used(site: Site) -> None:
    """Its last token ends with it, and so does what is listed of it."""
    await site.sign_up()
    for _ in range(12):
        site.clock.turn(29 * DAY_SECONDS)
        assert (await site.post("refresh", {})).status_code == 200
    # A minute for what the requests themselves take: this clock goes on by itself.
    site.clock.turn(17 * DAY_SECONDS - 60)
    assert (await site.post("refresh", {})).status_code == 200
    site.clock.turn(60)
    assert (await site.post("refresh", {})).status_code == 401
    query = "SELECT ended_at IS NOT NULL FROM sessions s JOIN people p ON p.id = s.person WHERE username = %s"
    async with site.pool.connection() as connection:
        rows = await (await connection.execute(query, (site.username,))).fetchall()
    assert rows == [(True,)]


async def test_a_session_ends_after_thirty_days_without_a_refresh(site: Site) -> None:
    """Each refresh gives thirty more."""
    await site.sign_up()
    for _ in range(2):
        site.clock.turn(29 * DAY_SECONDS)
        assert (await site.post("refresh", {})).status_code == 200
    site.clock.turn(30 * DAY_SECONDS + 1)
    assert (await site.post("refresh", {})).status_code == 401
