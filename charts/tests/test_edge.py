"""One table of routes, told in three ways; and a config that nginx itself accepts."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from chartkit.render import ROOT, find, kinds, render

TABLE = json.loads((ROOT / "dev/edge/routes.json").read_text())["routes"]
SERVICES = {"gateway": "svc-gateway", "auth": "svc-auth", "chat": "svc-chat", "client": "svc-web"}
WANTED = {(r["path"], r["match"], f"nexync-{SERVICES[r['to']]}") for r in TABLE}
FROM: dict[str, Any] = {"networkPolicy": {"edge": {"from": [{"podSelector": {}}]}}}


def _nginx(values: dict[str, Any] | None = None) -> str:
    return find(render("edge", values), "ConfigMap")["data"]["nginx.conf"]


def test_nginx_tells_the_table() -> None:
    text = _nginx()
    upstreams = dict(re.findall(r"upstream (\w+) \{\s+server ([\w-]+):8080", text))
    found = {
        (path, "exact" if exact else "prefix", upstreams[to])
        for exact, path, to in re.findall(
            r"location (= )?(\S+) \{\s+proxy_pass http://(\w+);", text
        )
    }
    assert found == WANTED


def test_gateway_api_tells_the_table() -> None:
    values: dict[str, Any] = {
        "provider": "gateway-api",
        "global": FROM,
        "hosts": ["chat.example.org"],
    }
    values |= {"gatewayApi": {"parentRefs": [{"name": "public"}]}}
    objects = render("edge", values)
    kind = {"Exact": "exact", "PathPrefix": "prefix"}
    found = {
        (match["path"]["value"], kind[match["path"]["type"]], rule["backendRefs"][0]["name"])
        for rule in find(objects, "HTTPRoute")["spec"]["rules"]
        for match in rule["matches"]
    }
    assert found == WANTED
    assert "Deployment" not in kinds(objects)


def test_ingress_tells_the_table() -> None:
    objects = render("edge", {"provider": "ingress", "global": FROM})
    (rule,) = find(objects, "Ingress")["spec"]["rules"]
    found = {
        (p["path"], p["pathType"].lower(), p["backend"]["service"]["name"])
        for p in rule["http"]["paths"]
    }
    assert found == WANTED
    assert "Deployment" not in kinds(objects)


def test_internal_ports_are_in_no_route() -> None:
    text = _nginx()
    assert not re.search(r":(8081|9090)\b", text)


def test_nothing_is_kept_alive_towards_pods() -> None:
    """A kept connection would go on to a pod that drains."""
    assert "keepalive " not in _nginx()


@pytest.mark.parametrize("tls", [False, True])
def test_nginx_accepts_it(tmp_path: Path, tls: bool) -> None:
    program = shutil.which("nginx")
    if program is None:
        pytest.skip("no nginx on this machine")
    values: dict[str, Any] = {"nginx": {"trustedProxies": ["10.0.0.0/8"]}}
    if tls:
        values["tls"] = {"enabled": True, "secretName": "cert"}
        values["hosts"] = ["chat.example.org"]
    text = re.sub(r"server nexync-svc-\w+:", "server 127.0.0.1:", _nginx(values))
    text = text.replace("/tmp/", f"{tmp_path}/")
    if tls:
        key, certificate = tmp_path / "tls.key", tmp_path / "tls.crt"
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test"),
                *("-keyout", str(key), "-out", str(certificate)),
            ],
            check=True,
            capture_output=True,
            timeout=60,
        )
        text = text.replace("/run/nexync/tls", str(tmp_path))
    config = tmp_path / "nginx.conf"
    config.write_text(text)
    done = subprocess.run(
        [program, "-t", "-c", str(config), "-p", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_config_restarts_pods() -> None:
    sums = {
        json.dumps(
            find(render("edge", v), "Deployment")["spec"]["template"]["metadata"]["annotations"]
        )
        for v in ({}, {"maxBodySize": "5m"})
    }
    assert len(sums) == 2


def test_service_types() -> None:
    for kind, extra in (("NodePort", {"nodePort": 30080}), ("LoadBalancer", {})):
        service = find(render("edge", {"service": {"type": kind, **extra}}), "Service")["spec"]
        assert service["type"] == kind
        if extra:
            assert service["ports"][0]["nodePort"] == 30080
