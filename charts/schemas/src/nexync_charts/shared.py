"""The `global` block, which the umbrella hands to every chart."""

from typing import Annotated, Literal

from pydantic import Field

from nexync_charts.shapes import (
    Given,
    Key,
    Name,
    Origin,
    Port,
    Presence,
    Raws,
    Strict,
    Words,
)


class Backend(Strict):
    """Where the address of one backend is."""

    secret: Name
    key: Key


class Kafka(Backend):
    """With Kafka's ways to sign in."""

    security_protocol: Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"]
    sasl_mechanism: Literal["", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
    username_key: Key
    password_key: Key


class Backends(Strict):
    """All of them."""

    secret: Given
    revision: str | int
    postgres: Backend
    redis_state: Backend
    redis_cache: Backend
    rabbitmq: Backend
    kafka: Kafka
    smtp: Backend
    ca: Backend


class Peers(Strict):
    """Services of peers in other releases."""

    gateway: Name
    auth: Name
    chat: Name
    web: Name


class Destination(Strict):
    """Ports, and where."""

    to: Raws
    ports: Annotated[list[Port], Field(min_length=1)]


class Sources(Strict):
    """From where."""

    from_: Annotated[Raws, Field(alias="from")]


class Reach(Strict):
    """Where backends are, for NetworkPolicies."""

    postgres: Destination
    redis_state: Destination
    redis_cache: Destination
    rabbitmq: Destination
    kafka: Destination
    smtp: Destination


class Network(Strict):
    """What all NetworkPolicies share."""

    enabled: bool
    dns: Destination
    edge: Sources
    monitoring: Sources
    backends: Reach


class Monitoring(Strict):
    """How Prometheus finds us."""

    pod_monitors: Presence
    labels: Words
    interval: Annotated[str, Field(pattern=r"^[0-9]+(ms|s|m|h)$")]


class Global(Strict):
    """The block."""

    image_registry: str
    image_pull_secrets: list[Given]
    environment: Literal["production", "development"]
    log_level: Literal["debug", "info", "warning", "error"]
    public_origins: Annotated[list[Origin], Field(min_length=1, max_length=20)]
    backends: Backends
    chat_partitions: Annotated[int, Field(ge=1, le=10_000)]
    peers: Peers
    network_policy: Network
    monitoring: Monitoring
