"""How many pods there are, and how they come and go: scaling, disruption, rollouts, the end of a pod."""

import re

import pytest

from chartkit.components import ALL, COMPONENTS, SCALED, deployment_of, env_of, pod_of
from chartkit.render import Values, find, kinds, render

KEDA: Values = {"provider": "keda", "keda": {"serverAddress": "http://prometheus:9090"}}


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
    strategy = deployment_of(chart)["spec"]["strategy"]
    assert strategy["rollingUpdate"]["maxUnavailable"] == 0
    assert strategy["rollingUpdate"]["maxSurge"] == 1


def test_operator_runs_once() -> None:
    spec = deployment_of("operator")["spec"]
    assert spec["replicas"] == 1
    assert spec["strategy"]["type"] == "Recreate"


@pytest.mark.parametrize("chart", ALL)
def test_grace_is_the_sum_of_its_parts(chart: str) -> None:
    drain = {"preStopSeconds": 7, "spreadSeconds": 11, "flushSeconds": 13, "closeSeconds": 17}
    move = {"moveSeconds": 19} if chart == "svc-gateway" else {}
    drain |= move
    spec = pod_of(chart, {"drain": drain})["spec"]
    assert spec["terminationGracePeriodSeconds"] == 48 + sum(move.values())
    longer = {**drain, "terminationGracePeriodSeconds": 90}
    assert pod_of(chart, {"drain": longer})["spec"]["terminationGracePeriodSeconds"] == 90


def test_the_last_sockets_of_a_gateway_have_their_time() -> None:
    """Between the last wave and the flush lie the ten seconds that `drain` frames promise."""
    pod = pod_of("svc-gateway")
    env = env_of(pod)
    grace, spread = (
        int(env[name]) for name in ("NEXYNC_GRACE_SECONDS", "NEXYNC_DRAIN_SPREAD_SECONDS")
    )
    flush_and_parting = 6.3
    assert grace - flush_and_parting - spread >= 10
    # An edge that ends keeps its sockets until gateways have led them away.
    edge = deployment_of("edge")["spec"]["template"]["spec"]
    shutdown = re.search(
        r"worker_shutdown_timeout (\d+)s;", find(render("edge"), "ConfigMap")["data"]["nginx.conf"]
    )
    assert shutdown is not None
    assert int(shutdown[1]) >= spread + 10
    assert edge["terminationGracePeriodSeconds"] > int(shutdown[1])
