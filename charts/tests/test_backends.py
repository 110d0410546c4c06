"""The backends for evaluation."""

import base64
from urllib.parse import urlsplit

import pytest

from chartkit.render import Object, Release, find, kinds, names, pods, render

CHART = "nexync-backends"
HERE = Release(name="nexync-backends", namespace="backends")
URLS = {
    "postgres": "postgres-url",
    "redisState": "redis-state-url",
    "redisCache": "redis-cache-url",
    "rabbitmq": "rabbitmq-url",
    "kafka": "kafka-bootstrap",
    "mail": "smtp-url",
}


def _secret(objects: list[Object]) -> dict[str, str]:
    return find(objects, "Secret")["stringData"]


def test_secret_has_an_address_for_each_backend() -> None:
    objects = render(CHART, release=HERE)
    secret = _secret(objects)
    assert set(URLS.values()) <= secret.keys()
    services = {i["metadata"]["name"]: i["spec"] for i in objects if i["kind"] == "Service"}
    for key in URLS.values():
        url = urlsplit(secret[key] if "://" in secret[key] else f"kafka://{secret[key]}")
        assert url.hostname is not None
        service, namespace, suffix = url.hostname.split(".")
        assert (namespace, suffix) == ("backends", "svc")
        assert url.port in {port["port"] for port in services[service]["ports"]}


def test_passwords_are_escaped_in_urls() -> None:
    secret = _secret(render(CHART, {"passwords": {"postgres": "a/b@c"}}, HERE))
    assert secret["postgres-password"] == "a/b@c"
    assert ":a%2Fb%40c@" in secret["postgres-url"]


def test_passwords_are_random_and_long() -> None:
    first = _secret(render(CHART, {"commonLabels": {"n": "1"}}, HERE))
    second = _secret(render(CHART, {"commonLabels": {"n": "2"}}, HERE))
    for key in ("postgres-password", "redis-password", "rabbitmq-password", "erlang-cookie"):
        assert len(first[key]) >= 24
        assert first[key] != second[key]


@pytest.mark.parametrize("component", URLS)
def test_component_can_be_left_out(component: str) -> None:
    objects = render(CHART, {component: {"enabled": False}}, HERE)
    assert URLS[component] not in _secret(objects)
    suffix = {"redisState": "redis-state", "redisCache": "redis-cache"}.get(component, component)
    assert not [name for name in names(objects) if name.endswith(f"nexync-backends-{suffix}")]
    assert len(list(pods(objects))) == 5


def test_existing_secret_is_taken() -> None:
    objects = render(CHART, {"existingSecret": "mine"}, HERE)
    assert "Secret" not in kinds(objects)
    references = [
        entry["valueFrom"]["secretKeyRef"]["name"]
        for _, pod in pods(objects)
        for container in pod["spec"]["containers"]
        for entry in container.get("env", [])
        if "valueFrom" in entry
    ]
    assert len(references) == 5
    assert set(references) == {"mine"}


def test_data_stays_with_its_password() -> None:
    """A database that outlives the release is of no use without the password it was made with."""
    keep = render(CHART, {"persistence": {"keep": True}}, HERE)
    drop = render(CHART, {"persistence": {"keep": False}}, HERE)
    gone = render(CHART, {"persistence": {"enabled": False}}, HERE)
    policy = {"helm.sh/resource-policy": "keep"}
    assert find(keep, "Secret")["metadata"]["annotations"] == policy
    for objects in (drop, gone):
        assert "annotations" not in find(objects, "Secret")["metadata"]
    for objects, wanted in ((keep, "Retain"), (drop, "Delete")):
        postgres = find(objects, "StatefulSet", "nexync-backends-postgres")["spec"]
        assert postgres["persistentVolumeClaimRetentionPolicy"]["whenDeleted"] == wanted
    for item in gone:
        if item["kind"] == "StatefulSet":
            assert "volumeClaimTemplates" not in item["spec"]


def test_volumes_follow_values() -> None:
    values = {"persistence": {"storageClass": "fast"}, "kafka": {"size": "3Gi"}}
    kafka = find(render(CHART, values, HERE), "StatefulSet", "nexync-backends-kafka")["spec"]
    (claim,) = kafka["volumeClaimTemplates"]
    assert claim["spec"]["storageClassName"] == "fast"
    assert claim["spec"]["resources"]["requests"]["storage"] == "3Gi"


def test_redis_never_evicts_state() -> None:
    objects = render(CHART, release=HERE)
    for name, policy, log in (("state", "noeviction", "yes"), ("cache", "allkeys-lru", "no")):
        item = find(objects, "StatefulSet", f"nexync-backends-redis-{name}")
        arguments = item["spec"]["template"]["spec"]["containers"][0]["args"]
        given = dict(zip(arguments[1::2], arguments[2::2], strict=True))
        assert given["--maxmemory-policy"] == policy
        assert given["--appendonly"] == log


def test_kafka_makes_no_topics_by_itself() -> None:
    objects = render(CHART, {"kafka": {"config": {"message.max.bytes": 2000000}}}, HERE)
    text = find(objects, "ConfigMap", "nexync-backends-kafka")["data"]["server.properties"]
    settings = dict(line.split("=", 1) for line in text.splitlines())
    assert settings["auto.create.topics.enable"] == "false"
    assert settings["offsets.topic.replication.factor"] == "1"
    assert settings["message.max.bytes"] == "2000000"
    host = "nexync-backends-kafka.backends.svc:9092"
    assert settings["advertised.listeners"] == f"PLAINTEXT://{host}"


def test_kafka_has_an_id_of_16_bytes_of_its_own() -> None:
    ids: set[str] = set()
    for namespace in ("a", "b"):
        objects = render(CHART, release=Release("nexync-backends", namespace))
        pod = find(objects, "StatefulSet", "nexync-backends-kafka")["spec"]["template"]["spec"]
        ids |= {e["value"] for e in pod["containers"][0]["env"] if e["name"] == "CLUSTER_ID"}
    assert len(ids) == 2
    assert all(len(base64.urlsafe_b64decode(f"{text}==")) == 16 for text in ids)


@pytest.mark.parametrize("component", ["kafka", "rabbitmq"])
def test_settings_in_files_restart_the_pod(component: str) -> None:
    sums: set[str] = set()
    for values in ({}, {component: {"config": {"a.b": "c"}}}):
        item = find(render(CHART, values, HERE), "StatefulSet", f"nexync-backends-{component}")
        sums.add(item["spec"]["template"]["metadata"]["annotations"]["checksum/config"])
    assert len(sums) == 2


def test_other_namespaces_are_let_in_by_name() -> None:
    """Only for those who may come from the own namespace, too."""
    objects = render(CHART, {"networkPolicy": {"namespaces": ["nexync"]}}, HERE)
    policies = [item for item in objects if item["kind"] == "NetworkPolicy"]
    assert len(policies) == 6
    for policy in policies:
        *rules, itself = policy["spec"]["ingress"]
        assert itself == {"from": [{"podSelector": policy["spec"]["podSelector"]}]}
        for rule in rules:
            assert rule["ports"]
            own = [peer for peer in rule["from"] if "namespaceSelector" not in peer]
            named = {"matchLabels": {"kubernetes.io/metadata.name": "nexync"}}
            other = [peer for peer in rule["from"] if peer.get("namespaceSelector") == named]
            assert own
            assert [peer | {"namespaceSelector": named} for peer in own] == other
            assert len(own) + len(other) == len(rule["from"])
