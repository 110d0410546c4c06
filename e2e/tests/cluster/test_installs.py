"""Installs as people make them: a second one beside the first, under other names, and ones that can't work."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
import yaml

from nexync_e2e.cluster.__main__ import plan
from nexync_e2e.cluster.objects import Custom, NamedList, Pods
from nexync_e2e.cluster.release import Plan, Release, namespace
from nexync_e2e.cluster.tools import ToolError, Tools
from nexync_e2e.settings import cluster_settings
from nexync_e2e.waiting import until, until_true

pytestmark = [pytest.mark.cluster, pytest.mark.asyncio(loop_scope="session")]

OWN_KINDS = (
    "deployments,statefulsets,services,configmaps,secrets,serviceaccounts,roles,rolebindings,"
    "networkpolicies,poddisruptionbudgets,kafkatopics,postgresschemas,pods,jobs"
)

KEYS = ("blue-accounts-factor-key", "blue-accounts-signing-key", "blue-svc-chat-cursor-key")
"""Secrets of the second release that stay after it."""


async def test_a_second_release_with_other_names_works_beside_the_first(first: Release) -> None:
    """It shares nothing with the first, keeps its keys, and leaves only what is documented to stay."""
    base = plan(cluster_settings(), namespace="nexync-second")
    renamed = {
        "global.backends.secret": "store",
        "global.peers.auth": "blue-accounts",
        "global.peers.gateway": "blue-sockets",
        "svc-auth.nameOverride": "accounts",
        "svc-gateway.nameOverride": "sockets",
        "nameOverride": "talk",
        "test.mailUrl": "http://store-mail:8025",
    }
    arguments = [part for key, value in renamed.items() for part in ("--set", f"{key}={value}")]
    wanted = Plan(
        base.charts,
        base.namespace,
        name="blue",
        backends="store",
        backend_values=(*base.backend_values, "--set", "fullnameOverride=store"),
        values=(*base.values, *arguments),
    )
    async with namespace(wanted.namespace) as tools:
        second = Release(wanted, tools)
        await second.install_backends()
        await second.install()
        assert "ok  all" in await second.test()
        assert "ok  all" in await first.test()
        made = await keys(tools)
        await second.upgrade()
        assert await keys(tools) == made
        await tools.helm("uninstall", "blue", "--wait", "--timeout", "60s")
        assert await left_over(tools, "blue") == list(KEYS)
        assert await keys(tools) == made
        await tools.helm("uninstall", "store", "--wait", "--timeout", "60s")
        assert await left_over(tools, "store") == []
    assert "ok  all" in await first.test()


async def keys(tools: Tools) -> list[object]:
    """What the first install made up, and nothing may make anew: tokens and sealed secrets hang on it."""
    return [
        json.loads(await tools.kubectl("get", "secret", name, "-o", "json"))["data"]
        for name in KEYS
    ]


async def left_over(tools: Tools, instance: str) -> list[str]:
    """What an uninstalled release still has in its namespace once its pods have ended."""
    selector = f"app.kubernetes.io/instance={instance}"

    async def no_pods() -> bool | None:
        return True if not (await tools.get(Pods, "pods", "-l", selector)).items else None

    await until(no_pods, f"the pods of {instance} gone", seconds=90, every=1.0)
    found = await tools.get(NamedList, OWN_KINDS, "-l", selector)
    return [item.metadata.name for item in found.items]


async def test_a_scaler_comes_and_goes_and_no_pod_with_it(first: Release) -> None:
    """The number of replicas is in the manifest until the scaler has it, and never falls to the API's default."""
    name = await first.deployment("svc-gateway")
    scaler = ("--set", "svc-gateway.autoscaling.provider=hpa")
    three = ("--set", "svc-gateway.autoscaling.minReplicas=3")
    async with replicas_of(first.tools, name) as seen:
        await first.upgrade(*scaler)
        # Again, before the scaler had a reason to write anything.
        await first.upgrade(*scaler)
        assert await in_manifest(first, name) == 2
        await first.upgrade(*scaler, *three)
        await until_true(lambda: seen[-1] == 3, "the scaler's number", seconds=60)
        await first.upgrade(*scaler, *three)
        assert await in_manifest(first, name) is None
        await first.upgrade("--set", "svc-gateway.replicaCount=3")
        with pytest.raises(ToolError, match="conflict"):
            await first.upgrade()
        assert set(seen) == {2, 3}
        await first.upgrade("--force-conflicts")
        await until_true(lambda: seen[-1] == 2, "two again", seconds=60)
    assert set(seen) == {2, 3}


@contextlib.asynccontextmanager
async def replicas_of(tools: Tools, deployment: str) -> AsyncGenerator[list[int]]:
    """Every number of replicas that the Deployment is told within the block, from the API's own watch."""
    seen: list[int] = []
    process = await asyncio.create_subprocess_exec(
        "kubectl", "--namespace", tools.namespace, "get", "deployment", deployment, "--watch",
        "-o", 'jsonpath={.spec.replicas}{"\\n"}',
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out = process.stdout
    assert out is not None

    async def read() -> None:
        while line := await out.readline():
            seen.append(int(line))

    async with asyncio.TaskGroup() as group:
        group.create_task(read())
        try:
            await until_true(lambda: bool(seen), "the watch", seconds=30)
            yield seen
        finally:
            process.kill()
            await process.wait()


async def in_manifest(release: Release, deployment: str) -> int | None:
    """The replicas that Helm keeps of a Deployment, None where it keeps none."""
    manifest = await release.tools.helm("get", "manifest", release.plan.name)
    for body in yaml.safe_load_all(manifest):
        if body and body["kind"] == "Deployment" and body["metadata"]["name"] == deployment:
            return body["spec"].get("replicas")
    msg = f"no Deployment {deployment} in the manifest"
    raise AssertionError(msg)


BAD_VALUES = {
    "svc-gateway.replicaCount=-1": "replicaCount",
    "svc-gateway.replicas=2": "replicas",
    "svc-gateway.autoscaling.provider=both": "provider",
    "svc-gateway.image.tag=latest": "latest",
}


@pytest.mark.parametrize("value", list(BAD_VALUES))
async def test_a_bad_value_is_refused_by_name_before_anything_is_installed(value: str) -> None:
    """By the schema or by the chart."""
    chart = str(cluster_settings().root / "charts" / "nexync")
    with pytest.raises(ToolError, match=BAD_VALUES[value]):
        await Tools("default").helm("template", "bad", chart, "--set", value)


@pytest_asyncio.fixture
async def bare() -> AsyncGenerator[Release]:
    """An empty namespace for an install that can't work."""
    wanted = plan(cluster_settings(), namespace="nexync-bad")
    async with namespace(wanted.namespace) as tools:
        yield Release(wanted, tools)


async def without_waiting(release: Release) -> None:
    """`helm install`, as one that will never be ready must not be waited for."""
    chart: Path = release.plan.charts / "nexync"
    await release.tools.helm("install", "nexync", str(chart), *release.plan.values)


async def test_a_missing_secret_is_named_by_pods_and_conditions(
    first: Release, bare: Release
) -> None:
    """Nothing starts, so nothing crash-loops."""
    del first
    await without_waiting(bare)

    async def named() -> bool | None:
        pods = json.loads(await bare.tools.kubectl("get", "pods", "-o", "json"))
        waiting = [
            state["state"]["waiting"].get("message", "")
            for pod in pods["items"]
            for state in pod["status"].get("containerStatuses", [])
            if "waiting" in state["state"]
        ]
        return True if sum('"nexync-backends" not found' in text for text in waiting) >= 8 else None

    await until(named, "pods that name the missing secret", seconds=90, every=1.0)
    await said_by_conditions(bare, "nexync-backends")


async def test_unreachable_backends_are_one_line_and_no_crash(
    first: Release, bare: Release
) -> None:
    """Services wait and say for what; the resources' conditions say it too."""
    del first
    urls = {
        "postgres-url": "postgresql://nexync:x@nowhere.invalid:5432/nexync",
        "redis-state-url": "redis://nowhere.invalid:6379/0",
        "redis-cache-url": "redis://nowhere.invalid:6379/0",
        "rabbitmq-url": "amqp://nexync:x@nowhere.invalid:5672/",
        "kafka-bootstrap": "nowhere.invalid:9092",
        "smtp-url": "smtp://nowhere.invalid:1025",
    }
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "nexync-backends"},
        "stringData": urls,
    }
    await bare.tools.apply(json.dumps(secret))
    await without_waiting(bare)
    await said_by_conditions(bare, "nowhere.invalid|postgres")

    async def complained() -> bool | None:
        for component in ("svc-auth", "svc-chat", "svc-persister", "svc-gateway"):
            name = await bare.deployment(component)
            log = await bare.tools.kubectl("logs", f"deployment/{name}", "--tail=50")
            if not any(
                '"level": "warning"' in line and "reason" in line for line in log.splitlines()
            ):
                return None
        return True

    await until(complained, "a line with the reason in each log", seconds=90, every=2.0)
    assert sum(pod.restarts for pod in await bare.pods()) == 0


async def said_by_conditions(release: Release, words: str) -> None:
    """Wait until both kinds say `Ready=False` with one of the words (separated by bars) in the message."""

    async def said() -> bool | None:
        for kind in ("kafkatopics", "postgresschemas"):
            listed = json.loads(await release.tools.kubectl("get", kind, "-o", "json"))
            for item in listed["items"]:
                ready = Custom.model_validate(item).condition("Ready")
                if ready is None or ready.status != "False":
                    return None
                if not any(word in ready.message for word in words.split("|")):
                    return None
        return True

    await until(said, f"conditions that say {words}", seconds=120, every=2.0)
