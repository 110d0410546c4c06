"""The ring of signing keys: its times, its file, its rotation."""

import base64
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from auth_world import ADA
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts import limits
from nexync_contracts.ids import SessionId
from nexync_runtime.tokens import REFRESH_SECONDS, TokenError
from svc_auth.adapters.kubernetes_ring import SecretRing
from svc_auth.codes import Codes
from svc_auth.key_files import KeyFiles
from svc_auth.keyring import (
    KEYS_MAX,
    LAG_SECONDS,
    LEAD_SECONDS,
    OVERLAP_SECONDS,
    Keyring,
    LiveKeys,
    RingKey,
    RotationError,
    ring_of,
)
from svc_auth.links import Links, ResetToken
from svc_auth.rotating import ConflictError, StoreError, rotate
from svc_auth.signing import SigningKey, SigningKeyError

SESSION = SessionId("00000000-0000-4000-8000-0000000000aa")
NOW = 1_767_225_600


def new_ring() -> Keyring:
    return Keyring([RingKey(SigningKey(Ed25519PrivateKey.generate()), 0)])


def kids(ring: Keyring, now: float) -> list[str]:
    return [key.kid for key in ring.good(now)]


class Store:
    """A ring in memory; `conflicts` writes come too late."""

    def __init__(self, text: str, conflicts: int = 0) -> None:
        self.text = text
        self.conflicts = conflicts

    def read(self) -> str:
        return self.text

    def write(self, text: str) -> None:
        if self.conflicts:
            self.conflicts -= 1
            raise ConflictError
        self.text = text


def test_a_key_is_published_then_signs_then_ends() -> None:
    """The whole life of the first key and of the second."""
    ring = new_ring()
    (old,) = kids(ring, NOW)
    ring = ring.rotated(NOW)
    first = NOW + LEAD_SECONDS
    new = kids(ring, NOW)[1]
    assert kids(ring, first - 1) == [old, new]
    assert kids(ring, first) == [new, old]
    assert kids(ring, first + OVERLAP_SECONDS - 1) == [new, old]
    assert kids(ring, first + OVERLAP_SECONDS) == [new]
    later = ring.rotated(first + OVERLAP_SECONDS)
    assert later.text(NOW).count("BEGIN PRIVATE KEY") == 2


@given(
    pauses=st.lists(st.integers(LEAD_SECONDS, 10 * LEAD_SECONDS), min_size=1, max_size=5),
    signed=st.floats(0, 1),
    age=st.floats(0, limits.ACCESS_TOKEN_SECONDS - 1),
    signer_lag=st.floats(0, LAG_SECONDS),
    verifier_lag=st.floats(0, LAG_SECONDS),
)
def test_a_token_that_lives_is_known_to_every_verifier(
    pauses: list[int], signed: float, age: float, signer_lag: float, verifier_lag: float
) -> None:
    """However often keys are rotated, and however late a signer's file and a verifier's keys are, within the lag."""
    history = [(float("-inf"), new_ring())]
    now = float(NOW)
    for pause in pauses:
        history.append((now, history[-1][1].rotated(now)))
        now += pause

    def at(moment: float) -> Keyring:
        return [ring for since, ring in history if since <= moment][-1]

    moment = NOW + signed * (now - NOW)
    key = at(moment - signer_lag).good(moment)[0]
    asked = moment + age - verifier_lag
    assert key.kid in kids(at(asked), asked)


def test_what_may_lag_fits_into_the_lag() -> None:
    """A pod's files and a verifier's keys together, with two minutes for each clock."""
    assert REFRESH_SECONDS + 120 + 2 * 60 <= LAG_SECONDS
    assert LAG_SECONDS + limits.RESET_LIFETIME_SECONDS <= OVERLAP_SECONDS
    assert LAG_SECONDS * 2 <= LEAD_SECONDS


async def test_tokens_codes_and_links_outlive_a_rotation_and_end_with_their_key() -> None:
    """What was signed before is good after the change, and not with a key that has ended."""
    ring = new_ring()
    clock = [time.time()]
    keys = LiveKeys(ring, lambda: clock[0])
    codes, links = Codes(keys.secrets("codes")), Links(keys.secrets("links"))
    token, claims = keys.access_token(person=ADA, session=SESSION, username="ada", now=clock[0])
    stored = codes.hash(ADA, "123456")
    link = links.write(ResetToken(SESSION, ADA, _moment(clock[0])))
    keys.take(ring.rotated(clock[0]))
    clock[0] += LEAD_SECONDS
    assert await keys.verify(token) == claims
    assert codes.matches(ADA, "123456", stored)
    assert links.read(link) is not None
    fresh, _ = keys.access_token(person=ADA, session=SESSION, username="ada", now=clock[0])
    assert fresh.partition(".")[0] != token.partition(".")[0]
    assert len(keys.jwks().keys) == 2
    clock[0] += OVERLAP_SECONDS
    with pytest.raises(TokenError):
        await keys.verify(token)
    assert not codes.matches(ADA, "123456", stored)
    assert links.read(link) is None
    assert len(keys.jwks().keys) == 1


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def test_a_ring_is_read_as_it_was_written() -> None:
    """The key that signs comes first; the one PEM of an installation is a ring too."""
    ring = new_ring().rotated(NOW).rotated(NOW + LEAD_SECONDS + 1)
    again = ring_of(ring.text(NOW))
    for moment in (NOW, NOW + LEAD_SECONDS, NOW + 10 * LEAD_SECONDS):
        assert kids(again, moment) == kids(ring, moment)
    (only,) = new_ring().good(NOW)
    assert kids(ring_of(only.pem()), NOW) == [only.kid]
    assert kids(ring_of(ring.text(NOW).partition("signs-from")[2]), NOW)[0] == kids(ring, NOW)[0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n",
        SigningKey(Ed25519PrivateKey.generate()).pem() * (KEYS_MAX + 1),
    ],
)
def test_a_bad_file_is_named_and_not_shown(tmp_path: Path, text: str) -> None:
    """In both settings."""
    first, ring = tmp_path / "key.pem", tmp_path / "ring.pem"
    with pytest.raises(SigningKeyError, match=r"NEXYNC_SIGNING_KEY_FILE: .*key\.pem: FileNotFound"):
        KeyFiles(first, ring).load()
    first.write_text(text)
    with pytest.raises(SigningKeyError, match=r"NEXYNC_SIGNING_KEY_FILE: .*key\.pem") as raised:
        KeyFiles(first, ring).load()
    assert "c2VjcmV0" not in str(raised.value)
    ring.write_text(text)
    with pytest.raises(SigningKeyError, match=r"NEXYNC_SIGNING_RING_FILE: .*ring\.pem"):
        KeyFiles(first, ring).load()


def test_the_command_on_one_machine(tmp_path: Path) -> None:
    """The first key stays as it is; the ring is its owner's alone; a second time there is nothing to do."""
    first, ring = tmp_path / "key.pem", tmp_path / "ring.pem"
    (key,) = new_ring().good(NOW)
    first.write_text(key.pem())
    files = KeyFiles(first, ring)
    said = rotate(files, clock=lambda: NOW)
    assert "2 keys are accepted" in said
    assert "PRIVATE" not in said
    assert ring.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert first.read_text() == key.pem()
    before = ring.read_text()
    assert rotate(files, clock=lambda: NOW).startswith("nothing to do")
    assert ring.read_text() == before
    assert kids(files.load(), NOW + LEAD_SECONDS)[1] == key.kid


def test_a_ring_that_changed_in_between_is_read_again() -> None:
    """Some times; then it is an error, and nothing was written."""
    text = new_ring().text(NOW)
    store = Store(text, conflicts=2)
    rotate(store, clock=lambda: NOW)
    assert len(ring_of(store.text).good(NOW)) == 2
    store = Store(text, conflicts=99)
    with pytest.raises(ConflictError):
        rotate(store, clock=lambda: NOW)
    assert store.text == text


def test_the_ring_is_bounded() -> None:
    """Rotations in a hurry end before anybody's token does."""
    ring = new_ring()
    now = float(NOW)
    for _ in range(KEYS_MAX - 1):
        ring = ring.rotated(now, lead=1)
        now += 2
    with pytest.raises(RotationError, match="at most 8"):
        ring.rotated(now, lead=1)
    assert len(ring.good(now)) == KEYS_MAX


class Api:
    """A Secret behind the Kubernetes API."""

    def __init__(self, data: dict[str, str]) -> None:
        self.data = {name: base64.b64encode(text.encode()).decode() for name, text in data.items()}
        self.version = 7
        self.asked: list[tuple[str, str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        kind = request.headers.get("content-type", "")
        self.asked.append((request.method, request.url.path, kind))
        if request.method == "PATCH":
            patch = json.loads(request.content)
            if patch["metadata"]["resourceVersion"] != str(self.version):
                return httpx.Response(409)
            self.data |= patch["data"]
            self.version += 1
        body = {"metadata": {"resourceVersion": str(self.version)}, "data": self.data}
        return httpx.Response(200, json=body)

    def store(self) -> SecretRing:
        http = httpx.Client(transport=httpx.MockTransport(self), base_url="https://api.test")
        return SecretRing(http, namespace="chat", secret="keys", first="key.pem", ring="ring.pem")


def test_the_command_in_kubernetes() -> None:
    """One get and one merge patch of one Secret; the first key, which is helm's, stays as it is."""
    (key,) = new_ring().good(NOW)
    api = Api({"key.pem": key.pem()})
    rotate(api.store(), clock=lambda: NOW)
    path = "/api/v1/namespaces/chat/secrets/keys"
    assert api.asked == [("GET", path, ""), ("PATCH", path, "application/merge-patch+json")]
    assert base64.b64decode(api.data["key.pem"]).decode() == key.pem()
    ring = ring_of(base64.b64decode(api.data["ring.pem"]).decode())
    assert kids(ring, NOW)[0] == key.kid
    store = api.store()
    store.read()
    api.version += 1
    with pytest.raises(ConflictError):
        store.write("late")


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_what_the_api_refuses_is_told(status: int) -> None:
    """With method, path and status."""
    http = httpx.Client(
        transport=httpx.MockTransport(lambda _: httpx.Response(status)), base_url="https://api.test"
    )
    store = SecretRing(http, namespace="chat", secret="keys", first="key.pem", ring="ring.pem")
    with pytest.raises(StoreError, match=rf"GET .*/secrets/keys: {status}"):
        rotate(store)
