"""`python -m svc_auth rotate-keys`: another signing key, in the files or in the Secret that keeps them."""

import sys

from svc_auth.adapters.kubernetes_ring import SecretRing, open_api
from svc_auth.key_files import KeyFiles
from svc_auth.keyring import RotationError
from svc_auth.rotating import ConflictError, StoreError, rotate
from svc_auth.settings import RotationSettings
from svc_auth.signing import SigningKeyError


def rotate_keys(settings: RotationSettings) -> int:
    """The command; its exit code. Says what it did on stdout, or on stderr why not."""
    try:
        said = _rotate(settings)
    except (SigningKeyError, RotationError, StoreError, ConflictError, OSError) as error:
        sys.stderr.write(f"the keys stay as they are: {str(error) or type(error).__name__}\n")
        return 1
    sys.stdout.write(f"{said}\n")
    return 0


def _rotate(settings: RotationSettings) -> str:
    lead = settings.signing_lead_seconds
    if settings.signing_secret is None:
        return rotate(KeyFiles(settings.signing_key_file, settings.signing_ring_file), lead=lead)
    http, namespace = open_api()
    with http:
        store = SecretRing(
            http,
            namespace=namespace,
            secret=settings.signing_secret,
            first=settings.signing_secret_key,
            ring=settings.signing_secret_ring,
        )
        return rotate(store, lead=lead)
