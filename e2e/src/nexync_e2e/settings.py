"""Where the tests find a running Nexync: the only reader of the environment in this package."""

import os
from dataclasses import dataclass


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

    @property
    def edge_socket(self) -> str:
        """The WebSocket URL through the edge."""
        return self.page.replace("http", "ws", 1) + "/ws"


def _first(*names: str, default: str) -> str:
    return next((os.environ[name] for name in names if os.environ.get(name)), default)


def wires() -> Wires:
    """From NEXYNC_PAGE or NEXYNC_EDGE_URL, NEXYNC_MAIL or NEXYNC_MAIL_URL, NEXYNC_GATEWAYS, NEXYNC_REDIS_STATE_URL.

    NEXYNC_GATEWAYS is comma-separated. NEXYNC_ORIGIN is needed only where the origin isn't the page's.
    """
    gateways = os.environ.get("NEXYNC_GATEWAYS", "ws://127.0.0.1:18101/ws,ws://127.0.0.1:18102/ws")
    return Wires(
        page=_first("NEXYNC_PAGE", "NEXYNC_EDGE_URL", default="http://127.0.0.1:8080").rstrip("/"),
        mail=_first("NEXYNC_MAIL", "NEXYNC_MAIL_URL", default="http://127.0.0.1:18025").rstrip("/"),
        gateways=tuple(part.strip() for part in gateways.split(",") if part.strip()),
        redis_state=os.environ.get("NEXYNC_REDIS_STATE_URL", "redis://127.0.0.1:16379/0"),
        origin=os.environ.get("NEXYNC_ORIGIN") or None,
    )
