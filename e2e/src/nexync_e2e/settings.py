"""Where the tests find a running Nexync: the only reader of the environment in this package."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Wires:
    """`page` and `mail` are URLs without a slash at the end; `gateways` are WebSocket URLs that bypass the edge.

    `origin` is what a browser would say as its Origin: the page's public one, which differs from `page` where the
    page is reached by an address of the cluster's own.
    """

    page: str
    mail: str
    gateways: tuple[str, ...]
    redis_state: str
    origin: str | None = None
    postgres: str = ""

    @property
    def edge_socket(self) -> str:
        """The WebSocket URL through the edge."""
        return self.page.replace("http", "ws", 1) + "/ws"


def _first(*names: str, default: str) -> str:
    return next((os.environ[name] for name in names if os.environ.get(name)), default)


def wires() -> Wires:
    """From the environment, by the names that `dev/run env` prints or that the charts give.

    NEXYNC_GATEWAYS is comma-separated. NEXYNC_ORIGIN is needed only where the origin isn't the page's.
    """
    gateways = os.environ.get("NEXYNC_GATEWAYS", "ws://127.0.0.1:18101/ws,ws://127.0.0.1:18102/ws")
    return Wires(
        page=_first("NEXYNC_PAGE", "NEXYNC_EDGE_URL", default="http://127.0.0.1:8080").rstrip("/"),
        mail=_first("NEXYNC_MAIL", "NEXYNC_MAIL_URL", default="http://127.0.0.1:18025").rstrip("/"),
        gateways=tuple(part.strip() for part in gateways.split(",") if part.strip()),
        redis_state=os.environ.get("NEXYNC_REDIS_STATE_URL", "redis://127.0.0.1:16379/0"),
        origin=os.environ.get("NEXYNC_ORIGIN") or None,
        postgres=os.environ.get("NEXYNC_POSTGRES_URL", ""),
    )


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """How the cluster of KUBECONFIG is used: `root` is the repository, `namespace` is made and deleted.

    `values` and `backend_values` are values files of the two charts, `node` an address that serves NodePorts (found
    if None), `origin` one of the public origins that the values name, `prometheus` an image of it,
    `enforces` whether the cluster is known to keep to NetworkPolicies.
    """

    root: Path
    namespace: str
    values: tuple[str, ...]
    backend_values: tuple[str, ...]
    node: str | None
    origin: str
    prometheus: str
    enforces: bool = False


def cluster_settings() -> ClusterSettings:
    """From NEXYNC_CLUSTER_NAMESPACE, _VALUES, _BACKENDS_VALUES, _NODE, _PROMETHEUS, _ENFORCES, NEXYNC_ORIGIN.

    Values files have commas between them. Without NEXYNC_ROOT the repository is the working directory.
    """
    return ClusterSettings(
        root=Path(os.environ.get("NEXYNC_ROOT") or Path.cwd()),
        namespace=_first("NEXYNC_CLUSTER_NAMESPACE", default="nexync-e2e"),
        values=_listed("NEXYNC_CLUSTER_VALUES"),
        backend_values=_listed("NEXYNC_CLUSTER_BACKENDS_VALUES"),
        node=os.environ.get("NEXYNC_CLUSTER_NODE") or None,
        origin=_first("NEXYNC_ORIGIN", default="http://localhost:8080"),
        prometheus=_first("NEXYNC_CLUSTER_PROMETHEUS", default="docker.io/prom/prometheus:v3.7.3"),
        enforces=os.environ.get("NEXYNC_CLUSTER_ENFORCES") == "yes",
    )


def _listed(name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in os.environ.get(name, "").split(",") if part.strip())
