"""Who reaches whom, tried from inside of every kind of pod: the rows of `MAY`, and nothing else.

Needs a cluster that enforces NetworkPolicies. One that doesn't is found out first, and the tests are skipped with that
as their reason; where NEXYNC_CLUSTER_ENFORCES says that it does, they fail.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass

import pytest
import pytest_asyncio

from nexync_e2e.cluster.dial import Question
from nexync_e2e.cluster.objects import Pod, Pods
from nexync_e2e.cluster.reach import WAIT_SECONDS, Dialler, Target
from nexync_e2e.cluster.release import Release, namespace
from nexync_e2e.cluster.tools import Tools
from nexync_e2e.settings import cluster_settings
from nexync_e2e.waiting import until

pytestmark = [pytest.mark.cluster, pytest.mark.asyncio(loop_scope="session")]

COMPONENT = "app.kubernetes.io/component"

MADE = {"test", "stranger", "stranger elsewhere", "prometheus elsewhere"}
"""Roles that no pod of the release has: theirs are made."""

ANYWHERE = (5432, 6379, 8080, 9090)
"""Ports of a pod in another namespace that is nobody's backend."""

UNBOUND = {"edge:http", "api", "dns", *(f"anywhere:{port}" for port in ANYWHERE)}
"""What a pod reaches that no policy speaks of."""

MAY: dict[str, set[str]] = {
    "edge": {"gateway:http", "auth:http", "chat:http", "web:http", "dns"},
    "gateway": {"auth:internal", "chat:internal", "redis-state:redis", "kafka:kafka", "edge:http", "dns"},
    "auth": {"postgres:postgres", "redis-state:redis", "rabbitmq:amqp", "dns"},
    "chat": {
        "auth:internal", "postgres:postgres", "redis-state:redis", "redis-cache:redis", "kafka:kafka", "dns",
    },
    "persister": {"postgres:postgres", "redis-state:redis", "kafka:kafka", "rabbitmq:amqp", "dns"},
    "mailer": {"chat:internal", "rabbitmq:amqp", "postgres:postgres", "mail:smtp", "dns"},
    # Its Prometheus may be anywhere.
    "operator": {"kafka:kafka", "postgres:postgres", "api", "anywhere:9090", "dns"},
    "web": set(),
    "postgres": {"dns"},
    "redis-state": {"dns"},
    "redis-cache": {"dns"},
    "rabbitmq": {"dns"},
    "kafka": {"dns"},
    "mail": {"dns"},
    "test": {"edge:http", "mail:http", "dns"},
    "stranger": UNBOUND,
    "stranger elsewhere": UNBOUND,
    "prometheus elsewhere": UNBOUND
    | {f"{name}:admin" for name in ("gateway", "auth", "chat", "persister", "mailer", "operator")},
}  # fmt: skip
"""By role of the pod that connects: names of targets, a role and the name of its container's port."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What each role reached, and the names of all that it tried."""

    by: Mapping[str, frozenset[str]]
    tried: Mapping[str, frozenset[str]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def reached(first: Release) -> AsyncGenerator[Reached]:
    """All of it at once: most of it is waiting for connections that don't come about."""
    dialler = await Dialler.of(first)
    async with namespace("nexync-elsewhere") as elsewhere:
        if not await dialler.enforced(elsewhere):
            reason = "not enforced here: this cluster's network keeps to no NetworkPolicy"
            if cluster_settings().enforces:
                pytest.fail(reason)
            pytest.skip(reason)
        yield await everybody(first, dialler, elsewhere)


async def everybody(release: Release, dialler: Dialler, elsewhere: Tools) -> Reached:
    """Each role's pod tries all others' ports. Two pods of one role are one target and one source."""
    pods = await by_role(release)
    outside = await dialler.listener(elsewhere, "anywhere", ANYWHERE)
    api = await elsewhere.kubectl(
        "get", "service", "kubernetes", "--namespace=default", "-o", "jsonpath={.spec.clusterIP}"
    )
    targets = [
        *(
            Target(f"{role}:{port.name}", pod.status.ip, port.number)
            for role, pod in pods.items()
            for container in pod.spec.containers
            for port in container.ports
        ),
        *(Target(f"anywhere:{port}", outside, port) for port in ANYWHERE),
        Target("api", api, 443),
        Target("dns", "", 53),
    ]

    def question(role: str) -> Question:
        others = [one for one in targets if one.name.partition(":")[0] != role]
        return Question(
            targets=[(one.name, one.host, one.port) for one in others],
            wanted=sorted(MAY[role]),
            wait_seconds=WAIT_SECONDS,
        )

    test = {COMPONENT: "test", "app.kubernetes.io/name": "nexync"} | {
        "app.kubernetes.io/instance": release.plan.name,
        "app.kubernetes.io/part-of": "nexync",
    }
    made: dict[str, tuple[Tools, dict[str, str]]] = {
        "test": (release.tools, test),
        "stranger": (release.tools, {"app": "stranger"}),
        "stranger elsewhere": (elsewhere, {"app": "stranger"}),
        "prometheus elsewhere": (elsewhere, {"app.kubernetes.io/name": "prometheus"}),
    }
    questions = {role: question(role) for role in MAY}
    async with asyncio.TaskGroup() as group:
        tasks = {
            role: group.create_task(
                dialler.within(release.tools, pod.metadata.name, questions[role])
            )
            for role, pod in pods.items()
        } | {
            role: group.create_task(
                dialler.as_pod(tools, role.replace(" ", "-"), labels, questions[role])
            )
            for role, (tools, labels) in made.items()
        }
    return Reached(
        by={role: task.result() for role, task in tasks.items()},
        tried={
            role: frozenset(name for name, _, _ in asked["targets"])
            for role, asked in questions.items()
        },
    )


async def by_role(release: Release) -> dict[str, Pod]:
    """A ready pod of each role of the release and its backends; on busy cores one may be unready for a moment."""

    async def ready() -> dict[str, Pod] | None:
        found = await release.tools.get(Pods, "pods", "-l", "app.kubernetes.io/part-of=nexync")
        pods = {pod.metadata.labels[COMPONENT]: pod for pod in found.items if pod.ready}
        return pods if set(MAY) <= set(pods) | MADE else None

    return await until(ready, "a ready pod of each role", seconds=180, every=2.0)


@pytest.mark.parametrize("role", list(MAY))
async def test_a_pod_reaches_what_it_needs_and_nothing_else(reached: Reached, role: str) -> None:
    """Each row of the table."""
    assert reached.by[role] == MAY[role]


async def test_every_role_and_every_port_was_tried(reached: Reached) -> None:
    """A component or a port that the table doesn't name yet isn't left out; each port answers whom it has to."""
    assert set(reached.by) == set(MAY)
    ports = frozenset[str]().union(*reached.tried.values())
    answered = frozenset[str]().union(*reached.by.values())
    assert ports == answered
