"""`spec` of a KafkaTopic as typed values, and who else names the same topic."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

from nexync_operator.autoscaling import Policy
from nexync_operator.errors import ReconcileError, RefusedError
from nexync_operator.resources import Resource
from nexync_operator.topics import TopicSpec

DEFAULT_SECURITY: Final = "plaintext"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a resource asks for. `policy` is None without autoscaling."""

    topic: TopicSpec
    delete: bool
    policy: Policy | None
    prometheus_url: str
    prometheus_selector: str

    @classmethod
    def read(cls, resource: Resource) -> Self:
        """The schema of the CRD has checked the types and filled in the defaults."""
        spec = resource.spec
        config: Mapping[str, Any] = spec.get("config") or {}
        scaling: Mapping[str, Any] = spec.get("autoscaling") or {}
        prometheus: Mapping[str, Any] = scaling.get("prometheus") or {}
        return cls(
            topic=TopicSpec(
                name=topic_name(resource),
                partitions=int(spec["partitions"]),
                replication=int(spec.get("replicationFactor", 1)),
                config={key: str(value) for key, value in config.items()},
            ),
            delete=spec.get("deletionPolicy") == "Delete",
            policy=_policy(scaling) if scaling.get("enabled") else None,
            prometheus_url=str(prometheus.get("url", "")),
            prometheus_selector=str(prometheus.get("selector", "")),
        )


def _policy(scaling: Mapping[str, Any]) -> Policy:
    return Policy(
        max_partitions=int(scaling.get("maxPartitions", 64)),
        bytes_in_per_partition=float(scaling.get("bytesInPerPartition", 1_000_000)),
        new_chats_per_hour=float(scaling.get("newChatsPerHour", 1000)),
        sustained=timedelta(seconds=float(scaling.get("sustainedSeconds", 600))),
        cooldown=timedelta(seconds=float(scaling.get("cooldownSeconds", 3600))),
    )


def topic_name(resource: Resource) -> str:
    """The topic that a resource is about."""
    return str(resource.spec.get("topicName") or resource.name)


@dataclass(frozen=True, slots=True)
class Claim:
    """Another resource over a topic of the same name. `cluster_id` is empty before its first run."""

    label: str
    seniority: tuple[datetime, bool, str]
    deleted: bool
    cluster_id: str
    where: str
    """Its connection as text; the same text is the same Kafka."""

    @classmethod
    def of(cls, resource: Resource) -> Self:
        """The claim of a resource."""
        return cls(
            label=f"{resource.namespace}/{resource.name}",
            seniority=resource.seniority(manages=bool(resource.status.get("topicId"))),
            deleted=resource.deleted is not None,
            cluster_id=str(resource.status.get("clusterId") or ""),
            where=_where(resource),
        )

    def same_kafka(self, cluster_id: str, where: str) -> bool:
        """Whether this is about the Kafka cluster with that id, as far as can be known."""
        return self.cluster_id == cluster_id if self.cluster_id else self.where == where


def _where(resource: Resource) -> str:
    connection: Mapping[str, Any] = resource.spec.get("connection") or {}
    if connection.get("bootstrap"):
        return str(connection["bootstrap"])
    reference: Mapping[str, Any] = connection.get("secretRef") or {}
    return f"{resource.namespace}/{reference.get('name')}/{reference.get('key')}"


def claims(resource: Resource, everyone: Iterable[Resource]) -> tuple[Claim, ...]:
    """The other resources that name the same topic, the oldest first."""
    topic = topic_name(resource)
    found = [
        Claim.of(one) for one in everyone if one.uid != resource.uid and topic_name(one) == topic
    ]
    return tuple(sorted(found, key=lambda one: one.seniority))


def bootstrap(spec: Mapping[str, Any], secret: Mapping[str, bytes]) -> str:
    """Where Kafka is. Raises ReconcileError (SecretKeyMissing)."""
    connection: Mapping[str, Any] = spec.get("connection") or {}
    if connection.get("bootstrap"):
        return str(connection["bootstrap"])
    reference: Mapping[str, Any] = connection.get("secretRef") or {}
    return _key(secret, str(reference.get("key", "kafka-bootstrap")))


def secret_name(spec: Mapping[str, Any]) -> str | None:
    """The Secret that the connection needs, None when it needs none."""
    connection: Mapping[str, Any] = spec.get("connection") or {}
    security: Mapping[str, Any] = connection.get("security") or {}
    reference: Mapping[str, Any] = connection.get("secretRef") or {}
    return security.get("secretName") or reference.get("name")


def authority_secret(spec: Mapping[str, Any]) -> str | None:
    """The Secret of the authority alone, None when it is in the connection's, or when none is named."""
    connection: Mapping[str, Any] = spec.get("connection") or {}
    security: Mapping[str, Any] = connection.get("security") or {}
    reference: Mapping[str, Any] = security.get("caSecretRef") or {}
    return reference.get("name")


def client_settings(
    spec: Mapping[str, Any], secret: Mapping[str, bytes], authority: Mapping[str, bytes]
) -> dict[str, str]:
    """Security settings for the Kafka client, from the Secrets of `secret_name` and `authority_secret`.

    Raises ReconcileError (SecretKeyMissing), RefusedError.
    """
    connection: Mapping[str, Any] = spec.get("connection") or {}
    security: Mapping[str, Any] = connection.get("security") or {}
    protocol = str(security.get("protocol") or DEFAULT_SECURITY)
    settings = {"security.protocol": protocol}
    if protocol.startswith("sasl"):
        mechanism = security.get("saslMechanism")
        if not mechanism:
            msg = f"connection.security.protocol is {protocol}, so saslMechanism is needed"
            raise RefusedError(msg, reason="BadConnection")
        settings["sasl.mechanism"] = str(mechanism)
        settings["sasl.username"] = _key(
            secret, str(security.get("usernameKey", "kafka-sasl-username"))
        )
        settings["sasl.password"] = _key(
            secret, str(security.get("passwordKey", "kafka-sasl-password"))
        )
    if protocol.endswith("ssl") and security.get("caSecretRef"):
        key = str(security["caSecretRef"]["key"])
        settings["ssl.ca.pem"] = _key(authority, key, "authority")
    elif protocol.endswith("ssl") and security.get("caKey"):
        settings["ssl.ca.pem"] = _key(secret, str(security["caKey"]))
    return settings


def _key(secret: Mapping[str, bytes], key: str, what: str = "connection") -> str:
    value = secret.get(key, b"").decode().strip()
    if not value:
        msg = f"the Secret of the {what} has no value under {key!r}"
        raise ReconcileError(msg, reason="SecretKeyMissing")
    return value
