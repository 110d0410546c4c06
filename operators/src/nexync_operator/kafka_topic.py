"""The KafkaTopic kind: what is read from Kubernetes, and the step with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nexync_operator.kinds import Cluster, Step
from nexync_operator.resources import Resource, Result, working


@dataclass(frozen=True, slots=True)
class KafkaTopicKind:
    """`KafkaTopic`."""

    name: str = "KafkaTopic"
    plural: str = "kafkatopics"
    seconds: float = 120.0

    def keeps(self, spec: Mapping[str, Any]) -> bool:
        """Only a resource that deletes its topic has to be kept until that is done."""
        return spec.get("deletionPolicy") == "Delete"

    async def look(self, resource: Resource, cluster: Cluster) -> Step:
        """Read the connection and the other resources."""
        await cluster.resources(self)
        return lambda: Result(working("Pending", str(resource)))
