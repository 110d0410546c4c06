"""Who reaches whom on a real cluster: connections tried from inside of the pods that policies speak of.

A release's own pods get an ephemeral container each, which shares their network and so their policies. Others are made
with the labels that they are to be known by. The image is that of the release's `helm test`.
"""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nexync_e2e.cluster import dial
from nexync_e2e.cluster.release import Release
from nexync_e2e.cluster.tools import ToolError, Tools
from nexync_e2e.waiting import until

WAIT_SECONDS: Final = 60.0
"""How long a connection is tried that isn't as it shall be: policies follow new pods with a delay."""

ENFORCED_SECONDS: Final = 30.0
_STARTED_SECONDS: Final = 120.0
_SHUT: Final = "shut"


@dataclass(frozen=True, slots=True)
class Target:
    """A port of a pod; without a host, whatever answers DNS for the pod that asks."""

    name: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Dialler:
    """What runs `nexync_e2e.cluster.dial` in pods: an image, by the manifest of a pod that is allowed to run it."""

    manifest: str

    @classmethod
    async def of(cls, release: Release) -> "Dialler":
        """With the image, and all else, of the pod that `helm test` starts. Raises ToolError if there is none."""
        hooks = await release.tools.helm("get", "hooks", release.plan.name)
        # kubectl reads YAML and writes JSON, and makes nothing of it.
        text = await release.tools.kubectl(
            "create", "--dry-run=client", "-o", "json", "-f", "-", stdin=hooks
        )
        for body in _several(text):
            if body["kind"] == "Pod":
                return cls(json.dumps(body))
        msg = f"{release.plan.name} has no pod for helm test"
        raise ToolError(msg)

    async def within(self, tools: Tools, pod: str, question: dial.Question) -> frozenset[str]:
        """The targets that a running pod reaches. Raises ToolError or TimeoutError."""
        (container,) = json.loads(self.manifest)["spec"]["containers"]
        name = f"dial-{secrets.token_hex(3)}"
        await tools.kubectl(
            "debug", pod, "--quiet", f"--container={name}", "--profile=restricted",
            f"--image={container['image']}", f"--image-pull-policy={container['imagePullPolicy']}",
            "--", *_command("dial", json.dumps(question)),
        )  # fmt: skip
        return await _said(tools, pod, name, question)

    async def start(self, tools: Tools, name: str, labels: Mapping[str, str], *words: str) -> None:
        """A pod with these labels and no others, which runs `dial` with these words. Raises ToolError."""
        pod = json.loads(self.manifest)
        pod["metadata"] = {"name": name, "labels": dict(labels)}
        (container,) = pod["spec"]["containers"]
        container |= {"name": "dial", "command": _command(*words), "env": []}
        await tools.apply(json.dumps(pod))

    async def listener(self, tools: Tools, name: str, ports: Iterable[int]) -> str:
        """The address of a new pod, labelled as a stranger, that listens on these ports."""
        await self.start(tools, name, {"app": name}, "listen", *map(str, ports))
        await tools.kubectl(
            "wait", f"pod/{name}", "--for=condition=Ready", "--timeout=120s", seconds=130
        )
        return await address(tools, name)

    async def as_pod(
        self, tools: Tools, name: str, labels: Mapping[str, str], question: dial.Question
    ) -> frozenset[str]:
        """The targets that a new pod with these labels reaches. Raises ToolError or TimeoutError."""
        await self.start(tools, name, labels, "dial", json.dumps(question))
        return await _said(tools, name, "dial", question)

    async def enforced(self, tools: Tools) -> bool:
        """Whether this cluster keeps to NetworkPolicies: of two pods that listen, a policy lets nobody come to one.

        Raises ToolError when not even the other one is reached.
        """
        policy = {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": _SHUT},
            "spec": {"podSelector": {"matchLabels": {"app": _SHUT}}, "policyTypes": ["Ingress"]},
        }
        await tools.apply(json.dumps(policy))
        hosts = {name: await self.listener(tools, name, (8080,)) for name in ("open", _SHUT)}
        question = dial.Question(
            targets=[(name, host, 8080) for name, host in hosts.items()],
            wanted=["open"],
            wait_seconds=ENFORCED_SECONDS,
        )
        reached = await self.as_pod(tools, "asks", {"app": "asks"}, question)
        if "open" not in reached:
            msg = f"a pod under no policy: {hosts['open']} doesn't answer"
            raise ToolError(msg)
        return _SHUT not in reached


def _several(text: str) -> Iterator[dict[str, Any]]:
    """JSON objects, one after the other."""
    while text := text.lstrip():
        body, end = json.JSONDecoder().raw_decode(text)
        yield body
        text = text[end:]


def _command(*words: str) -> list[str]:
    return ["python", "-c", Path(dial.__file__).read_text(encoding="utf-8"), *words]


async def _said(tools: Tools, pod: str, container: str, question: dial.Question) -> frozenset[str]:
    """The answer, once it is in the container's log."""

    async def answer() -> frozenset[str] | None:
        try:
            log = await tools.kubectl("logs", pod, f"--container={container}")
        except ToolError:  # not started yet
            return None
        return frozenset(json.loads(log)) if log.strip() else None

    limit = _STARTED_SECONDS + question["wait_seconds"]
    return await until(answer, f"the answer of {container} in {pod}", seconds=limit, every=1.0)


async def address(tools: Tools, pod: str) -> str:
    """Of a pod that runs."""
    return await tools.kubectl("get", "pod", pod, "-o", "jsonpath={.status.podIP}")
