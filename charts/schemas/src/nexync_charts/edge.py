"""The values of the chart of the edge."""

from typing import Annotated, Literal

from pydantic import Field

from nexync_charts.components import Replicated
from nexync_charts.shapes import (
    Cidr,
    Name,
    NodePort,
    Port,
    Raws,
    Rules,
    Service,
    Strict,
    Words,
)


class CertManager(Strict):
    """Who fills the Secret of TLS."""

    issuer: Name
    kind: Literal["Issuer", "ClusterIssuer"]


class Tls(Strict):
    """TLS at the edge."""

    enabled: bool
    secret_name: Name
    cert_manager: CertManager


class OwnGateway(Strict):
    """A Gateway of our own."""

    create: bool
    class_name: Name
    annotations: Words


class GatewayApi(Strict):
    """The HTTPRoute."""

    parent_refs: Raws
    timeouts: bool
    annotations: Words
    gateway: OwnGateway


class Ingress(Strict):
    """The Ingress."""

    class_name: Name
    annotations: Words


class Nginx(Strict):
    """The built-in nginx."""

    worker_processes: Annotated[int, Field(ge=1, le=64)]
    worker_connections: Annotated[int, Field(ge=64, le=1_000_000)]
    trusted_proxies: list[Cidr]


class EdgeService(Service):
    """The Service that the world sees."""

    type: Literal["ClusterIP", "NodePort", "LoadBalancer"]
    http_port: Port
    https_port: Port
    node_port: NodePort
    https_node_port: NodePort
    load_balancer_source_ranges: list[Cidr]
    external_traffic_policy: Literal["Cluster", "Local"]


class EdgeRules(Rules):
    """Who may use the edge."""

    from_: Annotated[Raws, Field(alias="from")]


class Edge(Replicated):
    """The edge."""

    provider: Literal["nginx", "gateway-api", "ingress"]
    hosts: list[Annotated[str, Field(pattern=r"^(\*\.)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")]]
    max_body_size: Annotated[str, Field(pattern=r"^[0-9]+[kmg]?$")]
    tls: Tls
    gateway_api: GatewayApi
    ingress: Ingress
    nginx: Nginx
    service: EdgeService
    network_policy: EdgeRules  # pyright: ignore[reportIncompatibleVariableOverride] - values are read, never assigned
