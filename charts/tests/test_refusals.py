"""Bad values are refused at render time, and the message names the field."""

from typing import Any

import pytest

from chartkit.render import refusal

SASL = {"backends": {"kafka": {"saslMechanism": "PLAIN"}}}
CASES: list[tuple[str, dict[str, Any], str]] = [
    ("svc-gateway", {"replicaCount": -1}, "replicaCount"),
    ("svc-gateway", {"replicaCount": "two"}, "replicaCount"),
    ("svc-gateway", {"autoscaling": {"provider": "both"}}, "provider"),
    ("svc-gateway", {"autoscaling": {"minReplicas": 0}}, "minReplicas"),
    (
        "svc-gateway",
        {"autoscaling": {"provider": "hpa", "minReplicas": 9, "maxReplicas": 3}},
        "minReplicas",
    ),
    ("svc-gateway", {"autoscaling": {"provider": "keda"}}, "keda.serverAddress"),
    ("svc-gateway", {"drain": {"terminationGracePeriodSeconds": 3}}, "terminationGracePeriod"),
    ("svc-gateway", {"image": {"tag": "latest"}}, "latest"),
    ("svc-gateway", {"image": {"digest": "sha256:no"}}, "digest"),
    ("svc-gateway", {"global": {"backends": {"secret": ""}}}, "secret"),
    ("svc-gateway", {"global": {"logLevel": "loud"}}, "logLevel"),
    ("svc-gateway", {"global": {"publicOrigins": []}}, "publicOrigins"),
    ("svc-gateway", {"global": {"publicOrigins": ["chat.example.org"]}}, "publicOrigins"),
    ("svc-gateway", {"service": {"typ": "NodePort"}}, "typ"),
    ("svc-gateway", {"resources": {"limits": {"memory": "much"}}}, "memory"),
    ("svc-auth", {"config": {"registration": {"mode": "anybody"}}}, "mode"),
    ("svc-auth", {"config": {"registration": {"mode": "domains"}}}, "registration.domains"),
    ("svc-auth", {"config": {"registration": {"domains": ["a.test"]}}}, "registration.domains"),
    (
        "svc-auth",
        {"config": {"registration": {"mode": "domains", "domains": ["@a.test"]}}},
        "domains",
    ),
    ("svc-auth", {"config": {"admins": ["ada"]}}, "admins"),
    ("svc-auth", {"config": {"secondFactor": "required"}}, "secondFactor"),
    ("svc-persister", {"global": SASL}, "saslMechanism"),
    ("svc-persister", {"replicaCount": 9}, "chatPartitions"),
    ("svc-persister", {"config": {"unflushedEvents": 200000}}, "unflushedEvents"),
    ("nexync", {"svc-auth": {"nameOverride": "other"}}, "global.peers.auth"),
    ("edge", {"provider": "traefik"}, "provider"),
    ("edge", {"provider": "gateway-api"}, "parentRefs"),
    (
        "edge",
        {"provider": "ingress", "tls": {"enabled": True, "certManager": {"issuer": "a"}}},
        "tls",
    ),
    ("nexync", {"svc-gatway": {"enabled": False}}, "svc-gatway"),
    ("nexync", {"svc-gateway": {"replicaCount": -2}}, "replicaCount"),
    ("nexync", {"topics": {"autoscaling": {"enabled": True}}}, "prometheus.url"),
    ("nexync", {"edge": {"provider": "ingress"}}, "global.networkPolicy.edge.from"),
    ("nexync", {"schema": {"approval": "Perhaps"}}, "approval"),
    ("nexync-backends", {"kafka": {"replicas": 3}}, "replicas"),
    ("nexync-backends", {"postgres": {"maxConnections": -5}}, "maxConnections"),
    ("nexync-backends", {"postgres": {"database": "a b"}}, "database"),
    ("nexync-backends", {"postgres": {"image": {"tag": "latest"}}}, "tag"),
    ("nexync-backends", {"mail": {"service": {"type": "LoadBalancer"}}}, "type"),
    ("nexync-backends", {"persistance": {"enabled": False}}, "persistance"),
]


@pytest.mark.parametrize(
    ("chart", "values", "named"), CASES, ids=[f"{c}-{n}-{i}" for i, (c, _, n) in enumerate(CASES)]
)
def test_bad_value_is_named(chart: str, values: dict[str, Any], named: str) -> None:
    assert named in refusal(chart, values)
