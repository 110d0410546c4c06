"""What svc-auth reads at its start. What is wrong with it stops the start with one clear line (RefusedError)."""

from nexync_runtime import log
from nexync_runtime.key_files import KeyFileError
from nexync_runtime.lifecycle import RefusedError
from svc_auth.key_files import KeyFiles
from svc_auth.keyring import Keyring
from svc_auth.relying_party import RelyingParty, RpIdError, relying_party
from svc_auth.sealing import Sealing, load_sealing
from svc_auth.settings import AuthSettings
from svc_auth.signing import SigningKeyError

_log = log.get("app")


def ring_of(files: KeyFiles) -> Keyring:
    """The keys that sign access tokens. Raises RefusedError."""
    try:
        return files.load()
    except SigningKeyError as error:
        raise RefusedError(str(error)) from None


def sealing_by(settings: AuthSettings) -> Sealing | None:
    """What seals the secrets of second factors; None where no key is configured. Raises RefusedError."""
    if settings.factor_key_file is None:
        _log.warning("second factors are off", reason="NEXYNC_FACTOR_KEY_FILE is not set")
        return None
    try:
        return load_sealing(settings.factor_key_file)
    except KeyFileError as error:
        raise RefusedError(str(error)) from None


def party_by(settings: AuthSettings) -> RelyingParty | None:
    """The site that passkeys are of; None where it has no name. Raises RefusedError."""
    try:
        found = relying_party(settings.passkey_rp_id, settings.origins)
    except RpIdError as error:
        raise RefusedError(f"NEXYNC_PASSKEY_RP_ID: {error}") from None
    if found is None:
        _log.warning("passkeys are off", reason="all of NEXYNC_PUBLIC_ORIGINS are IP addresses")
    return found
