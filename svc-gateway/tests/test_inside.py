"""Reads of svc-chat and svc-auth while pods of theirs end: asked again where no answer came, and only there."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import httpx
import pytest

from nexync_contracts.ids import ChatId, PersonId, SessionId
from nexync_runtime import asking
from svc_gateway.adapters import inside
from svc_gateway.adapters.inside import Inside, InsideSessions, open_http
from svc_gateway.errors import BackendAwayError

SESSION = SessionId(str(uuid.uuid4()))
ALIVE = f'{{"alive":["{SESSION}"]}}'.encode()
PATH = "/internal/sessions/check"

Answer = Callable[[httpx.Request], httpx.Response]


class Pods:
    """What becomes of each request in turn; the last one stays."""

    def __init__(self, *turns: Exception | int) -> None:
        self._turns = turns
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        turn = self._turns[min(len(self.asked), len(self._turns) - 1)]
        self.asked.append(request)
        if isinstance(turn, Exception):
            raise turn
        return httpx.Response(turn, content=ALIVE)


async def _alive(answer: Answer) -> frozenset[SessionId]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        return await InsideSessions(Inside("http://svc-auth", http)).alive([SESSION])


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("nothing there"),
        httpx.RemoteProtocolError("closed without an answer"),
        httpx.ReadError("reset"),
        httpx.WriteError("reset"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_another_pod_answers_in_place_of_one_that_ends(error: httpx.TransportError) -> None:
    pods = Pods(error, error, HTTPStatus.OK)
    assert await _alive(pods) == {SESSION}
    assert [request.content for request in pods.asked] == [pods.asked[0].content] * asking.TRIES


async def test_when_no_pod_answers_it_is_said_after_the_last_try() -> None:
    pods = Pods(httpx.ConnectError("refused"))
    with pytest.raises(BackendAwayError, match=f"{PATH}: ConnectError"):
        await _alive(pods)
    assert len(pods.asked) == asking.TRIES


@pytest.mark.parametrize(
    "turn",
    [httpx.ReadTimeout("slow"), httpx.PoolTimeout("full"), HTTPStatus.SERVICE_UNAVAILABLE],
    ids=["slow", "full", "refused"],
)
async def test_a_service_with_too_much_to_do_is_not_asked_again(turn: Exception | int) -> None:
    pods = Pods(turn, HTTPStatus.OK)
    with pytest.raises(BackendAwayError):
        await _alive(pods)
    assert len(pods.asked) == 1


async def test_a_try_that_failed_late_is_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "AGAIN_SECONDS", -1.0)
    pods = Pods(httpx.ReadError("reset after seconds"), HTTPStatus.OK)
    with pytest.raises(BackendAwayError, match="ReadError"):
        await _alive(pods)
    assert len(pods.asked) == 1


async def test_a_pod_that_takes_no_connection_is_given_a_second() -> None:
    """Of the whole time of a request, however long the read itself may wait."""
    pods = Pods(HTTPStatus.OK)
    async with httpx.AsyncClient(transport=httpx.MockTransport(pods)) as http:
        with pytest.raises(BackendAwayError, match="contract"):
            await inside.InsideChats(Inside("http://svc-chat", http)).member(
                ChatId(SESSION), PersonId(SESSION), 1
            )
    timeout = pods.asked[0].extensions["timeout"]
    assert timeout["connect"] == asking.CONNECT_SECONDS
    assert timeout["read"] == inside.WAITING_TIMEOUT_SECONDS
    async with open_http() as http:
        assert http.timeout.connect == asking.CONNECT_SECONDS


async def test_a_kept_connection_that_ends_under_a_request_costs_no_answer() -> None:
    """Over real sockets: the first connection answers once, and is closed while it is asked again."""
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        first = connections == 1
        try:
            await _take(reader)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(ALIVE) + ALIVE)
            await _take(reader)
            if not first:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(ALIVE) + ALIVE)
                await reader.read()
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    await _with_server(serve)
    assert connections == 2


async def _take(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    )
    await reader.readexactly(length)


async def _with_server(
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, open_http() as http:
        sessions = InsideSessions(Inside(f"http://127.0.0.1:{port}", http))
        for _ in range(2):
            assert await sessions.alive([SESSION]) == {SESSION}
