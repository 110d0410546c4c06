"""What svc-auth hands out of an account, over its internal port and the real backends."""

import uuid
from collections.abc import AsyncIterator

import pytest
from real_site import ORIGIN, PASSWORD, Site, site_of

from nexync_contracts.export_rest import AccountCopy
from nexync_contracts.passkey_rest import PasskeyCreationView
from nexync_testing.authenticator import Authenticator

pytestmark = pytest.mark.real

PATH = "/internal/accounts/export"


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

    answer = await site.inside.post(PATH, json={"person": session.person})
    copy = AccountCopy.model_validate_json(answer.content)
    assert (copy.person, copy.username) == (session.person, site.username)
    assert copy.email == f"{site.username}@nexync.test"
    assert copy.password
    assert copy.factor_since is not None
    assert len(copy.passkeys) == len(copy.bots) == 1
    assert [one.session for one in copy.sessions] == [session.session]
    secrets = (made.json()["token"], site.secret, PASSWORD, "argon2", *site.codes)
    assert not [one for one in secrets if one in answer.text]


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
        answer = await site.inside.post(PATH, json={"person": person})
        assert answer.status_code == 404
        assert answer.json()["code"] == "not_found"
    assert (await site.inside.post(PATH, json={"person": "x"})).status_code == 422
