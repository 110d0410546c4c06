"""Renders charts with values; the same question is asked of Helm only once a session."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from chartkit import tools

CHARTS = Path(__file__).resolve().parents[2]
ROOT = CHARTS.parent
Object = dict[str, Any]
Values = Mapping[str, Any]


class RenderError(Exception):
    """Helm refused; the message is its own."""


@dataclass(frozen=True)
class Release:
    """Where a chart is rendered to."""

    name: str = "nexync"
    namespace: str = "chat"
    apis: tuple[str, ...] = ()
    kube_version: str = "1.34.0"


DEFAULT = Release()


def charts() -> list[str]:
    """Every chart that installs something, by its folder's name."""
    found = (
        path.parent
        for path in sorted(CHARTS.glob("*/Chart.yaml"))
        if yaml.safe_load(path.read_text()).get("type") != "library"
    )
    return [folder.name for folder in found]


def render(chart: str, values: Values | None = None, release: Release = DEFAULT) -> list[Object]:
    """The objects of a chart; shared by all who ask for the same, so only to be read."""
    return _objects(_template(chart, json.dumps(values or {}), release))


def render_text(chart: str, values: Values | None = None, release: Release = DEFAULT) -> str:
    return _template(chart, json.dumps(values or {}), release)


def refusal(chart: str, values: Values, release: Release = DEFAULT) -> str:
    """What Helm says to bad values; an error if it takes them."""
    try:
        render(chart, values, release)
    except RenderError as error:
        return str(error)
    raise AssertionError(f"{chart} took {json.dumps(values)}")


def lint(chart: str, file: Path | None) -> str:
    """What `helm lint --strict` has to complain about; empty when nothing."""
    more = ["--values", str(file)] if file else []
    done = _helm("lint", "--strict", "--quiet", str(CHARTS / chart), *more)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def find(objects: Sequence[Object], kind: str, name: str | None = None) -> Object:
    """The one object of a kind, and of a name if given."""
    hits = [
        item
        for item in objects
        if item["kind"] == kind and name in {None, item["metadata"]["name"]}
    ]
    assert len(hits) == 1, f"{len(hits)} objects are {kind} {name or ''}: {names(objects)}"
    return hits[0]


def kinds(objects: Sequence[Object]) -> set[str]:
    return {item["kind"] for item in objects}


def names(objects: Sequence[Object]) -> list[str]:
    return [f"{item['kind']}/{item['metadata']['name']}" for item in objects]


def pods(objects: Sequence[Object]) -> Iterator[tuple[str, Object]]:
    """Every pod template (or pod), with the name of what it belongs to."""
    for item in objects:
        label = f"{item['kind']}/{item['metadata']['name']}"
        if item["kind"] in {"Deployment", "StatefulSet", "DaemonSet", "Job"}:
            yield label, item["spec"]["template"]
        elif item["kind"] == "CronJob":
            yield label, item["spec"]["jobTemplate"]["spec"]["template"]
        elif item["kind"] == "Pod":
            yield label, item


def containers(pod: Object) -> list[Object]:
    return [*pod["spec"]["containers"], *pod["spec"].get("initContainers", [])]


@cache
def _objects(text: str) -> list[Object]:
    return [item for item in yaml.load_all(text, Loader=yaml.CSafeLoader) if item]


@cache
def _template(chart: str, values: str, release: Release) -> str:
    more = [part for api in release.apis for part in ("--api-versions", api)]
    done = _helm(
        "template",
        release.name,
        str(CHARTS / chart),
        *("--namespace", release.namespace),
        *("--kube-version", release.kube_version),
        *more,
        *("--values", "-"),
        text=values,
    )
    if done.returncode != 0:
        said = [line for line in done.stderr.splitlines() if "level=INFO" not in line]
        raise RenderError("\n".join(said))
    return done.stdout


def _helm(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [tools.helm(), *arguments],
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
