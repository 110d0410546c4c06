"""Logging in with a provider over the real Postgres and Redis, with providers over real HTTP."""

import asyncio
import uuid
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from auth_world import to_a_young_step
from composed import ORIGIN
from provider_servers import returned
from provider_site import OWN, Site, site
from starlette.responses import PlainTextResponse

from nexync_contracts import limits
from nexync_contracts.channels import ACCESS_COOKIE, PROVIDER_COOKIE, REFRESH_COOKIE
from nexync_contracts.factor_rest import EnrolmentView
from nexync_contracts.provider_rest import ProvidersView
from svc_auth import totp

__all__ = ["site"]


pytestmark = pytest.mark.real


async def test_a_first_log_in_makes_an_account(site: Site) -> None:
    """Verified, with a generated username, a name, cookies, and a mail; the second time it is the same one."""
    answer = await site.browser.get("/api/auth/providers")
    shown = ProvidersView.model_validate_json(answer.content).providers
    assert [(one.id, one.label) for one in shown] == [("corp", "Corp"), ("hub", "Hub")]
    assert await site.log_in() == "/"
    view = await site.session()
    assert view is not None
    assert view.username == "ada-lovelace"
    assert PROVIDER_COOKIE not in site.browser.cookies
    (mail,) = await site.jobs("auto-generated-password")
    assert (mail["email"], mail["username"], mail["provider"]) == (
        "ada@example.org",
        "ada-lovelace",
        "Corp",
    )
    found = await site.identities()
    assert [(one.provider, one.email) for one in found.identities] == [("corp", "ada@example.org")]
    assert not found.password
    assert await site.log_in() == "/"
    again = await site.session()
    assert again is not None
    assert (again.person, await site.count("people")) == (view.person, 1)


async def test_the_mailed_password_is_good_for_one_change(site: Site) -> None:
    """It opens nothing by itself, and nothing after it was changed."""
    await site.log_in()
    mailed = (await site.jobs("auto-generated-password"))[0]["password"]
    site.browser.cookies.clear()
    login = {"login": "ada-lovelace", "password": mailed}
    answer = await site.post("login", login)
    assert (answer.status_code, answer.json()["code"]) == (403, "password_change_needed")
    assert ACCESS_COOKIE not in site.browser.cookies
    change = {"login": "ada-lovelace", "current": mailed, "password": "ada-lovelace1"}
    assert (await site.post("login/new-password", change)).status_code == 422
    change["password"] = OWN
    assert (await site.post("login/new-password", change)).status_code == 200
    assert await site.session() is not None
    assert (await site.identities()).password
    assert (await site.post("login", login)).json()["code"] == "wrong_credentials"
    assert (await site.post("login", {**login, "password": OWN})).status_code == 200
    assert len(await site.jobs("password-changed")) == 1


async def test_the_mailed_password_ends(site: Site) -> None:
    """After a day it is a wrong one, and a link by mail is the way to another."""
    await site.log_in()
    mailed = (await site.jobs("auto-generated-password"))[0]["password"]
    site.ahead = timedelta(seconds=limits.ONE_TIME_PASSWORD_SECONDS)
    answer = await site.post("login", {"login": "ada-lovelace", "password": mailed})
    assert answer.json()["code"] == "wrong_credentials"
    assert (await site.post("forgot", {"email": "ada@example.org"})).status_code == 202
    token = (await site.jobs("reset-password"))[0]["link"].partition("#")[2]
    assert (await site.post("reset", {"token": token, "password": OWN})).status_code == 204
    answer = await site.post("login", {"login": "ada-lovelace", "password": OWN})
    assert answer.status_code == 200


async def test_an_address_that_is_verified_on_both_sides_is_linked(site: Site) -> None:
    """The account stays what it is, and its owner is told."""
    await site.sign_up()
    before = await site.session()
    assert await site.log_in("hub") == "/"
    after = await site.session()
    assert before is not None
    assert after is not None
    assert (after.person, after.username) == (before.person, "ada-own")
    (notice,) = await site.jobs("identity-changed")
    assert (notice["email"], notice["provider"], notice["linked"]) == (
        "ada@example.org",
        "Hub",
        True,
    )
    assert (await site.post("login", {"login": "ada-own", "password": OWN})).status_code == 200


async def test_an_address_that_nobody_verified_here_is_taken_over(site: Site) -> None:
    """Whoever registered it without its mail keeps neither the password nor the code."""
    body = {"email": "ada@example.org", "username": "mallory", "password": OWN}
    assert (await site.post("register", body)).status_code == 202
    code = (await site.jobs("verification-code"))[-1]["code"]
    assert await site.log_in() == "/"
    assert await site.count("people") == 1
    view = await site.session()
    assert view is not None
    assert view.username == "ada-lovelace"
    site.browser.cookies.clear()
    answer = await site.post("login", {"login": "ada@example.org", "password": OWN})
    assert answer.json()["code"] == "wrong_credentials"
    answer = await site.post("verify", {"email": "ada@example.org", "code": code})
    assert answer.json()["code"] == "wrong_code"


async def test_an_address_without_proof_opens_nothing(site: Site) -> None:
    """Neither a new account nor one that is there; of a linked identity the address doesn't matter."""
    await site.sign_up()
    site.issuer.person["email_verified"] = False
    assert await site.log_in() == "/login?problem=address_not_verified"
    assert await site.session() is None
    site.issuer.person["email_verified"] = True
    assert await site.log_in() == "/"
    site.issuer.person["email_verified"] = False
    assert await site.log_in() == "/"


async def test_the_second_factor_is_asked_for(site: Site) -> None:
    """A linked identity is the first of two steps, and an unknown one is not linked at the door."""
    await site.sign_up()
    assert await site.back(await site.leave("corp", {"current": OWN})) == (
        "/settings/security?linked=corp"
    )
    answer = await site.post("factor/enrolment", {"current": OWN})
    secret = EnrolmentView.model_validate_json(answer.content).secret
    site.ahead = to_a_young_step(site.now())
    first = totp.code_at(secret, totp.step_at(site.now()))
    assert (await site.post("factor", {"code": first})).status_code == 200
    assert await site.log_in() == "/login?step=code"
    assert await site.session() is None
    site.ahead += timedelta(seconds=60)
    site.ahead += to_a_young_step(site.now())
    code = totp.code_at(secret, totp.step_at(site.now()))
    assert (await site.post("login/code", {"code": code})).status_code == 200
    assert await site.session() is not None
    assert await site.log_in("hub") == "/login?problem=link_needed"
    assert await site.session() is None


@pytest.mark.parametrize("kind", ["state", "cookie", "forged", "provider", "late", "again"])
async def test_a_way_back_that_nobody_left_on(site: Site, kind: str) -> None:
    """Another's state, no cookie, one that isn't ours, of another provider, too late, used already."""
    location = await site.leave()
    match kind:
        case "state":
            location = location.replace(f"state={returned(location)['state']}", "state=x")
        case "cookie":
            site.browser.cookies.clear()
        case "forged":
            value = site.browser.cookies[PROVIDER_COOKIE]
            site.browser.cookies.clear()
            site.browser.cookies.set(PROVIDER_COOKIE, value[:-4] + "AAAA")
        case "provider":
            location = location.replace("/corp/", "/hub/")
        case "late":
            site.ahead = timedelta(seconds=limits.PROVIDER_SECONDS)
        case _:
            assert await site.back(location) == "/"
            site.browser.cookies.clear()
    assert await site.back(location) == "/login?problem=login_over"
    assert REFRESH_COOKIE not in site.browser.cookies


@pytest.mark.parametrize(
    ("error", "code"),
    [("access_denied", "provider_cancelled"), ("server_error", "provider_refused")],
)
async def test_the_provider_says_no(site: Site, error: str, code: str) -> None:
    """In words of ours; what it wrote is not shown."""
    site.issuer.faults.error = error
    assert await site.log_in() == f"/login?problem={code}"


async def test_a_wrong_nonce_and_a_provider_that_went_away(site: Site) -> None:
    """Both end on the page, and no account was made."""
    site.issuer.faults.claims = {"nonce": "another"}
    assert await site.log_in() == "/login?problem=provider_refused"
    site.issuer.faults.claims = {}
    location = await site.leave()
    site.issuer.faults.answers["/token"] = PlainTextResponse("", 503)
    assert await site.back(location) == "/login?problem=provider_away"
    assert await site.count("people") == 0


async def test_linking_needs_the_password_and_a_session_that_goes_on(site: Site) -> None:
    """And an identity belongs to one account, of each provider one."""
    await site.sign_up("bob@example.org", "bob-own")
    answer = await site.post("providers/corp/link", {"current": "wrong password"})
    assert answer.json()["code"] == "wrong_password"
    location = await site.leave("corp", {"current": OWN})
    kept = site.browser.cookies[PROVIDER_COOKIE]
    await site.post("logout")
    assert await site.back(location) == "/settings/security?problem=login_over"
    assert kept
    assert (await site.post("login", {"login": "bob-own", "password": OWN})).status_code == 200
    assert "linked=corp" in await site.back(await site.leave("corp", {"current": OWN}))
    assert len(await site.jobs("identity-changed")) == 1
    assert "linked=corp" in await site.back(await site.leave("corp", {"current": OWN}))
    assert len((await site.identities()).identities) == 1
    site.issuer.person["sub"] = "ada-2"
    assert await site.back(await site.leave("corp", {"current": OWN})) == (
        "/settings/security?problem=linked_elsewhere"
    )
    await site.log_in("hub")
    site.issuer.person["sub"] = "ada-1"
    mailed = (await site.jobs("auto-generated-password"))[0]
    change = {"login": mailed["username"], "current": mailed["password"], "password": OWN}
    assert (await site.post("login/new-password", change)).status_code == 200
    assert await site.back(await site.leave("corp", {"current": OWN})) == (
        "/settings/security?problem=linked_elsewhere"
    )


async def test_the_last_way_in_stays(site: Site) -> None:
    """Without a password another identity must be left; soon after a log-in no proof is asked for, later it is."""
    await site.log_in()
    (only,) = (await site.identities()).identities
    answer = await site.post(f"identities/{only.id}/unlink", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "last_way_in")
    mailed = (await site.jobs("auto-generated-password"))[0]["password"]
    change = {"login": "ada-lovelace", "current": mailed, "password": OWN}
    assert (await site.post("login/new-password", change)).status_code == 200
    answer = await site.post(f"identities/{only.id}/unlink", {"current": "wrong password"})
    assert answer.json()["code"] == "wrong_password"
    async for key in site.state.scan_iter(match="proved:*"):
        await site.state.delete(key)
    answer = await site.post(f"identities/{only.id}/unlink", {})
    assert answer.json()["code"] == "proof_needed"
    answer = await site.post(f"identities/{uuid.uuid4()}/unlink", {"current": OWN})
    assert answer.status_code == 404
    answer = await site.post(f"identities/{only.id}/unlink", {"current": OWN})
    assert answer.status_code == 204
    assert (await site.identities()).identities == ()
    assert not (await site.jobs("identity-changed"))[-1]["linked"]


async def test_of_two_unlinkings_at_once_one_way_in_stays(site: Site) -> None:
    """Two identities, no password."""
    await site.log_in()
    assert await site.log_in("hub") == "/"
    both = (await site.identities()).identities
    assert len(both) == 2
    answers = await asyncio.gather(*(site.post(f"identities/{one.id}/unlink", {}) for one in both))
    assert sorted(answer.status_code for answer in answers) == [204, 409]


async def test_two_first_log_ins_at_once_make_one_account(site: Site) -> None:
    """The same person in two tabs, in browsers of their own."""
    ways: list[tuple[str, str]] = []
    for _ in range(2):
        site.browser.cookies.clear()
        location = await site.leave()
        ways.append((location, site.browser.cookies[PROVIDER_COOKIE]))
    site.browser.cookies.clear()
    answers = await asyncio.gather(
        *(
            site.browser.get(location, headers={"Cookie": f"{PROVIDER_COOKIE}={cookie}"})
            for location, cookie in ways
        )
    )
    assert [answer.headers["location"] for answer in answers] == ["/", "/"]
    assert await site.count("people") == 1
    assert len(await site.jobs("auto-generated-password")) == 1


async def test_a_generated_username_is_nobody_elses(site: Site) -> None:
    """Neither the same nor one that looks like it."""
    await site.sign_up("bob@example.org", "ada.love1ace")
    await site.log_in()
    view = await site.session()
    assert view is not None
    assert view.username.startswith("ada-lovelace-")


async def test_unknown_providers_and_odd_addresses(site: Site) -> None:
    """As anything that isn't there; the callback leads to a page of ours, never elsewhere."""
    assert (await site.post("providers/nobody/start", {})).status_code == 404
    assert (await site.post("providers/No_Body/start", {})).status_code == 422
    page = await site.back(f"{ORIGIN}/api/auth/providers/corp/callback?state=x&code=y")
    assert urlsplit(page).netloc == ""
    foreign = {"Origin": "http://evil.test"}
    answer = await site.browser.post("/api/auth/providers/corp/start", json={}, headers=foreign)
    assert answer.status_code == 403
