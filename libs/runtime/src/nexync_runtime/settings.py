"""Typed settings from the environment: all problems named at once, before anything starts."""

import os
import sys
from collections.abc import Mapping
from typing import Annotated, Literal, NoReturn, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    FilePath,
    StringConstraints,
    ValidationError,
    model_validator,
)

PREFIX = "NEXYNC_"

Port = Annotated[int, Field(ge=1, le=65_535)]
Url = Annotated[
    str, StringConstraints(min_length=3, max_length=500, pattern=r"^[a-z][a-z0-9+]*://")
]


class SettingsError(Exception):
    """Settings are wrong or missing; the message has one line a problem."""


class Settings(BaseModel):
    """What every service reads. A field `x_y` comes from `NEXYNC_X_Y`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    environment: Literal["development", "production"] = "production"
    log_format: Literal["json", "text"] = "json"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    instance: Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9._-]{1,63}$")] = "one"
    host: str = "0.0.0.0"  # noqa: S104 - in a pod the service is reached from outside; one machine sets 127.0.0.1
    admin_port: Port
    grace_seconds: Annotated[float, Field(gt=0, le=3600)] = 20.0
    """From SIGTERM to exit; a pod's terminationGracePeriodSeconds must be longer."""
    ca_file: FilePath | None = None
    """PEM bundle of the authorities that backends with TLS are checked against; the system's when absent.

    The addresses decide who speaks TLS: `?sslmode=verify-full` for Postgres, `rediss://`, `amqps://`, `smtps://`
    or `smtp+starttls://`, and NEXYNC_KAFKA_SECURITY_PROTOCOL.
    """


class RestSettings(Settings):
    """What every service with a public REST API reads besides: how much one session may ask for."""

    requests_per_second: Annotated[float, Field(gt=0, le=1_000_000)] = 25.0
    """Tokens that come back to a session each second; most requests cost one. A person has three times that."""
    requests_burst: Annotated[int, Field(ge=10, le=1_000_000)] = 250
    """Tokens that a session may use at once."""


Cluster = Mapping[str, str]
"""Where Kafka is and how to get in: the beginning of every Kafka client's configuration."""


class KafkaSettings(Settings):
    """What every service that talks to Kafka reads besides."""

    kafka_bootstrap: Annotated[str, StringConstraints(min_length=3, max_length=500)]
    """`host:port`, with commas between."""
    kafka_security_protocol: Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"] = "plaintext"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = None
    kafka_sasl_username: Annotated[str, StringConstraints(max_length=500)] | None = None
    kafka_sasl_password: Annotated[str, StringConstraints(max_length=2_000)] | None = Field(
        default=None, repr=False
    )

    @model_validator(mode="after")
    def _sasl_is_whole(self) -> "KafkaSettings":
        """All three values with SASL, none without: a password that is never asked for protects nothing."""
        values = {
            "NEXYNC_KAFKA_SASL_MECHANISM": self.kafka_sasl_mechanism,
            "NEXYNC_KAFKA_SASL_USERNAME": self.kafka_sasl_username,
            "NEXYNC_KAFKA_SASL_PASSWORD": self.kafka_sasl_password,
        }
        protocol = f"NEXYNC_KAFKA_SECURITY_PROTOCOL={self.kafka_security_protocol}"
        if self.kafka_security_protocol.startswith("sasl_"):
            wrong = [f"{name}: is missing with {protocol}" for name, it in values.items() if not it]
        else:
            wrong = [f"{name}: has no use with {protocol}" for name, it in values.items() if it]
        if wrong:
            raise ValueError("\n".join(wrong))
        return self

    @property
    def cluster(self) -> Cluster:
        """The connection as librdkafka's settings."""
        found = {"bootstrap.servers": self.kafka_bootstrap}
        protocol = self.kafka_security_protocol
        if protocol != "plaintext":
            found["security.protocol"] = protocol
        if protocol.endswith("ssl") and self.ca_file is not None:
            found["ssl.ca.location"] = str(self.ca_file)
        if protocol.startswith("sasl_"):
            found["sasl.mechanism"] = self.kafka_sasl_mechanism or ""
            found["sasl.username"] = self.kafka_sasl_username or ""
            found["sasl.password"] = self.kafka_sasl_password or ""
        return found


AnySettings = TypeVar("AnySettings", bound=Settings)


def parse(kind: type[AnySettings], environment: Mapping[str, str]) -> AnySettings:
    """Settings of `kind` from a mapping. Raises SettingsError that names every wrong or missing variable."""
    values: dict[str, str] = {}
    for name in kind.model_fields:
        value = environment.get(PREFIX + name.upper())
        if value is not None and value != "":
            values[name] = value
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        lines = [
            _line(problem["loc"], problem["type"], problem["msg"])
            for problem in error.errors(include_url=False, include_input=False)
        ]
        raise SettingsError("\n".join(lines)) from None


def _line(place: tuple[int | str, ...], kind: str, message: str) -> str:
    """A problem of one setting with its name; what concerns several names them itself."""
    message = message.removeprefix("Value error, ")
    if not place:
        return message
    return f"{PREFIX}{str(place[0]).upper()}: {'is missing' if kind == 'missing' else message}"


def load(kind: type[AnySettings]) -> AnySettings:
    """Settings from the process's environment, or exit code 2 with one line a problem on stderr."""
    try:
        return parse(kind, os.environ)
    except SettingsError as error:
        _refuse(str(error))


def _refuse(text: str) -> NoReturn:
    sys.stderr.write("settings are wrong:\n" + "".join(f"  {x}\n" for x in text.splitlines()))
    raise SystemExit(2)
