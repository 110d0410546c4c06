"""Where one instance lives and which ports it takes: read from the environment, once."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nexync_dev.errors import DevError

HOST = "127.0.0.1"

DEFAULT_PORTS: Mapping[str, int] = {
    "edge": 8080,
    "postgres": 15432,
    "redis-state": 16379,
    "redis-cache": 16380,
    "rabbitmq": 15673,
    "rabbitmq-dist": 25673,
    "epmd": 14369,
    "kafka": 19092,
    "kafka-controller": 19093,
    "smtp": 11025,
    "mail": 18025,
    "gateway-1": 18101,
    "gateway-1-admin": 18201,
    "gateway-2": 18102,
    "gateway-2-admin": 18202,
    "auth": 18110,
    "auth-internal": 18310,
    "auth-admin": 18210,
    "chat": 18120,
    "chat-internal": 18320,
    "chat-admin": 18220,
    "persister-1-admin": 18231,
    "persister-2-admin": 18232,
    "mailer-admin": 18240,
}
"""Port names and numbers; all bind the loopback address."""

BACKEND_PORTS = tuple(DEFAULT_PORTS)[1:11]
"""Those of the backends: all but the edge and the services."""


def port_variable(name: str) -> str:
    """The environment variable that overrides the port `name`."""
    return "NEXYNC_PORT_" + name.upper().replace("-", "_")


@dataclass(frozen=True, slots=True)
class Config:
    """One instance: the checkout it runs, the folder of its state, its ports."""

    root: Path
    state: Path
    ports: Mapping[str, int]

    @property
    def identity(self) -> str:
        """A short name of the state folder, the same in every call."""
        return hashlib.sha256(str(self.state).encode()).hexdigest()[:10]

    @property
    def tools(self) -> Path:
        """Downloaded tools, shared by all instances of this checkout."""
        return self.root / ".nexync" / "tools"

    @property
    def logs(self) -> Path:
        """One log file a program."""
        return self.state / "logs"

    @property
    def run(self) -> Path:
        """Configuration and pid of the supervisor."""
        return self.state / "run"

    @property
    def signing_key(self) -> Path:
        """The Ed25519 key that signs access tokens, PEM, mode 0600."""
        return self.state / "secrets" / "signing-key.pem"

    @property
    def signing_ring(self) -> Path:
        """What `python -m svc_auth rotate-keys` makes of it, mode 0600; not there before the first rotation."""
        return self.state / "secrets" / "signing-ring.pem"

    @property
    def factor_key(self) -> Path:
        """The key that seals the secrets of second factors, base64, mode 0600."""
        return self.state / "secrets" / "factor-key"

    @property
    def cursor_key(self) -> Path:
        """The key that signs the cursors of lists, base64, mode 0600."""
        return self.state / "secrets" / "cursor-key"

    @property
    def providers(self) -> Path:
        """Whom one can log in with, JSON as svc-auth reads it; nobody to begin with."""
        return self.state / "secrets" / "providers.json"

    @property
    def python(self) -> Path:
        """The interpreter of the workspace."""
        return self.root / ".venv" / "bin" / "python"

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None, root: Path | None = None) -> "Config":
        """Build from `environ` (default: the process's own).

        `NEXYNC_STATE` names the folder, `NEXYNC_PORT_BASE_OFFSET` is added to every default port,
        `NEXYNC_PORT_<NAME>` sets one exactly. Raises `DevError` for what is not a free-form port
        number or when two names share one port.
        """
        values = os.environ if environ is None else environ
        base = Path(__file__).resolve().parents[3] if root is None else root
        offset = _number(values, "NEXYNC_PORT_BASE_OFFSET", 0)
        ports = {
            name: _number(values, port_variable(name), default + offset)
            for name, default in DEFAULT_PORTS.items()
        }
        _check(ports)
        folder = ".nexync" if offset == 0 else f".nexync-{offset}"
        state = Path(values.get("NEXYNC_STATE") or base / folder).absolute()
        return cls(root=base, state=state, ports=ports)


def _number(values: Mapping[str, str], name: str, default: int) -> int:
    text = values.get(name, "").strip()
    if not text:
        return default
    try:
        return int(text)
    except ValueError:
        raise DevError(f"{name} must be a whole number, not {text!r}.") from None


def _check(ports: Mapping[str, int]) -> None:
    taken: dict[int, str] = {}
    for name, port in ports.items():
        if not 1 <= port <= 65535:
            raise DevError(f"{port_variable(name)}: {port} is not a port (1 to 65535).")
        if port in taken:
            raise DevError(
                f"{name} and {taken[port]} would both use port {port}; "
                f"set {port_variable(name)} to another."
            )
        taken[port] = name


def environment(config: Config) -> dict[str, str]:
    """The settings every service and test of this instance shares, by their NEXYNC_* names."""
    port = config.ports
    return {
        "NEXYNC_ENVIRONMENT": "development",
        "NEXYNC_LOG_FORMAT": "text",
        "NEXYNC_LOG_LEVEL": "info",
        "NEXYNC_HOST": HOST,
        "NEXYNC_POSTGRES_URL": f"postgresql://nexync@{HOST}:{port['postgres']}/nexync",
        "NEXYNC_REDIS_STATE_URL": f"redis://{HOST}:{port['redis-state']}/0",
        "NEXYNC_REDIS_CACHE_URL": f"redis://{HOST}:{port['redis-cache']}/0",
        "NEXYNC_RABBITMQ_URL": f"amqp://nexync:nexync@{HOST}:{port['rabbitmq']}/",
        "NEXYNC_KAFKA_BOOTSTRAP": f"{HOST}:{port['kafka']}",
        "NEXYNC_SMTP_URL": f"smtp://{HOST}:{port['smtp']}",
        "NEXYNC_MAIL_FROM": "Nexync <hello@nexync.test>",
        "NEXYNC_PUBLIC_ORIGINS": f"http://{HOST}:{port['edge']},http://localhost:{port['edge']}",
        "NEXYNC_AUTH_INTERNAL_URL": f"http://{HOST}:{port['auth-internal']}",
        "NEXYNC_CHAT_INTERNAL_URL": f"http://{HOST}:{port['chat-internal']}",
        "NEXYNC_COOKIE_SECURE": "false",
        "NEXYNC_OBJECTS_URL": f"file://{config.state / 'objects'}",
        "NEXYNC_SIGNING_KEY_FILE": str(config.signing_key),
        "NEXYNC_SIGNING_RING_FILE": str(config.signing_ring),
        "NEXYNC_FACTOR_KEY_FILE": str(config.factor_key),
        "NEXYNC_PROVIDERS_FILE": str(config.providers),
        "NEXYNC_CURSOR_KEY_FILE": str(config.cursor_key),
        # A machine that is measured and loaded by few accounts; limits have tests of their own.
        "NEXYNC_REQUESTS_PER_SECOND": "2000",
        "NEXYNC_REQUESTS_BURST": "10000",
        "NEXYNC_FRAMES_PER_SECOND": "100000",
        "NEXYNC_FRAMES_BURST": "100000",
    }


def addresses(config: Config) -> dict[str, str]:
    """Where tests find what people use: the page, the inbox's API, and each gateway by itself."""
    port = config.ports
    gateways = (f"ws://{HOST}:{port[name]}/ws" for name in ("gateway-1", "gateway-2"))
    return {
        "NEXYNC_PAGE": f"http://{HOST}:{port['edge']}",
        "NEXYNC_MAIL": f"http://{HOST}:{port['mail']}/api",
        "NEXYNC_GATEWAYS": ",".join(gateways),
        "NEXYNC_ROOT": str(config.root),
    }
