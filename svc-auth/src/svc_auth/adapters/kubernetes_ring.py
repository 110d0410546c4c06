"""The ring in a Kubernetes Secret, read and patched by the API with the pod's ServiceAccount."""

import base64
import binascii
import ssl
from pathlib import Path
from typing import Any, Final

import httpx

from svc_auth.rotating import ConflictError, StoreError

ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
API: Final = "https://kubernetes.default.svc"
TIMEOUT_SECONDS: Final = 10.0
CONFLICT: Final = 409


class SecretRing:
    """The `RingStore` port: one value of one Secret, beside the first key, which is left as it is.

    Helm knows the first key alone, so neither an upgrade nor a rollback touches the ring.
    """

    def __init__(
        self, http: httpx.Client, *, namespace: str, secret: str, first: str, ring: str
    ) -> None:
        self._http = http
        self._path = f"/api/v1/namespaces/{namespace}/secrets/{secret}"
        self._first = first
        self._ring = ring
        self._version = ""

    def read(self) -> str:
        """The ring or the first key, remembering which version it is of."""
        found = self._ask("GET")
        self._version = str(found["metadata"]["resourceVersion"])
        data: dict[str, str] = found.get("data") or {}
        value = data.get(self._ring) or data.get(self._first)
        if value is None:
            raise StoreError(f"{self._path}: has neither {self._ring} nor {self._first}")
        try:
            return base64.b64decode(value, validate=True).decode("ascii")
        except (binascii.Error, UnicodeDecodeError):
            raise StoreError(f"{self._path}: is no text") from None

    def write(self, text: str) -> None:
        """Only over the version that was read."""
        value = base64.b64encode(text.encode("ascii")).decode()
        self._ask(
            "PATCH",
            {"metadata": {"resourceVersion": self._version}, "data": {self._ring: value}},
        )

    def _ask(self, method: str, patch: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {} if patch is None else {"Content-Type": "application/merge-patch+json"}
        try:
            answer = self._http.request(
                method, self._path, json=patch, headers=headers, timeout=TIMEOUT_SECONDS
            )
        except httpx.HTTPError as error:
            raise StoreError(f"{method} {self._path}: {type(error).__name__}") from None
        if answer.status_code == CONFLICT:
            raise ConflictError
        if answer.is_error:
            raise StoreError(f"{method} {self._path}: {answer.status_code}")
        return answer.json()


def open_api(account: Path = ACCOUNT) -> tuple[httpx.Client, str]:
    """A client of the API with the pod's own rights, and the pod's namespace. Raises StoreError."""
    try:
        token = (account / "token").read_text(encoding="ascii")
        namespace = (account / "namespace").read_text(encoding="ascii").strip()
        authority = (account / "ca.crt").read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        raise StoreError(
            f"{account}: {type(error).__name__}; is this a pod with a token?"
        ) from None
    trusted = ssl.create_default_context(cadata=authority)
    return (
        httpx.Client(
            base_url=API, headers={"Authorization": f"Bearer {token.strip()}"}, verify=trusted
        ),
        namespace,
    )
