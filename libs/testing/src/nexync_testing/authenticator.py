"""An authenticator in software, with one passkey: what a browser would send, by WebAuthn Level 3, 6."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from typing import Final

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from nexync_contracts.passkey_rest import (
    AddPasskeyBody,
    PasskeyAssertion,
    PasskeyCreationView,
    PasskeyRequestView,
)

PRESENT: Final = 0x01
VERIFIED: Final = 0x04
BACKED_UP: Final = 0x18
"""Eligible for a copy, and copied."""
_CREDENTIAL: Final = 0x40


class Authenticator:
    """One credential for one site; `counts` False stands for those whose counter is always 0."""

    def __init__(self, rp_id: str, origin: str, *, counts: bool = True) -> None:
        self.rp_id = rp_id
        self.origin = origin
        self.credential = secrets.token_bytes(32)
        self.count = 0
        self.flags = PRESENT | VERIFIED
        self._counts = counts
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._user_handle: str | None = None

    def make(self, view: PasskeyCreationView) -> AddPasskeyBody:
        """The answer to `navigator.credentials.create`."""
        self._user_handle = view.user_handle
        numbers = self._key.public_key().public_numbers()
        public_key = cbor2.dumps(
            {
                1: 2,
                3: -7,
                -1: 1,
                -2: numbers.x.to_bytes(32, "big"),
                -3: numbers.y.to_bytes(32, "big"),
            }
        )
        attested = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential
        data = self._data(self.flags | _CREDENTIAL) + attested + public_key
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return AddPasskeyBody(
            credential=_text(self.credential),
            client_data=_text(self._client_data("webauthn.create", view.challenge)),
            attestation=_text(attestation),
            transports=("internal",),
        )

    def sign(self, view: PasskeyRequestView) -> PasskeyAssertion:
        """The answer to `navigator.credentials.get`."""
        client_data = self._client_data("webauthn.get", view.challenge)
        self.count += self._counts
        data = self._data(self.flags)
        signature = self._key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        return PasskeyAssertion(
            credential=_text(self.credential),
            client_data=_text(client_data),
            authenticator_data=_text(data),
            signature=_text(signature),
            user_handle=self._user_handle,
        )

    def _data(self, flags: int) -> bytes:
        rp_hash = hashlib.sha256(self.rp_id.encode()).digest()
        return rp_hash + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client_data(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
