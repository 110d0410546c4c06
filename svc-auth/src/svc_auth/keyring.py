"""The ring of signing keys: the one that signs, the one that will, and those whose tokens may still live.

Each key says from when it signs. It signs until the next one does, and is accepted for OVERLAP_SECONDS more, so
everything follows from the ring and the clock, and a rotation is one step: add a key for later. It is published at
once, so that by the time it signs every pod has read it and every verifier has been told.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nexync_contracts import limits
from nexync_contracts.ids import PersonId, SessionId
from nexync_contracts.rest import Jwks
from nexync_contracts.session import AccessClaims
from nexync_runtime.tokens import TokenError
from svc_auth.signing import SigningKey, SigningKeyError, key_of

LEAD_SECONDS: Final = 3_600
"""From a key's publication to its first use: many times what files and verifiers lag behind."""

LAG_SECONDS: Final = 600
"""What they may lag behind together, clocks included: a pod's files (about two minutes in Kubernetes) and a
verifier's keys (REFRESH_SECONDS)."""

OVERLAP_SECONDS: Final = LAG_SECONDS + max(
    limits.ACCESS_TOKEN_SECONDS, limits.CODE_LIFETIME_SECONDS, limits.RESET_LIFETIME_SECONDS
)
"""How long a key is accepted after the last signature that a pod could make with it: longer than anything it signs."""

KEYS_MAX: Final = 8

_BLOCK: Final = re.compile(
    r"(?:^signs-from: (?P<signs_from>[0-9]{1,12})\s+)?"
    r"(?P<pem>-----BEGIN PRIVATE KEY-----.+?-----END PRIVATE KEY-----)",
    re.DOTALL | re.MULTILINE,
)


class RotationError(Exception):
    """The ring can't be rotated; the message says why."""


@dataclass(frozen=True, slots=True)
class RingKey:
    """A key, and the Unix second from which it signs."""

    key: SigningKey
    signs_from: int


class Keyring:
    """One to KEYS_MAX keys by their time; never changed, only replaced by another ring."""

    def __init__(self, keys: Sequence[RingKey]) -> None:
        self._keys = sorted(keys, key=lambda one: one.signs_from)

    def good(self, now: float) -> list[SigningKey]:
        """What is accepted and published: first the key that signs, then older ones and the one to come."""
        current = self._current(now)
        return [
            self._keys[current].key,
            *(
                one.key
                for at, one in enumerate(self._keys)
                if at != current and now < self.end_of(at)
            ),
        ]

    def end_of(self, at: int) -> float:
        """When the key at this place is accepted no more, Unix seconds."""
        after = at + 1
        return (
            self._keys[after].signs_from + OVERLAP_SECONDS
            if after < len(self._keys)
            else float("inf")
        )

    def waiting(self, now: float) -> RingKey | None:
        """The key to come, if there is one."""
        newest = self._keys[-1]
        return newest if newest.signs_from > now else None

    def rotated(self, now: float, lead: float = LEAD_SECONDS) -> "Keyring":
        """With a new key that signs after `lead` seconds, without those that have ended. Raises RotationError."""
        kept = [one for at, one in enumerate(self._keys) if now < self.end_of(at)]
        if len(kept) >= KEYS_MAX:
            msg = f"the ring has {len(kept)} keys that are still accepted, at most {KEYS_MAX} are allowed"
            raise RotationError(msg)
        new = RingKey(SigningKey(Ed25519PrivateKey.generate()), int(now + lead))
        return Keyring([*kept, new])

    def text(self, now: float) -> str:
        """The ring as a file; the key that signs comes first, for who reads one PEM and no more."""
        current = self._current(now)
        ordered = [
            self._keys[current],
            *(one for one in self._keys if one is not self._keys[current]),
        ]
        return "".join(f"signs-from: {one.signs_from}\n{one.key.pem()}" for one in ordered)

    def _current(self, now: float) -> int:
        begun = [at for at, one in enumerate(self._keys) if one.signs_from <= now]
        return begun[-1] if begun else 0


def ring_of(text: str) -> Keyring:
    """A ring from a file, or from the one PEM of a key. Raises SigningKeyError without anything of the content."""
    keys = [
        RingKey(key_of(found["pem"].encode()), int(found["signs_from"] or 0))
        for found in _BLOCK.finditer(text)
    ]
    if not 1 <= len(keys) <= KEYS_MAX:
        msg = f"has {len(keys)} private keys as PEM (PKCS #8), 1 to {KEYS_MAX} are allowed"
        raise SigningKeyError(msg)
    return Keyring(keys)


class LiveKeys:
    """The keys of a running service: the ring of the moment, replaced when its file has changed.

    `clock` gives Unix seconds.
    """

    def __init__(self, ring: Keyring, clock: Callable[[], float]) -> None:
        self._ring = ring
        self._clock = clock

    def take(self, ring: Keyring) -> None:
        """Go on with another ring."""
        self._ring = ring

    def good(self) -> list[SigningKey]:
        """What is accepted now, the key that signs first."""
        return self._ring.good(self._clock())

    def access_token(
        self,
        *,
        person: PersonId,
        session: SessionId,
        username: str,
        now: float,
        setup: bool = False,
    ) -> tuple[str, AccessClaims]:
        """A token for ten minutes and its claims; `now` in Unix seconds."""
        signing = self._ring.good(now)[0]
        return signing.access_token(
            person=person, session=session, username=username, now=now, setup=setup
        )

    async def verify(self, token: str) -> AccessClaims:
        """The claims of a token of ours. Raises TokenError."""
        try:
            kid = jwt.get_unverified_header(token).get("kid")
        except jwt.PyJWTError as error:
            raise TokenError(type(error).__name__) from None
        for key in self.good():
            if key.kid == kid:
                return await key.verify(token)
        raise TokenError("unknown key")

    def jwks(self) -> Jwks:
        """The public keys for the other services."""
        return Jwks(keys=tuple(key.jwk() for key in self.good()))

    def secrets(self, purpose: str) -> Callable[[], list[bytes]]:
        """Secrets for another use, the same on every instance: the first makes, all are accepted."""
        return lambda: [key.derived_secret(purpose) for key in self.good()]
