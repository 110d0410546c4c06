"""The engine against a Kubernetes in memory: finalizer, pause, conditions, events, errors, letting go."""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from nexync_operator.engine import Engine, Outcome, difference
from nexync_operator.errors import ReconcileError, RefusedError, UnreachableError
from nexync_operator.kinds import Cluster, Kind, Step
from nexync_operator.lanes import Lanes, pause
from nexync_operator.release import let_go, reclaim
from nexync_operator.resources import (
    FINALIZER,
    PAUSED,
    RELEASED,
    Condition,
    Event,
    Resource,
    Result,
    dated,
    ready,
    working,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ONE = Resource("Thing", "n", "one", "u", 1, NOW, version="1")


class FakeApi:
    """A cluster of things."""

    def __init__(self, *things: Resource) -> None:
        self.things = {thing.name: thing for thing in things}
        self.events: list[str] = []
        self.writes = 0

    async def secret(self, namespace: str, name: str) -> Mapping[str, bytes]:
        """None of it."""
        raise AssertionError

    async def config_map(self, namespace: str, name: str) -> Mapping[str, str]:
        """None of it."""
        raise AssertionError

    async def resources(self, kind: Kind) -> Sequence[Resource]:
        """All."""
        return tuple(self.things.values())

    async def resource(self, kind: Kind, namespace: str, name: str) -> Resource | None:
        """One of them."""
        return self.things.get(name)

    async def write_status(self, kind: Kind, resource: Resource, status: object) -> None:
        """Merge it."""
        assert isinstance(status, dict)
        self.writes += 1
        old = self.things[resource.name]
        self.things[resource.name] = replace(old, status={**old.status, **status})

    async def write_finalizers(
        self, kind: Kind, resource: Resource, finalizers: Sequence[str]
    ) -> None:
        """Set them; what is being deleted goes with the last one."""
        if resource.deleted is not None and not finalizers:
            del self.things[resource.name]
        else:
            self.things[resource.name] = replace(
                self.things[resource.name], finalizers=tuple(finalizers)
            )

    async def release(self, kind: Kind, resource: Resource, *, released: bool) -> None:
        """Take the finalizer and leave the annotation, or the other way around."""
        annotations = {RELEASED: "true"} if released else {}
        self.things[resource.name] = replace(
            self.things[resource.name], finalizers=(), annotations=annotations
        )

    async def delete(self, kind: Kind, resource: Resource) -> None:
        """Gone at once."""
        del self.things[resource.name]

    async def event(self, namespace: str, body: object) -> None:
        """Keep its reason."""
        assert isinstance(body, dict)
        self.events.append(str(cast("dict[str, Any]", body)["reason"]))


class Thing:
    """A kind whose step is given."""

    name = "Thing"
    plural = "things"

    def __init__(self, step: Step, *, seconds: float = 5.0, keeps: bool = False) -> None:
        self.step = step
        self.seconds = seconds
        self.kept = keeps

    def keeps(self, spec: Mapping[str, Any]) -> bool:
        """As given."""
        return self.kept

    async def look(self, resource: Resource, cluster: Cluster) -> Step:
        """As given."""
        return self.step


def raising(error: Exception) -> Step:
    """A step that fails."""

    def step() -> Result:
        raise error

    return step


def engine(api: FakeApi, clock: Callable[[], datetime] = lambda: NOW) -> Engine:
    """With room for a few threads."""
    return Engine(api, threads=4, delete_seconds=30, clock=clock)


async def run(api: FakeApi, kind: Kind, clock: Callable[[], datetime] = lambda: NOW) -> Outcome:
    """One run for `one`."""
    outcome = await engine(api, clock).run(kind, "n", "one")
    assert outcome is not None
    return outcome


def state(api: FakeApi, kind: str = "Ready") -> tuple[str, str]:
    """Status and reason of a condition."""
    one = api.things["one"].condition(kind)
    return one["status"], one["reason"]


async def test_a_second_run_without_news_writes_nothing() -> None:
    """Else each write would wake the lane, for ever."""
    api = FakeApi(ONE)
    kind = Thing(lambda: Result(ready("AsDesired"), status={"n": {"a": 1}}))
    await run(api, kind)
    await run(api, kind)
    assert api.writes == 1
    assert api.things["one"].status["observedGeneration"] == 1
    assert api.things["one"].finalizers == ()


@pytest.mark.parametrize(
    ("error", "condition", "failed"),
    [
        (UnreachableError("away"), ("Reconciling", "Unreachable"), True),
        (ReconcileError("no", reason="SecretMissing"), ("Reconciling", "SecretMissing"), True),
        (RefusedError("no", reason="Taken"), ("Stalled", "Taken"), False),
        (KeyError("bug"), ("Reconciling", "InternalError"), True),
    ],
)
async def test_errors_become_conditions_and_one_event(
    error: Exception, condition: tuple[str, str], failed: bool
) -> None:
    """What can be tried again is Reconciling and backs off; a refusal is Stalled. Other conditions are kept."""
    kept = dated([Condition("Durable", "True", "Replicated")], (), generation=1, now=NOW)
    api = FakeApi(replace(ONE, status={"conditions": kept}))
    kind = Thing(raising(error))
    assert (await run(api, kind)).failed == failed
    await run(api, kind)
    assert state(api, condition[0]) == ("True", condition[1])
    assert state(api, "Durable") == ("True", "Replicated")
    assert api.events == [condition[1]]
    await run(api, Thing(lambda: Result(ready("AsDesired"))))
    assert api.events == [condition[1], "AsDesired"]


async def test_the_time_of_a_transition_stays_until_the_status_changes() -> None:
    """A new reason is none."""
    api = FakeApi(ONE)
    later = NOW + timedelta(seconds=9)
    await run(api, Thing(lambda: Result(ready("A"))))
    await run(api, Thing(lambda: Result(ready("B"))), lambda: later)
    assert api.things["one"].condition("Ready")["lastTransitionTime"] == "2026-01-01T00:00:00Z"
    await run(api, Thing(lambda: Result(working("C", "c"))), lambda: later)
    assert api.things["one"].condition("Ready")["lastTransitionTime"] == "2026-01-01T00:00:09Z"


async def test_a_step_over_its_limit_is_not_doubled() -> None:
    """The thread can't be stopped, so the next run waits for its end."""
    api, gate, runs = FakeApi(ONE), threading.Event(), list[int]()

    def slow() -> Result:
        runs.append(1)
        gate.wait(5)
        return Result(ready("AsDesired"))

    kind, one = Thing(slow, seconds=0.05), engine(api)
    await one.run(kind, "n", "one")
    assert state(api) == ("False", "TimedOut")
    await one.run(kind, "n", "one")
    assert one.busy
    gate.set()
    async with asyncio.timeout(5):
        while one.busy:
            await asyncio.to_thread(gate.wait, 0.01)
    assert len(runs) == 1


async def test_pause_keeps_hands_off() -> None:
    """No step and no finalizer; and a paused resource can be deleted."""
    paused = replace(ONE, annotations={PAUSED: "true"})
    api = FakeApi(paused)
    kind = Thing(raising(AssertionError()), keeps=True)
    await run(api, kind)
    assert state(api, "Paused") == ("True", "Annotation")
    assert api.things["one"].finalizers == ()
    api = FakeApi(replace(paused, deleted=NOW, finalizers=(FINALIZER,)))
    await run(api, kind)
    assert (api.things, api.events) == ({}, ["Retained"])


async def test_a_pause_observes_no_generation() -> None:
    """A spec that nobody looked at isn't observed, so that whoever waits for it goes on waiting."""
    api = FakeApi(ONE)
    kind = Thing(lambda: Result(ready("AsDesired")))
    await run(api, kind)
    changed = replace(api.things["one"], generation=2, annotations={PAUSED: "true"})
    api.things["one"] = changed
    await run(api, kind)
    one = api.things["one"]
    assert one.status["observedGeneration"] == 1
    seen = {found["type"]: found["observedGeneration"] for found in one.conditions}
    assert seen == {"Ready": 1, "Reconciling": 1, "Stalled": 1, "Paused": 2}
    api.things["one"] = replace(one, annotations={})
    await run(api, kind)
    one = api.things["one"]
    assert one.status["observedGeneration"] == 2
    assert {found["observedGeneration"] for found in one.conditions} == {2}


async def test_what_is_paused_from_the_start_was_never_observed() -> None:
    """There is no generation to name yet."""
    api = FakeApi(replace(ONE, annotations={PAUSED: "true"}))
    await run(api, Thing(raising(AssertionError())))
    assert "observedGeneration" not in api.things["one"].status


async def test_a_condition_kept_over_an_error_stays_that_of_its_generation() -> None:
    """The run that failed found out nothing about it."""
    kept = dated([Condition("Durable", "True", "Replicated")], (), generation=1, now=NOW)
    api = FakeApi(replace(ONE, generation=2, status={"conditions": kept}))
    await run(api, Thing(raising(UnreachableError("away"))))
    assert api.things["one"].condition("Durable")["observedGeneration"] == 1
    assert api.things["one"].condition("Ready")["observedGeneration"] == 2


async def test_the_finalizer_comes_and_goes_with_the_spec() -> None:
    """That of others is left alone."""
    api = FakeApi(replace(ONE, finalizers=("other",)))
    step = lambda: Result(ready("AsDesired"))  # noqa: E731 - two kinds over one step
    await run(api, Thing(step, keeps=True))
    assert api.things["one"].finalizers == ("other", FINALIZER)
    await run(api, Thing(step))
    assert api.things["one"].finalizers == ("other",)


async def test_a_deletion_waits_for_its_backend_and_then_lets_go() -> None:
    """Bounded by time since the deletion, which a restart doesn't forget."""
    api = FakeApi(replace(ONE, deleted=NOW, finalizers=(FINALIZER,)))
    kind = Thing(raising(UnreachableError("away")), keeps=True)
    outcome = await run(api, kind, lambda: NOW + timedelta(seconds=29))
    assert (outcome.after, "one" in api.things) == (1.0, True)
    await run(api, kind, lambda: NOW + timedelta(seconds=31))
    assert (api.things, api.events) == ({}, ["CleanupGivenUp"])


async def test_a_deletion_that_is_done_is_released_at_once() -> None:
    """With the events of the step."""
    api = FakeApi(replace(ONE, deleted=NOW, finalizers=(FINALIZER,)))
    done = Result((), (Event("Normal", "TopicDeleted", "t"),), done=True)
    await run(api, Thing(lambda: done, keeps=True))
    assert (api.things, api.events) == ({}, ["TopicDeleted"])


async def test_release_and_reclaim() -> None:
    """What belongs to the release goes, the rest loses its finalizer and gets it back later."""
    labels = {"app.kubernetes.io/instance": "chat"}
    api = FakeApi(
        replace(ONE, finalizers=(FINALIZER,)),
        replace(ONE, name="two", uid="v", finalizers=(FINALIZER,), labels=labels),
    )
    kind = Thing(lambda: Result(ready("AsDesired")), keeps=True)
    await let_go(api, [kind], "chat")
    assert list(api.things) == ["one"]
    await run(api, kind)
    assert api.things["one"].finalizers == ()
    await reclaim(api, [kind])
    await run(api, kind)
    assert api.things["one"].finalizers == (FINALIZER,)


def test_a_patch_removes_what_is_gone_inside() -> None:
    """A merge patch keeps what it doesn't name, so what is gone is named with null."""
    assert difference({"a": {"x": 1, "y": 2}, "b": 1}, {"a": {"x": 1}, "b": 1}) == {
        "a": {"x": 1, "y": None}
    }


def test_pauses_double_up_to_the_longest() -> None:
    """The jitter only shortens."""
    assert [pause(n, 60, 0) for n in (1, 2, 3, 7, 99)] == [1, 2, 4, 60, 60]
    assert pause(3, 60, 1) == pytest.approx(3.2)


async def test_a_lane_runs_when_woken_after_a_failure_and_ends_with_its_resource() -> None:
    """Seen twice as it is: one run. Changed: another. Gone: the lane ends."""
    api, runs = FakeApi(ONE), asyncio.Queue[int](16)

    class Runner:
        """Notes each run; the first fails."""

        count = 0

        async def run(self, kind: Kind, namespace: str, name: str) -> Outcome | None:
            """One run."""
            self.count += 1
            runs.put_nowait(self.count)
            thing = api.things.get(name)
            return None if thing is None else Outcome(thing, failed=self.count == 1)

    kind = Thing(lambda: Result(ready("AsDesired")))
    lanes = Lanes([kind], Runner(), api, resync=60, longest_retry=0.01, slots=1)
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        serving = group.create_task(lanes.serve())
        assert [await runs.get(), await runs.get()] == [1, 2]
        lanes.seen(api.things["one"])
        api.things["one"] = replace(ONE, generation=2)
        lanes.seen(api.things["one"])
        assert await runs.get() == 3
        last = api.things.pop("one")
        lanes.gone(last)
        assert await runs.get() == 4
        assert runs.empty()
        assert lanes.sync_age is not None
        serving.cancel()
