"""Access tokens: only our own key, our audience, our time."""

import asyncio
import base64
import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts.channels import TOKEN_AUDIENCE, TOKEN_ISSUER
from nexync_contracts.session import AccessClaims
from nexync_runtime import tokens
from nexync_runtime.tokens import (
    REFETCH_SECONDS,
    REFRESH_SECONDS,
    BotTokens,
    KeysAwayError,
    TokenError,
    Tokens,
    Verifier,
    claims_below,
    claims_of,
)

KEY = Ed25519PrivateKey.generate()
PERSON = "00000000-0000-4000-8000-000000000001"


def jwks(key: Ed25519PrivateKey, kid: str) -> dict[str, Any]:
    raw = key.public_key().public_bytes_raw()
    x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    shape = {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig"}
    return {"keys": [{**shape, "x": x, "kid": kid}]}


def token(key: Ed25519PrivateKey = KEY, kid: str | None = "one", **changes: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": TOKEN_ISSUER,
        "aud": TOKEN_AUDIENCE,
        "sub": PERSON,
        "sid": PERSON,
        "username": "ada",
        "iat": now,
        "exp": now + 600,
        **changes,
    }
    return jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": kid} if kid else {})


class Keys:
    """Counts how often the keys were fetched."""

    def __init__(self, status: int = 200) -> None:
        self.fetches = 0
        self.status = status

    def __call__(self, _: httpx.Request) -> httpx.Response:
        self.fetches += 1
        return httpx.Response(self.status, json=jwks(KEY, "one"))


async def verify(text: str, keys: Keys, times: int = 1) -> Any:
    async with httpx.AsyncClient(transport=httpx.MockTransport(keys)) as http:
        verifier = Verifier("http://auth.test/jwks", http)
        for _ in range(times - 1):
            await verifier.verify(text)
        return await verifier.verify(text)


async def test_a_token_does_not_say_where_its_key_is() -> None:
    """`jku`, `x5u` and `jwk` of its head lead nowhere: no address is asked but the configured one."""
    own = Ed25519PrivateKey.generate()
    published = jwks(own, "own")
    asked: list[str] = []

    def web(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        good = request.url == "http://auth.test/jwks"
        return httpx.Response(200, json=jwks(KEY, "one") if good else published)

    elsewhere = "http://elsewhere.test/jwks"
    heads: list[dict[str, Any]] = [
        {"kid": kid, **more}
        for kid in ("own", "one")
        for more in ({"jku": elsewhere}, {"x5u": elsewhere}, {"jwk": published["keys"][0]})
    ]
    async with httpx.AsyncClient(transport=httpx.MockTransport(web)) as http:
        verifier = Verifier("http://auth.test/jwks", http)
        claims = jwt.decode(token(), options={"verify_signature": False})
        for head in heads:
            with pytest.raises(TokenError):
                await verifier.verify(jwt.encode(claims, own, algorithm="EdDSA", headers=head))
    assert set(asked) == {"http://auth.test/jwks"}


async def test_good_token_and_one_fetch() -> None:
    """The claims come back, and the keys are fetched once for many tokens."""
    keys = Keys()
    claims = await verify(token(), keys, times=3)
    assert claims.sub == PERSON
    assert keys.fetches == 1


@pytest.mark.parametrize(
    "bad",
    [
        token(exp=int(time.time()) - 5),
        token(aud="another"),
        token(iss="another"),
        token(sub="not-a-uuid"),
        token(Ed25519PrivateKey.generate()),
        token(kid=None),
        token(kid="unknown"),
        jwt.encode({"sub": PERSON}, "x" * 32, algorithm="HS256", headers={"kid": "one"}),
        jwt.encode({"sub": PERSON}, "", algorithm="none", headers={"kid": "one"}),
        "not a token",
        "x" * 3000,
    ],
)
async def test_bad_tokens(bad: str) -> None:
    """Expired, foreign, unsigned, symmetric, malformed: all refused."""
    keys = Keys()
    async with httpx.AsyncClient(transport=httpx.MockTransport(keys)) as http:
        verifier = Verifier("http://auth.test/jwks", http)
        await verifier.verify(token())
        with pytest.raises(TokenError):
            await verifier.verify(bad)


async def test_no_keys_says_nothing_about_the_token() -> None:
    """While svc-auth has never answered, the token is neither good nor bad."""
    with pytest.raises(KeysAwayError):
        await verify(token(), Keys(status=503))


class Turned:
    """Answers with the keys of the moment, or not at all."""

    def __init__(self) -> None:
        self.kids = ["one"]
        self.fetches = 0
        self.away = False

    def __call__(self, _: httpx.Request) -> httpx.Response:
        self.fetches += 1
        if self.away:
            return httpx.Response(503)
        keys = [jwks(KEY, kid)["keys"][0] for kid in self.kids]
        return httpx.Response(200, json={"keys": keys})


async def test_a_key_that_is_published_no_more_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a token of another key, within the five minutes; a failed fetch forgets nothing."""
    now = [1_000.0]
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now[0])
    keys = Turned()
    async with httpx.AsyncClient(transport=httpx.MockTransport(keys)) as http:
        verifier = Verifier("http://auth.test/jwks", http)
        await verifier.verify(token())
        keys.kids = ["two"]
        now[0] += REFRESH_SECONDS - 1
        await verifier.verify(token())
        assert keys.fetches == 1
        keys.away = True
        now[0] += 2
        await verifier.verify(token())
        await verifier.verify(token())
        assert keys.fetches == 2
        keys.away = False
        now[0] += REFETCH_SECONDS
        with pytest.raises(TokenError):
            await verifier.verify(token())
        await verifier.verify(token(kid="two"))
    assert keys.fetches == 3


BOT = "nxb_" + "b" * 43


class Auth:
    """svc-auth's answer about a bot's token; counts how often it was asked."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.asked: list[bytes] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.content)
        claims = {"iss": "a", "aud": "b", "sub": PERSON, "sid": PERSON, "username": "build-bot"}
        return httpx.Response(self.status, json={**claims, "iat": 1, "exp": 2, "bot": True})


async def test_a_bots_token_is_asked_for_once_and_a_persons_never() -> None:
    """Claims are kept for a minute; sessions that ended are looked for on every use anyway."""
    auth, keys = Auth(), Keys()
    async with (
        httpx.AsyncClient(transport=httpx.MockTransport(auth)) as inside,
        httpx.AsyncClient(transport=httpx.MockTransport(keys)) as published,
    ):
        bots = BotTokens("http://auth.test/internal/bots/check", inside)
        tokens = Tokens(Verifier("http://auth.test/jwks", published), bots)
        for _ in range(3):
            assert (await tokens.verify(BOT)).bot
        assert not (await tokens.verify(token())).bot
    assert len(auth.asked) == 1


@pytest.mark.parametrize(
    ("text", "status", "error", "asked"),
    [
        (BOT, 404, TokenError, 1),
        (BOT, 500, KeysAwayError, 1),
        (BOT + "b", 200, TokenError, 0),
        ("nxb_short", 200, TokenError, 0),
    ],
)
async def test_a_bots_token_that_is_none_or_of_which_nobody_can_tell(
    text: str, status: int, error: type[Exception], asked: int
) -> None:
    """What can't be a token isn't even asked for; a refusal isn't kept."""
    auth = Auth(status)
    async with httpx.AsyncClient(transport=httpx.MockTransport(auth)) as http:
        bots = BotTokens("http://auth.test/internal/bots/check", http)
        with pytest.raises(error):
            await bots.verify(text)
    assert len(auth.asked) == asked


async def test_a_signature_is_judged_once_and_time_always(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that comes again costs no signature, and ends when it should all the same."""
    judged: list[str] = []

    def counting(text: str, key: tokens.PublicKey) -> Any:
        judged.append(text)
        return claims_of(text, key)

    monkeypatch.setattr(tokens, "claims_of", counting)
    now = int(time.time())
    text = token(exp=now + 60)
    async with httpx.AsyncClient(transport=httpx.MockTransport(Keys())) as http:
        verifier = Verifier("http://auth.test/jwks", http)
        for _ in range(3):
            assert (await verifier.verify(text)).sub == PERSON
        assert judged == [text]
        changed = text[:-8] + ("A" if text[-8] != "A" else "B") + text[-7:]
        with pytest.raises(TokenError):
            await verifier.verify(changed)
        monkeypatch.setattr(time, "time", lambda: now + 61.0)
        assert (await verifier.verify(token(exp=now + 600))).exp == now + 600
        monkeypatch.undo()
        monkeypatch.setattr(tokens, "claims_of", refusing)
        monkeypatch.setattr(time, "time", lambda: now + 61.0)
        with pytest.raises(TokenError):
            await verifier.verify(text)


def refusing(text: str, key: tokens.PublicKey) -> Any:
    """As for a token whose time is over."""
    raise TokenError(text, key)


async def test_what_is_remembered_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest is judged anew."""
    monkeypatch.setattr(tokens, "REMEMBERED_MAX", 2)
    judged: list[str] = []

    def counting(text: str, key: tokens.PublicKey) -> Any:
        judged.append(text)
        return claims_of(text, key)

    def counting_below(header: str, text: str, key: tokens.PublicKey) -> Any:
        judged.append(text)
        return claims_below(header, text, key)

    monkeypatch.setattr(tokens, "claims_of", counting)
    monkeypatch.setattr(tokens, "claims_below", counting_below)
    texts = [token(username=name) for name in ("ada", "bob", "eve")]
    async with httpx.AsyncClient(transport=httpx.MockTransport(Keys())) as http:
        verifier = Verifier("http://auth.test/jwks", http)
        for text in (*texts, texts[2], texts[0]):
            await verifier.verify(text)
    assert judged == [*texts, texts[0]]


async def test_a_key_that_is_published_no_more_ends_what_is_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A token of a key that was taken back is refused, though its signature was right before."""
    published = [jwks(KEY, "one"), jwks(Ed25519PrivateKey.generate(), "two")]

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=published[0])

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        verifier = Verifier("http://auth.test/jwks", http)
        text = token()
        await verifier.verify(text)
        del published[0]
        loop = asyncio.get_running_loop()
        later = loop.time() + REFRESH_SECONDS + 1
        monkeypatch.setattr(loop, "time", lambda: later)
        with pytest.raises(TokenError):
            await verifier.verify(text)
        monkeypatch.undo()


@given(st.integers(0, 2_000), st.sampled_from("AQgw-_.=0"), st.sampled_from(["", "A", "=", ".x"]))
def test_a_token_below_a_known_header_is_judged_as_any_other(
    at: int, instead: str, after: str
) -> None:
    """Whatever was changed in it, signature or claims: both ways say the same."""
    good = token()
    header = good.partition(".")[0]
    at = min(len(header) + 1 + at % (len(good) - len(header) - 1), len(good) - 1)
    changed = good[:at] + instead + good[at + 1 :] + after
    found = [
        _said(lambda: claims_of(changed, KEY.public_key())),
        _said(lambda: claims_below(header, changed, KEY.public_key())),
    ]
    assert found[0] == found[1]


def _said(judge: Callable[[], AccessClaims]) -> AccessClaims | None:
    try:
        return judge()
    except TokenError:
        return None


@pytest.mark.parametrize("failing", [1, 2])
async def test_another_pod_gives_the_keys_where_one_is_gone(failing: int) -> None:
    """Right after a start nobody can be let in without them; the next question is five seconds away."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if len(asked) <= failing:
            raise httpx.ConnectError("gone")
        return httpx.Response(200, json=jwks(KEY, "one"))

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        assert (await Verifier("http://auth.test/jwks", http).verify(token())).sub == PERSON
    assert len(asked) == failing + 1
