"""Providers over real HTTP: the way there and back, and everything that is refused."""

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from provider_servers import (
    CLIENT,
    OTHER_RSA,
    SECRET,
    Faults,
    Github,
    Issuer,
    listen,
    returned,
    serving,
)
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse

from nexync_contracts.provider_rest import ProviderKind
from svc_auth.adapters import oidc_provider, provider_http
from svc_auth.adapters.github_provider import GithubProvider
from svc_auth.adapters.oidc_provider import OidcProvider
from svc_auth.adapters.provider_http import trust
from svc_auth.provider_ports import (
    Proven,
    Provider,
    ProviderAwayError,
    ProviderRefusedError,
    Trip,
)
from svc_auth.providers import ProviderConfig, ProvidersError, load_providers

TRIP = Trip("http://nexync.test/back", "s" * 43, "n" * 43, "v" * 64)


def config(kind: ProviderKind, address: str) -> ProviderConfig:
    """As an operator would write it."""
    return ProviderConfig(
        id="corp",
        kind=kind,
        label="Corp",
        issuer=address,
        client_id=CLIENT,
        client_secret_file=Path("unused"),
    )


def oidc(address: str) -> OidcProvider:
    """The adapter."""
    return OidcProvider(config(ProviderKind.OIDC, address), SECRET, trust(None))


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    listening, address = listen()
    made = Issuer(address)
    async with serving(made.app(), listening):
        yield made


@pytest.fixture
async def github() -> AsyncIterator[Github]:
    listening, address = listen()
    made = Github(address)
    async with serving(made.app(), listening):
        yield made


async def browse(location: str) -> dict[str, str]:
    """What the browser brings back."""
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(location)
    assert answer.status_code == 302, answer.text
    return returned(answer.headers["location"])


async def prove(provider: Provider, trip: Trip = TRIP, issuer: str | None = None) -> Proven:
    """The whole way."""
    back = await browse(await provider.authorization(trip))
    assert back["state"] == trip.state
    return await provider.identity(trip, back["code"], issuer)


async def test_an_issuer_tells_who_came_back(issuer: Issuer) -> None:
    """With PKCE, state and nonce; the client secret goes by HTTP Basic, as nothing else is announced."""
    provider = oidc(issuer.address)
    assert await prove(provider) == Proven(
        issuer.address, "ada-1", "Ada@Example.org", "Ada Lovelace", "Ada Lovelace"
    )
    asked = issuer.asked[-1]
    assert asked["code_challenge_method"] == "S256"
    assert (asked["nonce"], asked["scope"]) == (TRIP.nonce, "openid email profile")
    assert await prove(provider)
    assert issuer.paths.count("/.well-known/openid-configuration") == 1
    assert issuer.paths.count("/jwks") == 1


async def test_claims_may_be_at_the_userinfo_endpoint(issuer: Issuer) -> None:
    """But only about the one whom the ID token names."""
    issuer.in_token = False
    assert (await prove(oidc(issuer.address))).email == "Ada@Example.org"
    issuer.faults.claims = {"sub": "bob-1"}
    with pytest.raises(ProviderRefusedError, match="somebody else"):
        await prove(oidc(issuer.address))


async def test_the_secret_goes_as_the_issuer_takes_it(issuer: Issuer) -> None:
    """In the body where HTTP Basic isn't offered."""
    issuer.faults.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert (await prove(oidc(issuer.address))).subject == "ada-1"


@pytest.mark.parametrize("claimed", [False, None])
async def test_an_address_without_a_word_for_it_is_none(
    issuer: Issuer, claimed: bool | None
) -> None:
    """Unverified, or nothing said."""
    issuer.faults.claims = {"email_verified": claimed}
    assert (await prove(oidc(issuer.address))).email is None


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        (Faults(claims={"nonce": "another"}), "nonce"),
        (Faults(claims={"nonce": None}), "nonce"),
        (Faults(claims={"aud": "somebody"}), "InvalidAudienceError"),
        (Faults(claims={"aud": [CLIENT, "somebody"]}), "another client"),
        (Faults(claims={"azp": "somebody"}), "another client"),
        (Faults(claims={"iss": "https://evil.test"}), "InvalidIssuerError"),
        (Faults(claims={"exp": int(time.time()) - 120}), "ExpiredSignatureError"),
        (Faults(claims={"exp": None}), "MissingRequiredClaimError"),
        (Faults(claims={"sub": None}), "MissingRequiredClaimError"),
        (Faults(claims={"sub": ""}), "sub"),
        (Faults(claims={"iat": int(time.time()) + 600}), "ImmatureSignatureError"),
        (Faults(key=OTHER_RSA), "InvalidSignatureError"),
        (Faults(kid="two"), "unknown key"),
        (Faults(algorithm="none"), "ID token"),
        (Faults(algorithm="HS256"), "ID token"),
        (Faults(answers={"/token": JSONResponse({"error": "invalid_client"}, 401)}), "invalid"),
        (Faults(answers={"/token": JSONResponse({"access_token": "x"})}), "no ID token"),
    ],
)
async def test_what_an_issuer_must_not_say(issuer: Issuer, faults: Faults, reason: str) -> None:
    """Each is refused, with its reason for the operator's log."""
    issuer.faults = faults
    with pytest.raises(ProviderRefusedError, match=reason):
        await prove(oidc(issuer.address))


async def test_an_unknown_key_is_looked_up_once_more(issuer: Issuer) -> None:
    """Keys change; a token of an unknown one is no reason to ask on and on."""
    provider = oidc(issuer.address)
    await prove(provider)
    issuer.faults.kid = "two"
    with pytest.raises(ProviderRefusedError):
        await prove(provider)
    assert issuer.paths.count("/jwks") == 2


@pytest.mark.parametrize(
    "verifier_and_uri", [("w" * 64, TRIP.redirect_uri), (TRIP.verifier, "http://evil.test/back")]
)
async def test_a_stolen_code_is_worth_nothing(
    issuer: Issuer, verifier_and_uri: tuple[str, str]
) -> None:
    """Without the verifier of who left for it, or from another address."""
    provider = oidc(issuer.address)
    back = await browse(await provider.authorization(TRIP))
    verifier, uri = verifier_and_uri
    with pytest.raises(ProviderRefusedError, match="invalid_grant"):
        await provider.identity(Trip(uri, TRIP.state, TRIP.nonce, verifier), back["code"], None)


async def test_the_issuer_in_the_address_must_be_the_one(issuer: Issuer) -> None:
    """RFC 9207: another one's is refused, and none where the issuer says that it tells."""
    assert await prove(oidc(issuer.address), issuer=issuer.address)
    with pytest.raises(ProviderRefusedError, match="another issuer"):
        await prove(oidc(issuer.address), issuer="https://evil.test")
    issuer.faults.metadata = {"authorization_response_iss_parameter_supported": True}
    with pytest.raises(ProviderRefusedError, match="another issuer"):
        await prove(oidc(issuer.address))


@pytest.mark.parametrize(
    "faults",
    [
        Faults(answers={"/.well-known/openid-configuration": PlainTextResponse("hello")}),
        Faults(answers={"/.well-known/openid-configuration": PlainTextResponse("", 500)}),
        Faults(answers={"/.well-known/openid-configuration": RedirectResponse("/token")}),
        Faults(metadata={"issuer": "https://evil.test"}),
        Faults(metadata={"token_endpoint": "http://evil.test/token"}),
        Faults(answers={"/token": PlainTextResponse("", 502)}),
        Faults(answers={"/token": PlainTextResponse("hello")}),
        Faults(answers={"/jwks": JSONResponse({"keys": "none"})}),
        Faults(answers={"/jwks": PlainTextResponse("x" * (provider_http.ANSWER_BYTES + 1))}),
        Faults(hang="/.well-known/openid-configuration"),
        Faults(hang="/token"),
        Faults(hang="/jwks"),
    ],
)
async def test_an_issuer_that_is_away_or_talks_nonsense(
    issuer: Issuer, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is away for us, within seconds."""
    monkeypatch.setattr(provider_http, "READ_SECONDS", 0.2)
    issuer.faults = faults
    with pytest.raises(ProviderAwayError):
        await prove(oidc(issuer.address))


async def test_many_slow_answers_have_one_end(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever each of them may take."""
    monkeypatch.setattr(provider_http, "CALL_SECONDS", 0.2)
    issuer.faults.hang = "/jwks"
    with pytest.raises(ProviderAwayError, match="TimeoutError"):
        await prove(oidc(issuer.address))


async def test_nobody_listens() -> None:
    """A refused connection."""
    listening, address = listen()
    listening.close()
    with pytest.raises(ProviderAwayError):
        await oidc(address).authorization(TRIP)


async def test_what_is_kept_of_an_issuer_ends(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then metadata and keys are read again."""
    monkeypatch.setattr(oidc_provider, "KEPT_SECONDS", 0.0)
    provider = oidc(issuer.address)
    await prove(provider)
    await prove(provider)
    assert issuer.paths.count("/jwks") == 2


def hub(address: str) -> GithubProvider:
    """The adapter."""
    return GithubProvider(config(ProviderKind.GITHUB, address), SECRET, trust(None))


async def test_github_tells_who_came_back(github: Github) -> None:
    """By number; the primary address; with PKCE and the secret in the body."""
    proven = await prove(hub(github.address))
    assert proven == Proven(github.address, "42", "ada@example.org", "Ada-L", "Ada-L")
    assert github.asked[-1]["code_challenge_method"] == "S256"
    assert github.asked[-1]["scope"] == "read:user user:email"


async def test_only_the_primary_verified_address_of_github_counts(github: Github) -> None:
    """Another one that is verified is not asked for."""
    github.emails[1]["verified"] = False
    assert (await prove(hub(github.address))).email is None


@pytest.mark.parametrize(
    ("faults", "error"),
    [
        (
            Faults(
                answers={
                    "/login/oauth/access_token": JSONResponse({"error": "bad_verification_code"})
                }
            ),
            ProviderRefusedError,
        ),
        (Faults(answers={"/login/oauth/access_token": JSONResponse({})}), ProviderRefusedError),
        (Faults(answers={"/api/v3/user": JSONResponse({"message": "no"}, 403)}), ProviderAwayError),
        (Faults(answers={"/api/v3/user": JSONResponse({"login": "ada"})}), ProviderAwayError),
        (Faults(answers={"/api/v3/user/emails": JSONResponse({})}), ProviderAwayError),
        (Faults(hang="/api/v3/user"), ProviderAwayError),
    ],
)
async def test_what_github_may_do_wrong(
    github: Github, faults: Faults, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has its outcome."""
    monkeypatch.setattr(provider_http, "READ_SECONDS", 0.2)
    github.faults = faults
    with pytest.raises(error):
        await prove(hub(github.address))


GOOD: dict[str, Any] = {
    "id": "google",
    "kind": "oidc",
    "label": "Google",
    "issuer": "https://accounts.google.com",
    "client_id": CLIENT,
}


def write(folder: Path, *providers: dict[str, Any]) -> Path:
    """A file as an operator would mount it."""
    (folder / "secret").write_text(f"{SECRET}\n")
    file = folder / "providers.json"
    given = [{"client_secret_file": str(folder / "secret"), **one} for one in providers]
    file.write_text(json.dumps({"providers": given}))
    return file


def test_several_providers_in_the_operators_order(tmp_path: Path) -> None:
    """Any issuers, and GitHub, which needs no address."""
    hub = {"id": "github", "kind": "github", "label": "GitHub", "client_id": "x"}
    found = load_providers(write(tmp_path, GOOD, hub))
    assert [(one.id, one.source, secret) for one, secret in found] == [
        ("google", "https://accounts.google.com", SECRET),
        ("github", "https://github.com", SECRET),
    ]
    assert found[1][0].api_url == "https://api.github.com"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"issuer": "http://accounts.google.com"}, "must begin with https"),
        ({"issuer": "https://u:p@x.test"}, "without user"),
        ({"issuer": ""}, "issuer"),
        ({"id": "Google!"}, "providers.0.id"),
        ({"kind": "saml"}, "kind"),
        ({"secret": "oops"}, "secret"),
        ({"scopes": ["openid"]}, "email"),
        ({"client_secret_file": "/nowhere"}, "secret of google"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    """The error names setting and field, and never the secret."""
    with pytest.raises(ProvidersError, match=words) as refused:
        load_providers(write(tmp_path, {**GOOD, **change}))
    assert "NEXYNC_PROVIDERS_FILE" in str(refused.value)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("name", ["id", "issuer"])
def test_no_two_alike(tmp_path: Path, name: str) -> None:
    """One address each, and one set of people each."""
    other = {**GOOD, "id": "other", "issuer": "https://other.test", name: GOOD[name]}
    with pytest.raises(ProvidersError, match=name):
        load_providers(write(tmp_path, GOOD, other))
