"""Where the tests find a running Nexync: the only reader of the environment in this package."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Wires:
    """`page` and `mail` are URLs without a slash at the end; `gateways` are WebSocket URLs that bypass the edge."""

    page: str
    mail: str
    gateways: tuple[str, ...]
    redis_state: str
    root: Path

    @property
    def edge_socket(self) -> str:
        """The WebSocket URL through the edge."""
        return self.page.replace("http", "ws", 1) + "/ws"


def wires() -> Wires:
    """From NEXYNC_PAGE, NEXYNC_MAIL, NEXYNC_GATEWAYS (comma-separated), NEXYNC_REDIS_STATE_URL, NEXYNC_ROOT."""
    gateways = os.environ.get("NEXYNC_GATEWAYS", "ws://127.0.0.1:18101/ws,ws://127.0.0.1:18102/ws")
    return Wires(
        page=os.environ.get("NEXYNC_PAGE", "http://127.0.0.1:8080").rstrip("/"),
        mail=os.environ.get("NEXYNC_MAIL", "http://127.0.0.1:18025").rstrip("/"),
        gateways=tuple(part.strip() for part in gateways.split(",") if part.strip()),
        redis_state=os.environ.get("NEXYNC_REDIS_STATE_URL", "redis://127.0.0.1:16379/0"),
        root=Path(os.environ.get("NEXYNC_ROOT", str(Path.cwd()))),
    )
