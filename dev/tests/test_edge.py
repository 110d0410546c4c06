"""nginx.conf says what the route table says."""

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

from nexync_dev import edge
from nexync_dev.config import Config
from nexync_dev.errors import DevError

SCRIPT = "self.__next_f.push([1])"


@pytest.fixture
def web(tmp_path: Path) -> Path:
    folder = tmp_path / "web"
    folder.mkdir()
    (folder / "index.html").write_text(
        f'<script src="/a.js" async=""></script><script>{SCRIPT}</script>'
    )
    return folder


@pytest.fixture
def config() -> Config:
    return Config.read({})


def _location(text: str, path: str) -> str:
    found = re.search(rf"location {re.escape(path)} \{{(.*?)\n        \}}", text, re.DOTALL)
    assert found is not None, path
    return found[1]


def test_each_route_goes_where_the_table_says(config: Config, web: Path) -> None:
    text = edge.render(config, Path("/f"), edge.read_routes(config), web)
    assert "proxy_pass http://gateway;" in _location(text, "= /ws")
    assert "proxy_pass http://auth;" in _location(text, "/api/auth/")
    assert "proxy_pass http://chat;" in _location(text, "/api/")
    assert "try_files $uri $uri.html ${uri}index.html /index.html;" in _location(text, "/")


def test_sockets_are_upgraded_and_kept_for_an_hour(config: Config, web: Path) -> None:
    socket = _location(edge.render(config, Path("/f"), edge.read_routes(config), web), "= /ws")
    assert "proxy_set_header Upgrade $http_upgrade;" in socket
    assert "proxy_read_timeout 1h;" in socket
    assert "proxy_next_upstream error timeout;" in socket


def test_both_gateways_are_behind_the_edge_and_nothing_internal_is(
    config: Config, web: Path
) -> None:
    text = edge.render(config, Path("/f"), edge.read_routes(config), web)
    servers = {int(port) for port in re.findall(r"server 127\.0\.0\.1:(\d+)", text)}
    assert servers == {config.ports[name] for name in ("gateway-1", "gateway-2", "auth", "chat")}


def test_scripts_inside_a_page_are_allowed_by_their_hash(config: Config, web: Path) -> None:
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    text = edge.render(config, Path("/f"), edge.read_routes(config), web)
    assert f"/index.html \"'sha256-{digest}'\";" in text
    policy = next(line for line in text.splitlines() if "default-src" in line)
    assert "script-src 'self' $script_hashes;" in policy
    assert "frame-ancestors 'none'" in policy


def test_hashed_files_are_kept_and_pages_are_asked_for_again(config: Config, web: Path) -> None:
    text = edge.render(config, Path("/f"), edge.read_routes(config), web)
    assert "immutable" in _location(text, "/_next/static/")
    assert "Cache-Control no-cache" in _location(text, "/")


def test_a_route_to_something_unknown_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "dev" / "edge" / "routes.json"
    table.parent.mkdir(parents=True)
    row = {"path": "/admin/", "match": "prefix", "to": "admin", "kind": "http"}
    table.write_text(json.dumps({"routes": [row]}))
    with pytest.raises(DevError, match="unknown route"):
        edge.read_routes(Config.read({}, tmp_path))
