"""The small parts: addresses, codes, the signing key, passwords."""

import asyncio
import random
import time
from datetime import UTC, datetime
from pathlib import Path

import jwt
import pytest
from auth_world import ADA, BOB
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel, ValidationError

from nexync_contracts import limits, provider_rest, rest
from nexync_contracts.ids import SessionId
from nexync_runtime.tokens import TokenError
from svc_auth import recovery, totp
from svc_auth.addresses import host_of, network_of, normal_email
from svc_auth.codes import Codes
from svc_auth.devices import words_of
from svc_auth.evenly import Evenly
from svc_auth.links import Links, ResetToken
from svc_auth.one_time import new_password
from svc_auth.passwords import WAITING_MAX, BusyError, Passwords
from svc_auth.settings import AuthSettings
from svc_auth.signing import SigningKey, thumbprint

SESSION = SessionId("00000000-0000-4000-8000-0000000000aa")


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Ada@Example.ORG", "ada@example.org"),
        (" ada@example.org ", "ada@example.org"),
        ("ada@nexync.test", "ada@nexync.test"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada", None),
        ("ada@", None),
        ("ada@example.org\r\nBcc: all@example.org", None),
        ("a\x00da@example.org", None),
    ],
)
def test_an_address_has_one_spelling(text: str, normal: str | None) -> None:
    """One mailbox is one account, and nothing but an address gets into a mail's header."""
    assert normal_email(text) == normal


@pytest.mark.parametrize(
    ("address", "host", "network"),
    [
        ("192.0.2.77", "192.0.2.77/32", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.77/32", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("unknown", "unknown", "unknown"),
    ],
)
def test_whose_an_address_is(address: str, host: str, network: str) -> None:
    """A customer's IPv6 prefix is one customer, however many addresses are in it."""
    assert (host_of(address), network_of(address)) == (host, network)


@pytest.mark.parametrize(("took", "held"), [(0.01, 0.25), (0.24, 0.25), (0.26, 0.5), (0.0, 0.25)])
@pytest.mark.parametrize("fails", [False, True])
async def test_an_answer_waits_for_its_tick(took: float, held: float, fails: bool) -> None:
    """What was done, and whether it failed, can't be told from the time."""
    now = 100.0

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    async def work() -> str:
        await sleep(took)
        if fails:
            raise ZeroDivisionError
        return "done"

    evenly = Evenly(clock=lambda: now, sleep=sleep)
    if fails:
        with pytest.raises(ZeroDivisionError):
            await evenly.answer(work())
    else:
        assert await evenly.answer(work()) == "done"
    assert now - 100.0 == pytest.approx(held)  # pyright: ignore[reportUnknownMemberType] - pytest's stubs


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
            "Firefox on Linux",
        ),
        (
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"
            ),
            "Edge on Windows",
        ),
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
                "(KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1"
            ),
            "Safari on iPhone",
        ),
        (
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/142.0.0.0 Mobile Safari/537.36"
            ),
            "Chrome on Android",
        ),
        ("curl/8.5.0", "curl"),
        ("<script>", "Unknown device"),
        ("", "Unknown device"),
    ],
)
def test_a_device_in_words(user_agent: str, words: str) -> None:
    """One's own devices can be told apart, and nothing of the header is shown as it came."""
    assert words_of(user_agent) == words


def test_a_link_is_signed() -> None:
    """Nobody else can make one, and none of its bits can be changed."""
    links = Links(lambda: [b"secret"])
    token = ResetToken(SESSION, ADA, datetime(2026, 1, 1, tzinfo=UTC))
    text = links.write(token)
    assert links.read(text) == token
    assert Links(lambda: [b"other"]).read(text) is None
    assert text.isascii()
    for place in range(len(text)):
        changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        assert links.read(changed) is None
    for bad in ("", "x", "ü", text[:-4], text + "AAAA", text + "=", "A" * 96):
        assert links.read(bad) is None


@pytest.mark.parametrize(
    ("password", "taken"),
    [
        ("x" * 7, False),
        ("x" * 8, True),
        ("x" * 128, True),
        ("x" * 129, False),
        ("πάσσω 🔑 \t", True),
        ("        ", True),
    ],
)
def test_passwords_have_8_to_128_characters_of_any_kind(password: str, *, taken: bool) -> None:
    """In every body that sets one; whether it is a good one is judged after that."""
    bodies: list[tuple[type[BaseModel], dict[str, str]]] = [
        (rest.RegisterBody, {"email": "a@nexync.test", "username": "ann"}),
        (rest.ResetBody, {"token": "x" * 40}),
        (rest.ChangePasswordBody, {"current": "x" * 8}),
        (provider_rest.NewPasswordBody, {"login": "ann", "current": "x" * 8}),
    ]
    for body, others in bodies:
        if taken:
            body.model_validate({**others, "password": password})
        else:
            with pytest.raises(ValidationError, match="password"):
                body.model_validate({**others, "password": password})


async def test_a_password_is_hashed_as_it_was_typed() -> None:
    """Neither its case nor its spaces or the form of its characters are changed, and nothing is cut off."""
    passwords = Passwords(threads=1, memory_kib=64, passes=1)
    typed = " Caf\u00e9 " + "x" * 120
    encoded = await passwords.hash(typed)
    assert await passwords.check(encoded, typed)
    for other in (
        typed.lower(),
        typed.strip(),
        typed[:-1] + "y",
        typed.replace("\u00e9", "e\u0301"),
    ):
        assert not await passwords.check(encoded, other)
    await passwords.close()


def test_a_code_is_six_digits_and_bound_to_its_person() -> None:
    """Somebody else's code is not good, and neither is one hashed with another secret."""
    codes = Codes(lambda: [b"secret"])
    code = codes.new()
    assert len(code) == 6
    assert code.isdigit()
    stored = codes.hash(ADA, code)
    assert codes.matches(ADA, code, stored)
    assert not codes.matches(BOB, code, stored)
    assert not Codes(lambda: [b"other"]).matches(ADA, code, stored)
    assert code not in stored


def test_the_key_id_is_the_thumbprint_of_rfc_8037() -> None:
    """The example of RFC 8037, appendix A.3."""
    x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    assert thumbprint(x) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


async def test_a_token_is_good_for_ten_minutes_and_its_key_only() -> None:
    """A foreign key, another time or another algorithm is refused."""
    key = SigningKey(Ed25519PrivateKey.generate())
    now = time.time()
    token, claims = key.access_token(person=ADA, session=SESSION, username="ada", now=now)
    assert await key.verify(token) == claims
    assert claims.exp - claims.iat == 600
    expired, _ = key.access_token(person=ADA, session=SESSION, username="ada", now=1.0)
    none = jwt.encode(claims.model_dump(), "", algorithm="none", headers={"kid": key.kid})
    foreign, _ = SigningKey(Ed25519PrivateKey.generate()).access_token(
        person=ADA, session=SESSION, username="ada", now=now
    )
    for bad in (expired, none, foreign, token[:-3] + "AAA", "x"):
        with pytest.raises(TokenError):
            await key.verify(bad)


def test_a_published_key_checks_a_token() -> None:
    """What other services read from the JWKS is the right half of the key."""
    key = SigningKey(Ed25519PrivateKey.generate())
    token, _ = key.access_token(person=ADA, session=SESSION, username="ada", now=time.time())
    published = key.jwk()
    public = jwt.PyJWK(published.model_dump()).key
    assert jwt.decode(token, public, algorithms=["EdDSA"], audience="nexync")["sub"] == ADA
    assert jwt.get_unverified_header(token)["kid"] == published.kid


async def test_passwords() -> None:
    """Right, wrong, nobody; and hashes with old parameters are known as such."""
    passwords = Passwords(threads=1, memory_kib=64, passes=1)
    try:
        encoded = await passwords.hash("correct horse")
        assert encoded.startswith("$argon2id$")
        assert await passwords.check(encoded, "correct horse")
        assert not await passwords.check(encoded, "wrong horse")
        assert not await passwords.check(None, "correct horse")
        assert not await passwords.check("not a hash", "correct horse")
        assert not passwords.outdated(encoded)
        stronger = Passwords(threads=1, memory_kib=128, passes=1)
        assert stronger.outdated(encoded)
        await stronger.close()
    finally:
        await passwords.close()


async def test_hashes_that_wait_are_bounded() -> None:
    """One more than the limit is refused at once, and the places come back."""
    passwords = Passwords(threads=1, memory_kib=64, passes=1)
    try:
        many = [passwords.hash("correct horse") for _ in range(WAITING_MAX + 2)]
        answers = await asyncio.gather(*many, return_exceptions=True)
        assert sum(isinstance(answer, BusyError) for answer in answers) == 1
        assert await passwords.hash("correct horse")
    finally:
        await passwords.close()


def test_origins_are_split() -> None:
    """Several origins stand in one variable."""
    settings = AuthSettings(
        admin_port=1,
        port=2,
        internal_port=3,
        postgres_url="postgresql://x",
        redis_state_url="redis://x",
        rabbitmq_url="amqp://x",
        public_origins="http://a.test, http://b.test",
        signing_key_file=Path("x"),
    )
    assert settings.origins == ("http://a.test", "http://b.test")
    assert settings.cookie_secure


def test_where_tls_is_cookies_are_secure() -> None:
    """An insecure cookie on a page with TLS would betray the session to anybody on the way."""
    with pytest.raises(ValueError, match="NEXYNC_COOKIE_SECURE"):
        AuthSettings(
            admin_port=1,
            port=2,
            internal_port=3,
            postgres_url="postgresql://x",
            redis_state_url="redis://x",
            rabbitmq_url="amqp://x",
            public_origins="https://a.test",
            signing_key_file=Path("x"),
            cookie_secure=False,
        )


def test_what_is_mailed_lives_ten_minutes_at_most() -> None:
    """OWASP ASVS 5.0, 6.5.5: codes and links; what a link or code says of its own end is judged elsewhere."""
    assert limits.CODE_LIFETIME_SECONDS <= 600
    assert limits.RESET_LIFETIME_SECONDS <= 600


def test_what_is_made_by_chance_comes_from_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operating system's source alone (CSPRNG): with it stuck, everything that shall be random repeats."""
    makers = {
        "mailed code": lambda: Codes(lambda: [b"secret"]).new(),
        "mailed password": new_password,
        "app's secret": totp.new_secret,
        "recovery codes": lambda: "".join(sorted(recovery.new_codes())),
    }
    for what, make in makers.items():
        assert len({make() for _ in range(8)}) > 1, what
    asked: list[int] = []

    def stuck(count: int) -> bytes:
        asked.append(count)
        return bytes((len(asked) * 37 + index) % 256 for index in range(count))

    monkeypatch.setattr(random, "_urandom", stuck)
    for what, make in makers.items():
        asked.clear()
        first = make()
        asked.clear()
        assert make() == first, what
        assert asked, what
