"""The values of the chart that holds the others."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from nexync_charts.components import Chart
from nexync_charts.shapes import Image, Presence, Resources, Strict, Url

Retention = Literal["Retain", "Delete"]


class Part(Strict):
    """A component; its other values are its own chart's to check."""

    model_config = ConfigDict(extra="allow")
    enabled: bool


class LoadFigures(Strict):
    """Where the operator asks for load."""

    url: Url
    selector: Annotated[str, Field(pattern=r"^[^{}]*$", max_length=500)]


class Growth(Strict):
    """When partitions are raised."""

    enabled: bool
    max_partitions: Annotated[int, Field(ge=1, le=10_000)]
    bytes_in_per_partition: Annotated[int, Field(ge=1)]
    new_chats_per_hour: Annotated[int, Field(ge=0)]
    sustained_seconds: Annotated[int, Field(ge=0, le=86_400)]
    cooldown_seconds: Annotated[int, Field(ge=0, le=604_800)]
    prometheus: LoadFigures


class Topics(Strict):
    """The topics."""

    enabled: bool
    replication_factor: Annotated[int, Field(ge=1, le=100)]
    retention_hours: Annotated[int, Field(ge=1, le=87_600)]
    deletion_policy: Retention
    autoscaling: Growth


class Accepted(Strict):
    """Findings of the lint that are accepted."""

    migration: Annotated[str, Field(pattern=r"^[0-9]{4}_[a-z0-9_]+$", max_length=200)]
    rules: Annotated[list[str], Field(min_length=1, max_length=50)]


class Schema(Strict):
    """The database's."""

    enabled: bool
    approval: Literal["Automatic", "Manual"]
    baseline: Annotated[int, Field(ge=0, le=9_999)]
    allow: list[Accepted]
    lock_timeout_seconds: Annotated[int, Field(ge=1, le=3_600)]
    statement_timeout_seconds: Annotated[int, Field(ge=1, le=86_400)]
    deletion_policy: Retention


class RoundTrip(Strict):
    """`helm test`."""

    enabled: bool
    page_url: Url
    mail_url: Url
    image: Image
    resources: Resources


class Adapter(Strict):
    """Rules for prometheus-adapter."""

    enabled: bool


class Nexync(Chart):
    """charts/nexync."""

    svc_gateway: Annotated[Part, Field(alias="svc-gateway")]
    svc_auth: Annotated[Part, Field(alias="svc-auth")]
    svc_chat: Annotated[Part, Field(alias="svc-chat")]
    svc_persister: Annotated[Part, Field(alias="svc-persister")]
    svc_mailer: Annotated[Part, Field(alias="svc-mailer")]
    svc_web: Annotated[Part, Field(alias="svc-web")]
    operator: Part
    edge: Part
    topics: Topics
    schema_: Annotated[Schema, Field(alias="schema")]
    test: RoundTrip
    prometheus_rules: Presence
    prometheus_adapter: Adapter
