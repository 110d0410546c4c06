"""REST from the endpoint table: everything wrong with a request is a problem that names it."""

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

from nexync_contracts import endpoints, people_endpoints, rest
from nexync_contracts.errors import Problem, ProblemCode
from nexync_contracts.ids import ChatId, PersonId, SessionId
from nexync_contracts.session import AccessClaims
from nexync_runtime.http import Call, Entered, ProblemError, application, routes_of, serve
from nexync_runtime.lifecycle import Lifecycle
from nexync_runtime.limiting import Budget, LocalBuckets, Policy
from nexync_runtime.refusing import Bounded, ProblemProtocol
from nexync_runtime.settings import Settings

PERSON = PersonId("00000000-0000-4000-8000-000000000001")
CHAT = "00000000-0000-4000-8000-00000000000a"
ORIGIN = "http://nexync.test"


class FakeAccess:
    """Knows one token, and lets so many of its requests through where they are counted."""

    def __init__(self, budget: Budget | None = None) -> None:
        self._buckets = LocalBuckets(lambda: 0.0)
        self._budget = budget

    async def enter(self, token: str | None, cost: int) -> Entered:
        if token != "good":
            raise ProblemError(401, ProblemCode.UNAUTHENTICATED, "Log in first")
        claims = AccessClaims(
            iss="i", aud="a", sub=PERSON, sid=SessionId(CHAT), username="ada", iat=1, exp=2
        )
        if self._budget is None:
            return Entered(claims)
        policy = Policy("session", claims.sid, self._budget)
        return Entered(claims, self._buckets.take([policy], cost))


async def mark(call: Call) -> rest.ReadMarkView:
    body: rest.ReadMarkBody = call.body
    return rest.ReadMarkView(chat=ChatId(CHAT), seq=body.seq, unread=0)


async def timeline(call: Call) -> rest.Accepted:
    return rest.Accepted(status=f"{call.integer('before')} {call.claims.username}")


async def boom(call: Call) -> None:
    msg = "the secret detail"
    raise KeyError(msg)


def app() -> Starlette:
    return application(
        routes_of(
            {
                endpoints.READ_MARK: mark,
                endpoints.TIMELINE: timeline,
                endpoints.LOGOUT: boom,
            },
            FakeAccess(),
            allowed_origins=[ORIGIN],
        )
    )


async def send(method: str, path: str, **options: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app=app())
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
        http.cookies.set("nexync_access", options.pop("token", "good"))
        return await http.request(method, path, **options)


async def test_a_word_is_not_taken_for_a_parameter() -> None:
    """Whatever the order of the table."""

    async def person(call: Call) -> rest.Accepted:
        return rest.Accepted(status=call.path["person"][:8])

    async def suggestions(call: Call) -> rest.Accepted:
        del call
        return rest.Accepted(status="suggestions")

    for order in (1, -1):
        table = {endpoints.PERSON: person, people_endpoints.SUGGESTIONS: suggestions}
        routes = routes_of(dict(list(table.items())[::order]), FakeAccess())
        transport = httpx.ASGITransport(app=application(routes))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
            http.cookies.set("nexync_access", "good")
            for path, status in (("suggestions", "suggestions"), (PERSON, PERSON[:8])):
                answer = await http.get(f"/api/people/{path}")
                assert answer.json() == {"status": status}


async def test_answers_a_good_request() -> None:
    """Validated body in, contract out, security headers on."""
    answer = await send("PUT", f"/api/chats/{CHAT}/read-mark", json={"seq": 7})
    assert answer.status_code == 200
    assert answer.json()["seq"] == 7
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("method", "origin", "site", "refused"),
    [
        ("PUT", ORIGIN, "same-origin", False),
        ("PUT", ORIGIN, None, False),
        ("PUT", "http://evil.example", "cross-site", True),
        ("PUT", "null", "cross-site", True),
        ("PUT", None, "cross-site", True),
        ("PUT", None, "same-site", True),
        ("PUT", None, "same-origin", False),
        ("PUT", None, "none", False),
        ("PUT", None, None, False),
        ("GET", None, "same-origin", False),
        ("GET", None, "none", False),
        ("GET", None, "cross-site", True),
        ("GET", None, "same-site", True),
    ],
)
async def test_a_foreign_page_gets_nothing(
    method: str, origin: str | None, site: str | None, refused: bool
) -> None:
    """By Origin where the browser says it, by Fetch Metadata otherwise, before the cookie is looked at."""
    headers = {"Origin": origin, "Sec-Fetch-Site": site}
    given = {name: value for name, value in headers.items() if value is not None}
    path = "read-mark" if method == "PUT" else "timeline"
    body = {"seq": 7} if method == "PUT" else None
    answer = await send(method, f"/api/chats/{CHAT}/{path}", json=body, headers=given)
    assert (answer.status_code == 403) == refused
    if refused:
        assert answer.json()["code"] == "foreign_origin"


@pytest.mark.parametrize(
    ("origins", "cookie", "status"),
    [
        (["https://nexync.example"], "__Host-nexync_access", 200),
        (["https://nexync.example"], "nexync_access", 401),
        (["http://nexync.example", "https://nexync.example"], "nexync_access", 200),
    ],
)
async def test_where_tls_is_only_a_cookie_of_this_host_counts(
    origins: list[str], cookie: str, status: int
) -> None:
    """A neighbouring host can set a cookie for us, but not one with this prefix."""
    served = application(
        routes_of({endpoints.READ_MARK: mark}, FakeAccess(), allowed_origins=origins)
    )
    transport = httpx.ASGITransport(app=served)
    async with httpx.AsyncClient(
        transport=transport, base_url="https://x", headers={"Cookie": f"{cookie}=good"}
    ) as http:
        answer = await http.put(f"/api/chats/{CHAT}/read-mark", json={"seq": 7})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"json": {"seq": -1}}, ["body", "seq"]),
        ({"json": {"seq": 1, "extra": 1}}, ["body", "extra"]),
        ({"json": {"seq": "1"}}, ["body", "seq"]),
        ({"content": b"{"}, ["body"]),
        ({"content": b'{"seq": "\xff"}'}, ["body"]),
    ],
)
async def test_names_the_wrong_field(options: dict[str, Any], where: list[str]) -> None:
    """422 with the path of what is wrong."""
    answer = await send("PUT", f"/api/chats/{CHAT}/read-mark", **options)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["issues"][0]["path"] == where


@pytest.mark.parametrize(
    ("path", "where"),
    [
        (f"/api/chats/{CHAT}/timeline?limit=0", ["query", "limit"]),
        (f"/api/chats/{CHAT}/timeline?limit=x", ["query", "limit"]),
        ("/api/chats/nonsense/timeline", ["path", "chat"]),
    ],
)
async def test_names_the_wrong_parameter(path: str, where: list[str]) -> None:
    """Query and path parameters are checked like bodies."""
    answer = await send("GET", path)
    assert answer.status_code == 422
    assert answer.json()["issues"][0]["path"] == where


async def test_large_body_is_refused() -> None:
    """Over the limit: 413, before it is parsed."""
    answer = await send("PUT", f"/api/chats/{CHAT}/read-mark", content=b"x" * 70_000)
    assert answer.status_code == 413


async def test_login_is_needed() -> None:
    """No good token: 401 as a problem."""
    answer = await send("GET", f"/api/chats/{CHAT}/timeline", token="bad")
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthenticated"


async def test_foreign_origin_changes_nothing() -> None:
    """An unsafe method from another site's page is refused; from ours it is taken."""
    path = f"/api/chats/{CHAT}/read-mark"
    foreign = await send("PUT", path, json={"seq": 1}, headers={"Origin": "http://evil.test"})
    ours = await send("PUT", path, json={"seq": 1}, headers={"Origin": ORIGIN})
    assert (foreign.status_code, foreign.json()["code"]) == (403, "foreign_origin")
    assert ours.status_code == 200


async def test_unexpected_errors_keep_their_secrets() -> None:
    """500 says nothing of what went wrong inside."""
    answer = await send("POST", "/api/auth/logout")
    assert answer.status_code == 500
    assert "secret" not in answer.text


async def test_unknown_path_is_a_problem() -> None:
    """Even what no route knows is answered with a problem."""
    answer = await send("GET", "/nowhere")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


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


async def test_too_many_requests_are_told_when_to_come_again() -> None:
    """Every answer says how much is left; 429 is a problem, and nothing is done for it."""
    called: list[str] = []

    async def counted(call: Call) -> rest.ReadMarkView:
        called.append("once")
        return await mark(call)

    routes = routes_of({endpoints.READ_MARK: counted}, FakeAccess(Budget(0.4, 2)))
    transport = httpx.ASGITransport(app=application(routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
        anonymous = await http.put(f"/api/chats/{CHAT}/read-mark", json={"seq": 7})
        assert anonymous.status_code == 401
        assert "ratelimit" not in anonymous.headers
        http.cookies.set("nexync_access", "good")
        good = await http.put(f"/api/chats/{CHAT}/read-mark", json={"seq": 7})
        assert good.headers["RateLimit-Policy"] == '"session";q=2;w=5'
        assert good.headers["RateLimit"] == '"session";r=1;t=3'
        wrong = await http.put(f"/api/chats/{CHAT}/read-mark", json={"seq": "x"})
        assert wrong.status_code == 422
        assert wrong.headers["RateLimit"] == '"session";r=0;t=5'
        refused = await http.put(f"/api/chats/{CHAT}/read-mark", json={"seq": 7})
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == ProblemCode.TOO_FAST
    assert refused.json()["retry_after"] == 2.5
    assert refused.headers["Retry-After"] == "3"
    assert refused.headers["RateLimit"] == '"session";r=0;t=5'
    assert called == ["once"]


async def test_an_answer_that_still_holds_is_not_sent_again() -> None:
    """304 without a body for who has it, however it is named; another answer has another tag."""
    path = f"/api/chats/{CHAT}/timeline"
    first = await send("GET", path)
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert first.headers["Vary"] == "Cookie"
    for asked in (tag, f"W/{tag}", f'"other", {tag}'):
        again = await send("GET", path, headers={"If-None-Match": asked})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == tag
        assert again.headers["Cache-Control"] == "private, no-cache"
    other = await send("GET", path, params={"before": 3}, headers={"If-None-Match": tag})
    assert other.status_code == 200
    assert other.headers["ETag"] != tag


async def test_errors_and_changes_are_never_kept() -> None:
    """No tag, and `no-store`."""
    for answer in (
        await send("GET", f"/api/chats/{CHAT}/timeline", token="bad"),
        await send("PUT", f"/api/chats/{CHAT}/read-mark", json={"seq": 7}),
    ):
        assert answer.headers["Cache-Control"] == "no-store"
        assert "etag" not in answer.headers
