"""Rules that every pod has to keep: Pod Security *restricted*, resources, images, tokens.

Each function returns what is wrong, in words; an empty list means nothing.
"""

import re
from collections.abc import Iterator

from chartkit.render import Object, containers

# https://kubernetes.io/docs/concepts/security/pod-security-standards/, profile "Restricted"
VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
SYSCTLS = {
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
}


def restricted(pod: Object) -> list[str]:
    """What the admission of a namespace with the *restricted* profile would refuse."""
    return [*_pod_level(pod["spec"]), *_container_level(pod["spec"], pod)]


def _pod_level(spec: Object) -> Iterator[str]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(field):
            yield f"{field} is on"
    for volume in spec.get("volumes", []):
        for kind in volume.keys() - {"name"} - VOLUMES:
            yield f"volume {volume['name']} is a {kind}"
    for sysctl in spec.get("securityContext", {}).get("sysctls", []):
        if sysctl["name"] not in SYSCTLS:
            yield f"sysctl {sysctl['name']}"


def _container_level(spec: Object, pod: Object) -> Iterator[str]:
    shared = spec.get("securityContext", {})
    for container in containers(pod):
        name, own = container["name"], container.get("securityContext", {})
        both = {**shared, **own}
        if both.get("runAsNonRoot") is not True:
            yield f"{name}: runAsNonRoot is not true"
        if both.get("runAsUser") == 0:
            yield f"{name}: runs as root"
        if both.get("seccompProfile", {}).get("type") not in {"RuntimeDefault", "Localhost"}:
            yield f"{name}: no seccomp profile"
        if own.get("allowPrivilegeEscalation") is not False:
            yield f"{name}: allowPrivilegeEscalation is not false"
        if own.get("privileged"):
            yield f"{name}: privileged"
        if own.get("procMount", "Default") != "Default":
            yield f"{name}: procMount"
        if "ALL" not in own.get("capabilities", {}).get("drop", []):
            yield f"{name}: does not drop ALL"
        if set(own.get("capabilities", {}).get("add", [])) - {"NET_BIND_SERVICE"}:
            yield f"{name}: adds capabilities"
        if any("hostPort" in port for port in container.get("ports", [])):
            yield f"{name}: hostPort"


def house(pod: Object) -> list[str]:
    """What this house asks for beyond the profile."""
    return [*_house_pod(pod["spec"]), *_house_containers(pod)]


def _house_pod(spec: Object) -> Iterator[str]:
    if spec.get("enableServiceLinks") is not False:
        yield "enableServiceLinks is not false: link variables could be taken for settings"
    if not isinstance(spec.get("automountServiceAccountToken"), bool):
        yield "automountServiceAccountToken is left open"


def _house_containers(pod: Object) -> Iterator[str]:
    for container in containers(pod):
        name, resources = container["name"], container.get("resources", {})
        if not {"cpu", "memory"} <= resources.get("requests", {}).keys():
            yield f"{name}: no requests"
        if "memory" not in resources.get("limits", {}):
            yield f"{name}: no memory limit"
        if container.get("securityContext", {}).get("readOnlyRootFilesystem") is not True:
            yield f"{name}: root file system can be written to"
        tag = container["image"].rpartition("/")[2].partition(":")[2]
        if "@sha256:" not in container["image"] and tag in {"", "latest"}:
            yield f"{name}: image {container['image']} is not pinned"
        if container.get("imagePullPolicy") not in {"IfNotPresent", "Always", "Never"}:
            yield f"{name}: no imagePullPolicy"


def plain_secrets(pod: Object) -> list[str]:
    """Variables with a secret in plain: by their names, or with a password inside a URL."""
    return [
        f"{container['name']}: {entry['name']}"
        for container in containers(pod)
        for entry in container.get("env", [])
        if "value" in entry
        and (
            entry["name"].endswith(("PASSWORD", "PASS", "COOKIE", "TOKEN"))
            or re.search(r"://[^/]*:[^/]*@", str(entry["value"]))
        )
    ]
