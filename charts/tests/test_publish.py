"""`dev/publish`, against a real registry: what it pushes can be pulled, and who signed it can be told."""

import contextlib
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
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
case $1 in
    public-key) [ -z "$WRONG_KEY" ] || { echo "wrong passphrase" >&2; exit 1; }; echo public >"$last" ;;
    signing-config) echo "{}" >"$last" ;;
    sign) echo "$last" >>"$SIGNED" ;;
    verify) [ "$3" != "$COSIGN_KEY" ] && grep -qx public "$3" && grep -qFx "$last" "$SIGNED" ||
        exit 1; echo "$last $*" >>"$VERIFIED" ;;
esac
"""
"""Stands in for cosign where its words are what matters: `verify` wants the public key, and a signature."""


@dataclass(frozen=True)
class World:
    """A registry, a key that signs, and a folder for both."""

    registry: str
    folder: Path
    environment: dict[str, str]

    def publish(self, *words: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
        return self.run(str(ROOT / "dev" / "publish"), *words, **changes)

    def run(self, *command: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
        """With the changes to the environment; None takes a variable away."""
        changed = {**self.environment, **changes}
        environment = {name: value for name, value in changed.items() if value is not None}
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=300, check=False
        )

    def lines(self, name: str) -> list[str]:
        """What the stand-in for cosign wrote into the file that the variable names."""
        return Path(self.environment[name]).read_text().splitlines()

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
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
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
        "COSIGN_PASSWORD": "",
    }
    with (folder / "registry.log").open("wb") as log:
        process = subprocess.Popen([tools.registry(), "serve", config], stdout=log, stderr=log)
    try:
        _answers(f"http://127.0.0.1:{port}/v2/", process)
        yield World(f"127.0.0.1:{port}/", folder, environment)
    finally:
        process.terminate()
        _ = process.wait(30)


@pytest.fixture
def world(registry: World, tmp_path: Path) -> World:
    """The registry, and nothing signed so far."""
    signatures = {"SIGNED": str(tmp_path / "signed"), "VERIFIED": str(tmp_path / "verified")}
    return replace(registry, environment={**registry.environment, **signatures})


def test_charts_arrive_signed(world: World) -> None:
    """Each chart is pushed, its digest is signed and verified, and Helm verifies what it pulls with our key alone."""
    done = world.publish("charts")
    assert done.returncode == 0, done.stderr
    pushed = done.stdout.split()
    assert {name.rpartition("@")[0].rpartition("/")[2] for name in pushed} == set(charts())
    assert world.lines("SIGNED") == pushed
    verified = world.lines("VERIFIED")
    assert [line.split()[0] for line in verified] == pushed
    assert not any("--insecure-ignore-tlog" in line for line in verified)
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
        ({"COSIGN_PASSWORD": None}, "COSIGN_PASSWORD is missing"),
        ({"WRONG_KEY": "1"}, "wrong passphrase"),
        ({"HELM_KEYRING": "/nowhere"}, "HELM_KEYRING names no file"),
        ({"VERSION": "9.9.9"}, "the charts say"),
        ({"HELM_KEY": "nobody"}, "nobody"),
    ],
)
def test_nothing_is_published_by_half(
    world: World, changes: dict[str, str | None], said: str
) -> None:
    """What is missing is named, and nothing is pushed."""
    done = world.publish("charts", **changes)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stdout == ""


def test_a_signature_that_can_not_be_verified_is_no_success(world: World) -> None:
    """The chart is named; `COSIGN_NO_LOG` has the log left out of both."""
    done = world.publish("charts", SIGNED="/dev/null")
    assert done.returncode == 1
    assert f"cosign verify {world.registry}nexync/charts/" in done.stderr
    assert done.stdout == ""
    done = world.publish("charts", COSIGN_NO_LOG="1")
    assert done.returncode == 0, done.stderr
    lines = world.lines("VERIFIED")
    assert lines
    assert all("--insecure-ignore-tlog" in line for line in lines)


def test_an_image_that_was_not_built_is_named(world: World) -> None:
    """The first missing image is named, with the command that builds it."""
    (world.folder / "bin" / "docker").write_text("#!/bin/sh\nexit 1\n")
    (world.folder / "bin" / "docker").chmod(0o755)
    done = world.publish("images")
    assert done.returncode == 1
    assert f"no image {world.registry}nexync/svc-gateway:{VERSION}" in done.stderr
