"""The key of access tokens: signs them, checks them, and shows its public half (RFC 7517, RFC 8037)."""

import base64
import hashlib
import hmac
import json
from typing import Final, Protocol

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nexync_contracts import limits
from nexync_contracts.channels import TOKEN_AUDIENCE, TOKEN_ISSUER
from nexync_contracts.ids import PersonId, SessionId
from nexync_contracts.rest import Jwk
from nexync_contracts.session import AccessClaims
from nexync_runtime.tokens import TokenError, claims_of

ALGORITHM: Final = "EdDSA"


class SigningKeyError(Exception):
    """The key file can't be used; the message says why."""


class Signer(Protocol):
    """Signs access tokens."""

    def access_token(
        self,
        *,
        person: PersonId,
        session: SessionId,
        username: str,
        now: float,
        setup: bool = False,
    ) -> tuple[str, AccessClaims]:
        """A token for ten minutes and its claims; `now` in Unix seconds, `setup` as in the claims."""
        ...


class SigningKey:
    """An Ed25519 key. Its `kid` is the RFC 7638 thumbprint, so the same key has the same name everywhere."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self._public = private.public_key()
        raw = self._public.public_bytes_raw()
        self._x = _base64url(raw)
        self.kid = thumbprint(self._x)

    def access_token(
        self,
        *,
        person: PersonId,
        session: SessionId,
        username: str,
        now: float,
        setup: bool = False,
    ) -> tuple[str, AccessClaims]:
        """A token for ten minutes and its claims; `now` in Unix seconds, `setup` as in the claims."""
        claims = AccessClaims(
            iss=TOKEN_ISSUER,
            aud=TOKEN_AUDIENCE,
            sub=person,
            sid=session,
            username=username,
            iat=int(now),
            exp=int(now) + limits.ACCESS_TOKEN_SECONDS,
            setup=setup,
        )
        token = jwt.encode(
            claims.model_dump(), self._private, algorithm=ALGORITHM, headers={"kid": self.kid}
        )
        return token, claims

    async def verify(self, token: str) -> AccessClaims:
        """The claims of a token of ours. Raises TokenError."""
        try:
            kid = jwt.get_unverified_header(token).get("kid")
        except jwt.PyJWTError as error:
            raise TokenError(type(error).__name__) from None
        if kid != self.kid:
            raise TokenError("unknown key")
        return claims_of(token, self._public)

    def jwk(self) -> Jwk:
        """The public key for the other services."""
        return Jwk(kty="OKP", crv="Ed25519", x=self._x, kid=self.kid, alg=ALGORITHM, use="sig")

    def pem(self) -> str:
        """The private key, to be written into a file and nowhere else."""
        return self._private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode("ascii")

    def derived_secret(self, purpose: str) -> bytes:
        """32 secret bytes for another use, the same on every instance that holds the key."""
        return hmac.digest(self._private.private_bytes_raw(), purpose.encode(), "sha256")


def thumbprint(x: str) -> str:
    """RFC 7638, section 3, for an RFC 8037 key."""
    members = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": x}, separators=(",", ":"))
    return _base64url(hashlib.sha256(members.encode()).digest())


def key_of(pem: bytes) -> SigningKey:
    """The key in a PEM. Raises SigningKeyError without anything of the content."""
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SigningKeyError("has a private key that can't be read") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyError("has a key that is not an Ed25519 key")
    return SigningKey(key)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
