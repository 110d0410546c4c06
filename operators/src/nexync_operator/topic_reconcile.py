"""One run for one KafkaTopic: what to refuse, what to change, what to report. Blocking, and without Kubernetes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from nexync_operator import topics
from nexync_operator.autoscaling import Decision, Load, Memory, decide
from nexync_operator.errors import ReconcileError, RefusedError
from nexync_operator.resources import (
    GROUP,
    Condition,
    Event,
    Resource,
    Result,
    format_time,
    parse_time,
    ready,
)
from nexync_operator.topic_spec import Claim, Wish
from nexync_operator.topics import CreateTopic, RaisePartitions, TopicState

ACCEPT_LOSS: Final = f"{GROUP}/accept-loss-of"
"""Annotation: the id of a topic whose loss a human has seen and accepts."""


class Admin(topics.TopicAdmin, Protocol):
    """What a run needs from Kafka. Raises UnreachableError, RefusedError, ReconcileError."""

    def cluster_id(self) -> str: ...
    def delete(self, topic: str) -> None: ...


def unmeasured() -> Load:
    """Without Prometheus nothing is measured. Raises ReconcileError."""
    msg = "spec.autoscaling.prometheus.url is empty: nothing is measured, nothing grows"
    raise ReconcileError(msg, reason="PrometheusMissing")


@dataclass(frozen=True, slots=True)
class World:
    """Everything outside of the resource. `load` measures, or says by ReconcileError why it can't."""

    admin: Admin
    now: datetime
    others: Sequence[Claim] = ()
    load: Callable[[], Load] = unmeasured


@dataclass(slots=True)
class _Scaling:
    """What autoscaling came to: nothing at all when it isn't asked for."""

    target: int
    conditions: list[Condition] = field(default_factory=list[Condition])
    status: dict[str, Any] = field(default_factory=dict[str, Any])
    grown: Decision | None = None
    after: float | None = None


def reconcile(resource: Resource, world: World) -> Result:
    """Bring the topic to the spec. Raises RefusedError for what a human has to decide, before anything changes."""
    wish = Wish.read(resource)
    name = wish.topic.name
    cluster = world.admin.cluster_id()
    _refuse_taken(resource, world, cluster, name)
    state = world.admin.describe(name)
    _refuse_lost(resource, state, cluster, name)
    if state is not None:
        _refuse_replication(wish, state)
    scaling = _scale(resource, wish, world, state)
    spec = replace(wish.topic, partitions=scaling.target)
    changes = topics.plan(spec, state)
    for change in changes:
        world.admin.carry_out(change)
    if changes:
        state = world.admin.describe(name)
    if state is None:
        msg = f"topic {name} was made, and Kafka doesn't show it yet"
        raise ReconcileError(msg, reason="NotShownYet")
    events = [*_events(changes, scaling), *_refused_decrease(resource, wish, state)]
    status = {
        "topicId": state.topic_id,
        "clusterId": cluster,
        "topicName": name,
        "partitions": state.partitions,
        "replicationFactor": state.replication,
        "floor": wish.topic.partitions,
        **scaling.status,
    }
    conditions = (*_ready(wish, state), durability(state), *scaling.conditions)
    return Result(conditions, tuple(events), status, retry_after=scaling.after)


def finalize(resource: Resource, world: World) -> Result:
    """The resource is being deleted: delete the topic if it is its own to delete, else leave it and say why."""
    wish = Wish.read(resource)
    name = wish.topic.name
    recorded = resource.status.get("topicId")
    if not wish.delete:
        return _left("Retained", f"topic {name} stays: deletionPolicy is not Delete")
    if not recorded:
        return _left("Retained", f"topic {name} stays: this resource has never managed it")
    cluster = world.admin.cluster_id()
    where = Claim.of(resource).where
    rivals = [
        one.label for one in world.others if not one.deleted and one.same_kafka(cluster, where)
    ]
    if rivals:
        return _left("Retained", f"topic {name} stays: {', '.join(rivals)} names it too")
    state = world.admin.describe(name)
    if state is None:
        return Result((), done=True)
    if state.topic_id != recorded:
        message = f"topic {name} stays: its id is {state.topic_id}, and {recorded} was managed here"
        return _left("Retained", message)
    world.admin.delete(name)
    deleted = Event("Normal", "TopicDeleted", f"topic {name} ({recorded}) deleted with its records")
    return Result((), (deleted,), done=True)


def _left(reason: str, message: str) -> Result:
    return Result((), (Event("Warning", reason, message),), done=True)


def _refuse_taken(resource: Resource, world: World, cluster: str, name: str) -> None:
    mine = Claim.of(resource)
    for one in world.others:
        if one.seniority < mine.seniority and one.same_kafka(cluster, mine.where):
            msg = f"topic {name} belongs to the older {one.label}; delete one of the two resources"
            raise RefusedError(msg, reason="TopicTaken")


def _refuse_lost(resource: Resource, state: TopicState | None, cluster: str, name: str) -> None:
    recorded = resource.status.get("topicId")
    if not recorded or resource.annotations.get(ACCEPT_LOSS) == recorded:
        return
    how = (
        f"To go on with what Kafka has now, after having seen to the records that are gone: "
        f"kubectl annotate {resource.kind.lower()} {resource.name} {ACCEPT_LOSS}={recorded}"
    )
    known = resource.status.get("clusterId")
    place = f" (cluster {known}, and this is cluster {cluster})" if known != cluster else ""
    if state is None:
        msg = f"topic {name} with id {recorded} is gone{place}; an empty one is not made silently. {how}"
        raise RefusedError(msg, reason="TopicMissing")
    if state.topic_id != recorded:
        msg = f"topic {name} was replaced: its id was {recorded}{place} and is {state.topic_id}. {how}"
        raise RefusedError(msg, reason="TopicReplaced")


def _refuse_replication(wish: Wish, state: TopicState) -> None:
    if wish.topic.replication != state.replication:
        msg = (
            f"topic {wish.topic.name} has {state.replication} replicas, {wish.topic.replication} asked for; "
            f"replicas are not moved from here: move them with kafka-reassign-partitions, "
            f"or set spec.replicationFactor to {state.replication}"
        )
        raise RefusedError(msg, reason="ReplicationDiffers")


def _refused_decrease(resource: Resource, wish: Wish, state: TopicState) -> list[Event]:
    before = resource.status.get("floor")
    floor = wish.topic.partitions
    if before is None or floor >= int(before) or floor >= state.partitions:
        return []
    message = (
        f"{state.partitions} partitions stay although {floor} are asked for: they are never lowered"
    )
    return [Event("Warning", "DecreaseRefused", message)]


def _scale(resource: Resource, wish: Wish, world: World, state: TopicState | None) -> _Scaling:
    floor = wish.topic.partitions
    has = max(floor, state.partitions) if state is not None else floor
    if wish.policy is None:
        return _Scaling(has, status={"autoscaling": None})
    try:
        load = world.load()
    except ReconcileError as error:
        off = Condition("AutoscalingActive", "False", error.reason, str(error))
        return _Scaling(has, [off], {"autoscaling": None})
    decision = decide(has, wish.policy, load, _memory(resource), world.now)
    grown = decision.partitions > has and state is not None
    status: dict[str, Any] = {
        "autoscaling": {
            "measuredAt": format_time(world.now),
            "bytesInPerPartition": round(load.bytes_in / has),
            "newChatsPerHour": round(load.new_chats),
        }
    }
    if decision.above_since is not None:
        status["autoscaling"]["aboveSince"] = format_time(decision.above_since)
    if grown:
        status["lastScaleTime"] = format_time(world.now)
    active = Condition("AutoscalingActive", "True", decision.reason, decision.message)
    pace = min(60.0, max(1.0, wish.policy.sustained / timedelta(seconds=4)))
    return _Scaling(
        decision.partitions if grown else has,
        [active],
        status,
        decision if grown else None,
        after=pace,
    )


def _memory(resource: Resource) -> Memory:
    kept: Mapping[str, Any] = resource.status.get("autoscaling") or {}
    return Memory(
        above_since=_time(kept.get("aboveSince")),
        measured_at=_time(kept.get("measuredAt")),
        last_scale=_time(resource.status.get("lastScaleTime")),
    )


def _time(text: str | None) -> datetime | None:
    return parse_time(text) if text else None


def _events(changes: Sequence[topics.Change], scaling: _Scaling) -> list[Event]:
    found: list[Event] = []
    for change in changes:
        match change:
            case CreateTopic():
                found.append(Event("Normal", "TopicCreated", str(change)))
            case RaisePartitions() if scaling.grown is not None:
                message = f"{change}: {scaling.grown.message}"
                found.append(Event("Normal", "PartitionsGrown", message))
            case RaisePartitions():
                found.append(Event("Normal", "PartitionsRaised", str(change)))
            case _:
                found.append(Event("Normal", "ConfigPutBack", str(change)))
    return found


def _ready(wish: Wish, state: TopicState) -> tuple[Condition, ...]:
    floor = wish.topic.partitions
    if state.partitions > floor:
        message = f"{state.partitions} partitions, which is more than the floor of {floor}"
        return ready("MoreThanFloor", message)
    return ready("AsDesired", f"{state.partitions} partitions")


def durability(state: TopicState) -> Condition:
    """Whether an acknowledged record survives the loss of a broker."""
    missing: list[str] = []
    if state.replication < 3:
        missing.append(f"{state.replication} replicas, 3 needed")
    least = int(state.effective.get("min.insync.replicas", "1") or 1)
    if least < 2:
        missing.append(f"min.insync.replicas is {least}, 2 needed")
    if state.effective.get("unclean.leader.election.enable", "false") == "true":
        missing.append("unclean.leader.election.enable is on")
    if missing:
        return Condition("Durable", "False", "BrokerLossLosesRecords", "; ".join(missing))
    return Condition(
        "Durable", "True", "Replicated", f"{state.replication} replicas, {least} in sync"
    )
