"""When a topic gets more partitions: a pure function of what was measured and what is remembered.

Growing is worth it when the partitions are busy *and* chats are still being made, because a chat stays on its
partition for life: new partitions relieve nothing that exists, they take what is new. It never follows the lag,
which says that consumers are slow or away, and more partitions would not help them (ADR 0023).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

SHORTEST_GAP: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Policy:
    """`spec.autoscaling`. Bytes are a second and a partition, chats an hour over the whole topic."""

    max_partitions: int
    bytes_in_per_partition: float
    new_chats_per_hour: float
    sustained: timedelta
    cooldown: timedelta

    @property
    def longest_gap(self) -> timedelta:
        """Two measurements further apart say nothing about the time between."""
        return max(self.sustained / 2, SHORTEST_GAP)


@dataclass(frozen=True, slots=True)
class Load:
    """What Prometheus says: bytes a second over the whole topic, new chats an hour."""

    bytes_in: float
    new_chats: float


@dataclass(frozen=True, slots=True)
class Memory:
    """What the status keeps between two runs."""

    above_since: datetime | None = None
    measured_at: datetime | None = None
    last_scale: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """`partitions` is what there should be, never fewer than there are; `above_since` is to be remembered."""

    partitions: int
    above_since: datetime | None
    reason: str
    message: str


def decide(partitions: int, policy: Policy, load: Load, memory: Memory, now: datetime) -> Decision:
    """Whether to double, from one measurement and the memory of those before."""
    each = load.bytes_in / partitions
    figures = (
        f"{each:.0f} of {policy.bytes_in_per_partition:.0f} bytes/s a partition, "
        f"{load.new_chats:.0f} of {policy.new_chats_per_hour:.0f} new chats/h"
    )
    if each < policy.bytes_in_per_partition:
        return Decision(partitions, None, "LoadLow", figures)
    if load.new_chats < policy.new_chats_per_hour:
        message = f"busy, but too few new chats for new partitions to help: {figures}"
        return Decision(partitions, None, "FewNewChats", message)
    since = _since(policy, memory, now)
    if partitions >= policy.max_partitions:
        message = (
            f"at maxPartitions {policy.max_partitions}; raise it to let the topic grow: {figures}"
        )
        return Decision(partitions, since, "AtMaximum", message)
    if now - since < policy.sustained:
        lasted = (now - since).total_seconds()
        message = f"busy for {lasted:.0f} of {policy.sustained.total_seconds():.0f} s: {figures}"
        return Decision(partitions, since, "Measuring", message)
    if memory.last_scale is not None and now - memory.last_scale < policy.cooldown:
        left = (memory.last_scale + policy.cooldown - now).total_seconds()
        return Decision(
            partitions, since, "CoolingDown", f"grows in {left:.0f} s at the earliest: {figures}"
        )
    after = min(2 * partitions, policy.max_partitions)
    return Decision(after, None, "Grown", f"{partitions} to {after} partitions: {figures}")


def _since(policy: Policy, memory: Memory, now: datetime) -> datetime:
    """Since when the load has been high without a hole in the measurements."""
    if memory.above_since is None or memory.measured_at is None:
        return now
    if now - memory.measured_at > policy.longest_gap or memory.above_since > now:
        return now
    return memory.above_since
