"""skaffold.yaml follows the images, the charts and the profiles: what it names is there, and all of it is named."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from chartkit.render import ROOT, Object, Release, find, render

SKAFFOLD: Object = yaml.safe_load((ROOT / "skaffold.yaml").read_text())
BAKE: Object = json.loads((ROOT / "docker-bake.json").read_text())


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


ARTIFACTS: dict[str, Object] = {
    one["image"].removeprefix("nexync/"): one for one in SKAFFOLD["build"]["artifacts"]
}
FOLDERS = {name: "operators" if name == "operator" else name for name in ARTIFACTS}


def test_it_builds_every_image_as_bake_does() -> None:
    """Each by its target, and under the name that skaffold gives it."""
    assert set(ARTIFACTS) == set(BAKE["group"]["default"]["targets"])
    for name, artifact in ARTIFACTS.items():
        build, last = artifact["custom"]["buildCommand"].rsplit(" ", 1)
        assert last == name
        assert build == ('images/build --tag="$IMAGE" $(test "$PUSH_IMAGE" != true || echo --push)')


@pytest.mark.parametrize(("pushed", "words"), [("true", ["--push", "x"]), ("false", ["x"])])
def test_it_pushes_where_skaffold_says_so(tmp_path: Path, pushed: str, words: list[str]) -> None:
    program = tmp_path / "images" / "build"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    program.chmod(0o755)
    command = ARTIFACTS["svc-chat"]["custom"]["buildCommand"].replace("svc-chat", "x")
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=tmp_path,
        env={**os.environ, "IMAGE": "r/a b:1", "PUSH_IMAGE": pushed},
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )
    assert done.stdout.splitlines() == ["--tag=r/a b:1", *words]


def test_an_image_is_built_anew_for_its_own_files_alone() -> None:
    """What a change of one component is synced to must not build the others."""
    for name, artifact in ARTIFACTS.items():
        dependencies = artifact["custom"]["dependencies"]
        for path in (*dependencies["paths"], *dependencies["ignore"]):
            plain = path.removesuffix("/**")
            known = list(ROOT.glob(plain)) or plain.startswith(("**/", "svc-web/"))
            assert known, f"{name}: {path}"
        components = {path.removesuffix("/**") for path in dependencies["paths"]}
        assert components & set(FOLDERS.values()) == {FOLDERS[name]}
        if name != "svc-web":
            assert {"libs", "requirements.lock", "images/python.Dockerfile"} <= components


def named(*words: str) -> subprocess.CompletedProcess[str]:
    """What `images/build` would build."""
    command = [sys.executable, ROOT / "images" / "build", "--print", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


def test_an_image_can_have_another_name() -> None:
    (target,) = json.loads(named("--tag=r/chat:9", "svc-chat").stdout)["target"].values()
    assert target["tags"] == ["r/chat:9"]
    assert target["target"] == "svc-chat"
    several = named("--tag=r/chat:9", "svc-chat", "svc-auth")
    assert (several.returncode, several.stdout) == (1, "")
    assert "exactly one" in several.stderr


@pytest.mark.parametrize("name", [one for one in ARTIFACTS if "sync" in ARTIFACTS[one]])
def test_a_synced_component_runs_without_the_bytecode_of_the_image(
    name: str, tmp_path: Path
) -> None:
    """That bytecode is never compared with its source, so a change would go unseen. A copy that is there is kept."""
    (hook,) = ARTIFACTS[name]["sync"]["hooks"]["before"]
    python, option, text = hook["container"]["command"]
    module = Path(ARTIFACTS[name]["sync"]["manual"][0]["src"].split("*")[0])
    (package,) = [one.name for one in (ROOT / module).iterdir() if (one / "__main__.py").exists()]
    venv, copies = tmp_path / "venv", tmp_path / "src"
    own = venv / "lib" / "python3.11" / "site-packages" / package
    (own / "__pycache__").mkdir(parents=True)
    (own / "__pycache__" / "a.cpython-311.pyc").write_bytes(b"")
    (own / "a.py").write_text("the image's")
    here = text.replace("/opt/venv", str(venv)).replace("/tmp/src", str(copies))
    assert here.count(str(tmp_path)) == 2
    for body in ("the image's", "changed"):
        subprocess.run([sys.executable, option, here], check=True, timeout=20)
        assert [one.name for one in (copies / package).iterdir()] == ["a.py"]
        assert (copies / package / "a.py").read_text() == body
        (copies / package / "a.py").write_text("changed")
    assert python == "python"


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
