"""Validates objects: built-in kinds over several Kubernetes versions, our own by our CRDs."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, cast

import jsonschema
from kubernetes_validate import utils
from referencing import Registry, Resource

from chartkit.render import Object, render

VERSIONS = ("1.30", "1.34", "1.37")
# Kinds of other projects' operators, whose schemas no package carries: what they can't be without.
FOREIGN: dict[str, tuple[str, tuple[str, ...]]] = {
    "ScaledObject": ("keda.sh/v1alpha1", ("scaleTargetRef", "triggers")),
    "PodMonitor": ("monitoring.coreos.com/v1", ("selector", "podMetricsEndpoints")),
    "ServiceMonitor": ("monitoring.coreos.com/v1", ("selector", "endpoints")),
    "PrometheusRule": ("monitoring.coreos.com/v1", ("groups",)),
    "HTTPRoute": ("gateway.networking.k8s.io/v1", ("parentRefs", "rules")),
    "Gateway": ("gateway.networking.k8s.io/v1", ("gatewayClassName", "listeners")),
    "Certificate": ("cert-manager.io/v1", ("secretName", "issuerRef", "dnsNames")),
}


def problems(item: Object, version: str) -> Iterator[str]:
    """What is wrong with an object, for a Kubernetes of that version."""
    kind = item["kind"]
    label = f"{kind}/{item['metadata']['name']}"
    if kind in FOREIGN:
        api, fields = FOREIGN[kind]
        if item["apiVersion"] != api:
            yield f"{label}: apiVersion is {item['apiVersion']}, not {api}"
        yield from (f"{label}: no spec.{field}" for field in fields if not item["spec"].get(field))
    elif item["apiVersion"].startswith("nexync.io/"):
        for error in _errors(_own(kind, item["apiVersion"]), item):
            yield f"{label}: {error.json_path}: {error.message}"
    else:
        yield from _builtin(item, label, version)


def _builtin(item: Object, label: str, version: str) -> Iterator[str]:
    if problem := _invalid(json.dumps(item), version):
        yield f"{label} ({version}): {problem}"


@cache
def _invalid(text: str, version: str) -> str:
    """Cached, since renders of one chart with other values share most of their objects."""
    item = json.loads(text)
    try:
        validator = _validator(item["kind"], item["apiVersion"], version)
    except FileNotFoundError:
        return f"no schema for {item['apiVersion']} {item['kind']}"
    return "; ".join(f"{error.json_path}: {error.message}" for error in _errors(validator, item))


@cache
def _validator(kind: str, api: str, version: str) -> jsonschema.Draft202012Validator:
    """Kept, as the package's own function would read megabytes of definitions for each object."""
    group, _, name = api.rpartition("/")
    file = "-".join(part for part in (kind.lower(), group.partition(".")[0], name) if part)
    schema = _contents(f"{_folder(version)}/{file}.json", version)
    return jsonschema.Draft202012Validator(schema, registry=_definitions(version))


@cache
def _definitions(version: str) -> Registry[Any]:
    contents = _contents(f"{_folder(version)}/_definitions.json", version)
    nothing: Registry[Any] = Registry()
    return nothing.with_resource("_definitions.json", Resource.from_contents(contents))


def _folder(version: str) -> str:
    full = next(v for v in utils.all_versions() if v.startswith(f"{version}."))
    return f"kubernetes-json-schema/v{full}-local-strict"


def _contents(file: str, version: str) -> Any:
    return utils.schema_contents(file, version)


@cache
def _own(kind: str, api: str) -> jsonschema.Draft202012Validator:
    for crd in render("nexync-crds"):
        if crd["kind"] == "CustomResourceDefinition" and crd["spec"]["names"]["kind"] == kind:
            for version in crd["spec"]["versions"]:
                if api == f"{crd['spec']['group']}/{version['name']}":
                    return jsonschema.Draft202012Validator(
                        _closed(version["schema"]["openAPIV3Schema"])
                    )
    raise AssertionError(f"no CRD for {api} {kind}")


def _errors(
    validator: jsonschema.Draft202012Validator, item: Object
) -> Iterator[jsonschema.ValidationError]:
    yield from cast("Any", validator).iter_errors(item)


def _closed(schema: object) -> Any:
    """The schema without room for unknown fields, which an API server would drop in silence."""
    if isinstance(schema, list):
        return [_closed(part) for part in cast("list[object]", schema)]
    if not isinstance(schema, dict):
        return schema
    closed: Object = {}
    for key, value in cast("Object", schema).items():
        if key == "properties":
            closed[key] = {name: _closed(part) for name, part in value.items()}
        elif not key.startswith("x-"):
            closed[key] = _closed(value)
    known = closed.get("properties")
    if known and "additionalProperties" not in closed:
        if "spec" in known:
            known |= {name: {} for name in ("apiVersion", "kind", "metadata")}
        closed["additionalProperties"] = False
    return closed
