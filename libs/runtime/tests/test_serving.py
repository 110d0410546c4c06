"""REST on real sockets: a service that drains, and what uvicorn refuses before a route is asked."""

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.server import ServerState

from nexync_contracts.errors import Problem
from nexync_runtime.http import serve
from nexync_runtime.lifecycle import Lifecycle
from nexync_runtime.refusing import Bounded, ProblemProtocol
from nexync_runtime.settings import Settings


async def test_a_draining_service_finishes_and_parts() -> None:
    """No new connections; a request in flight and one over a kept connection are answered, with `close`."""
    life = Lifecycle("test", Settings(host="127.0.0.1", admin_port=free_port(), grace_seconds=10))
    port = free_port()
    begun, go_on = asyncio.Event(), asyncio.Event()
    seen: dict[str, httpx.Response] = {}

    async def slow(_: Request) -> Response:
        begun.set()
        await go_on.wait()
        return Response("slow")

    async def quick(_: Request) -> Response:
        return Response("quick")

    async def build(life: Lifecycle) -> None:
        app = Starlette(routes=[Route("/slow", slow), Route("/quick", quick)])
        await serve(life, app, host="127.0.0.1", port=port, name="public")

        async def work() -> None:
            base = f"http://127.0.0.1:{port}"
            async with (
                httpx.AsyncClient(base_url=base) as busy,
                httpx.AsyncClient(base_url=base) as kept,
                asyncio.TaskGroup() as group,
            ):
                seen["before"] = await connected(kept, "/quick")
                waiting = group.create_task(busy.get("/slow"))
                await begun.wait()
                os.kill(os.getpid(), signal.SIGTERM)
                await until(lambda: life.draining)
                await until(lambda: not accepts(port))
                seen["kept"] = await kept.get("/quick")
                go_on.set()
                seen["in flight"] = await waiting
            await life.stopping.wait()

        life.task("work", work)

    async with asyncio.timeout(60):
        assert await life.serve(build) == 0
    assert {name: answer.text for name, answer in seen.items()} == {
        "before": "quick",
        "kept": "quick",
        "in flight": "slow",
    }
    assert "connection" not in seen["before"].headers
    assert seen["kept"].headers["connection"] == "close"
    assert seen["in flight"].headers["connection"] == "close"


async def test_what_the_server_refuses_itself_is_a_problem_too() -> None:
    """Bytes that are no request, and one request more than the process takes."""
    life = Lifecycle("test", Settings(host="127.0.0.1", admin_port=free_port(), grace_seconds=10))
    port = free_port()
    seen: list[httpx.Response] = []
    garbled = b""

    async def build(life: Lifecycle) -> None:
        await serve(life, Starlette(), host="127.0.0.1", port=port, name="public")

        async def work() -> None:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
                await connected(client, "/")
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\nHost: test\r\nX-Tab: a\x0bb\r\n\r\n")
            nonlocal garbled
            garbled = await reader.read()
            writer.close()
            os.kill(os.getpid(), signal.SIGTERM)
            await life.stopping.wait()

        life.task("work", work)

    async with asyncio.timeout(60):
        assert await life.serve(build) == 0
    state = ServerState()
    for most in (1, 0):
        full = Bounded(Starlette(), state, most)
        state.connections.add(asyncio.Protocol())  # type: ignore[arg-type]  # only counted
        transport = httpx.ASGITransport(app=full)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            seen.append(await client.get("/"))
    assert [answer.status_code for answer in seen] == [404, 503]
    head, _, body = garbled.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    told = [
        (httpx.Headers([tuple(line.split(b": ", 1)) for line in head.splitlines()[1:]]), body),  # type: ignore[misc]
        (seen[1].headers, seen[1].content),
    ]
    for headers, problem in told:
        assert headers["content-type"] == "application/problem+json"
        assert headers["cache-control"] == "no-store"
        assert headers["connection"] == "close"
        Problem.model_validate_json(problem)
    assert seen[1].headers["retry-after"] == "1"


class Line:
    """One end of a connection; what is written to it is kept."""

    def __init__(self) -> None:
        self.written = b""
        self.closed = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        del name
        return default

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        """All reads are at hand already."""

    def resume_reading(self) -> None:
        """Likewise."""


async def told(*messages: list[bytes]) -> Line:
    """What the server says to these messages, one after the other, each in so many reads."""

    async def answered(request: Request) -> Response:
        return Response(str(len(await request.body())))

    served = Starlette(routes=[Route("/", answered, methods=["POST"])])
    config = uvicorn.Config(served, log_config=None, access_log=False, lifespan="off")
    config.load()
    protocol, line = ProblemProtocol(config, ServerState(), {}), Line()
    protocol.connection_made(line)  # type: ignore[arg-type]  # what it uses of a transport
    for reads in messages:
        for data in reads:
            if not line.closed:
                protocol.data_received(data)
        if line.closed:
            protocol.connection_lost(None)
        await asyncio.gather(*protocol.tasks, return_exceptions=True)
    return line


HEAD = b"POST / HTTP/1.1\r\nHost: test\r\n"
MUCH = [b"x" * 10_000] * 8


@pytest.mark.parametrize(
    "reads",
    [
        [b"POST /", *MUCH],
        [HEAD, b"X-Long: ", *MUCH],
        [HEAD, *(b"X-%d: " % number + part + b"\r\n" for number, part in enumerate(MUCH))],
        [HEAD, b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-Long: ", *MUCH],
    ],
    ids=["address", "one header", "headers", "trailer"],
)
async def test_a_head_without_an_end_is_no_request(reads: list[bytes]) -> None:
    """Nobody makes the server hold more than a body may be."""
    line = await told(reads)
    assert line.written.startswith(b"HTTP/1.1 400 ")
    assert line.closed


async def test_a_body_is_no_head_however_long_and_in_how_many_parts() -> None:
    """It has its own bound, of the service; and each message begins anew."""
    long = HEAD + b"Content-Length: 80000\r\n\r\n"
    line = await told([long, *MUCH], [long, *MUCH])
    assert line.written.count(b"HTTP/1.1 200 OK") == 2
    assert line.written.endswith(b"80000")
    assert not line.closed


async def connected(client: httpx.AsyncClient, path: str) -> httpx.Response:
    """The answer, once the service listens."""
    while True:
        try:
            return await client.get(path)
        except httpx.ConnectError:
            await asyncio.to_thread(threading.Event().wait, 0.02)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that happens on the same loop; the test has a timeout."""
    while not condition():
        await asyncio.to_thread(threading.Event().wait, 0.02)


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
