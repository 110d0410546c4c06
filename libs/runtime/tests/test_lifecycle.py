"""The lifecycle's order, and what it does when a task fails."""

import asyncio
import os
import signal
import socket

import httpx

from nexync_runtime.lifecycle import Lifecycle
from nexync_runtime.settings import Settings


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def lifecycle(grace: float = 2.0) -> Lifecycle:
    return Lifecycle(
        "test", Settings(host="127.0.0.1", admin_port=free_port(), grace_seconds=grace)
    )


async def test_term_drains_then_stops_in_order() -> None:
    """SIGTERM: not ready, drains in order, then stops in reverse order; exit code 0."""
    life = lifecycle()
    seen: list[str] = []

    async def build(life: Lifecycle) -> None:
        async def work() -> None:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.Event().wait()

        def step(name: str):  # noqa: ANN202 - a local factory of steps
            async def run() -> None:
                reasons = await life.reasons()
                seen.append(f"{name} {reasons.get('lifecycle', 'ready')}")

            return run

        life.task("work", work)
        life.on_drain(step("first"))
        life.on_drain(step("second"))
        life.on_stop(step("opened first"))
        life.on_stop(step("opened last"))

    assert await life.serve(build) == 0
    assert [line.removesuffix(" draining") for line in seen] == [
        "first",
        "second",
        "opened last",
        "opened first",
    ]


async def test_early_end_of_a_task_is_a_crash() -> None:
    """A task that ends by itself takes the service down with code 1."""
    life = lifecycle()

    async def build(life: Lifecycle) -> None:
        async def work() -> None:
            return

        life.task("short", work)

    assert await life.serve(build) == 1


async def test_failure_from_another_thread_stops_the_service() -> None:
    """`fail` is how a consumer thread ends the process."""
    life = lifecycle()

    async def build(life: Lifecycle) -> None:
        async def work() -> None:
            await asyncio.to_thread(life.fail, RuntimeError("fenced"))
            await asyncio.Event().wait()

        life.task("work", work)

    assert await life.serve(build) == 1


async def test_drain_is_cut_off_at_the_grace() -> None:
    """A drain that hangs doesn't hang the service."""
    life = lifecycle(grace=0.05)

    async def build(life: Lifecycle) -> None:
        async def work() -> None:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.Event().wait()

        async def hang() -> None:
            await asyncio.Event().wait()

        life.task("work", work)
        life.on_drain(hang)

    async with asyncio.timeout(5):
        assert await life.serve(build) == 0


async def test_admin_port_tells_why_not_ready() -> None:
    """/readyz is 503 with the reason of the failing check, /livez is 200 all the same."""
    life = lifecycle()
    answers: dict[str, httpx.Response] = {}

    async def build(life: Lifecycle) -> None:
        async def work() -> None:
            base = f"http://127.0.0.1:{life.settings.admin_port}"
            async with httpx.AsyncClient() as http:
                for path in ("/livez", "/readyz", "/metrics"):
                    answers[path] = await http.get(base + path)
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.Event().wait()

        life.ready_check("backend", lambda: "away")
        life.task("work", work)

    assert await life.serve(build) == 0
    assert answers["/livez"].status_code == 200
    assert answers["/readyz"].status_code == 503
    assert answers["/readyz"].json()["reasons"] == {"backend": "away"}
    assert "python_info" in answers["/metrics"].text
