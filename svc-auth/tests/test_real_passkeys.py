"""Passkeys over the real Postgres and Redis: two instances of svc-auth on one database."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from composed import ORIGIN, PASSWORD
from real_site import Site, site_of

from nexync_contracts import limits
from nexync_contracts.channels import REFRESH_COOKIE
from nexync_contracts.passkey_rest import (
    AddPasskeyBody,
    PasskeyCreationView,
    PasskeyItem,
    PasskeyRequestView,
    PasskeysPage,
)
from nexync_testing.authenticator import Authenticator

pytestmark = pytest.mark.real


@pytest.fixture
async def site(database: str) -> AsyncIterator[Site]:
    """Signed up, without a passkey."""
    async with site_of(database) as made:
        await made.sign_up()
        yield made


async def creation(site: Site, code: str | None = None) -> PasskeyCreationView:
    """A challenge for a new passkey, after the password."""
    body = {"current": PASSWORD} if code is None else {"current": PASSWORD, "code": code}
    answer = await site.post("passkeys/options", body)
    assert answer.status_code == 200, answer.text
    return PasskeyCreationView.model_validate_json(answer.content)


async def added(site: Site, *, counts: bool = True) -> tuple[Authenticator, PasskeyItem]:
    """A passkey that is kept."""
    key = Authenticator("nexync.test", ORIGIN, counts=counts)
    body = key.make(await creation(site))
    answer = await site.post("passkeys", body.model_dump(mode="json"))
    assert answer.status_code == 201, answer.text
    return key, PasskeyItem.model_validate_json(answer.content)


async def login_options(site: Site, instance: int = 0) -> PasskeyRequestView:
    """In a browser without cookies."""
    answer = await site.instances[instance].post("/api/auth/login/passkey/options")
    assert answer.status_code == 200, answer.text
    return PasskeyRequestView.model_validate_json(answer.content)


async def proof_options(site: Site) -> PasskeyRequestView:
    """In the open session."""
    answer = await site.instances[0].post("/api/auth/passkeys/proof")
    return PasskeyRequestView.model_validate_json(answer.content)


def login_body(key: Authenticator, view: PasskeyRequestView) -> dict[str, object]:
    """What a browser sends."""
    return {"passkey": key.sign(view).model_dump(mode="json")}


async def listed(site: Site) -> tuple[PasskeyItem, ...]:
    """One's passkeys."""
    answer = await site.instances[0].get("/api/auth/passkeys")
    page = PasskeysPage.model_validate_json(answer.content)
    assert page.rp_id == "nexync.test"
    return page.passkeys


async def test_from_adding_to_removing(site: Site) -> None:
    """Added on one instance it opens a session on the other; removed by itself it opens nothing; mails tell of both."""
    key, item = await added(site)
    assert item.used_at is None
    view = await login_options(site, 1)
    answer = await site.post("login/passkey", login_body(key, view), 1)
    assert answer.status_code == 200, answer.text
    assert answer.json()["username"] == site.username
    assert REFRESH_COOKIE in site.instances[1].cookies
    (used,) = await listed(site)
    assert used.used_at is not None
    answer = await site.instances[0].patch(
        f"/api/auth/passkeys/{item.id}", json={"name": " Work laptop "}
    )
    assert answer.status_code == 204, answer.text
    assert [one.name for one in await listed(site)] == ["Work laptop"]
    options = await proof_options(site)
    assert len(options.credentials) == 1
    answer = await site.post(f"passkeys/{item.id}/removal", login_body(key, options))
    assert answer.status_code == 204, answer.text
    assert not await listed(site)
    answer = await site.post("login/passkey", login_body(key, await login_options(site, 1)), 1)
    assert (answer.status_code, answer.json()["code"]) == (403, "passkey_refused")
    told = [(job["change"], job["name"]) for job in await site.jobs("passkey-changed")]
    assert told == [("added", item.name), ("removed", "Work laptop")]


async def test_a_challenge_is_good_once_for_all_instances(site: Site) -> None:
    """The same answer sent to both at the same moment opens one session."""
    key, _ = await added(site)
    body = login_body(key, await login_options(site))
    answers = await asyncio.gather(*(site.post("login/passkey", body, one) for one in (0, 1)))
    assert sorted(answer.status_code for answer in answers) == [200, 410]


async def test_a_counter_is_accepted_once(site: Site) -> None:
    """Two copies of a key that count alike: one gets in, the other is refused and told of, once."""
    key, _ = await added(site)
    bodies: list[dict[str, object]] = []
    for _ in range(3):
        key.count = 4
        bodies.append(login_body(key, await login_options(site)))
    answers = await asyncio.gather(*(site.post("login/passkey", body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200, 403, 403]
    told = [job["change"] for job in await site.jobs("passkey-changed")]
    assert told == ["added", "copy_suspected"]


async def test_a_passkey_that_does_not_count_stays_good(site: Site) -> None:
    """Those that are synced never count."""
    key, _ = await added(site, counts=False)
    for instance in (0, 1):
        answer = await site.post(
            "login/passkey", login_body(key, await login_options(site)), instance
        )
        assert answer.status_code == 200, answer.text


async def test_with_a_second_factor_a_code_is_needed_to_add_and_none_to_log_in(site: Site) -> None:
    """A passkey goes around the code, so nobody adds one without it."""
    await site.turn_on()
    answer = await site.post("passkeys/options", {"current": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor")
    site.clock.turn()
    key = Authenticator("nexync.test", ORIGIN)
    body = key.make(await creation(site, site.clock.code(site.secret)))
    answer = await site.post("passkeys", body.model_dump(mode="json"))
    assert answer.status_code == 201, answer.text
    answer = await site.post("login/passkey", login_body(key, await login_options(site, 1)), 1)
    assert answer.status_code == 200, answer.text
    assert (await site.instances[1].get("/api/auth/session")).status_code == 200


async def test_of_many_at_once_as_many_are_kept_as_may_be(site: Site) -> None:
    """The last place is taken once."""
    for _ in range(limits.PASSKEYS - 1):
        await added(site)
    keys = [Authenticator("nexync.test", ORIGIN) for _ in range(3)]
    bodies: list[AddPasskeyBody] = [key.make(await creation(site)) for key in keys]
    answers = await asyncio.gather(
        *(site.post("passkeys", body.model_dump(mode="json"), 0) for body in bodies)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert len(await listed(site)) == limits.PASSKEYS


async def test_the_challenge_ends_by_itself(site: Site) -> None:
    """Redis forgets it, and so does what Redis keeps: neither the challenge nor a name can be read there."""
    view = await login_options(site)
    keys = [key async for key in site.state.scan_iter(match="passkey:*")]
    lives = [await site.state.ttl(key) for key in keys]
    assert lives
    assert all(0 < life <= limits.PASSKEY_SECONDS for life in lives)
    assert not any(view.challenge in str(key) for key in keys)


async def test_without_anything_to_prove_with(site: Site) -> None:
    """The log-in counts for some minutes; after them the error names what is missing."""
    assert (await site.post("passkeys/options", {})).status_code == 200
    async for key in site.state.scan_iter(match="proved:*"):
        await site.state.delete(key)
    answer = await site.post("passkeys/options", {})
    assert (answer.status_code, answer.json()["code"]) == (403, "proof_needed")
    assert "password or a passkey" in answer.json()["title"]
