"""The token in a mailed link: signed, so that a stolen table has nothing that opens an account."""

import base64
import binascii
import hmac
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from nexync_contracts.ids import PersonId

_MAC_BYTES: Final = 32
_BODY_BYTES: Final = 16 + 16 + 8
TOKEN_CHARS: Final = 96


@dataclass(frozen=True, slots=True)
class ResetToken:
    """What a link says: its own id, whose it is, until when."""

    id: str
    person: PersonId
    expires_at: datetime


class Links:
    """Makes tokens with the first of the secrets and reads them with all (HMAC-SHA-256)."""

    def __init__(self, secrets: Callable[[], Sequence[bytes]]) -> None:
        self._secrets = secrets

    def write(self, token: ResetToken) -> str:
        """The token as base64url text of 96 characters."""
        seconds = int(token.expires_at.timestamp()).to_bytes(8, "big")
        body = uuid.UUID(token.id).bytes + uuid.UUID(token.person).bytes + seconds
        return base64.urlsafe_b64encode(body + _mac(self._secrets()[0], body)).decode()

    def read(self, text: str) -> ResetToken | None:
        """What the text says, or None when it is not one of ours. Its end is for the caller to judge."""
        if len(text) != TOKEN_CHARS:
            return None
        try:
            data = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
        except (binascii.Error, UnicodeEncodeError, ValueError):
            return None
        body, mac = data[:_BODY_BYTES], data[_BODY_BYTES:]
        if len(mac) != _MAC_BYTES:
            return None
        good = [hmac.compare_digest(mac, _mac(secret, body)) for secret in self._secrets()]
        if not any(good):
            return None
        seconds = int.from_bytes(body[32:], "big")
        return ResetToken(
            str(uuid.UUID(bytes=body[:16])),
            PersonId(str(uuid.UUID(bytes=body[16:32]))),
            datetime.fromtimestamp(seconds, UTC),
        )


def _mac(secret: bytes, body: bytes) -> bytes:
    return hmac.digest(secret, body, "sha256")
