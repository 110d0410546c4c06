"""skaffold.yaml follows the images, the charts and the profiles: what it names is there, and all of it is named."""

import json
import re
from typing import Any, cast

import yaml

from chartkit.render import ROOT, Object, Release, find, render

SKAFFOLD: Object = yaml.safe_load((ROOT / "skaffold.yaml").read_text())
BAKE: Object = json.loads((ROOT / "docker-bake.json").read_text())


def target(name: str) -> Object:
    """A target of docker-bake.json with what it inherits; its arguments merged."""
    own: Object = BAKE["target"][name]
    merged: Object = {"args": {}}
    for parent in own.get("inherits", []):
        found = target(parent)
        merged = {**merged, **found, "args": {**merged["args"], **found["args"]}}
    return {**merged, **own, "args": {**merged["args"], **own.get("args", {})}}


def releases(config: Object) -> list[Object]:
    return config["deploy"]["helm"]["releases"]


def patched(profile: str) -> Object:
    """The configuration under a profile, as JSON patches change it."""
    config: Object = json.loads(json.dumps(SKAFFOLD))
    patches = next(one for one in SKAFFOLD["profiles"] if one["name"] == profile)["patches"]
    for patch in patches:
        *way, last = patch["path"].strip("/").split("/")
        place: Any = config
        for part in way:
            place = place[int(part) if part.isdigit() else part]
        if patch["op"] == "remove":
            place.pop(int(last))
        else:
            assert (patch["op"], last) == ("add", "-")
            place.append(patch["value"])
    return config


def test_it_builds_every_image_as_bake_does() -> None:
    """The same file, stage and arguments; base images are defaults of both."""
    artifacts = {
        one["image"].removeprefix("nexync/"): one["docker"]
        for one in SKAFFOLD["build"]["artifacts"]
    }
    assert set(artifacts) == set(BAKE["group"]["default"]["targets"])
    for name, docker in artifacts.items():
        wanted = target(name)
        assert docker["dockerfile"] == wanted["dockerfile"], name
        assert docker.get("target") == wanted.get("target"), name
        bases = {key for key in wanted["args"] if key.endswith("_IMAGE")}
        epoch = BAKE["variable"]["SOURCE_DATE_EPOCH"]["default"]
        args = {key: value for key, value in wanted["args"].items() if key not in bases}
        assert docker["buildArgs"] == {**args, "SOURCE_DATE_EPOCH": epoch}, name


def test_files_that_it_syncs_are_there() -> None:
    for one in SKAFFOLD["build"]["artifacts"]:
        for rule in one.get("sync", {}).get("manual", ()):
            assert list(ROOT.glob(rule["src"])), rule["src"]
            assert rule["src"].startswith(rule["strip"])


def test_what_it_installs_renders_with_its_images() -> None:
    """Every image that it builds gets into the charts, under each profile's values."""
    for config in (SKAFFOLD, *(patched(one["name"]) for one in SKAFFOLD["profiles"])):
        for release in releases(config):
            assert (ROOT / release["chartPath"] / "Chart.yaml").exists()
        umbrella = next(one for one in releases(config) if one["name"] == "nexync")
        values: Object = {}
        for file in umbrella["valuesFiles"]:
            merge(values, yaml.safe_load((ROOT / file).read_text()))
        for key, text in umbrella["setValueTemplates"].items():
            name = re.sub(r"\{\{\.IMAGE_(REPO|TAG)_nexync_(\w+)\}\}", r"\2", text).replace("_", "-")
            value: Any = f"registry.test/{name}" if key.endswith("repository") else "built"
            for part in reversed(key.split(".")):
                value = {part: value}
            merge(values, value)
        text = json.dumps(render("nexync", values))
        built = {one["image"].removeprefix("nexync/") for one in SKAFFOLD["build"]["artifacts"]}
        assert set(re.findall(r"registry\.test/([a-z0-9-]+):built", text)) == built


def merge(into: Object, more: Object) -> None:
    """`more` over `into`, key by key."""
    for key, value in more.items():
        if isinstance(value, dict) and key in into:
            merge(into[key], cast("Object", value))
        else:
            into[key] = value


def test_profiles_change_what_they_say() -> None:
    """`kind` takes its own values and forwards no port; `backends-external` installs no backends."""
    kind = patched("kind")
    assert releases(kind)[2]["valuesFiles"][-1] == "dev/kind/values.yaml"
    assert kind["portForward"] == []
    names = [one["name"] for one in releases(patched("backends-external"))]
    assert names == ["nexync-crds", "nexync"]


def test_it_forwards_and_verifies_through_services_that_are_there() -> None:
    backends = Release(name="nexync-backends")
    objects = [*render("nexync"), *render("nexync-backends", release=backends)]
    services = {
        one["metadata"]["name"]: {port["port"] for port in one["spec"]["ports"]}
        for one in objects
        if one["kind"] == "Service"
    }
    forward = SKAFFOLD["portForward"][0]
    assert forward["port"] in services[forward["resourceName"]]
    verify = SKAFFOLD["verify"][0]["container"]
    pod = next(one for one in objects if one["kind"] == "Pod")["spec"]["containers"][0]
    assert verify["command"] == pod["command"]
    given = {one["name"]: one["value"] for one in verify["env"]}
    assert given == {one["name"]: one["value"] for one in pod["env"]}
    for url in (given["NEXYNC_PAGE"], given["NEXYNC_MAIL"]):
        host, port = url.removeprefix("http://").split(":")
        assert int(port) in services[host]
    assert find(objects, "Pod")["metadata"]["annotations"]["helm.sh/hook"] == "test"
