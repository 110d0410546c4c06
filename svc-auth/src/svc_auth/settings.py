"""The settings of svc-auth; the only place that reads the environment."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from nexync_contracts.channels import CHAT_PARTITIONS
from nexync_runtime.settings import Port, Settings, Url


class AuthSettings(Settings):
    """What svc-auth reads besides the general settings."""

    port: Port
    internal_port: Port
    postgres_url: Url
    redis_state_url: Url
    rabbitmq_url: Url
    public_origins: Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
    """Comma-separated origins from which browsers may change anything."""
    signing_key_file: Path
    """PEM of the Ed25519 private key that signs access tokens."""
    factor_key_file: Path | None = None
    """Keys that seal the secrets of second factors, one a line, 32 bytes as base64; the first seals, all open.

    Without it nobody can turn a second factor on.
    """
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

    @property
    def origins(self) -> tuple[str, ...]:
        """`public_origins` as a tuple."""
        return tuple(part.strip() for part in self.public_origins.split(",") if part.strip())
