"""Which connections rendered NetworkPolicies allow between rendered pods: Kubernetes' rules, evaluated here.

These tests have no cluster, so policies are read the way an enforcing one reads them: a pod that a policy selects
has only what some policy names, and a connection has to be named at both of its ends.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chartkit.render import Object


@dataclass(frozen=True)
class Place:
    """A pod, as policies see it; `ports` are its container's, by name. A namespace has its name for its only label."""

    name: str
    namespace: str
    labels: Mapping[str, str]
    ports: Mapping[str, int]


def selected(selector: Object | None, labels: Mapping[str, str]) -> bool:
    """Whether a label selector takes the labels. An empty one takes all. Only `matchLabels` is known here."""
    if unknown := set(selector or {}) - {"matchLabels"}:
        msg = f"a selector that this doesn't read: {unknown}"
        raise NotImplementedError(msg)
    return (selector or {}).get("matchLabels", {}).items() <= labels.items()


def _is_peer(peer: Object, place: Place, home: str) -> bool:
    if unknown := set(peer) - {"podSelector", "namespaceSelector"}:
        msg = f"a peer that this doesn't read: {unknown}"
        raise NotImplementedError(msg)
    if "namespaceSelector" in peer:
        known = {"kubernetes.io/metadata.name": place.namespace}
        if not selected(peer["namespaceSelector"], known):
            return False
    elif place.namespace != home:
        return False
    return selected(peer.get("podSelector"), place.labels)


def _has_port(rule: Object, place: Place, port: int) -> bool:
    given: Sequence[Any] = rule.get("ports") or ()
    numbers = {place.ports.get(one.get("port"), one.get("port")) for one in given}
    return not given or port in numbers


def _allows(
    policies: Iterable[Object], own: Place, other: Place, port: int, *, way: str, peers: str
) -> bool:
    """Whether the policies of `own` let this way pass; `port` is that of the pod which is called."""
    called = own if way == "Ingress" else other
    mine = [
        policy["spec"]
        for policy in policies
        if policy["metadata"].get("namespace", own.namespace) == own.namespace
        and way in policy["spec"]["policyTypes"]
        and selected(policy["spec"]["podSelector"], own.labels)
    ]
    if not mine:
        return True
    return any(
        _has_port(rule, called, port)
        and (not rule.get(peers) or any(_is_peer(one, other, own.namespace) for one in rule[peers]))
        for spec in mine
        for rule in spec.get(way.lower()) or ()
    )


def connects(policies: Sequence[Object], source: Place, target: Place, port: int) -> bool:
    """Whether `source` may open a TCP connection to that port of `target`."""
    return _allows(policies, source, target, port, way="Egress", peers="to") and _allows(
        policies, target, source, port, way="Ingress", peers="from"
    )


def places(objects: Iterable[Object], namespace: str) -> list[Place]:
    """One for each Deployment, StatefulSet and Pod."""
    found: list[Place] = []
    for item in objects:
        template = item if item["kind"] == "Pod" else item.get("spec", {}).get("template")
        if item["kind"] not in {"Deployment", "StatefulSet", "Pod"} or template is None:
            continue
        ports = {
            port["name"]: port["containerPort"]
            for container in template["spec"]["containers"]
            for port in container.get("ports", ())
        }
        found.append(
            Place(item["metadata"]["name"], namespace, template["metadata"]["labels"], ports)
        )
    return found
