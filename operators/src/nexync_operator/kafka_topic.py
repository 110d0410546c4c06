"""The KafkaTopic kind: what is read from Kubernetes, and the step with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nexync_operator.adapters.kafka import KafkaTopicAdmin
from nexync_operator.adapters.prometheus import Prometheus
from nexync_operator.kinds import Cluster, Step
from nexync_operator.resources import Resource, Result
from nexync_operator.topic_reconcile import Admin, World, finalize, reconcile, unmeasured
from nexync_operator.topic_spec import (
    Wish,
    authority_secret,
    bootstrap,
    claims,
    client_settings,
    secret_name,
)


def connect(where: str, settings: Mapping[str, str]) -> Admin:
    """The real Kafka."""
    return KafkaTopicAdmin(where, settings)


async def _secret(cluster: Cluster, namespace: str, name: str | None) -> Mapping[str, bytes]:
    return {} if name is None else await cluster.secret(namespace, name)


@dataclass(frozen=True, slots=True)
class KafkaTopicKind:
    """`KafkaTopic`."""

    name: str = "KafkaTopic"
    plural: str = "kafkatopics"
    seconds: float = 120.0
    connect: Callable[[str, Mapping[str, str]], Admin] = connect

    def keeps(self, spec: Mapping[str, Any]) -> bool:
        """Only a resource that deletes its topic has to be kept until that is done."""
        return spec.get("deletionPolicy") == "Delete"

    async def look(self, resource: Resource, cluster: Cluster) -> Step:
        """Read the connection and the other resources."""
        wish = Wish.read(resource)
        others = claims(resource, await cluster.resources(self))
        data = await _secret(cluster, resource.namespace, secret_name(resource.spec))
        authority = await _secret(cluster, resource.namespace, authority_secret(resource.spec))
        where = bootstrap(resource.spec, data)
        settings = client_settings(resource.spec, data, authority)
        prometheus = Prometheus(wish.prometheus_url, wish.prometheus_selector)

        def step() -> Result:
            world = World(
                admin=self.connect(where, settings),
                now=datetime.now(UTC),
                others=others,
                load=prometheus.load if wish.prometheus_url else unmeasured,
            )
            return (
                reconcile(resource, world)
                if resource.deleted is None
                else finalize(resource, world)
            )

        return step
