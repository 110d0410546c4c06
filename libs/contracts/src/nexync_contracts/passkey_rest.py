"""Bodies of the REST API about passkeys (WebAuthn Level 3). Bytes go as base64url without padding."""

from typing import Annotated, Final

from pydantic import Field, StringConstraints

from nexync_contracts import limits
from nexync_contracts.factor_rest import FactorCode
from nexync_contracts.ids import PasskeyIdField, PasskeyName, Password
from nexync_contracts.model import Exact, Tolerant

_BASE64URL: Final = r"^[A-Za-z0-9_-]+$"


def _chars(size: int) -> int:
    return (size * 4 + 2) // 3


CredentialId = Annotated[
    str, StringConstraints(pattern=_BASE64URL, max_length=_chars(limits.PASSKEY_ID_BYTES))
]
_ClientData = Annotated[str, StringConstraints(pattern=_BASE64URL, max_length=_chars(2_048))]
_AuthenticatorData = Annotated[str, StringConstraints(pattern=_BASE64URL, max_length=_chars(2_048))]
_Signature = Annotated[str, StringConstraints(pattern=_BASE64URL, max_length=_chars(1_024))]
_UserHandle = Annotated[str, StringConstraints(pattern=_BASE64URL, max_length=_chars(64))]
_Attestation = Annotated[str, StringConstraints(pattern=_BASE64URL, max_length=_chars(16_384))]
_Challenge = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$", max_length=43)]
"""256 random bits."""
_RpId = Annotated[str, StringConstraints(min_length=1, max_length=253)]
Transport = Annotated[str, StringConstraints(pattern=r"^[a-z-]{1,16}$")]
"""How an authenticator is reached: `internal`, `hybrid`, `usb`, `nfc`, `ble`, or what comes after them."""


class PasskeyAssertion(Exact):
    """What an authenticator answers to a challenge: the fields of `AuthenticatorAssertionResponse`.

    `user_handle` is always there at log-in; where the challenge named the passkeys, some authenticators leave it out.
    """

    credential: CredentialId
    client_data: _ClientData
    authenticator_data: _AuthenticatorData
    signature: _Signature
    user_handle: _UserHandle | None = None


class LoginPasskeyBody(Exact):
    """A passkey verifies its owner on the device, so no code of a second factor follows."""

    passkey: PasskeyAssertion


class OwnerProofBody(Exact):
    """Who sits at the open page is its owner: by a passkey, or by the password, with a code where a factor is on.

    Of both the passkey counts. With neither, a proof or log-in of the last minutes in this session counts, where
    adding a passkey is asked for; elsewhere one of the two must be given.
    """

    current: Password | None = None
    code: FactorCode | None = None
    passkey: PasskeyAssertion | None = None


class AddPasskeyBody(Exact):
    """A new credential: the fields of `AuthenticatorAttestationResponse`."""

    credential: CredentialId
    client_data: _ClientData
    attestation: _Attestation
    transports: Annotated[tuple[Transport, ...], Field(max_length=8)] = ()


class RenamePasskeyBody(Exact):
    name: PasskeyName


class KnownCredential(Tolerant):
    """A passkey as a browser names it to authenticators."""

    id: CredentialId
    transports: Annotated[tuple[Transport, ...], Field(max_length=8)]


class PasskeyRequestView(Tolerant):
    """The options of `navigator.credentials.get`; user verification is required. Good once, until Unix ms.

    `credentials` are empty at log-in: the authenticator knows which of them are for `rp_id`.
    """

    challenge: _Challenge
    rp_id: _RpId
    expires_at: Annotated[int, Field(ge=0)]
    credentials: Annotated[tuple[KnownCredential, ...], Field(max_length=limits.PASSKEYS)] = ()


class PasskeyCreationView(Tolerant):
    """The options of `navigator.credentials.create`: a discoverable credential with user verification.

    `user_handle` is the person's id as bytes; `algorithms` are of COSE, the best first; `known` are to be excluded.
    """

    challenge: _Challenge
    rp_id: _RpId
    expires_at: Annotated[int, Field(ge=0)]
    user_handle: _UserHandle
    username: Annotated[str, StringConstraints(max_length=limits.USERNAME_CHARS[1])]
    algorithms: Annotated[tuple[int, ...], Field(min_length=1, max_length=8)]
    known: Annotated[tuple[KnownCredential, ...], Field(max_length=limits.PASSKEYS)]


class PasskeyItem(Tolerant):
    """`synced`: its maker keeps a copy, so it outlives the device. Times are Unix ms; `used_at` null is never."""

    id: PasskeyIdField
    name: Annotated[str, StringConstraints(max_length=limits.PASSKEY_NAME_CHARS)]
    synced: bool
    created_at: Annotated[int, Field(ge=0)]
    used_at: Annotated[int, Field(ge=0)] | None


class PasskeysPage(Tolerant):
    """One's passkeys, oldest first. `rp_id` null: this server has no name that passkeys could be bound to."""

    rp_id: _RpId | None
    passkeys: Annotated[tuple[PasskeyItem, ...], Field(max_length=limits.PASSKEYS)]
