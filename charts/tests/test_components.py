"""Values of a component: pass-throughs and toggles."""

from collections.abc import Mapping
from typing import Any

import pytest

from chartkit.components import ALL, COMPONENTS, SCALED, deployment_of, env_of, pod_of
from chartkit.render import Release, Values, find, kinds, render


@pytest.mark.parametrize("chart", [*COMPONENTS, "operator", "edge"])
def test_every_value_of_a_pod_arrives(chart: str) -> None:
    values: Mapping[str, Any] = {
        "podAnnotations": {"a": "b"},
        "podLabels": {"c": "d"},
        "commonLabels": {"team": "chat"},
        "nodeSelector": {"disk": "fast"},
        "affinity": {"nodeAffinity": {}},
        "tolerations": [{"key": "chat", "operator": "Exists"}],
        "priorityClassName": "high",
        "extraEnv": [{"name": "MORE", "value": "1"}],
        "extraEnvFrom": [{"configMapRef": {"name": "more"}}],
        "extraVolumes": [{"name": "more", "emptyDir": {}}],
        "extraVolumeMounts": [{"name": "more", "mountPath": "/more"}],
        "initContainers": [{"name": "first", "image": "busybox:1.36"}],
        "global": {"imageRegistry": "registry.example.org", "imagePullSecrets": ["pull"]},
        "image": {"tag": "9.9.9", "pullSecrets": ["own"]},
        "resources": {"requests": {"cpu": "3m"}},
    }
    deployment = deployment_of(chart, values)
    pod = deployment["spec"]["template"]
    spec, container = pod["spec"], pod["spec"]["containers"][0]
    assert pod["metadata"]["annotations"]["a"] == "b"
    assert pod["metadata"]["labels"]["c"] == "d"
    assert deployment["metadata"]["labels"]["team"] == "chat"
    assert spec["nodeSelector"] == {"disk": "fast"}
    assert spec["affinity"] == {"nodeAffinity": {}}
    assert {"key": "chat", "operator": "Exists"} in spec["tolerations"]
    assert spec["priorityClassName"] == "high"
    assert {"name": "MORE", "value": "1"} in container["env"]
    assert {"configMapRef": {"name": "more"}} in container["envFrom"]
    assert {"name": "more", "emptyDir": {}} in spec["volumes"]
    assert {"name": "more", "mountPath": "/more"} in container["volumeMounts"]
    assert spec["initContainers"][0]["name"] == "first"
    assert container["image"].startswith("registry.example.org/")
    assert container["image"].endswith(":9.9.9")
    assert {"name": "pull"} in spec["imagePullSecrets"]
    assert {"name": "own"} in spec["imagePullSecrets"]
    assert container["resources"]["requests"]["cpu"] == "3m"


@pytest.mark.parametrize("chart", ALL)
def test_a_digest_wins(chart: str) -> None:
    digest = f"sha256:{'0' * 64}"
    image = pod_of(chart, {"image": {"digest": digest}})["spec"]["containers"][0]["image"]
    assert image.endswith(f"@{digest}")


@pytest.mark.parametrize("chart", ALL)
def test_probes_can_be_left_out(chart: str) -> None:
    container = pod_of(chart)["spec"]["containers"][0]
    for probe in ("startup", "liveness", "readiness"):
        assert f"{probe}Probe" in container
        changed = pod_of(chart, {"probes": {probe: {"enabled": False}}})["spec"]["containers"][0]
        assert f"{probe}Probe" not in changed


@pytest.mark.parametrize("chart", ALL)
def test_service_account_can_be_an_existing_one(chart: str) -> None:
    objects = render(chart, {"serviceAccount": {"create": False, "name": "theirs"}})
    assert "ServiceAccount" not in kinds(objects)
    assert find(objects, "Deployment")["spec"]["template"]["spec"]["serviceAccountName"] == "theirs"


@pytest.mark.parametrize("chart", ALL)
def test_network_policies_can_be_off(chart: str) -> None:
    values = {"global": {"networkPolicy": {"enabled": False}}}
    assert "NetworkPolicy" not in kinds(render(chart, values))


@pytest.mark.parametrize("chart", SCALED)
def test_pod_monitors_where_the_cluster_knows_them(chart: str) -> None:
    release = Release(apis=("monitoring.coreos.com/v1/PodMonitor", "monitoring.coreos.com/v1"))
    never = {"global": {"monitoring": {"podMonitors": "never"}}}
    always = {"global": {"monitoring": {"podMonitors": "always"}}}
    assert "PodMonitor" not in kinds(render(chart))
    assert "PodMonitor" in kinds(render(chart, {}, release))
    assert "PodMonitor" not in kinds(render(chart, never, release))
    assert "PodMonitor" in kinds(render(chart, always))


@pytest.mark.parametrize("wide", [True, False])
def test_operator_has_the_rights_of_its_reach(wide: bool) -> None:
    objects = render("operator", {"clusterWide": wide})
    assert ("ClusterRole" in kinds(objects)) == wide
    for item in objects:
        if item["kind"] in {"Role", "ClusterRole"}:
            for rule in item["rules"]:
                assert "*" not in [*rule["verbs"], *rule["resources"], *rule["apiGroups"]]


def test_operator_lets_go_before_an_uninstall() -> None:
    """A bounded Job that leaves nothing, with the operator's own account; it can be left out."""
    job = find(render("operator"), "Job")
    hooks = job["metadata"]["annotations"]
    assert hooks["helm.sh/hook"] == "pre-delete"
    assert {"hook-succeeded", "hook-failed"} <= set(hooks["helm.sh/hook-delete-policy"].split(","))
    assert job["spec"]["activeDeadlineSeconds"] < 60
    pod = job["spec"]["template"]["spec"]
    assert pod["serviceAccountName"] == pod_of("operator")["spec"]["serviceAccountName"]
    assert pod["containers"][0]["command"][2:4] == ["nexync_operator", "release"]
    assert "Job" not in kinds(render("operator", {"releaseOnUninstall": False}))


def test_files_are_kept_on_a_claim_or_in_an_s3() -> None:
    """A claim outlives the release. Keys come from a Secret alone, and nothing but the S3 may be reached for them."""
    objects = render("svc-chat")
    claim = find(objects, "PersistentVolumeClaim")
    assert claim["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
    pod = pod_of("svc-chat")["spec"]
    volume = next(one for one in pod["volumes"] if one["name"] == "files")
    assert volume["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    own: Values = {"storage": {"folder": {"existingClaim": "mine"}}}
    assert "PersistentVolumeClaim" not in kinds(render("svc-chat", own))
    s3: Values = {
        "storage": {"kind": "s3", "s3": {"bucket": "chat", "secret": "keys", "ports": [9000]}}
    }
    assert "PersistentVolumeClaim" not in kinds(render("svc-chat", s3))
    env = env_of(pod_of("svc-chat", s3))
    assert env["NEXYNC_OBJECTS_URL"] == "s3://chat/"
    assert env["NEXYNC_OBJECTS_S3_SECRET"]["secretKeyRef"]["name"] == "keys"
    egress = find(render("svc-chat", s3), "NetworkPolicy")["spec"]["egress"]
    assert {"ports": [{"port": 9000, "protocol": "TCP"}]} in egress
