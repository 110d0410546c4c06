"""The way in from outside: NodePorts beside the release's own Services, so the charts' defaults stay untouched.

A port-forward would end with the pod behind it, and pods ending is what is tried here. A NetworkPolicy beside each
NodePort lets anybody come to it, as the inbox's own policy doesn't; policies add up.
"""

import contextlib
import json

import httpx

from nexync_e2e.cluster.objects import Nodes, Service, Services
from nexync_e2e.cluster.release import Release
from nexync_e2e.cluster.tools import ToolError
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until


async def enter(release: Release, *, origin: str, node: str | None = None) -> Wires:
    """Where the page and the inbox of a release answer. `node` is an address that NodePorts are served on.

    Raises ToolError when there is no edge or no inbox, TimeoutError when the page doesn't answer.
    """
    edge = await _exposed(release, release.plan.name, "edge", "http")
    mail = await _exposed(release, release.plan.backends, "mail", "http")
    hosts = [node] if node else ["127.0.0.1", *await _nodes(release)]

    async def probe() -> str | None:
        async with httpx.AsyncClient(timeout=2.0, trust_env=False) as http:
            for host in hosts:
                with contextlib.suppress(httpx.TransportError):
                    await http.get(f"http://{host}:{edge}/healthz")
                    return host
        return None

    host = await until(probe, f"NodePort {edge} on {' or '.join(hosts)}", seconds=30, every=0.5)
    page = f"http://{host}:{edge}"
    socket = page.replace("http", "ws", 1) + "/ws"
    return Wires(
        page=page,
        mail=f"http://{host}:{mail}",
        gateways=(socket,),
        redis_state="",
        origin=origin,
    )


async def _exposed(release: Release, instance: str, word: str, port: str) -> int:
    """The node port of a new Service with the selector of the instance's Service that has the word in its name."""
    services = await release.tools.get(
        Services, "services", "-l", f"app.kubernetes.io/instance={instance}"
    )
    found = next(
        (
            service
            for service in services.items
            if word in service.metadata.name.removeprefix(instance).split("-")
        ),
        None,
    )
    if found is None:
        names = [service.metadata.name for service in services.items]
        msg = f"no Service with {word!r} in its name among {names}"
        raise ToolError(msg)
    ports = found.spec.ports
    target = next((item for item in ports if item.name == port), ports[-1])
    name = f"{found.metadata.name}-from-outside"
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {
            "type": "NodePort",
            "selector": found.spec.selector,
            "ports": [{"name": "http", "port": target.port, "targetPort": target.name}],
        },
    }
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name},
        "spec": {
            "podSelector": {"matchLabels": found.spec.selector},
            "policyTypes": ["Ingress"],
            "ingress": [{"ports": [{"port": target.name}]}],
        },
    }
    both = {"apiVersion": "v1", "kind": "List", "items": [service, policy]}
    await release.tools.apply(json.dumps(both))
    made = await release.tools.get(Service, "service", name)
    return made.spec.ports[0].node_port


async def _nodes(release: Release) -> list[str]:
    nodes = await release.tools.get(Nodes, "nodes")
    return [
        address.address
        for node in nodes.items
        for address in node.status.addresses
        if address.type == "InternalIP"
    ]
