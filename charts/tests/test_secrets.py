"""Where keys, addresses and providers come from, and who may read them."""

import base64
import json

import pytest

from chartkit.components import env_of, pod_of
from chartkit.render import find, kinds, pods, render


@pytest.mark.parametrize("chart", ["svc-gateway", "svc-auth", "svc-chat", "svc-persister"])
def test_addresses_come_from_secrets(chart: str) -> None:
    """Each from its own Secret and key, all from one by default."""
    values = {"global": {"backends": {"redisState": {"secret": "apart", "key": "url"}}}}
    for given, wanted in (
        ({}, {"name": "nexync-backends", "key": "redis-state-url"}),
        (values, {"name": "apart", "key": "url"}),
    ):
        env = env_of(pod_of(chart, given))
        if "NEXYNC_REDIS_STATE_URL" in env:
            reference = env["NEXYNC_REDIS_STATE_URL"]["secretKeyRef"]
            assert {key: reference[key] for key in ("name", "key")} == wanted


def test_kafka_with_sasl_and_tls() -> None:
    backends = {
        "kafka": {"securityProtocol": "sasl_ssl", "saslMechanism": "SCRAM-SHA-512"},
        "ca": {"secret": "authority"},
    }
    pod = pod_of("svc-persister", {"global": {"backends": backends}})
    env = env_of(pod)
    assert env["NEXYNC_KAFKA_SECURITY_PROTOCOL"] == "sasl_ssl"
    assert env["NEXYNC_KAFKA_SASL_MECHANISM"] == "SCRAM-SHA-512"
    assert env["NEXYNC_KAFKA_SASL_PASSWORD"]["secretKeyRef"]["key"] == "kafka-sasl-password"
    mounts = {m["name"]: m["mountPath"] for m in pod["spec"]["containers"][0]["volumeMounts"]}
    assert any(env["NEXYNC_CA_FILE"].startswith(path) for path in mounts.values())
    volumes = [v["secret"]["secretName"] for v in pod["spec"]["volumes"] if "secret" in v]
    assert "authority" in volumes


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
