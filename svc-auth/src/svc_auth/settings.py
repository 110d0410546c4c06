"""The settings of svc-auth; the only place that reads the environment."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from nexync_contracts import limits
from nexync_contracts.channels import CHAT_PARTITIONS
from nexync_contracts.instance_rest import MAIL_DOMAIN, RegistrationMode, SecondFactorMode
from nexync_runtime.settings import Port, RestSettings, Settings, Url
from svc_auth.addresses import normal_email
from svc_auth.keyring import LEAD_SECONDS


class AuthSettings(RestSettings):
    """What svc-auth reads besides the general settings."""

    port: Port
    internal_port: Port
    postgres_url: Url
    redis_state_url: Url
    rabbitmq_url: Url
    public_origins: Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
    """Comma-separated origins from which browsers may change anything."""
    signing_key_file: Path
    """PEM of the Ed25519 private key that signs access tokens until the first rotation."""
    signing_ring_file: Path | None = None
    """The keys that `rotate-keys` made of it; while this file is there, it counts. Changes are seen within seconds."""
    factor_key_file: Path | None = None
    """Keys that seal the secrets of second factors, one a line, 32 bytes as base64; the first seals, all open.

    Without it nobody can turn a second factor on.
    """
    providers_file: Path | None = None
    """JSON that says whom one can log in with, as `svc_auth.providers` reads it.

    `kind` is oidc (any issuer; Google is `https://accounts.google.com`) or github. Secrets are in files of their own.
    """
    passkey_rp_id: Annotated[str, StringConstraints(min_length=1, max_length=253)] | None = None
    """The name that passkeys are bound to: the host of a public origin, or a domain above all of them.

    By default the host of the first origin that is no IP address. Another name makes all passkeys useless.
    """
    registration: RegistrationMode = RegistrationMode.OPEN
    """Who may make an account: `open`, `domains`, `invite` or `closed`; first log-ins with a provider too."""
    registration_domains: Annotated[str, StringConstraints(max_length=13_000)] = ""
    """Comma-separated domains of addresses, with `domains` and only there: `example.org`, not what is below it."""
    second_factor: SecondFactorMode = SecondFactorMode.OPTIONAL
    """Who must log in with two factors: `optional` (nobody must), `administrators` or `everyone`."""
    admins: Annotated[str, StringConstraints(max_length=20_000)] = ""
    """Comma-separated addresses whose owners are administrators, as soon as they have proved them."""
    erase_days: Annotated[int, Field(ge=limits.ERASE_DAYS[0], le=limits.ERASE_DAYS[1])] = 14
    """Days from asking for the erasure of an account to its end, in which its owner can still keep it."""
    session_days: Annotated[int, Field(ge=1, le=3_650)] = 365
    """Days after which one has to log in again, however often one comes."""
    cookie_secure: bool = True
    """False only where the page is served without TLS, on one's own machine."""
    chat_partitions: Annotated[int, Field(ge=1, le=10_000)] = CHAT_PARTITIONS
    """Partitions that new people's streams are spread over until a persister has taken any."""
    hash_threads: Annotated[int, Field(ge=1, le=32)] = 2
    """Passwords hashed at once; each takes 19 MiB while it is hashed."""

    @model_validator(mode="after")
    def _secure_where_tls_is(self) -> "AuthSettings":
        if not self.cookie_secure and all(one.startswith("https://") for one in self.origins):
            raise ValueError("NEXYNC_COOKIE_SECURE: must be true where all origins are https")
        return self

    @model_validator(mode="after")
    def _domains_where_asked_for(self) -> "AuthSettings":
        asked = self.registration is RegistrationMode.DOMAINS
        if asked != bool(self.domains):
            verb = "is missing with" if asked else "has no use with"
            mode = f"NEXYNC_REGISTRATION={self.registration}"
            raise ValueError(f"NEXYNC_REGISTRATION_DOMAINS: {verb} {mode}")
        odd = [one for one in self.domains if re.fullmatch(MAIL_DOMAIN, one) is None]
        if odd:
            raise ValueError(f"NEXYNC_REGISTRATION_DOMAINS: {odd[0]!r} is no domain in ASCII")
        if len(self.domains) > limits.REGISTRATION_DOMAINS:
            most = limits.REGISTRATION_DOMAINS
            raise ValueError(f"NEXYNC_REGISTRATION_DOMAINS: at most {most} can be named")
        return self

    @model_validator(mode="after")
    def _admins_have_addresses(self) -> "AuthSettings":
        odd = [one for one in _parts(self.admins) if normal_email(one) is None]
        if odd:
            raise ValueError(f"NEXYNC_ADMINS: {odd[0]!r} is no e-mail address")
        return self

    @property
    def domains(self) -> tuple[str, ...]:
        """`registration_domains` as a tuple, in lower case."""
        return _parts(self.registration_domains.lower())

    @property
    def admin_emails(self) -> tuple[str, ...]:
        """`admins` in the normal form."""
        return _addresses(self.admins)

    @property
    def origins(self) -> tuple[str, ...]:
        """`public_origins` as a tuple."""
        return _parts(self.public_origins)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _addresses(text: str) -> tuple[str, ...]:
    found = (normal_email(one) for one in _parts(text))
    return tuple(one for one in found if one is not None)


class AdminSettings(Settings):
    """What `admin` reads: where the people are, and who is an administrator by the settings."""

    admin_port: Port = 9090
    """Not opened."""
    postgres_url: Url
    admins: Annotated[str, StringConstraints(max_length=20_000)] = ""

    @property
    def admin_emails(self) -> tuple[str, ...]:
        """As `AuthSettings.admin_emails`."""
        return _addresses(self.admins)


class RotationSettings(Settings):
    """What `rotate-keys` reads: a Secret of the pod's namespace, or else the files."""

    admin_port: Port = 9090
    """Not opened."""
    signing_secret: Annotated[str, StringConstraints(max_length=253)] | None = None
    """The Secret; the pod's ServiceAccount may get and patch it."""
    signing_secret_key: Annotated[str, StringConstraints(max_length=253)] = "signing-key.pem"
    """Where in the Secret the first key is."""
    signing_secret_ring: Annotated[str, StringConstraints(max_length=253)] = "signing-ring.pem"
    """Where in the Secret the ring is kept."""
    signing_key_file: Path = Path("signing-key.pem")
    signing_ring_file: Path | None = None
    """As svc-auth has them, where there is no Secret."""
    signing_lead_seconds: Annotated[int, Field(ge=1, le=7 * 24 * 3600)] = LEAD_SECONDS
    """From the publication of a key to its first use. Less than ten minutes is for one machine only."""

    @model_validator(mode="after")
    def _somewhere(self) -> "RotationSettings":
        if (self.signing_secret is None) == (self.signing_ring_file is None):
            raise ValueError(
                "NEXYNC_SIGNING_SECRET or NEXYNC_SIGNING_RING_FILE: one of them must say where the keys are kept"
            )
        return self
