"""The `PushService` port over firebase-admin, which is imported here alone and only when there are credentials.

The library's own retries are off: they would sleep on our threads as long as Firebase asks, and RabbitMQ's delays do
better. Its service object is reached into for that and for the address; its tests of ours speak HTTP v1 to a server.
"""

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final, cast

import firebase_admin
import google.auth.exceptions
import requests
import requests.adapters
from firebase_admin import credentials, exceptions, messaging

from nexync_contracts.ids import ChatId
from nexync_contracts.push_jobs import PushJob
from svc_mailer.errors import (
    GonePushError,
    PermanentPushError,
    PushError,
    PushSetupError,
    TemporaryPushError,
)
from svc_mailer.metrics import PUSH_SECONDS

FCM_URL: Final = "https://fcm.googleapis.com"
SEND_SECONDS: Final = 10
NEW_MESSAGE: Final = "New message"
APP_NAME: Final = "Nexync"

QUOTA_WAIT_MS: Final = 60_000
"""Without a Retry-After, as Firebase's documentation asks after 429."""
WAIT_MAX_MS: Final = 300_000
"""Longer than our longest delay needs no exactness."""


class FcmPush:
    """Sends over at most `connections` at once."""

    def __init__(
        self, credentials_file: Path, *, url: str = FCM_URL, connections: int = 16
    ) -> None:
        """Raises PushSetupError when the file is no key of a service account."""
        try:
            certificate: Any = credentials.Certificate(str(credentials_file))
            project: str = certificate.project_id
        except (OSError, ValueError) as error:
            raise PushSetupError(f"{credentials_file}: {error}") from None
        options = {"projectId": project, "httpTimeout": SEND_SECONDS}
        # Its functions have no types.
        self._firebase: Any = firebase_admin
        self._app = self._firebase.initialize_app(certificate, options, name=f"nexync {id(self)}")
        service: Any = messaging._get_messaging_service(self._app)  # pyright: ignore[reportPrivateUsage]  # noqa: SLF001
        service._fcm_url = f"{url.rstrip('/')}/v1/projects/{project}/messages:send"  # noqa: SLF001
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=connections, max_retries=0)
        session: requests.Session = service._client.session  # noqa: SLF001
        for prefix in (FCM_URL, "https://", "http://"):
            session.mount(prefix, adapter)
        self._threads = ThreadPoolExecutor(connections, thread_name_prefix="fcm")

    async def send(self, push: PushJob) -> None:
        """Returns when Firebase took it. Raises PushError."""
        loop = asyncio.get_running_loop()
        with PUSH_SECONDS.time():
            await loop.run_in_executor(self._threads, self._send, message_of(push))

    async def close(self) -> None:
        """Forget the credentials; what is on its way has its timeout."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        # It runs a loop of its own to close a client that we never use.
        await asyncio.to_thread(self._firebase.delete_app, self._app)

    def _send(self, message: messaging.Message) -> None:
        try:
            messaging.send(message, app=self._app)
        except exceptions.FirebaseError as error:
            raise meaning(error) from None
        except google.auth.exceptions.GoogleAuthError as error:
            # A revoked key or a token server that is away: no fault of the device.
            raise TemporaryPushError(f"{type(error).__name__}: {_first(error)}") from None
        except (requests.RequestException, OSError) as error:
            raise TemporaryPushError(type(error).__name__) from None
        except ValueError as error:
            raise PermanentPushError(_first(error)) from None


def message_of(push: PushJob) -> messaging.Message:
    """The message: data for our service worker, which shows one notification a chat; the same for apps.

    A newer one of the same chat replaces an older one that waits: by topic, collapse key and collapse id.
    """
    left = max(0, push.expires_at // 1000 - int(time.time()))
    title, text = push.title or APP_NAME, push.text or NEW_MESSAGE
    data = {
        "chat": push.chat,
        "seq": str(push.seq),
        "unread": str(push.unread),
        "title": title,
        "text": text,
    }
    message: Any = messaging.Message(
        data=data,
        webpush=messaging.WebpushConfig(
            headers={"TTL": str(left), "Urgency": "high", "Topic": _topic(push.chat)}
        ),
        android=messaging.AndroidConfig(
            collapse_key=push.chat, priority="high", ttl=timedelta(seconds=left)
        ),
        apns=messaging.APNSConfig(
            headers={
                "apns-collapse-id": push.chat,
                "apns-expiration": str(push.expires_at // 1000),
                "apns-priority": "10",
            },
            payload=messaging.APNSPayload(
                messaging.Aps(
                    alert=messaging.ApsAlert(title=title, body=text),
                    badge=push.unread,
                    thread_id=push.chat,
                )
            ),
        ),
    )
    # As an argument it warns in favour of installation ids, which registrations of browsers don't give us.
    message.token = push.token
    return message


def _topic(chat: ChatId) -> str:
    """At most 32 characters of base64url (RFC 8030, 5.4)."""
    return chat.replace("-", "")


def meaning(error: exceptions.FirebaseError) -> PushError:
    """Whether to forget the device, wait, or give up."""
    reason = f"{type(error).__name__}: {_first(error)}"
    if isinstance(error, messaging.UnregisteredError | messaging.SenderIdMismatchError):
        return GonePushError(reason)
    if isinstance(error, exceptions.InvalidArgumentError):
        return GonePushError(reason) if _token_is_wrong(error) else PermanentPushError(reason)
    wait = _retry_after_ms(error)
    if isinstance(error, messaging.QuotaExceededError | exceptions.ResourceExhaustedError):
        return TemporaryPushError(reason, wait_ms=wait or QUOTA_WAIT_MS)
    return TemporaryPushError(reason, wait_ms=wait)


def _token_is_wrong(error: exceptions.FirebaseError) -> bool:
    """Whether it is the token that Firebase finds invalid, and not the message, of which all devices would suffer."""
    try:
        answer = json.loads(_response(error).text)
    except ValueError:
        return False
    details = cast("list[dict[str, Any]]", answer.get("error", {}).get("details", []))
    violations = [one for detail in details for one in detail.get("fieldViolations", [])]
    return any(one.get("field") == "message.token" for one in violations)


def _retry_after_ms(error: exceptions.FirebaseError) -> int:
    """Of the header, seconds or a date (RFC 9110, 10.2.3); 0 without one."""
    text = _response(error).headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return min(int(text) * 1000, WAIT_MAX_MS)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return 0
    wait = (until - datetime.now(UTC)).total_seconds()
    return min(max(0, int(wait * 1000)), WAIT_MAX_MS)


def _response(error: exceptions.FirebaseError) -> requests.Response:
    """What Firebase answered; an empty answer where there was none."""
    untyped: Any = error
    found: requests.Response | None = untyped.http_response
    return requests.Response() if found is None else found


def _first(error: Exception) -> str:
    """The first line, without what a traceback of a library adds."""
    return (str(error).strip().splitlines() or [""])[0][:200]
