"""What holds for every chart, whatever its values: all of `ci/`, all toggles, all objects."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from chartkit import rules, schemas
from chartkit.render import (
    CHARTS,
    Object,
    Release,
    Values,
    charts,
    containers,
    lint,
    names,
    pods,
    refusal,
    render,
)

SECOND = Release(name="other", namespace="second")
SCALERS = ("svc-gateway", "svc-auth", "svc-chat", "svc-persister", "svc-mailer")
KEDA = {"provider": "keda", "keda": {"serverAddress": "http://prometheus:9090"}}


def _ci(chart: str) -> list[Path]:
    return sorted((CHARTS / chart / "ci").glob("*.yaml"))


def _cases() -> list[Any]:
    cases: list[Any] = []
    for chart in charts():
        cases.append(pytest.param(chart, {}, id=f"{chart}-default"))
        cases.extend(
            pytest.param(chart, yaml.safe_load(file.read_text()) or {}, id=f"{chart}-{file.stem}")
            for file in _ci(chart)
        )
    for chart in SCALERS:
        for name, values in (("hpa", {"provider": "hpa"}), ("keda", KEDA)):
            cases.append(pytest.param(chart, {"autoscaling": values}, id=f"{chart}-{name}"))
    return cases


every = pytest.mark.parametrize(("chart", "values"), _cases())


@pytest.mark.parametrize("chart", charts())
def test_lints(chart: str) -> None:
    for file in [None, *_ci(chart)]:
        assert lint(chart, file) == "", file


@every
def test_objects_are_valid(chart: str, values: Values) -> None:
    found = [
        problem
        for version in schemas.VERSIONS
        for item in render(chart, values)
        for problem in schemas.problems(item, version)
    ]
    assert found == []


def _without(pod: Object, given: list[Object]) -> Object:
    """The pod without init containers that the values themselves brought."""
    own = [c for c in pod["spec"].get("initContainers", []) if c not in given]
    return {**pod, "spec": {**pod["spec"], "initContainers": own}}


@every
def test_pods_are_restricted(chart: str, values: Values) -> None:
    """Pod Security *restricted*, and this house's own rules for pods."""
    found = [
        f"{label}: {problem}"
        for label, pod in pods(render(chart, values))
        for rule in (rules.restricted, rules.house, rules.plain_secrets)
        for problem in rule(_without(pod, values.get("initContainers", [])))
    ]
    assert found == []


@every
def test_objects_are_labelled(chart: str, values: Values) -> None:
    wanted = {"app.kubernetes.io/name", "app.kubernetes.io/instance", "helm.sh/chart"}
    wanted |= {"app.kubernetes.io/managed-by", "app.kubernetes.io/version"}
    for item in render(chart, values):
        labels: Object = item["metadata"].get("labels") or {}
        assert wanted <= labels.keys(), names([item])


@every
def test_selectors_can_stay_for_ever(chart: str, values: Values) -> None:
    """A selector holds only what no upgrade changes, and finds its own pods."""
    allowed = {"app.kubernetes.io/name", "app.kubernetes.io/instance"}
    allowed |= {"app.kubernetes.io/component"}
    for item in render(chart, values):
        if item["kind"] in {"Deployment", "StatefulSet"}:
            selector = item["spec"]["selector"]["matchLabels"]
            assert selector.keys() <= allowed, names([item])
            assert selector.items() <= item["spec"]["template"]["metadata"]["labels"].items()


@every
def test_services_find_pods(chart: str, values: Values) -> None:
    """A Service and a PodDisruptionBudget of a chart select pods of that chart, by name and port."""
    objects = render(chart, values)
    templates = [pod for _, pod in pods(objects)]
    for item in objects:
        if item["kind"] == "Service" and (selector := item["spec"].get("selector")):
            hits = [p for p in templates if selector.items() <= p["metadata"]["labels"].items()]
            assert len(hits) == 1, names([item])
            ports = [p for c in hits[0]["spec"]["containers"] for p in c.get("ports", [])]
            known = {p["name"] for p in ports} | {p["containerPort"] for p in ports}
            assert {p["targetPort"] for p in item["spec"]["ports"]} <= known, names([item])


@every
def test_nothing_leaves_its_namespace(chart: str, values: Values) -> None:
    """A second release in a second namespace shares no name that is cluster-wide."""
    first, second = render(chart, values), render(chart, values, SECOND)
    for item in second:
        assert item["metadata"].get("namespace", SECOND.namespace) == SECOND.namespace
    wide = {"ClusterRole", "ClusterRoleBinding"}
    mine = set(names([i for i in first if i["kind"] in wide]))
    assert not mine & set(names([i for i in second if i["kind"] in wide]))


@every
def test_network_is_closed(chart: str, values: Values) -> None:
    """While policies are on, every pod has one, for both directions."""
    objects = render(chart, values)
    policies = [item["spec"] for item in objects if item["kind"] == "NetworkPolicy"]
    if not policies:
        return
    for label, pod in pods(objects):
        if label.startswith("Pod/"):
            continue
        own = [
            policy
            for policy in policies
            if policy["podSelector"].get("matchLabels", {}).items()
            <= pod["metadata"]["labels"].items()
        ]
        assert own, label
        assert {kind for policy in own for kind in policy["policyTypes"]} == {"Ingress", "Egress"}
        for policy in own:
            given: list[Object] = [*(policy.get("ingress") or []), *(policy.get("egress") or [])]
            assert {} not in given, f"{label}: a rule without a word allows everything"


@every
def test_no_token_without_need(chart: str, values: Values) -> None:
    """Only the operator talks to the API server, and the job that replaces the signing key."""
    for label, pod in pods(render(chart, values)):
        component = pod["metadata"]["labels"].get("app.kubernetes.io/component")
        mounted = pod["spec"]["automountServiceAccountToken"]
        assert mounted == (component in ("operator", "operator-release", "rotation")), label


@pytest.mark.parametrize("chart", charts())
def test_unknown_key_is_named(chart: str) -> None:
    """A typo must not be a value that nobody reads."""
    if not (CHARTS / chart / "values.schema.json").exists():
        pytest.fail(f"{chart} has no values.schema.json")
    assert "replicaCuont" in refusal(chart, {"replicaCuont": 2})


@pytest.mark.parametrize("chart", charts())
def test_names_can_be_overridden(chart: str) -> None:
    if chart == "nexync-crds":
        return
    for key in ("nameOverride", "fullnameOverride"):
        peers = {role: f"renamed-{role}" for role in ("gateway", "auth", "chat", "web")}
        values: dict[str, Any] = {key: "renamed"}
        if chart != "nexync-backends":
            values["global"] = {"peers": peers}
        objects = render(chart, values)
        workloads = [i["metadata"]["name"] for i in objects if i["kind"] == "Deployment"]
        if chart != "nexync" and workloads:
            assert any("renamed" in name for name in workloads), workloads


@pytest.mark.parametrize("chart", charts())
def test_annotations_name_what_is_inside(chart: str) -> None:
    """Artifact Hub is told the licence, and exactly the images that the chart's pods run by default."""
    about = yaml.safe_load((CHARTS / chart / "Chart.yaml").read_text())
    annotations = about["annotations"]
    assert annotations["artifacthub.io/license"] == "MIT"
    assert annotations["artifacthub.io/category"]
    listed = yaml.safe_load(annotations.get("artifacthub.io/images", "[]"))
    run = {c["image"] for _, pod in pods(render(chart)) for c in containers(pod)}
    assert {one["image"] for one in listed} == run


def test_crds_are_kept() -> None:
    """Nobody loses topics or tables with them: `helm uninstall` leaves the definitions where they are."""
    found = render("nexync-crds")
    assert {item["kind"] for item in found} == {"CustomResourceDefinition"}
    for item in found:
        assert item["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
