"""Firebase Cloud Messaging through firebase-admin, against a local server that speaks HTTP v1 and gives tokens."""

import json
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from nexync_contracts import limits
from nexync_contracts.ids import ChatId, SessionId
from nexync_contracts.push_jobs import PushJob, push_id
from svc_mailer.adapters.fcm import QUOTA_WAIT_MS, FcmPush, message_of
from svc_mailer.errors import (
    GonePushError,
    PermanentPushError,
    PushSetupError,
    TemporaryPushError,
)

CHAT = ChatId("00000000-0000-4000-8000-00000000000c")
SESSION = SessionId("00000000-0000-4000-8000-000000000051")
TOKEN = "token-0123456789abcdef"
PAYLOAD_BYTES = 4_096
"""Firebase's limit of a message."""


def _push(title: str | None = "Lunch", text: str | None = "ada: hello") -> PushJob:
    return PushJob(
        id=push_id(CHAT, 7, SESSION),
        session=SESSION,
        token=TOKEN,
        chat=CHAT,
        seq=7,
        unread=3,
        title=title,
        text=text,
        expires_at=int((datetime.now(UTC) + timedelta(hours=24)).timestamp() * 1000),
    )


def _error(status: str, code: str | None = None, field: str | None = None) -> dict[str, Any]:
    details: list[dict[str, Any]] = []
    if code:
        kind = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
        details.append({"@type": kind, "errorCode": code})
    if field:
        kind = "type.googleapis.com/google.rpc.BadRequest"
        details.append({"@type": kind, "fieldViolations": [{"field": field, "description": "bad"}]})
    return {"error": {"status": status, "message": "as you see", "details": details}}


class Firebase:
    """The server. `answers` are used up one a request; without one a message is taken."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.requests = 0
        self.tokens_given = 0
        self.answers: list[tuple[int, dict[str, Any] | str, dict[str, str]]] = []
        self.token_status = 200
        firebase = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", "0"))
                body = self.rfile.read(length)
                status, answer, headers = firebase.answer(self.path, dict(self.headers), body)
                content = (
                    answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
                )
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def answer(
        self, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, Any] | str, dict[str, str]]:
        if path == "/token":
            self.tokens_given += 1
            given = {"access_token": "opens", "expires_in": 3600, "token_type": "Bearer"}
            denied = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
            return self.token_status, given if self.token_status == 200 else denied, {}
        self.requests += 1
        assert path == "/v1/projects/nexync-test/messages:send"
        assert headers.get("Authorization", headers.get("authorization")) == "Bearer opens"
        if self.answers:
            return self.answers.pop(0)
        self.messages.append(json.loads(body)["message"])
        return 200, {"name": "projects/nexync-test/messages/1"}, {}

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End; a second time is nothing."""
        if not self._thread.is_alive():
            return
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


@pytest.fixture
def firebase() -> Iterator[Firebase]:
    server = Firebase()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def private_key() -> str:
    """An RSA key, as service accounts have them."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@pytest.fixture
async def push(firebase: Firebase, private_key: str, tmp_path: Path) -> AsyncIterator[FcmPush]:
    account = {
        "type": "service_account",
        "project_id": "nexync-test",
        "private_key_id": "1",
        "private_key": private_key,
        "client_email": "push@nexync-test.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": f"{firebase.url}/token",
    }
    file = tmp_path / "account.json"
    file.write_text(json.dumps(account))
    made = FcmPush(file, url=firebase.url, connections=2)
    yield made
    await made.close()


async def test_a_push_is_taken(firebase: Firebase, push: FcmPush) -> None:
    """Where, what, and by what a newer one replaces it; one token serves many."""
    for _ in range(3):
        await push.send(_push())
    assert firebase.tokens_given == 1
    message = firebase.messages[0]
    assert message["token"] == TOKEN
    assert message["data"] == {
        "chat": CHAT,
        "seq": "7",
        "unread": "3",
        "title": "Lunch",
        "text": "ada: hello",
    }
    headers = message["webpush"]["headers"]
    assert headers["Topic"] == CHAT.replace("-", "")
    assert 86_000 < int(headers["TTL"]) <= 86_400
    assert message["android"]["collapse_key"] == CHAT
    assert message["apns"]["headers"]["apns-collapse-id"] == CHAT
    assert message["apns"]["payload"]["aps"]["badge"] == 3
    assert "notification" not in message


async def test_without_a_preview_nothing_of_the_message_goes_out(
    firebase: Firebase, push: FcmPush
) -> None:
    """Neither who wrote nor where nor what."""
    await push.send(_push(None, None))
    (message,) = firebase.messages
    assert (message["data"]["title"], message["data"]["text"]) == ("Nexync", "New message")


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (404, _error("NOT_FOUND", "UNREGISTERED")),
        (403, _error("PERMISSION_DENIED", "SENDER_ID_MISMATCH")),
        (400, _error("INVALID_ARGUMENT", "INVALID_ARGUMENT", "message.token")),
    ],
)
async def test_tokens_that_are_no_good(
    firebase: Firebase, push: FcmPush, status: int, answer: dict[str, Any]
) -> None:
    """The device is to be forgotten."""
    firebase.answers = [(status, answer, {})]
    with pytest.raises(GonePushError):
        await push.send(_push())


async def test_a_message_that_is_no_good_costs_no_device(firebase: Firebase, push: FcmPush) -> None:
    """Else one mistake of ours would forget everybody's."""
    firebase.answers = [(400, _error("INVALID_ARGUMENT", "INVALID_ARGUMENT", "message.data"), {})]
    with pytest.raises(PermanentPushError):
        await push.send(_push())


@pytest.mark.parametrize(
    ("status", "answer", "headers", "wait_ms"),
    [
        (429, _error("RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"), {"Retry-After": "30"}, 30_000),
        (429, _error("RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"), {}, QUOTA_WAIT_MS),
        (503, _error("UNAVAILABLE", "UNAVAILABLE"), {"Retry-After": "120"}, 120_000),
        (503, _error("UNAVAILABLE", "UNAVAILABLE"), {"Retry-After": "99999"}, 300_000),
        (503, "<html>busy</html>", {}, 0),
        (500, _error("INTERNAL", "INTERNAL"), {}, 0),
    ],
)
async def test_what_may_go_better_later(
    firebase: Firebase,
    push: FcmPush,
    status: int,
    answer: dict[str, Any] | str,
    headers: dict[str, str],
    wait_ms: int,
) -> None:
    """Once asked, not again and again; and after the time that Firebase names."""
    firebase.answers = [(status, answer, headers)]
    with pytest.raises(TemporaryPushError) as caught:
        await push.send(_push())
    assert caught.value.wait_ms == wait_ms
    assert firebase.requests == 1


async def test_a_retry_after_may_be_a_date(firebase: Firebase, push: FcmPush) -> None:
    """RFC 9110 allows both."""
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    firebase.answers = [(503, _error("UNAVAILABLE"), {"Retry-After": soon})]
    with pytest.raises(TemporaryPushError) as caught:
        await push.send(_push())
    assert 60_000 < caught.value.wait_ms <= 90_000


async def test_a_revoked_key_is_no_fault_of_the_device(firebase: Firebase, push: FcmPush) -> None:
    """Somebody will give another; until then pushes wait."""
    firebase.token_status = 400
    with pytest.raises(TemporaryPushError, match="RefreshError"):
        await push.send(_push())


async def test_firebase_that_is_away(firebase: Firebase, push: FcmPush) -> None:
    """Nobody listens there."""
    firebase.stop()
    with pytest.raises(TemporaryPushError):
        await push.send(_push())


@pytest.mark.parametrize("text", ["", "{}", '{"type": "authorized_user"}'])
def test_a_file_that_is_no_key_is_refused_at_the_start(tmp_path: Path, text: str) -> None:
    """With its name and the reason."""
    file = tmp_path / "account.json"
    file.write_text(text)
    with pytest.raises(PushSetupError, match=r"account\.json"):
        FcmPush(file)


def test_the_longest_push_fits() -> None:
    """However many bytes the characters have, each platform's part is below Firebase's limit."""
    longest = _push("\U0001f600" * limits.PUSH_TITLE_CHARS, "\U0001f600" * limits.PUSH_TEXT_CHARS)
    message = json.loads(str(message_of(longest)))
    for part in (message["data"], message["apns"]["payload"]):
        assert len(json.dumps(part, ensure_ascii=False).encode()) < PAYLOAD_BYTES


def test_a_mailer_without_credentials_does_not_import_it() -> None:
    """It costs 19 MB and half a second of CPU."""
    code = "import sys, svc_mailer.app; sys.exit('firebase_admin' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
