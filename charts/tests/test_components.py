"""Toggles of the components: scaling, disruption, the end of a pod, references, pass-throughs."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from chartkit.render import (
    CHARTS,
    ROOT,
    Object,
    Release,
    Values,
    find,
    kinds,
    names,
    pods,
    render,
)

COMPONENTS = ("svc-gateway", "svc-auth", "svc-chat", "svc-persister", "svc-mailer", "svc-web")
SCALED = COMPONENTS[:-1]
ALL = (*COMPONENTS, "operator", "edge")
KEDA: Values = {"provider": "keda", "keda": {"serverAddress": "http://prometheus:9090"}}


def _deployment(chart: str, values: Values | None = None) -> Object:
    return find(render(chart, values), "Deployment")


def _pod(chart: str, values: Values | None = None) -> Object:
    return _deployment(chart, values)["spec"]["template"]


def _env(pod: Object) -> dict[str, Any]:
    entries = pod["spec"]["containers"][0].get("env", [])
    return {entry["name"]: entry.get("value", entry.get("valueFrom")) for entry in entries}


@pytest.mark.parametrize("chart", SCALED)
@pytest.mark.parametrize("provider", ["none", "hpa", "keda"])
def test_one_scaler_at_a_time(chart: str, provider: str) -> None:
    """`replicas` stands in a Deployment only while nothing else decides on it."""
    objects = render(chart, {"autoscaling": {**KEDA, "provider": provider}})
    scalers = kinds(objects) & {"HorizontalPodAutoscaler", "ScaledObject"}
    wanted = {"none": set[str](), "hpa": {"HorizontalPodAutoscaler"}, "keda": {"ScaledObject"}}
    assert scalers == wanted[provider]
    deployment = find(objects, "Deployment")
    assert ("replicas" in deployment["spec"]) == (provider == "none")
    for kind in scalers:
        assert (
            find(objects, kind)["spec"]["scaleTargetRef"]["name"]
            == (deployment["metadata"]["name"])
        )


def test_gateway_is_scaled_by_its_sockets() -> None:
    values = {"autoscaling": {"provider": "hpa", "target": 700, "maxReplicas": 9}}
    spec = find(render("svc-gateway", values), "HorizontalPodAutoscaler")["spec"]
    (metric,) = spec["metrics"]
    assert metric["pods"]["metric"]["name"] == "nexync_gateway_connections"
    assert metric["pods"]["target"] == {"type": "AverageValue", "averageValue": "700"}
    assert spec["maxReplicas"] == 9
    assert spec["behavior"]["scaleDown"]["stabilizationWindowSeconds"] == 1800


@pytest.mark.parametrize("chart", SCALED)
def test_keda_falls_back(chart: str) -> None:
    """An empty answer of Prometheus is no answer."""
    spec = find(render(chart, {"autoscaling": KEDA}), "ScaledObject")["spec"]
    for trigger in spec["triggers"]:
        if trigger["type"] == "prometheus":
            assert trigger["metadata"]["ignoreNullValues"] == "false"
            assert spec["fallback"]["replicas"] >= 1


@pytest.mark.parametrize("chart", [*COMPONENTS, "edge"])
def test_no_budget_for_a_single_pod(chart: str) -> None:
    """A budget over one replica would only block drains."""
    one = render(chart, {"replicaCount": 1})
    two = render(chart, {"replicaCount": 2})
    off = render(chart, {"replicaCount": 2, "podDisruptionBudget": {"enabled": False}})
    assert ["PodDisruptionBudget" in kinds(objects) for objects in (one, two, off)] == [
        False,
        True,
        False,
    ]
    budget, deployment = find(two, "PodDisruptionBudget"), find(two, "Deployment")
    assert budget["spec"]["selector"] == deployment["spec"]["selector"]


@pytest.mark.parametrize("chart", [*COMPONENTS, "edge"])
def test_rollouts_take_nothing_away(chart: str) -> None:
    strategy = _deployment(chart)["spec"]["strategy"]
    assert strategy["rollingUpdate"]["maxUnavailable"] == 0
    assert strategy["rollingUpdate"]["maxSurge"] == 1


def test_operator_runs_once() -> None:
    spec = _deployment("operator")["spec"]
    assert spec["replicas"] == 1
    assert spec["strategy"]["type"] == "Recreate"


@pytest.mark.parametrize("chart", ALL)
def test_grace_is_the_sum_of_its_parts(chart: str) -> None:
    drain = {"preStopSeconds": 7, "spreadSeconds": 11, "flushSeconds": 13, "closeSeconds": 17}
    spec = _pod(chart, {"drain": drain})["spec"]
    assert spec["terminationGracePeriodSeconds"] == 48
    longer = {**drain, "terminationGracePeriodSeconds": 90}
    assert _pod(chart, {"drain": longer})["spec"]["terminationGracePeriodSeconds"] == 90


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
    deployment = _deployment(chart, values)
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
    image = _pod(chart, {"image": {"digest": digest}})["spec"]["containers"][0]["image"]
    assert image.endswith(f"@{digest}")


@pytest.mark.parametrize("chart", ALL)
def test_probes_can_be_left_out(chart: str) -> None:
    container = _pod(chart)["spec"]["containers"][0]
    for probe in ("startup", "liveness", "readiness"):
        assert f"{probe}Probe" in container
        changed = _pod(chart, {"probes": {probe: {"enabled": False}}})["spec"]["containers"][0]
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


@pytest.mark.parametrize("chart", ["svc-gateway", "svc-auth", "svc-chat", "svc-persister"])
def test_addresses_come_from_secrets(chart: str) -> None:
    """Each from its own Secret and key, all from one by default."""
    values = {"global": {"backends": {"redisState": {"secret": "apart", "key": "url"}}}}
    for given, wanted in (
        ({}, {"name": "nexync-backends", "key": "redis-state-url"}),
        (values, {"name": "apart", "key": "url"}),
    ):
        env = _env(_pod(chart, given))
        if "NEXYNC_REDIS_STATE_URL" in env:
            reference = env["NEXYNC_REDIS_STATE_URL"]["secretKeyRef"]
            assert {key: reference[key] for key in ("name", "key")} == wanted


def test_kafka_with_sasl_and_tls() -> None:
    backends = {
        "kafka": {"securityProtocol": "sasl_ssl", "saslMechanism": "SCRAM-SHA-512"},
        "ca": {"secret": "authority"},
    }
    pod = _pod("svc-persister", {"global": {"backends": backends}})
    env = _env(pod)
    assert env["NEXYNC_KAFKA_SECURITY_PROTOCOL"] == "sasl_ssl"
    assert env["NEXYNC_KAFKA_SASL_MECHANISM"] == "SCRAM-SHA-512"
    assert env["NEXYNC_KAFKA_SASL_PASSWORD"]["secretKeyRef"]["key"] == "kafka-sasl-password"
    mounts = {m["name"]: m["mountPath"] for m in pod["spec"]["containers"][0]["volumeMounts"]}
    assert any(env["NEXYNC_CA_FILE"].startswith(path) for path in mounts.values())
    volumes = [v["secret"]["secretName"] for v in pod["spec"]["volumes"] if "secret" in v]
    assert "authority" in volumes


def test_production_as_the_page_shows_it() -> None:
    """The values that docs/production.md gives render; addresses and authority come from Secrets of others."""
    page = (ROOT / "docs" / "production.md").read_text()
    blocks = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
    values = next(one for one in blocks if one.get("topics"))
    objects = render("nexync", values)
    authority = {"name": "backends-ca", "key": "ca.crt"}
    topics = [one["spec"] for one in objects if one["kind"] == "KafkaTopic"]
    assert topics
    for topic in topics:
        assert topic["connection"]["security"]["caSecretRef"] == authority
        assert topic["replicationFactor"] == 3
        assert topic["config"]["min.insync.replicas"] == "2"
    schema = find(objects, "PostgresSchema")["spec"]["connection"]
    assert schema == {
        "secretRef": {"name": "chat-db-app", "key": "uri"},
        "caSecretRef": authority,
    }


@pytest.mark.parametrize("key", ["signingKey", "factorKey"])
def test_keys_are_made_or_given(key: str) -> None:
    made = [one for one in render("svc-auth") if one["kind"] == "Secret"]
    assert len(made) == 2
    for secret in made:
        assert secret["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
    given = render("svc-auth", {key: {"existingSecret": "mine"}})
    assert [one["kind"] for one in given].count("Secret") == 1
    volumes = [volume for _, pod in pods(given) for volume in pod["spec"]["volumes"]]
    names_of = [v["secret"]["secretName"] for v in volumes if "secret" in v]
    names_of += [
        source["secret"]["name"]
        for v in volumes
        for source in v.get("projected", {}).get("sources", [])
    ]
    assert "mine" in names_of


def test_a_made_factor_key_is_one_that_the_service_takes() -> None:
    (secret,) = (
        one
        for one in render("svc-auth")
        if one["kind"] == "Secret" and one["metadata"]["name"].endswith("-factor-key")
    )
    (value,) = secret["data"].values()
    assert len(base64.b64decode(base64.b64decode(value, validate=True), validate=True)) == 32


@pytest.mark.parametrize("chart", SCALED)
def test_pod_monitors_where_the_cluster_knows_them(chart: str) -> None:
    release = Release(apis=("monitoring.coreos.com/v1/PodMonitor", "monitoring.coreos.com/v1"))
    never = {"global": {"monitoring": {"podMonitors": "never"}}}
    always = {"global": {"monitoring": {"podMonitors": "always"}}}
    assert "PodMonitor" not in kinds(render(chart))
    assert "PodMonitor" in kinds(render(chart, {}, release))
    assert "PodMonitor" not in kinds(render(chart, never, release))
    assert "PodMonitor" in kinds(render(chart, always))


@pytest.mark.parametrize("part", [*COMPONENTS, "operator", "edge"])
def test_umbrella_leaves_parts_out(part: str) -> None:
    values: dict[str, Any] = {part: {"enabled": False}}
    if part == "edge":
        values["global"] = {"networkPolicy": {"edge": {"from": [{"podSelector": {}}]}}}
    left = [n for n in names(render("nexync", values)) if n.startswith("Deployment/")]
    assert f"Deployment/nexync-{part}" not in left
    assert len(left) == len(ALL) - 1


def test_umbrella_toggles() -> None:
    off = {
        "topics": {"enabled": False},
        "schema": {"enabled": False},
        "test": {"enabled": False},
        "prometheusRules": "always",
        "prometheusAdapter": {"enabled": True},
    }
    objects = render("nexync", off)
    assert not kinds(objects) & {"KafkaTopic", "PostgresSchema", "Pod"}
    assert "PrometheusRule" in kinds(objects)
    assert {"KafkaTopic", "PostgresSchema", "Pod"} <= kinds(render("nexync"))


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
    assert pod["serviceAccountName"] == _pod("operator")["spec"]["serviceAccountName"]
    assert pod["containers"][0]["command"][2:4] == ["nexync_operator", "release"]
    assert "Job" not in kinds(render("operator", {"releaseOnUninstall": False}))


def test_round_trip_is_a_test_that_cleans_up() -> None:
    (pod,) = (item for item in render("nexync") if item["kind"] == "Pod")
    notes = pod["metadata"]["annotations"]
    assert notes["helm.sh/hook"] == "test"
    assert "before-hook-creation" in notes["helm.sh/hook-delete-policy"]
    assert pod["spec"]["restartPolicy"] == "Never"


def test_other_migrations_change_the_schema_resource_so_that_it_is_looked_at_at_once() -> None:
    schema = find(render("nexync"), "PostgresSchema")
    files = sorted((CHARTS / "nexync" / "files" / "migrations").glob("*.sql"))
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    assert schema["metadata"]["annotations"]["nexync.io/migrations"] == digest


ROTATION = {"signingKey": {"rotation": {"enabled": True}}}


def test_keys_are_rotated_where_one_asks_for_it() -> None:
    """The job may get and patch one Secret, alone; its pod is no pod of the Deployment's, and only it has a token."""
    assert not {"CronJob", "Role"} & set(kinds(render("svc-auth")))
    found = render("svc-auth", ROTATION)
    (secret,) = (
        one["metadata"]["name"]
        for one in found
        if one["kind"] == "Secret" and one["metadata"]["name"].endswith("-signing-key")
    )
    (role,) = (one for one in found if one["kind"] == "Role")
    assert role["rules"] == [
        {
            "apiGroups": [""],
            "resources": ["secrets"],
            "resourceNames": [secret],
            "verbs": ["get", "patch"],
        }
    ]
    (job,) = (one for one in found if one["kind"] == "CronJob")
    template = job["spec"]["jobTemplate"]["spec"]["template"]
    account = template["spec"]["serviceAccountName"]
    (binding,) = (one for one in found if one["kind"] == "RoleBinding")
    assert [subject["name"] for subject in binding["subjects"]] == [account]
    (deployment,) = (one for one in found if one["kind"] == "Deployment")
    served = deployment["spec"]["template"]["spec"]
    assert served["serviceAccountName"] != account
    assert served["automountServiceAccountToken"] is False
    labels = template["metadata"]["labels"]
    selects = deployment["spec"]["selector"]["matchLabels"]
    assert any(labels.get(name) != value for name, value in selects.items())
    (policy,) = (
        one
        for one in found
        if one["kind"] == "NetworkPolicy" and one["metadata"]["name"].endswith("-rotation")
    )
    assert policy["spec"]["podSelector"]["matchLabels"].items() <= labels.items()
    assert policy["spec"]["ingress"] == []


def test_the_first_key_and_the_ring_are_in_one_secret_under_two_names() -> None:
    """Helm writes the first alone; the pods find both, the second one where it is there."""
    found = render("svc-auth", ROTATION)
    (secret,) = (
        one
        for one in found
        if one["kind"] == "Secret" and one["metadata"]["name"].endswith("-signing-key")
    )
    assert list(secret["data"]) == ["signing-key.pem"]
    (deployment,) = (one for one in found if one["kind"] == "Deployment")
    (volume,) = (
        one
        for one in deployment["spec"]["template"]["spec"]["volumes"]
        if one["name"] == "signing-key"
    )
    first, ring = (source["secret"] for source in volume["projected"]["sources"])
    assert first["name"] == ring["name"] == secret["metadata"]["name"]
    assert [item["key"] for item in first["items"]] == ["signing-key.pem"]
    assert "optional" not in first
    assert ring["optional"] is True
    (job,) = (one for one in found if one["kind"] == "CronJob")
    (container,) = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    env = {one["name"]: one["value"] for one in container["env"]}
    assert env["NEXYNC_SIGNING_SECRET_RING"] == ring["items"][0]["key"]
    assert env["NEXYNC_SIGNING_SECRET"] == secret["metadata"]["name"]


def test_no_provider_is_mounted_where_none_is_given() -> None:
    assert "ConfigMap" not in kinds(render("svc-auth"))
    ((_, template),) = pods(render("svc-auth"))
    pod = template["spec"]
    names = {one["name"] for one in pod["containers"][0]["env"]}
    assert "NEXYNC_PROVIDERS_FILE" not in names


def test_providers_are_a_file_that_names_secrets_and_holds_none() -> None:
    google = {
        "id": "google",
        "kind": "oidc",
        "label": "Google",
        "issuer": "https://accounts.google.com",
        "clientId": "x",
        "clientSecret": {"name": "google", "key": "secret"},
    }
    github = {**google, "id": "github", "kind": "github", "label": "GitHub", "issuer": ""}
    made = render("svc-auth", {"providers": [google, github]})
    file = json.loads(find(made, "ConfigMap")["data"]["providers.json"])
    assert file["providers"] == [
        {
            "id": "google",
            "kind": "oidc",
            "label": "Google",
            "issuer": "https://accounts.google.com",
            "client_id": "x",
            "client_secret_file": "/run/nexync/providers/secrets/google",
        },
        {
            "id": "github",
            "kind": "github",
            "label": "GitHub",
            "client_id": "x",
            "client_secret_file": "/run/nexync/providers/secrets/github",
        },
    ]
    ((_, template),) = pods(made)
    pod = template["spec"]
    (volume,) = (one for one in pod["volumes"] if one["name"] == "providers")
    paths = [
        item["path"]
        for source in volume["projected"]["sources"]
        for item in source.get("secret", {}).get("items", [])
    ]
    assert paths == ["secrets/google", "secrets/github"]
    ports = [
        port["port"]
        for rule in find(made, "NetworkPolicy")["spec"]["egress"]
        for port in rule["ports"]
    ]
    assert 443 in ports


def test_files_are_kept_on_a_claim_or_in_an_s3() -> None:
    """A claim outlives the release. Keys come from a Secret alone, and nothing but the S3 may be reached for them."""
    objects = render("svc-chat")
    claim = find(objects, "PersistentVolumeClaim")
    assert claim["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
    pod = _pod("svc-chat")["spec"]
    volume = next(one for one in pod["volumes"] if one["name"] == "files")
    assert volume["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    own: Values = {"storage": {"folder": {"existingClaim": "mine"}}}
    assert "PersistentVolumeClaim" not in kinds(render("svc-chat", own))
    s3: Values = {
        "storage": {"kind": "s3", "s3": {"bucket": "chat", "secret": "keys", "ports": [9000]}}
    }
    assert "PersistentVolumeClaim" not in kinds(render("svc-chat", s3))
    env = _env(_pod("svc-chat", s3))
    assert env["NEXYNC_OBJECTS_URL"] == "s3://chat/"
    assert env["NEXYNC_OBJECTS_S3_SECRET"]["secretKeyRef"]["name"] == "keys"
    egress = find(render("svc-chat", s3), "NetworkPolicy")["spec"]["egress"]
    assert {"ports": [{"port": 9000, "protocol": "TCP"}]} in egress
