"""The components by name, and what tests look at in their renders."""

from typing import Any

from chartkit.render import Object, Values, find, render

COMPONENTS = ("svc-gateway", "svc-auth", "svc-chat", "svc-persister", "svc-mailer", "svc-web")
SCALED = COMPONENTS[:-1]
ALL = (*COMPONENTS, "operator", "edge")


def deployment_of(chart: str, values: Values | None = None) -> Object:
    return find(render(chart, values), "Deployment")


def pod_of(chart: str, values: Values | None = None) -> Object:
    return deployment_of(chart, values)["spec"]["template"]


def env_of(pod: Object) -> dict[str, Any]:
    entries = pod["spec"]["containers"][0].get("env", [])
    return {entry["name"]: entry.get("value", entry.get("valueFrom")) for entry in entries}
