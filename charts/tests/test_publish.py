"""`dev/publish`, against a real registry: what it pushes can be pulled, and who signed it can be told."""

import contextlib
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from chartkit import tools
from chartkit.render import CHARTS, ROOT, charts

VERSION = yaml.safe_load((CHARTS / "nexync" / "Chart.yaml").read_text())["version"]
CONFIG = """version: 0.1
storage: {filesystem: {rootdirectory: %s}}
http: {addr: "127.0.0.1:%d"}
"""
COSIGN = """#!/bin/sh
for word; do last=$word; done
echo "$last" >>"$SIGNED"
"""


@dataclass(frozen=True)
class World:
    """A registry, a key that signs, and a folder for both."""

    registry: str
    folder: Path
    environment: dict[str, str]

    def publish(self, *words: str, **changes: str) -> subprocess.CompletedProcess[str]:
        return self.run(str(ROOT / "dev" / "publish"), *words, **changes)

    def run(self, *command: str, **changes: str) -> subprocess.CompletedProcess[str]:
        environment = {**self.environment, **changes}
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=300, check=False
        )

    def pull(self, chart: str, keyring: str) -> subprocess.CompletedProcess[str]:
        return self.run(
            *("helm", "pull", f"oci://{self.registry}nexync/charts/{chart}", "--version", VERSION),
            *("--plain-http", "--verify", "--keyring", str(self.folder / keyring)),
            *("--destination", str(self.folder)),
        )


def _key(folder: Path, name: str) -> None:
    """A key pair of gpg without a passphrase: `NAME.secret` and `NAME.public`, in binary."""
    home = folder / f"gpg-{name}"
    home.mkdir(mode=0o700)
    gpg = ["gpg", "--homedir", str(home), "--batch", "--pinentry-mode", "loopback"]
    try:
        for command in (
            [*gpg, "--passphrase", "", "--quick-generate-key", name, "rsa2048", "sign", "1d"],
            [*gpg, "--passphrase", "", "--output", f"{home}.secret", "--export-secret-keys"],
            [*gpg, "--output", f"{home}.public", "--export"],
        ):
            _ = subprocess.run(command, capture_output=True, timeout=60, check=True)
    finally:
        _ = subprocess.run(
            ["gpgconf", "--homedir", str(home), "--kill", "all"], timeout=30, check=False
        )


def _answers(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError), urllib.request.urlopen(url, timeout=5):
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            _ = process.wait(0.05)
    raise AssertionError(f"the registry did not answer; exit {process.poll()}")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("publish")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = folder / "registry.yaml"
    config.write_text(CONFIG % (folder / "storage", port))
    programs = folder / "bin"
    programs.mkdir()
    (programs / "helm").symlink_to(tools.helm())
    (programs / "cosign").write_text(COSIGN)
    (programs / "cosign").chmod(0o755)
    for name in ("ours", "theirs"):
        _key(folder, name)
    environment = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "HOME": str(folder),
        "REGISTRY": f"127.0.0.1:{port}/",
        "PLAIN_HTTP": "1",
        "HELM_KEY": "ours",
        "HELM_KEYRING": str(folder / "gpg-ours.secret"),
        "COSIGN_KEY": "cosign.key",
        "SIGNED": str(folder / "signed"),
    }
    with (folder / "registry.log").open("wb") as log:
        process = subprocess.Popen([tools.registry(), "serve", config], stdout=log, stderr=log)
    try:
        _answers(f"http://127.0.0.1:{port}/v2/", process)
        yield World(f"127.0.0.1:{port}/", folder, environment)
    finally:
        process.terminate()
        _ = process.wait(30)


def test_charts_arrive_signed(world: World) -> None:
    """Each chart is pushed, its digest is signed, and Helm verifies what it pulls with our key alone."""
    done = world.publish("charts")
    assert done.returncode == 0, done.stderr
    pushed = done.stdout.split()
    assert {name.rpartition("@")[0].rpartition("/")[2] for name in pushed} == set(charts())
    assert (world.folder / "signed").read_text().split() == pushed
    ours = world.pull("nexync", "gpg-ours.public")
    assert ours.returncode == 0, ours.stderr
    theirs = world.pull("nexync", "gpg-theirs.public")
    assert theirs.returncode != 0
    rendered = world.run("helm", "template", "x", str(world.folder / f"nexync-{VERSION}.tgz"))
    assert "kind: Deployment" in rendered.stdout, rendered.stderr


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"REGISTRY": "registry.example.org"}, "doesn't end in a slash"),
        ({"COSIGN_KEY": ""}, "COSIGN_KEY is missing"),
        ({"HELM_KEYRING": "/nowhere"}, "HELM_KEYRING names no file"),
        ({"VERSION": "9.9.9"}, "the charts say"),
        ({"HELM_KEY": "nobody"}, "nobody"),
    ],
)
def test_nothing_is_published_by_half(world: World, changes: dict[str, str], said: str) -> None:
    """What is missing is named, and nothing is pushed."""
    done = world.publish("charts", **changes)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stdout == ""


def test_an_image_that_was_not_built_is_named(world: World) -> None:
    """The first missing image is named, with the command that builds it."""
    (world.folder / "bin" / "docker").write_text("#!/bin/sh\nexit 1\n")
    (world.folder / "bin" / "docker").chmod(0o755)
    done = world.publish("images")
    assert done.returncode == 1
    assert f"no image {world.registry}nexync/svc-gateway:{VERSION}" in done.stderr
