"""The values of the chart with backends for evaluation."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from nexync_charts.shapes import (
    Given,
    Name,
    NodePort,
    Quantity,
    Raw,
    Raws,
    Resources,
    ServiceAccount,
    Strict,
    Words,
)

Settings = dict[str, str | int | float | bool]
Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=60)]
Size = Annotated[str, StringConstraints(pattern=r"^[0-9]+ ?[kKmMgG]?[bB]?$")]
Uid = Annotated[int, Field(ge=1, le=2_147_483_647)]


class OfficialImage(Strict):
    """`registry/repository:tag`, or by digest; never `latest`."""

    registry: str
    repository: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._/-]*$")]
    tag: Annotated[
        str,
        StringConstraints(pattern=r"^[a-zA-Z0-9_][a-zA-Z0-9._-]*$", max_length=128),
        Field(json_schema_extra={"not": {"const": "latest"}}),
    ]
    digest: Annotated[str, StringConstraints(pattern=r"^(sha256:[0-9a-f]{64})?$")]
    pull_policy: Literal["Always", "IfNotPresent", "Never"]


class Server(Strict):
    """What every backend has."""

    enabled: bool
    image: OfficialImage
    run_as_user: Uid
    extra_env: Raws
    termination_grace_period_seconds: Annotated[int, Field(ge=1, le=3_600)]
    resources: Resources


class Postgres(Server):
    """The database."""

    database: Word
    user: Word
    max_connections: Annotated[int, Field(ge=20, le=10_000)]
    shared_buffers: Size
    config: Settings
    size: Quantity


class RedisCache(Server):
    """The Redis that evicts."""

    max_memory: Size
    config: Settings


class RedisState(RedisCache):
    """The Redis that never evicts."""

    size: Quantity


class Rabbitmq(Server):
    """The queues."""

    user: Word
    memory_watermark: Size
    disk_free_limit: Size
    config: Settings
    size: Quantity


class Kafka(Server):
    """The log."""

    replicas: Literal[1]
    cluster_id: Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9_-]{22})?$")]
    heap_options: str
    retention_hours: Annotated[int, Field(ge=1, le=87_600)]
    log_level: Literal["ERROR", "WARN", "INFO", "DEBUG"]
    config: Settings
    size: Quantity


class MailService(Strict):
    """How the page is reached."""

    type: Literal["ClusterIP", "NodePort"]
    node_port: NodePort


class Mail(Server):
    """The inbox."""

    max_messages: Annotated[int, Field(ge=1, le=1_000_000)]
    service: MailService
    size: Quantity


class Pulling(Strict):
    """The part of `global` that this chart reads."""

    image_registry: str
    image_pull_secrets: list[Given]


class Passwords(Strict):
    """Given ones."""

    postgres: str
    redis: str
    rabbitmq: str
    erlang_cookie: str


class Persistence(Strict):
    """Volumes."""

    enabled: bool
    storage_class: Name
    keep: bool


class Access(Strict):
    """Who may connect."""

    enabled: bool
    namespaces: list[Given]
    extra_from: Raws


class NexyncBackends(Strict):
    """charts/nexync-backends."""

    global_: Annotated[Pulling, Field(alias="global")]
    name_override: Name
    fullname_override: Name
    common_labels: Words
    existing_secret: Name
    passwords: Passwords
    persistence: Persistence
    network_policy: Access
    service_account: ServiceAccount
    pod_annotations: Words
    pod_labels: Words
    node_selector: Words
    tolerations: Raws
    affinity: Raw
    priority_class_name: Name
    postgres: Postgres
    redis_state: RedisState
    redis_cache: RedisCache
    rabbitmq: Rabbitmq
    kafka: Kafka
    mail: Mail
