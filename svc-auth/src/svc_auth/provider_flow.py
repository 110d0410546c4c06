"""What a browser carries while it is at a provider: a signed cookie, which nobody else's browser has.

The state in the address and the state in the cookie must be one: so nobody can be made to come back from a log-in
that somebody else began.
"""

import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import jwt
from pydantic import BaseModel, ConfigDict, ValidationError

from nexync_contracts import limits
from nexync_contracts.ids import PersonIdField, SessionIdField
from nexync_contracts.instance_rest import InvitationToken
from nexync_contracts.provider_rest import ProviderId

COOKIE_CHARS: Final = 2_000
_AUDIENCE: Final = "nexync provider log-in"


@dataclass(frozen=True, slots=True)
class Linking:
    """Who wants to link, from which session."""

    person: PersonIdField
    session: SessionIdField


class Flow(BaseModel):
    """One way to a provider and back. Without `linking` it is a log-in."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    provider: ProviderId
    origin: str
    state: str
    nonce: str
    verifier: str
    expires_at: int
    linking: Linking | None = None
    invitation: InvitationToken | None = None

    def came_back(self, state: str | None) -> bool:
        """Whether the address belongs to this way, in constant time."""
        return state is not None and hmac.compare_digest(state.encode(), self.state.encode())


class Flows:
    """Makes the cookies with the first of the keys and reads them with all (HMAC-SHA-256, a JWT)."""

    def __init__(self, keys: Callable[[], Sequence[bytes]]) -> None:
        self._keys = keys

    def begin(
        self,
        provider: str,
        origin: str,
        linking: Linking | None,
        now: datetime,
        invitation: str | None = None,
    ) -> Flow:
        """State, nonce and verifier of 256 random bits each."""
        end = now + timedelta(seconds=limits.PROVIDER_SECONDS)
        return Flow(
            provider=provider,
            origin=origin,
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            expires_at=int(end.timestamp()),
            linking=linking,
            invitation=invitation,
        )

    def write(self, flow: Flow) -> str:
        """The cookie's value."""
        claims: dict[str, Any] = flow.model_dump(exclude={"linking"})
        claims["linking"] = None if flow.linking is None else asdict(flow.linking)
        return jwt.encode({**claims, "aud": _AUDIENCE}, self._keys()[0], algorithm="HS256")

    def read(self, text: str | None, now: datetime) -> Flow | None:
        """The flow, or None when there is none, it is not one of ours, or too old."""
        if text is None or len(text) > COOKIE_CHARS:
            return None
        for key in self._keys():
            try:
                claims = jwt.decode(text, key, algorithms=["HS256"], audience=_AUDIENCE)
                flow = Flow.model_validate(claims)
            except (jwt.PyJWTError, ValidationError):
                continue
            return flow if flow.expires_at > now.timestamp() else None
        return None
