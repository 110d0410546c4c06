"""Kafka topics: the plan from what is there to what should be, and carrying it out.

Partitions are only ever raised: a stream keeps its partition for life, so a topic with fewer of them would
cut streams off their own past. Settings at the topic that the spec doesn't name are drift and are removed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from nexync_contracts.channels import (
    CHAT_DLQ_TOPIC,
    CHAT_PARTITIONS,
    CHAT_TOPIC,
    RECEIPT_PARTITIONS,
    RECEIPT_TOPIC,
)

_DAY_MS: Final = 24 * 3600 * 1000
_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic as it should be. `config` is all of its topic-level settings."""

    name: str
    partitions: int
    replication: int = 1
    config: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class TopicState:
    """A topic as it is. `config` holds only settings made at the topic, `effective` the broker's defaults too.

    `replication` is that of the partition with the fewest replicas, `topic_id` changes when a topic is deleted
    and made again.
    """

    partitions: int
    config: Mapping[str, str]
    replication: int = 1
    topic_id: str = ""
    effective: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class CreateTopic:
    """The topic is not there."""

    spec: TopicSpec

    def __str__(self) -> str:
        return f"topic {self.spec.name}: created with {self.spec.partitions} partitions"


@dataclass(frozen=True, slots=True)
class RaisePartitions:
    """The topic has too few partitions."""

    topic: str
    before: int
    after: int

    def __str__(self) -> str:
        return f"topic {self.topic}: partitions raised from {self.before} to {self.after}"


@dataclass(frozen=True, slots=True)
class SetConfig:
    """Settings that differ; `remove` names those that the spec doesn't have."""

    topic: str
    settings: Mapping[str, str]
    remove: tuple[str, ...]

    def __str__(self) -> str:
        parts = [f"{key}={value}" for key, value in sorted(self.settings.items())]
        parts += [f"{key} removed" for key in self.remove]
        return f"topic {self.topic}: config put back: {', '.join(parts)}"


_FOREIGN: Final = re.compile(r"^(leader|follower)\.replication\.throttled\.replicas$")
"""Set while replicas are being moved, by the tool that moves them, and removed by it."""

Change = CreateTopic | RaisePartitions | SetConfig


class TopicAdmin(Protocol):
    """What reconciling needs from Kafka."""

    def describe(self, topic: str) -> TopicState | None:
        """The topic as it is, or None. Raises UnreachableError."""
        ...

    def carry_out(self, change: Change) -> None:
        """Make one change and wait until the cluster has it. Raises ReconcileError."""
        ...


def plan(spec: TopicSpec, state: TopicState | None) -> tuple[Change, ...]:
    """The changes from `state` to `spec`. Its partitions are a floor: a topic that has grown stays as it is."""
    if state is None:
        return (CreateTopic(spec),)
    changes: list[Change] = []
    if spec.partitions > state.partitions:
        changes.append(RaisePartitions(spec.name, state.partitions, spec.partitions))
    settings = {key: value for key, value in spec.config.items() if state.config.get(key) != value}
    extra = set(state.config) - set(spec.config)
    remove = tuple(sorted(key for key in extra if not _FOREIGN.match(key)))
    if settings or remove:
        changes.append(SetConfig(spec.name, settings, remove))
    return tuple(changes)


def reconcile(spec: TopicSpec, admin: TopicAdmin) -> tuple[Change, ...]:
    """Bring one topic to its spec; the changes made, none when it was so already."""
    changes = plan(spec, admin.describe(spec.name))
    for change in changes:
        admin.carry_out(change)
    return changes


def desired(*, partitions: int = CHAT_PARTITIONS, replication: int = 1) -> Sequence[TopicSpec]:
    """The topics of Nexync. With three replicas or more, two must have a record before it is acknowledged."""
    durable = {"min.insync.replicas": "2"} if replication >= 3 else {}
    log = {
        **durable,
        "cleanup.policy": "delete",
        "message.timestamp.type": "LogAppendTime",
        "retention.ms": str(7 * _DAY_MS),
        "max.message.bytes": str(_MIB),
        "unclean.leader.election.enable": "false",
    }
    dead = {
        **durable,
        "cleanup.policy": "delete",
        "retention.ms": str(30 * _DAY_MS),
        "max.message.bytes": str(2 * _MIB),
    }
    return (
        TopicSpec(CHAT_TOPIC, partitions, replication, log),
        TopicSpec(CHAT_DLQ_TOPIC, 1, replication, dead),
        TopicSpec(RECEIPT_TOPIC, RECEIPT_PARTITIONS, replication, log),
    )
