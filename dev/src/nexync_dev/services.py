"""Nexync's own processes: two gateways, two persisters, and one of each other service."""

import base64
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nexync_dev import commands
from nexync_dev.config import Config, environment
from nexync_dev.places import Place
from nexync_dev.programs import Program, answers
from nexync_dev.steps import Steps

_WEB_SOURCES_LEFT_OUT = {"node_modules", "out", ".next", "e2e", "next-env.d.ts"}
"""What is no input of the build: its results, and the tests in a browser."""


@dataclass(frozen=True, slots=True)
class _Service:
    """An instance of a package; which of its ports it has, by setting name."""

    name: str
    package: str
    ports: dict[str, str]


_SERVICES = (
    _Service(
        "auth",
        "svc-auth",
        {
            "NEXYNC_PORT": "auth",
            "NEXYNC_INTERNAL_PORT": "auth-internal",
            "NEXYNC_ADMIN_PORT": "auth-admin",
        },
    ),
    _Service(
        "chat",
        "svc-chat",
        {
            "NEXYNC_PORT": "chat",
            "NEXYNC_INTERNAL_PORT": "chat-internal",
            "NEXYNC_ADMIN_PORT": "chat-admin",
        },
    ),
    _Service("persister-1", "svc-persister", {"NEXYNC_ADMIN_PORT": "persister-1-admin"}),
    _Service("persister-2", "svc-persister", {"NEXYNC_ADMIN_PORT": "persister-2-admin"}),
    _Service("mailer", "svc-mailer", {"NEXYNC_ADMIN_PORT": "mailer-admin"}),
    _Service(
        "gateway-1",
        "svc-gateway",
        {"NEXYNC_PORT": "gateway-1", "NEXYNC_ADMIN_PORT": "gateway-1-admin"},
    ),
    _Service(
        "gateway-2",
        "svc-gateway",
        {"NEXYNC_PORT": "gateway-2", "NEXYNC_ADMIN_PORT": "gateway-2-admin"},
    ),
)

NAMES = ("edge", *(service.name for service in reversed(_SERVICES)))
"""In the order in which they stop: what people talk to goes first."""


def prepare(config: Config, place: Place, steps: Steps) -> None:
    """Make the keys of svc-auth and svc-chat and build the web client when its sources changed."""
    _keep(config.signing_key, _signing_key)
    _keep(config.factor_key, lambda: base64.b64encode(secrets.token_bytes(32)))
    _keep(config.cursor_key, lambda: base64.b64encode(secrets.token_bytes(32)))
    _keep(config.providers, lambda: b'{"providers": []}\n')
    sources = _web_digest(config)
    stamp = config.tools / "web.done"
    out = config.root / "svc-web" / "out"
    if not commands.is_done(stamp, sources) or not out.is_dir():
        install_web(config, steps)
        with steps.step("Build the web client"):
            _build_web(config)
            sources = _web_digest(config)
            commands.mark_done(stamp, sources)
    served = place.folder / "web"
    if not commands.is_done(place.folder / "web.done", sources) or not served.is_dir():
        fresh = place.folder / "web.new"
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(out, fresh)
        shutil.rmtree(served, ignore_errors=True)
        fresh.rename(served)
        commands.mark_done(place.folder / "web.done", sources)


def _signing_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _keep(path: Path, make: Callable[[], bytes]) -> None:
    """Write a secret once, whole."""
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix("." + secrets.token_hex(4))
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(make())
    draft.rename(path)


def _web_digest(config: Config) -> str:
    folder = config.root / "svc-web"
    return commands.digest(
        path
        for path in sorted(folder.iterdir())
        if path.name not in _WEB_SOURCES_LEFT_OUT and path.suffix != ".tsbuildinfo"
    )


def install_web(config: Config, steps: Steps) -> None:
    """Install the packages of the web client as its lock file pins them, when that changed."""
    folder = config.root / "svc-web"
    lock = commands.digest([folder / "package-lock.json"])
    stamp = config.tools / "web-packages.done"
    if not commands.is_done(stamp, lock) or not (folder / "node_modules").is_dir():
        with steps.step("Install the packages of the web client"):
            npm = commands.find("npm", package="npm")
            log = config.logs / "install-web.log"
            commands.run([npm, "ci"], log=log, timeout=900, cwd=folder)
            commands.mark_done(stamp, lock)


def _build_web(config: Config) -> None:
    commands.run(
        [commands.find("npm", package="npm"), "run", "build"],
        log=config.logs / "build-web.log",
        timeout=900,
        cwd=config.root / "svc-web",
        env={"NEXT_TELEMETRY_DISABLED": "1"},
    )


def programs(config: Config) -> Iterator[Program]:
    """The services in the order in which they are started.

    A hash of the sources is part of the environment, so changed code restarts its service.
    """
    libraries = [
        config.root / "libs" / name / "src" for name in ("contracts", "runtime", "streams")
    ]
    shared = environment(config)
    for service in _SERVICES:
        module = service.package.replace("-", "_")
        source = config.root / service.package / "src"
        ports = {key: str(config.ports[name]) for key, name in service.ports.items()}
        yield Program(
            name=service.name,
            command=(str(config.python), "-m", module),
            ports=tuple(service.ports.values()),
            ready=answers(config.ports[service.ports["NEXYNC_ADMIN_PORT"]], "/readyz"),
            folder=config.state,
            env=shared
            | ports
            | {
                "NEXYNC_INSTANCE": service.name,
                "PYTHONUNBUFFERED": "1",
                "SOURCE_HASH": commands.digest([source, *libraries])[:12],
            },
            stop_seconds=30,
            start_seconds=60,
        )
