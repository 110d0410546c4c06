"""The edge: nginx, rendered from the one route table that Kubernetes also uses."""

import hashlib
import json
import os
import resource
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from nexync_dev import commands, page, places
from nexync_dev.config import HOST, Config
from nexync_dev.errors import DevError
from nexync_dev.places import Place
from nexync_dev.programs import Program, accepts

Kind = Literal["websocket", "http", "static"]

UPSTREAMS: Mapping[str, tuple[str, ...]] = {
    "gateway": ("gateway-1", "gateway-2"),
    "auth": ("auth",),
    "chat": ("chat",),
}
"""Backends of the route table and the ports that serve them; admin and internal ports are absent."""


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the route table."""

    path: str
    match: Literal["exact", "prefix"]
    to: str
    kind: Kind


def read_routes(config: Config) -> list[Route]:
    """The route table. Raises `DevError` for a route to something unknown."""
    table = json.loads((config.root / "dev" / "edge" / "routes.json").read_text())
    routes = [Route(**cast("dict[str, str]", row)) for row in table["routes"]]  # type: ignore[arg-type]  # checked just below
    for route in routes:
        known = route.to == "client" if route.kind == "static" else route.to in UPSTREAMS
        if not known or route.match not in ("exact", "prefix"):
            raise DevError(f"The route table has an unknown route: {route}.")
    return routes


def render(config: Config, folder: Path, routes: Sequence[Route], web: Path) -> str:
    """nginx.conf with all of its paths below `folder`, serving the client from `web`.

    One process: workers would outlive a killed master and keep its port from the next one.
    """
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    connections = 8192 if files < 0 else min(8192, files // 2)
    temporary = "\n".join(
        f"    {kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    upstreams = "\n".join(_upstream(config, name, ports) for name, ports in UPSTREAMS.items())
    locations = "\n".join(_location(route) for route in routes)
    return f"""daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
worker_rlimit_nofile {connections * 2};

events {{
    worker_connections {connections};
    multi_accept on;
}}

http {{
    include {folder}/mime.types;
    default_type application/octet-stream;
{temporary}
    access_log off;
    server_tokens off;
    sendfile on;
    tcp_nodelay on;
    keepalive_timeout 65s;
    client_max_body_size 30m;
    client_body_timeout 30s;
    client_header_timeout 15s;
    map_hash_bucket_size 256;

    gzip on;
    gzip_vary on;
    gzip_min_length 1024;
    gzip_proxied any;
    gzip_types text/css text/plain application/javascript text/javascript application/json
               application/problem+json application/manifest+json image/svg+xml;

{page.maps(web)}{upstreams}
    server {{
        listen {HOST}:{config.ports["edge"]};
        server_name _;
        root {web};
        absolute_redirect off;

        proxy_http_version 1.1;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Request-Id $request_id;
        proxy_connect_timeout 2s;

{_REFUSALS}
{locations}
{_OWN_ANSWERS}
    }}
}}
"""


def _own_answer(name: str, status: int, code: str, title: str, header: str) -> str:
    """What nginx answers itself, in the form of the services' problems."""
    problem: dict[str, object] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "code": code,
        "issues": [],
    }
    return f"""
        location = /.{name} {{
            internal;
            default_type application/problem+json;
            add_header Cache-Control no-store always;
            add_header X-Content-Type-Options nosniff always;
            add_header Referrer-Policy no-referrer always;
            add_header Cross-Origin-Resource-Policy same-origin always;
            add_header Content-Security-Policy "default-src 'none'; frame-ancestors 'none'" always;{header}
            return {status} '{json.dumps(problem)}';
        }}"""


_ALLOW = '\n            add_header Allow "GET, POST, PUT, PATCH, DELETE" always;'
_RETRY = "\n            add_header Retry-After 2 always;"
_OWN_ANSWERS = (
    _own_answer("garbled", 400, "validation", "This is no request that can be read", "")
    + _own_answer("method", 405, "not_found", "This method is not allowed here", _ALLOW)
    + _own_answer("too-large", 413, "too_large", "The request body is too large", "")
    + _own_answer("too-long", 414, "too_large", "The address is too long", "")
    + _own_answer("too-many-headers", 431, "too_large", "The request headers are too large", "")
    + _own_answer("failed", 500, "internal", "Something went wrong", "")
    + _own_answer("encoding", 501, "validation", "This transfer encoding is not known", "")
    + _own_answer("away", 503, "unavailable", "A part of the service is away for a moment", _RETRY)
    + _own_answer("version", 505, "validation", "This version of HTTP is not known", "")
)
# No named places: nginx goes to none before it has read the address. A location with an `error_page` inherits none.
_REFUSALS = """\
        error_page 400 /.garbled;
        error_page 405 /.method;
        error_page 413 /.too-large;
        error_page 414 /.too-long;
        error_page 494 =431 /.too-many-headers;
        error_page 500 /.failed;
        error_page 501 /.encoding;
        error_page 505 /.version;"""


def _upstream(config: Config, name: str, ports: Sequence[str]) -> str:
    failing = "max_fails=0" if len(ports) == 1 else "max_fails=1 fail_timeout=2s"
    servers = "\n".join(f"        server {HOST}:{config.ports[port]} {failing};" for port in ports)
    balance = "" if len(ports) == 1 else f"        zone {name} 64k;\n        least_conn;\n"
    return f"    upstream {name} {{\n{balance}{servers}\n        keepalive 32;\n    }}"


def _location(route: Route) -> str:
    path = f"= {route.path}" if route.match == "exact" else route.path
    if route.kind == "static":
        return page.locations(path)
    if route.kind == "websocket":
        return f"""
        location {path} {{
            proxy_pass http://{route.to};
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Request-Id $request_id;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection upgrade;
            proxy_next_upstream error timeout;
            proxy_next_upstream_tries 2;
            proxy_buffering off;
            proxy_read_timeout 1h;
            proxy_send_timeout 1m;
        }}"""
    return f"""
        location {path} {{
            proxy_pass http://{route.to};
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Request-Id $request_id;
            proxy_set_header Connection "";
            proxy_read_timeout 30s;
            add_header X-Content-Type-Options nosniff always;
{_REFUSALS}
            error_page 502 504 /.away;
        }}"""


def program(config: Config, place: Place) -> Program:
    """Nginx under the supervisor, as the unprivileged user."""
    server = commands.find("nginx", package="nginx-light")
    folder = places.give(place, place.folder / "edge")
    types = Path("/etc/nginx/mime.types")
    if not types.is_file():
        raise DevError(f"{types} is missing; install nginx with its usual files.")
    (folder / "mime.types").write_text(types.read_text())
    text = render(config, folder, read_routes(config), place.folder / "web")
    (folder / "nginx.conf").write_text(text)
    return Program(
        name="edge",
        command=(str(server), "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")),
        ports=("edge",),
        ready=accepts(config.ports["edge"]),
        folder=folder,
        env={
            "HOME": os.environ.get("HOME", "/"),
            "CONF_HASH": hashlib.sha256(text.encode()).hexdigest()[:12],
        },
        user=place.user,
        stop_signal="QUIT",
        stop_seconds=5,
    )
