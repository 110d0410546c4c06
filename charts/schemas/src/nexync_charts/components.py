"""The values of each chart that runs something of ours."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from nexync_charts.shapes import (
    Autoscaling,
    Budget,
    Count,
    Drain,
    Given,
    Image,
    Key,
    Name,
    Probes,
    Quantity,
    Raw,
    Raws,
    Resources,
    Rules,
    Seconds,
    Service,
    ServiceAccount,
    Several,
    Spread,
    Strict,
    Words,
)
from nexync_charts.shared import Destination, Global


class Chart(Strict):
    """What every chart has."""

    global_: Annotated[Global, Field(alias="global")]
    name_override: Name
    fullname_override: Name
    common_labels: Words
    library: Annotated[Raw, Field(alias="nexync-lib", default_factory=dict)]
    """Put there by Helm for the library chart; nothing to set."""


class Component(Chart):
    """What runs in a pod."""

    enabled: bool
    image: Image
    drain: Drain
    probes: Probes
    resources: Resources
    pod_security_context: Raw
    security_context: Raw
    tmp_size_limit: Quantity
    service_account: ServiceAccount
    network_policy: Rules
    node_selector: Words
    affinity: Raw
    tolerations: Raws
    priority_class_name: Name
    pod_annotations: Words
    pod_labels: Words
    extra_env: Raws
    extra_env_from: Raws
    extra_volumes: Raws
    extra_volume_mounts: Raws
    init_containers: Raws


class Replicated(Component):
    """What may run several times."""

    replica_count: Count
    max_surge: Several | Annotated[str, Field(pattern=r"^[0-9]{1,3}%$")]
    pod_disruption_budget: Budget
    topology_spread: Spread


class Scaled(Replicated):
    """What may be scaled by load."""

    autoscaling: Autoscaling


class GatewayConfig(Strict):
    """Settings of svc-gateway."""

    frames_per_second: Annotated[float, Field(gt=0, le=1_000_000)]
    frames_burst: Annotated[int, Field(ge=10, le=1_000_000)]
    max_connections: Annotated[int, Field(ge=1, le=1_000_000)]
    max_age_seconds: Annotated[int, Field(ge=0, le=604_800)]
    edge_port: Annotated[int, Field(ge=0, le=65_535)]


class GatewayDrain(Drain):
    """The end of a gateway: sockets that were told to move need a while for it."""

    move_seconds: Seconds


class Gateway(Scaled):
    """svc-gateway."""

    drain: GatewayDrain  # pyright: ignore[reportIncompatibleVariableOverride] - values are read, never assigned
    config: GatewayConfig
    service: Service


class RestConfig(Strict):
    """Settings of a service with a public REST API."""

    requests_per_second: Annotated[float, Field(gt=0, le=1_000_000)]
    requests_burst: Annotated[int, Field(ge=10, le=1_000_000)]


MailDomain = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$",
        max_length=253,
    ),
]
MailAddress = Annotated[str, StringConstraints(pattern=r"^[^\s,@]+@[^\s,@]+$", max_length=254)]


class Registration(Strict):
    """Who may make an account."""

    mode: Literal["open", "domains", "invite", "closed"]
    domains: Annotated[list[MailDomain], Field(max_length=50)]


class AuthConfig(RestConfig):
    """Settings of svc-auth."""

    registration: Registration
    second_factor: Literal["optional", "administrators", "everyone"]
    admins: Annotated[list[MailAddress], Field(max_length=50)]
    erase_days: Annotated[int, Field(ge=1, le=90)]
    session_days: Annotated[int, Field(ge=1, le=3_650)]

    hash_threads: Annotated[int, Field(ge=1, le=32)]
    passkey_rp_id: Annotated[
        str, StringConstraints(pattern=r"^([a-z0-9-]+(\.[a-z0-9-]+)*)?$", max_length=253)
    ]


class Rotation(Strict):
    """When the signing key is replaced, and where the job finds the Kubernetes API."""

    enabled: bool
    schedule: Annotated[
        str, StringConstraints(pattern=r"^(@[a-z]+|[0-9A-Za-z*/,-]+( [0-9A-Za-z*/,-]+){4})$")
    ]
    lead_seconds: Annotated[int, Field(ge=600, le=7 * 24 * 3600)]
    api_server: Destination


class SigningKey(Strict):
    """The key of access tokens."""

    existing_secret: Name
    key: Key
    rotation: Rotation


class FactorKey(Strict):
    """The keys that seal the secrets of second factors."""

    existing_secret: Name
    key: Key


class ProviderSecret(Strict):
    """Where a provider's client secret is."""

    name: Given
    key: Key


class AuthProvider(Strict):
    """Somebody whom people can log in with; `issuer` may be empty for github.com alone."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$")]
    kind: Literal["oidc", "github"]
    label: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    issuer: Annotated[str, StringConstraints(pattern=r"^(https://[^\s?#]+)?$", max_length=300)]
    client_id: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    client_secret: ProviderSecret


class Auth(Scaled):
    """svc-auth."""

    config: AuthConfig
    signing_key: SigningKey
    factor_key: FactorKey
    providers: Annotated[list[AuthProvider], Field(max_length=12)]
    service: Service


class CursorKey(Strict):
    """The keys that sign the cursors of lists."""

    existing_secret: Name
    key: Key


class ChatConfig(RestConfig):
    """Settings of svc-chat."""

    postgres_connections: Annotated[int, Field(ge=2, le=100)]
    file_quota_mib: Annotated[int, Field(ge=1, le=1_000_000)]
    image_processes: Annotated[int, Field(ge=1, le=16)]


class FileFolder(Strict):
    """A volume that all pods share."""

    existing_claim: Name
    persistent: bool
    size: Quantity
    storage_class: Name
    access_modes: Annotated[
        list[Literal["ReadWriteOnce", "ReadWriteMany", "ReadWriteOncePod"]], Field(min_length=1)
    ]


class FileBucket(Destination):
    """An S3."""

    endpoint: Annotated[str, Field(pattern=r"^(https?://[^/\s]+)?$", max_length=300)]
    region: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}$")]
    bucket: Annotated[str, Field(pattern=r"^[a-z0-9.-]{0,63}$")]
    prefix: Annotated[str, Field(pattern=r"^[a-zA-Z0-9._/-]{0,200}$")]
    secret: Name
    id_key: Key
    secret_key: Key


class Storage(Strict):
    """Where files are kept."""

    kind: Literal["folder", "s3"]
    folder: FileFolder
    s3: FileBucket


Public = Annotated[str, StringConstraints(max_length=300)]


class WebPushValues(Strict):
    """How browsers register with Firebase; all, or none."""

    api_key: Public
    app_id: Public
    project_id: Public
    sender_id: Public
    vapid_key: Public


class Chat(Scaled):
    """svc-chat."""

    config: ChatConfig
    cursor_key: CursorKey
    push: WebPushValues
    storage: Storage
    service: Service


class PersisterConfig(Strict):
    """Settings of svc-persister; sizes are per partition."""

    flush_seconds: Annotated[float, Field(gt=0, le=60)]
    flush_events: Annotated[int, Field(ge=1, le=100_000)]
    unflushed_events: Annotated[int, Field(ge=1, le=200_000)]
    unflushed_bytes: Annotated[int, Field(ge=65_536, le=1 << 30)]
    recent_records: Annotated[int, Field(ge=1_000, le=1_000_000)]
    cached_streams: Annotated[int, Field(ge=100, le=1_000_000)]
    dead_letters_per_hour: Annotated[int, Field(ge=0, le=1_000_000)]
    retention: Literal["days_30", "year_1", "forever"]
    retention_grace_days: Annotated[int, Field(ge=1, le=400)]


class Persister(Scaled):
    """svc-persister."""

    config: PersisterConfig


class MailerConfig(Strict):
    """Settings of svc-mailer."""

    mail_from: Annotated[str, Field(pattern=r"@", max_length=300)]
    prefetch: Annotated[int, Field(ge=1, le=100)]
    smtp_connections: Annotated[int, Field(ge=1, le=64)]


class Push(Strict):
    """Push notifications."""

    existing_secret: Name
    key: Key
    connections: Annotated[int, Field(ge=1, le=64)]
    egress_to: Raws


class Mailer(Scaled):
    """svc-mailer."""

    config: MailerConfig
    push: Push


class Web(Scaled):
    """svc-web."""

    service: Service


class OperatorConfig(Strict):
    """Settings of the operator, and where it goes."""

    resync_seconds: Annotated[int, Field(ge=1, le=3_600)]
    prometheus: Destination
    api_server: Destination


class Operator(Component):
    """The operator: one replica, as it has no leader election."""

    cluster_wide: bool
    release_on_uninstall: bool
    config: OperatorConfig
