"""The built images: they start under the restricted profile, hold what they should and nothing else."""

import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

pytestmark = pytest.mark.image

ROOT = Path(__file__).resolve().parents[2]
RESTRICTED = (
    "--read-only",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--tmpfs=/tmp:size=16m",
    "--network=none",
)
SERVICES = ("svc-gateway", "svc-auth", "svc-chat", "svc-persister", "svc-mailer")
PYTHON = (*SERVICES, "operator", "e2e")
ALL = (*PYTHON, "svc-web")
PACKAGES = {"operator": "nexync-operator", "e2e": "nexync-e2e"}
MEGABYTE = 1_000_000
LIMIT = 100
"""Megabytes of an image, compressed."""


def docker(*words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["docker", *words], capture_output=True, text=True, timeout=120, check=check
    )


def image(name: str) -> str:
    printed = subprocess.run(
        [ROOT / "images" / "build", "--print", name], capture_output=True, text=True, check=True
    )
    tag = json.loads(printed.stdout)["target"][name]["tags"][0]
    if docker("image", "inspect", tag, check=False).returncode:
        pytest.fail(f"{tag} is not built; make images")
    return tag


def inspect(name: str) -> dict[str, Any]:
    found = json.loads(docker("image", "inspect", image(name)).stdout)
    return cast("dict[str, Any]", found[0])


def inside(name: str, *words: str) -> subprocess.CompletedProcess[str]:
    return docker(
        "run", "--rm", *RESTRICTED, "--entrypoint", words[0], image(name), *words[1:], check=False
    )


@pytest.fixture
def web() -> Iterator[str]:
    """A running svc-web under the restricted profile; its container's id."""
    started = docker("run", "--detach", "--rm", *RESTRICTED, image("svc-web")).stdout.strip()
    yield started
    _ = docker("rm", "--force", started)


@pytest.mark.parametrize("name", SERVICES)
def test_service_starts_restricted_up_to_its_settings(name: str) -> None:
    """Imports, /tmp and the unprivileged user are fine when the first complaint is the settings'."""
    done = docker("run", "--rm", *RESTRICTED, image(name), check=False)
    assert done.returncode == 2, done.stderr
    assert "NEXYNC_ADMIN_PORT: is missing" in done.stderr


def test_the_gateway_has_its_native_function_and_no_compiler() -> None:
    script = (
        "import shutil; from svc_gateway.adapters import sending; "
        "assert sending.load() is not None; assert shutil.which('cc') is None"
    )
    done = inside("svc-gateway", "python", "-c", script)
    assert done.returncode == 0, done.stderr


def test_operator_and_its_linter_start_restricted() -> None:
    assert inside("operator", "squawk", "--version").stdout.startswith("squawk")
    assert inside("operator", "python", "-c", "import nexync_operator.app").returncode == 0


def test_checks_start_restricted() -> None:
    assert inside("e2e", "python", "-c", "import nexync_e2e.roundtrip").returncode == 0


def test_web_serves_pages_with_their_policy(web: str) -> None:
    """Health, the page with a hash for each script inside it, and the page again for unknown paths."""
    script = (
        "exec 3<>/dev/tcp/127.0.0.1/8080; "
        "printf 'GET %s HTTP/1.0\\r\\nHost: a.example\\r\\n\\r\\n' \"$0\" >&3; cat <&3"
    )

    def get(path: str) -> str:
        return docker(
            "exec", web, "timeout", "10", "bash", "-c",
            f"for i in $(seq 50); do (: </dev/tcp/127.0.0.1/8080) 2>/dev/null && break; done; {script}",
            path,
        ).stdout  # fmt: skip

    assert get("/healthz").endswith("ok\n")
    for path in ("/", "/c/unknown"):
        answer = get(path)
        assert " 200 OK" in answer.splitlines()[0]
        assert re.search(r"script-src 'self' 'sha256-", answer)
        assert "Cache-Control: no-cache" in answer
    asset = re.search(r"/_next/static/[^\"\\]+\.js", get("/"))
    assert asset is not None
    assert "immutable" in get(asset[0])


@pytest.mark.parametrize("name", ALL)
def test_runs_as_nobody_in_particular_without_health_check(name: str) -> None:
    config = inspect(name)["Config"]
    assert config["User"] == ("101" if name == "svc-web" else "65532:65532")
    assert "Healthcheck" not in config


@pytest.mark.parametrize("name", ALL)
def test_labels_say_what_it_is(name: str) -> None:
    labels = inspect(name)["Config"]["Labels"]
    assert labels["org.opencontainers.image.title"] == name
    for key in ("version", "licenses", "description", "revision"):
        assert labels[f"org.opencontainers.image.{key}"], key


@pytest.mark.parametrize("name", PYTHON)
def test_has_no_installer_and_no_compiler(name: str) -> None:
    modules = (
        "import importlib.util as u; "
        "print([m for m in ('pip', 'setuptools', 'wheel', 'ensurepip') if u.find_spec(m)])"
    )
    assert inside(name, "python", "-c", modules).stdout.strip() == "[]"
    assert (
        inside(name, "/usr/bin/env", "sh", "-c", "command -v pip uv gcc cc make git").stdout == ""
    )


@pytest.mark.parametrize("name", PYTHON)
def test_holds_the_locked_versions_and_lists_them(name: str) -> None:
    """What is installed is in the lock file at this version, and the bill of materials names all of it."""
    locked = dict(
        re.findall(
            r"^([a-z0-9._-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE
        )
    )
    package = PACKAGES.get(name, name)
    document = json.loads(inside(name, "cat", f"/usr/share/sbom/{package}.cdx.json").stdout)
    assert document["bomFormat"] == "CycloneDX"
    listed = {
        re.sub(r"[-_.]+", "-", one["name"]).lower(): one["version"]
        for one in document["components"]
    }
    foreign = {key: value for key, value in listed.items() if not re.match("nexync-|svc-", key)}
    assert foreign
    assert {key: locked.get(key) for key in foreign} == foreign
    assert package in listed
    assert not {"pytest", "ruff", "pyright", "hatchling", "cyclonedx-bom"} & set(listed)


def test_web_lists_what_its_page_is_made_of() -> None:
    document = json.loads(inside("svc-web", "cat", "/usr/share/sbom/svc-web.cdx.json").stdout)
    names = {one["name"] for one in document["components"]}
    assert document["bomFormat"] == "CycloneDX"
    assert {"react", "next", "zod"} <= names
    assert "vitest" not in names


def test_layers_are_the_same_at_every_build() -> None:
    """Twice from the beginning: bases without their tools, dependencies, our code, the listing."""
    layers: list[list[str]] = []
    for version in ("again-1", "again-2"):
        built = subprocess.run(
            [ROOT / "images" / "build", "--no-cache", "e2e"],
            env={**os.environ, "VERSION": version},
            capture_output=True,
            text=True,
            check=False,
        )
        assert built.returncode == 0, built.stderr[-2000:]
        found = json.loads(docker("image", "inspect", f"nexync/e2e:{version}").stdout)
        layers.append(found[0]["RootFS"]["Layers"])
        _ = docker("image", "rm", f"nexync/e2e:{version}")
    assert layers[0] == layers[1]


def test_compressed_sizes(capsys: pytest.CaptureFixture[str]) -> None:
    """The table of docs/adr/0019-images.md."""
    sizes: dict[str, float] = {}
    for name in ALL:
        with subprocess.Popen(["docker", "save", image(name)], stdout=subprocess.PIPE) as saved:
            assert saved.stdout is not None
            sizes[name] = _compressed(iter(lambda: saved.stdout.read(1 << 20), b"")) / MEGABYTE  # type: ignore[union-attr]  # asserted above
    with capsys.disabled():
        _ = sys.stdout.write(
            "\n" + "".join(f"{name:15}{size:6.1f} MB\n" for name, size in sizes.items())
        )
    assert not {name: size for name, size in sizes.items() if size > LIMIT}


def _compressed(chunks: Iterator[bytes]) -> int:
    """Bytes of `chunks` after gzip."""

    class Count:
        total = 0

        def write(self, data: bytes) -> int:
            self.total += len(data)
            return len(data)

        def flush(self) -> None:
            """Nothing is kept."""

    count = Count()
    with gzip.GzipFile(fileobj=cast("Any", count), mode="wb", compresslevel=6) as packed:
        for chunk in chunks:
            _ = packed.write(chunk)
    return count.total
