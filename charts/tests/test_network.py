"""NetworkPolicies let pass what settings need, and nothing else: evaluated over the rendered objects of both charts.

The same on a cluster that enforces them, from real pods: e2e/tests/cluster/test_network.py.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest

from chartkit.network import Place, connects, places, selected
from chartkit.render import Object, Values, pods, render

HOME = "chat"
BACKENDS = {
    "postgres-url": ("postgres", 5432),
    "redis-state-url": ("redis-state", 6379),
    "redis-cache-url": ("redis-cache", 6379),
    "rabbitmq-url": ("rabbitmq", 5672),
    "kafka-bootstrap": ("kafka", 9092),
    "smtp-url": ("mail", 1025),
}
"""By key of the Secret: the pod of charts/nexync-backends, and its port."""

COMPONENT = "app.kubernetes.io/component"
Link = tuple[str, str, int]
"""From a component to a component's port."""


def tight() -> Values:
    """Each backend named by its pods, as docs/production.md advises."""
    named = {
        "postgres": "postgres",
        "redisState": "redis-state",
        "redisCache": "redis-cache",
        "rabbitmq": "rabbitmq",
        "kafka": "kafka",
        "smtp": "mail",
    }
    to = {
        key: {"to": [{"podSelector": {"matchLabels": {COMPONENT: component}}}]}
        for key, component in named.items()
    }
    return {"global": {"networkPolicy": {"backends": to}}}


def everything(values: Values) -> list[Object]:
    """Nexync and its backends in one namespace."""
    return [*render("nexync", values), *render("nexync-backends")]


def prometheus(namespace: str) -> Place:
    return Place("prometheus", namespace, {"app.kubernetes.io/name": "prometheus"}, {})


def stranger(namespace: str) -> Place:
    return Place("stranger", namespace, {"app": "stranger"}, {})


def component(place: Place) -> str:
    return place.labels.get(COMPONENT, place.name)


def secret_keys(found: Any) -> list[str]:
    """The keys of all references to a Secret in there."""
    return re.findall(r'"secret(?:Key)?Ref": \{"key": "([^"]+)"', json.dumps(found, sort_keys=True))


def called(text: str, services: Mapping[str, Object]) -> Iterable[tuple[str, int]]:
    """Component and container port of each of our Services that a text names with its port."""
    for name, port in re.findall(r"\b([a-z][a-z0-9-]*):(\d+)", text):
        if name in services:
            spec = services[name]["spec"]
            target = next(one for one in spec["ports"] if one["port"] == int(port))
            number = {"http": 8080, "https": 8443, "internal": 8081}[target["targetPort"]]
            yield spec["selector"]["app.kubernetes.io/name"], number


def needed(objects: Sequence[Object]) -> set[Link]:
    """What the settings say: addresses in variables, Secrets and nginx's configuration."""
    services = {one["metadata"]["name"]: one for one in objects if one["kind"] == "Service"}
    by_name = {
        place.labels["app.kubernetes.io/name"]: component(place)
        for place in places(objects, HOME)
        if "app.kubernetes.io/name" in place.labels and place.labels.get(COMPONENT)
    }
    links: set[Link] = set()
    for item in objects:
        kind = item["kind"]
        if kind in {"KafkaTopic", "PostgresSchema"}:
            source, body = "operator", item["spec"]
        elif kind == "ConfigMap" and "nginx.conf" in item.get("data", {}):
            source, body = "edge", item["data"]
        elif kind in {"Deployment", "Pod"}:
            pod = item if kind == "Pod" else item["spec"]["template"]
            source, body = pod["metadata"]["labels"][COMPONENT], pod["spec"]
        else:
            continue
        links |= {(source, *BACKENDS[key]) for key in secret_keys(body) if key in BACKENDS}
        links |= {(source, by_name[name], port) for name, port in called(str(body), services)}
        if "NEXYNC_EDGE_PORT" in str(body):
            links.add((source, "edge", 8080))
        if "'NEXYNC_MAIL'" in str(body):
            links.add((source, "mail", 8025))
    return links


def allowed(objects: Sequence[Object]) -> set[Link]:
    """What policies let pass between any two pods, at every port that a container has."""
    policies = [one for one in objects if one["kind"] == "NetworkPolicy"]
    all_of_them = places(objects, HOME)
    return {
        (component(source), component(target), port)
        for source in all_of_them
        for target in all_of_them
        if source is not target
        for port in target.ports.values()
        if connects(policies, source, target, port)
    }


def test_what_settings_need_passes_and_nothing_else() -> None:
    """Every pair of pods at every port: as many as there are addresses in settings, no more and no fewer."""
    objects = everything(tight())
    found = allowed(objects)
    # The test reads its codes from the mail page; where mail is sent to is none of its business.
    assert found == needed(objects)
    assert len(found) == 29


def test_without_named_backends_only_other_ports_are_closed() -> None:
    """What is more than needed are other places at the ports of backends; the evaluation's let nobody else in."""
    objects = everything({})
    assert allowed(objects) == needed(objects)
    policies = [one for one in objects if one["kind"] == "NetworkPolicy"]
    outside = Place("outside", "elsewhere", {"app": "outside"}, {})
    gateway = next(place for place in places(objects, HOME) if component(place) == "gateway")
    open_to = {port for _, port in BACKENDS.values() if connects(policies, gateway, outside, port)}
    assert open_to == {6379, 9092}


def test_strangers_get_to_the_edge_alone() -> None:
    """From our namespace or another."""
    objects = everything(tight())
    policies = [one for one in objects if one["kind"] == "NetworkPolicy"]
    for namespace in (HOME, "elsewhere"):
        reached = {
            (component(place), port)
            for place in places(objects, HOME)
            for port in place.ports.values()
            if connects(policies, stranger(namespace), place, port)
        }
        assert reached == {("edge", 8080)}


def test_whoever_makes_backups_is_let_in_by_name() -> None:
    """To every backend, and nobody beside them."""
    policy = {"networkPolicy": {"extraFrom": [{"podSelector": {"matchLabels": {"app": "backup"}}}]}}
    objects = render("nexync-backends", policy)
    policies = [one for one in objects if one["kind"] == "NetworkPolicy"]
    backup = Place("backup", HOME, {"app": "backup"}, {})
    ports = dict(BACKENDS.values())
    for place in places(objects, HOME):
        port = ports[component(place)]
        assert connects(policies, backup, place, port)
        assert not connects(policies, stranger(HOME), place, port)


def test_prometheus_reads_metrics_and_nothing_else() -> None:
    """The admin port of everything that has one, from any namespace."""
    objects = render("nexync", tight())
    policies = [one for one in objects if one["kind"] == "NetworkPolicy"]
    for place in places(objects, HOME):
        open_to = {
            name
            for name, port in place.ports.items()
            if connects(policies, prometheus("monitoring"), place, port)
        }
        wanted = {"admin"} & set(place.ports)
        assert open_to == (wanted if component(place) != "edge" else {"http"})


def test_our_pods_call_nobody_outside() -> None:
    """But for what answers DNS, and the operator, which needs the API server and asks a Prometheus for the load."""
    objects = render("nexync", tight())
    policies = [one for one in objects if one["kind"] == "NetworkPolicy"]
    outside = Place("outside", "elsewhere", {"app": "outside"}, {})
    for place in places(objects, HOME):
        open_to = {
            port
            for port in (22, 53, 80, 443, 1025, 5432, 6379, 6443, 8025, 8080, 8081, 9090, 9092)
            if connects(policies, place, outside, port)
        }
        wanted = {"operator": {443, 6443, 9090}, "test": {8025}}
        assert open_to == wanted.get(component(place), set()), component(place)


@pytest.mark.parametrize("provider", ["ingress", "gateway-api"])
def test_with_a_controller_of_ones_own_it_alone_gets_in(provider: str) -> None:
    """The pods that `global.networkPolicy.edge.from` names, and no pod of ours at the public ports."""
    controller = Place("controller", "ingress", {"app": "controller"}, {})
    edge = {"provider": provider, "gatewayApi": {"parentRefs": [{"name": "gate"}]}}
    peers = [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress"}},
            "podSelector": {"matchLabels": {"app": "controller"}},
        }
    ]
    values = {"edge": edge, "global": {"networkPolicy": {"edge": {"from": peers}}}}
    objects = render("nexync", values)
    policies = [one for one in objects if one["kind"] == "NetworkPolicy"]
    ours = places(objects, HOME)
    public = {"gateway", "auth", "chat", "web"}
    reached = {
        (component(place), port)
        for place in ours
        for port in place.ports.values()
        if connects(policies, controller, place, port)
    }
    assert reached == {(one, 8080) for one in public}
    for place in ours:
        if component(place) in public:
            for other in [*ours, stranger("elsewhere")]:
                assert other is place or not connects(policies, other, place, 8080)


def test_every_pod_is_under_a_policy() -> None:
    """Hooks and jobs, too: all toggles that add one are on."""
    values = {
        "svc-auth": {"signingKey": {"rotation": {"enabled": True}}},
        "operator": {"releaseOnUninstall": True},
    }
    objects = render("nexync", values)
    policies = [one["spec"] for one in objects if one["kind"] == "NetworkPolicy"]
    seen: set[str] = set()
    for label, pod in pods(objects):
        own = [one for one in policies if selected(one["podSelector"], pod["metadata"]["labels"])]
        ways = {way for one in own for way in one["policyTypes"]}
        assert ways == {"Ingress", "Egress"}, label
        seen.add(label.partition("/")[0])
    assert {"Pod", "Job", "CronJob", "Deployment"} <= seen
