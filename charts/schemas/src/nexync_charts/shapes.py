"""Shapes that several charts share. Unknown keys are refused; keys without a default are always in values.yaml."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

Raw = dict[str, Any]
"""An object that goes to Kubernetes as it is; the API server knows its schema."""
Raws = list[Raw]
Words = dict[str, str]
Name = Annotated[
    str, StringConstraints(pattern=r"^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$", max_length=253)
]
"""Name of an object, or empty."""
Given = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", max_length=253)
]
Key = Annotated[str, StringConstraints(pattern=r"^[-._a-zA-Z0-9]+$", max_length=253)]
Origin = Annotated[str, StringConstraints(pattern=r"^https?://[^/\s,]+$", max_length=300)]
Cidr = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F.:]+/[0-9]{1,3}$")]
Port = Annotated[int, Field(ge=1, le=65_535)]
NodePort = Annotated[int, Field(ge=0, le=65_535)]
Count = Annotated[int, Field(ge=0, le=1_000)]
Several = Annotated[int, Field(ge=1, le=1_000)]
Seconds = Annotated[int, Field(ge=0, le=86_400)]
Period = Annotated[int, Field(ge=1, le=86_400)]
Url = Annotated[str, StringConstraints(pattern=r"^(https?://\S+)?$", max_length=500)]
Quantity = (
    Annotated[str, StringConstraints(pattern=r"^[0-9]+(\.[0-9]+)?([mkMGTPE]i?)?$")]
    | Annotated[float, Field(ge=0)]
)
Presence = Literal["auto", "always", "never"]


class Strict(BaseModel):
    """Keys in camelCase, and none that isn't written down here."""

    model_config = ConfigDict(
        extra="forbid",
        alias_generator=to_camel,
        validate_by_alias=True,
        use_attribute_docstrings=True,
    )


class Image(Strict):
    """`registry/repository:tag`, or by digest."""

    registry: str
    repository: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._/-]*$")]
    tag: Annotated[
        str, StringConstraints(pattern=r"^([a-zA-Z0-9_][a-zA-Z0-9._-]*)?$", max_length=128)
    ]
    digest: Annotated[str, StringConstraints(pattern=r"^(sha256:[0-9a-f]{64})?$")]
    pull_policy: Literal["Always", "IfNotPresent", "Never"]
    pull_secrets: list[Given]


class Probe(Strict):
    """How often, how long, how many failures."""

    enabled: bool
    period_seconds: Period
    timeout_seconds: Period
    failure_threshold: Several


class Probes(Strict):
    """The three of them, apart."""

    startup: Probe
    liveness: Probe
    readiness: Probe


class Drain(Strict):
    """The end of a pod."""

    pre_stop_seconds: Seconds
    spread_seconds: Annotated[int, Field(ge=0, le=600)]
    flush_seconds: Annotated[int, Field(ge=1, le=3_000)]
    close_seconds: Seconds
    termination_grace_period_seconds: Seconds


class Resources(Strict):
    """As in a container."""

    requests: dict[str, Quantity] = Field(default_factory=dict)
    limits: dict[str, Quantity] = Field(default_factory=dict)


class ServiceAccount(Strict):
    """Made, or an existing one."""

    create: bool
    name: Name
    annotations: Words


class Service(Strict):
    """The Service of a component."""

    annotations: Words


class Budget(Strict):
    """PodDisruptionBudget."""

    enabled: bool
    max_unavailable: Several | Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}%$")]


class Rules(Strict):
    """Rules besides those of the component."""

    extra_ingress: Raws
    extra_egress: Raws


class Spread(Strict):
    """topologySpreadConstraints."""

    enabled: bool
    topology_keys: list[str]
    max_skew: Several
    when_unsatisfiable: Literal["ScheduleAnyway", "DoNotSchedule"]
    extra: Raws


class Hpa(Strict):
    """What only `hpa` has."""

    extra_metrics: Raws


class Fallback(Strict):
    """What KEDA does while Prometheus doesn't answer."""

    failure_threshold: Several
    replicas: Several


class Keda(Strict):
    """What only `keda` has."""

    server_address: Url
    query: str
    polling_interval: Period
    cooldown_period: Seconds
    authentication_ref: Words
    fallback: Fallback


class Autoscaling(Strict):
    """One provider at a time, by the very shape."""

    provider: Literal["none", "hpa", "keda"]
    min_replicas: Several
    max_replicas: Several
    target: Annotated[int, Field(ge=1, le=1_000_000_000)]
    behavior: Raw
    hpa: Hpa
    keda: Keda
