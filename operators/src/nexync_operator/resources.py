"""The shapes between the engine and the kinds: a resource as it is read, and what a reconcile run found out.

A kind decides; the engine (`lanes`, `engine`) does everything that is the same for all kinds: threads and time
limits, retries, conditions with their times, finalizer, pause, events, metrics.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal, Self, cast

GROUP: Final = "nexync.io"
VERSION: Final = "v1alpha1"
PAUSED: Final = f"{GROUP}/paused"
FINALIZER: Final = f"{GROUP}/cleanup"
RELEASED: Final = f"{GROUP}/released"
"""Annotation: the operator is being uninstalled; it puts no finalizer here until it starts again."""

Truth = Literal["True", "False", "Unknown"]


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def parse_time(text: str) -> datetime:
    """A time as Kubernetes writes it."""
    return datetime.fromisoformat(text)


def format_time(moment: datetime) -> str:
    """A time as Kubernetes writes it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Resource:
    """A custom resource as it was read just now."""

    kind: str
    namespace: str
    name: str
    uid: str
    generation: int
    created: datetime
    version: str = ""
    deleted: datetime | None = None
    """Since when it is being deleted; it stays only while a finalizer is left."""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    annotations: Mapping[str, str] = field(default_factory=dict[str, str])
    finalizers: tuple[str, ...] = ()
    spec: Mapping[str, Any] = field(default_factory=dict[str, Any])
    status: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @classmethod
    def read(cls, body: Mapping[str, Any], kind: str) -> Self:
        """From the API's JSON."""
        meta = _mapping(body.get("metadata"))
        deleted = meta.get("deletionTimestamp")
        return cls(
            kind=kind,
            namespace=str(meta["namespace"]),
            name=str(meta["name"]),
            uid=str(meta["uid"]),
            generation=int(meta.get("generation", 1)),
            created=parse_time(meta["creationTimestamp"]),
            version=str(meta.get("resourceVersion", "")),
            deleted=parse_time(deleted) if deleted else None,
            labels=dict(_mapping(meta.get("labels"))),
            annotations=dict(_mapping(meta.get("annotations"))),
            finalizers=tuple(meta.get("finalizers") or ()),
            spec=_mapping(body.get("spec")),
            status=_mapping(body.get("status")),
        )

    @property
    def paused(self) -> bool:
        """Hands off: a human wrote the annotation."""
        return self.annotations.get(PAUSED) == "true"

    @property
    def fingerprint(self) -> tuple[object, ...]:
        """Changes with everything that a human or a chart may change, and not with what we write ourselves."""
        return (self.uid, self.generation, self.deleted, tuple(sorted(self.annotations.items())))

    @property
    def conditions(self) -> Sequence[Mapping[str, Any]]:
        """The conditions as they were last written."""
        return cast("Sequence[Mapping[str, Any]]", self.status.get("conditions") or ())

    def seniority(self, *, manages: bool) -> tuple[datetime, bool, str]:
        """Sorts the older of two first; of two made in one second the one that manages already, then the lower uid."""
        return (self.created, not manages, self.uid)

    def condition(self, kind: str) -> Mapping[str, Any]:
        """The condition of this type as it was last written, empty when there is none."""
        return next((one for one in self.conditions if one.get("type") == kind), dict[str, Any]())

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of `status.conditions`; the engine adds times and the generation.

    `generation` is that of the spec that it is about, where it was carried over from an earlier run.
    """

    type: str
    status: Truth
    reason: str
    message: str = ""
    generation: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, for `kubectl describe`. Failures become events by themselves."""

    type: Literal["Normal", "Warning"]
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Result:
    """What a reconcile run found out and did.

    `status` holds further fields of the status (None removes one). `retry_after` in seconds; None means at the
    next resync. `failed` counts for the back-off, which then decides over `retry_after`. `done` is about a
    resource that is being deleted: nothing keeps it any more. `looked` is off when nobody looked at the spec.
    """

    conditions: tuple[Condition, ...]
    events: tuple[Event, ...] = ()
    status: Mapping[str, Any] = field(default_factory=dict[str, Any])
    retry_after: float | None = None
    failed: bool = False
    done: bool = False
    looked: bool = True


def ready(reason: str, message: str = "") -> tuple[Condition, ...]:
    """As desired."""
    return (
        Condition("Ready", "True", reason, message),
        Condition("Reconciling", "False", reason),
        Condition("Stalled", "False", reason),
    )


def working(reason: str, message: str) -> tuple[Condition, ...]:
    """Not yet as desired; the operator goes on by itself."""
    return (
        Condition("Ready", "False", reason, message),
        Condition("Reconciling", "True", reason, message),
        Condition("Stalled", "False", reason),
    )


def stalled(reason: str, message: str) -> tuple[Condition, ...]:
    """Not as desired, and trying again doesn't help: a human has to decide. The message says what."""
    return (
        Condition("Ready", "False", reason, message),
        Condition("Reconciling", "False", reason),
        Condition("Stalled", "True", reason, message),
    )


def dated(
    conditions: Sequence[Condition],
    before: Sequence[Mapping[str, Any]],
    *,
    generation: int,
    now: datetime,
) -> list[dict[str, Any]]:
    """The conditions as the API stores them: the time of a transition stays until the status changes."""
    known = {str(one.get("type")): one for one in before}
    found: list[dict[str, Any]] = []
    for condition in conditions:
        old = known.get(condition.type, {})
        same = old.get("status") == condition.status and "lastTransitionTime" in old
        found.append(
            {
                "type": condition.type,
                "status": condition.status,
                "reason": condition.reason,
                "message": condition.message[:1024],
                "observedGeneration": generation
                if condition.generation is None
                else condition.generation,
                "lastTransitionTime": old["lastTransitionTime"] if same else format_time(now),
            }
        )
    return found
