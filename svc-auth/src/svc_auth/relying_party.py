"""What browsers and authenticators say, judged for this site: WebAuthn Level 3, 7.1 and 7.2, by py_webauthn.

A passkey is bound to the site's name (the RP id), which is the host of an origin or a domain above it. It can't be
an IP address. User verification is always required, so one passkey is two factors.

py_webauthn and what it needs are 6 MB that most instances ask for rarely: it is loaded by the first who does. So
`made`, `signed` and `challenge_of` are for a thread: they take a millisecond, and the first time a tenth of a second.
"""

import base64
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from nexync_contracts import limits
from nexync_contracts.ids import PersonId
from nexync_contracts.passkey_rest import AddPasskeyBody, PasskeyAssertion
from svc_auth.passkey_ports import Signed

ALGORITHMS: Final = (-7, -8, -257)
"""ES256, EdDSA and RS256 by COSE's numbers (RFC 9053, RFC 8812): what we ask for, the best known first.

What old Windows TPMs can do is the last.
"""


class RefusedPasskeyError(Exception):
    """Not what this site asked for, or not signed by the passkey."""


class RpIdError(Exception):
    """The configured name fits none of the origins."""


@dataclass(frozen=True, slots=True)
class Made:
    """A new credential. `synced`: its maker keeps a copy."""

    credential: bytes
    public_key: bytes
    sign_count: int
    synced: bool


class RelyingParty:
    """This site, as authenticators know it. `origins` are those whose pages may use its passkeys."""

    def __init__(self, rp_id: str, origins: Sequence[str]) -> None:
        self.id = rp_id
        self._origins = list(origins)

    def serves(self, origin: str) -> bool:
        """Whether pages of this origin may use the site's passkeys."""
        return origin in self._origins

    def made(self, body: AddPasskeyBody, challenge: str) -> Made:
        """Judge a new credential. Raises RefusedPasskeyError."""
        from webauthn import verify_registration_response  # noqa: PLC0415 - see above
        from webauthn.helpers.cose import COSEAlgorithmIdentifier  # noqa: PLC0415
        from webauthn.helpers.structs import (  # noqa: PLC0415
            AuthenticatorAttestationResponse,
            RegistrationCredential,
        )

        credential = from_base64url(body.credential)
        try:
            found = verify_registration_response(
                credential=RegistrationCredential(
                    id=to_base64url(credential),
                    raw_id=credential,
                    response=AuthenticatorAttestationResponse(
                        client_data_json=from_base64url(body.client_data),
                        attestation_object=from_base64url(body.attestation),
                    ),
                ),
                expected_challenge=from_base64url(challenge),
                expected_rp_id=self.id,
                expected_origin=self._origins,
                require_user_verification=True,
                supported_pub_key_algs=[COSEAlgorithmIdentifier(one) for one in ALGORITHMS],
            )
        except Exception as error:  # noqa: BLE001 - CBOR, keys and certificates of strangers fail in many ways
            raise RefusedPasskeyError(_reason(error)) from None
        if found.credential_id != credential:
            raise RefusedPasskeyError("the credential has two ids")
        if len(credential) > limits.PASSKEY_ID_BYTES:
            raise RefusedPasskeyError("the credential id is too long")
        return Made(
            found.credential_id,
            found.credential_public_key,
            found.sign_count,
            found.credential_backed_up,
        )

    def signed(self, assertion: PasskeyAssertion, challenge: str, public_key: bytes) -> Signed:
        """Judge a signature; the counter is judged where it is kept. Raises RefusedPasskeyError."""
        from webauthn import verify_authentication_response  # noqa: PLC0415 - see above
        from webauthn.helpers.structs import (  # noqa: PLC0415
            AuthenticationCredential,
            AuthenticatorAssertionResponse,
        )

        credential = from_base64url(assertion.credential)
        try:
            found = verify_authentication_response(
                credential=AuthenticationCredential(
                    id=to_base64url(credential),
                    raw_id=credential,
                    response=AuthenticatorAssertionResponse(
                        client_data_json=from_base64url(assertion.client_data),
                        authenticator_data=from_base64url(assertion.authenticator_data),
                        signature=from_base64url(assertion.signature),
                    ),
                ),
                expected_challenge=from_base64url(challenge),
                expected_rp_id=self.id,
                expected_origin=self._origins,
                credential_public_key=public_key,
                credential_current_sign_count=0,
                require_user_verification=True,
            )
        except Exception as error:  # noqa: BLE001 - as above
            raise RefusedPasskeyError(_reason(error)) from None
        return Signed(found.new_sign_count, found.credential_backed_up)


def challenge_of(client_data: str) -> str | None:
    """The challenge that a browser says it was given, as base64url; believed once the signature is."""
    from webauthn.helpers import parse_client_data_json  # noqa: PLC0415 - see above

    try:
        found = parse_client_data_json(from_base64url(client_data))
        return None if found.cross_origin else to_base64url(found.challenge)
    except Exception:  # noqa: BLE001 - any text may come here
        return None


def to_base64url(data: bytes) -> str:
    """Without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """The bytes of a text that the contract has bounded; nonsense gives bytes that nobody has."""
    return base64.urlsafe_b64decode(f"{text}===") if len(text) % 4 != 1 else b""


def user_handle(person: PersonId) -> str:
    """How authenticators know somebody: the 16 bytes of the id, which tell nothing about the person."""
    return to_base64url(bytes.fromhex(person.replace("-", "")))


def relying_party(rp_id: str | None, origins: Sequence[str]) -> RelyingParty | None:
    """The site of these origins; without a name given, the first host that is no IP address names it.

    None when there is no such host. Raises RpIdError when the given name fits no origin.
    """
    name = rp_id or next(filter(_is_name, map(_host, origins)), None)
    if name is None:
        return None
    under = [one for one in origins if _host(one) == name or _host(one).endswith(f".{name}")]
    if not under or not _is_name(name):
        raise RpIdError(f"{name} is neither the host of a public origin nor a domain above one")
    return RelyingParty(name, under)


def _host(origin: str) -> str:
    return urlsplit(origin).hostname or ""


def _is_name(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(host)
    return False


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
