"""Which providers one can log in with: a JSON file that the operator gives, with secrets in files of their own."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from nexync_contracts import limits
from nexync_contracts.errors import issues_of
from nexync_contracts.provider_rest import ProviderId, ProviderKind, ProviderLabel

GITHUB: Final = "https://github.com"
GITHUB_API: Final = "https://api.github.com"
FILE_BYTES: Final = 65_536
SECRET_CHARS: Final = 1_000
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class ProvidersError(Exception):
    """The file or a secret can't be used; the message names the setting and the field, and no secret."""


def safe_url(text: str) -> str:
    """The address, with TLS unless it stays on this machine. Raises ValueError."""
    parts = urlsplit(text)
    if parts.hostname is None or parts.query or parts.fragment or parts.username is not None:
        raise ValueError("must be an address without user, query and fragment")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError("must begin with https://")
    return text


SafeUrl = Annotated[str, StringConstraints(max_length=300), AfterValidator(safe_url)]


class ProviderConfig(BaseModel):
    """One provider. `issuer` is its identity in the database; `api` is of GitHub's kind alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: ProviderId
    kind: ProviderKind
    label: ProviderLabel
    issuer: SafeUrl = ""
    api: SafeUrl = ""
    client_id: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    client_secret_file: Path
    scopes: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=r"^[!-~]{1,100}$")], ...],
        Field(max_length=20),
    ] = ("openid", "email", "profile")
    """What an OIDC issuer is asked for; without `openid` and `email` nobody could log in."""

    @model_validator(mode="after")
    def _whole(self) -> "ProviderConfig":
        if self.kind is ProviderKind.OIDC:
            if not self.issuer:
                raise ValueError("issuer: is missing")
            if self.api:
                raise ValueError("api: has no use with kind oidc")
            missing = {"openid", "email"} - set(self.scopes)
            if missing:
                raise ValueError(f"scopes: {', '.join(sorted(missing))} must be among them")
        return self

    @property
    def source(self) -> str:
        """The issuer, under which identities are kept."""
        return self.issuer or GITHUB

    @property
    def api_url(self) -> str:
        """GitHub's API: of github.com, or of a server of one's own."""
        if self.api:
            return self.api.rstrip("/")
        if self.source == GITHUB:
            return GITHUB_API
        return self.source.rstrip("/") + "/api/v3"


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    providers: Annotated[tuple[ProviderConfig, ...], Field(max_length=limits.PROVIDERS)] = ()

    @model_validator(mode="after")
    def _once(self) -> "_File":
        """Two with one id would share an address, two with one issuer their people."""
        for what, values in (
            ("id", [one.id for one in self.providers]),
            ("issuer", [one.source for one in self.providers]),
        ):
            double = next((value for value in values if values.count(value) > 1), None)
            if double is not None:
                raise ValueError(f"{what}: {double} is there twice")
        return self


def load_providers(path: Path) -> Sequence[tuple[ProviderConfig, str]]:
    """The providers with their client secrets, in the file's order. Raises ProvidersError."""
    setting = "NEXYNC_PROVIDERS_FILE"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ProvidersError(f"{setting}: {path}: {type(error).__name__}") from None
    if len(data) > FILE_BYTES:
        raise ProvidersError(f"{setting}: {path} has over {FILE_BYTES} bytes")
    try:
        file = _File.model_validate_json(data)
    except ValidationError as error:
        first = issues_of(error)[0]
        where = ".".join(str(part) for part in first.path) or "the file"
        raise ProvidersError(f"{setting}: {path}: {where}: {first.message}") from None
    return [(one, _secret(setting, one)) for one in file.providers]


def _secret(setting: str, provider: ProviderConfig) -> str:
    path = provider.client_secret_file
    try:
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        reason = type(error).__name__
        raise ProvidersError(f"{setting}: secret of {provider.id}: {path}: {reason}") from None
    if not 1 <= len(secret) <= SECRET_CHARS:
        raise ProvidersError(
            f"{setting}: secret of {provider.id}: {path} must have 1 to {SECRET_CHARS} characters"
        )
    return secret
