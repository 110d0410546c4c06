"""Both ports over HTTP: who gets in, and how every refusal looks."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from nexync_contracts.endpoints import ENDPOINTS, RENAME_CHAT
from nexync_contracts.errors import Problem, ProblemCode, RejectCode
from nexync_contracts.ids import CommandId, PersonId, SessionId
from nexync_contracts.rest import CommandDone, CreateChatBody, TimelinePage
from nexync_contracts.session import AccessClaims, StreamEvents
from nexync_runtime import http
from nexync_runtime.cursors import Cursors
from nexync_runtime.http import Entered, ProblemError
from svc_chat.commanding import Actor
from svc_chat.errors import (
    BusyError,
    ClosedError,
    NotConnectedError,
    NothingThereError,
    NotYetError,
    OutcomeUnknownError,
    RefusedError,
    TooManyError,
)
from svc_chat.routes import UseCases, handlers
from svc_chat.routes_internal import internal_routes
from svc_chat.timeline import Wanted

ID = "00000000-0000-7000-8000-000000000001"
ORIGIN = "http://127.0.0.1:8080"
CURSORS = Cursors([bytes(32)])
CLAIMS = AccessClaims(
    iss="x",
    aud="x",
    sub=PersonId(ID),
    sid=SessionId(ID),
    username="ada",
    iat=0,
    exp=1,
)


class Access:
    """Lets the token `good` in."""

    async def enter(self, token: str | None, cost: int) -> Entered:
        del cost
        if token != "good":
            raise ProblemError(401, ProblemCode.UNAUTHENTICATED, "Log in first")
        return Entered(CLAIMS)


@dataclass
class Stub:
    """Stands for all use cases: raises or returns what it is told to, and remembers its calls."""

    result: Any = None
    calls: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])

    async def _answer(self, *args: Any, **kwargs: Any) -> Any:
        self.calls.append((*args, kwargs))
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    create = events = mark = look = page = remove = heads = _answer
    edit = delete = react = versions = _answer


@pytest.fixture
def stub() -> Stub:
    return Stub()


def use_cases_of(stub: Stub) -> UseCases:
    """The stub in every place."""
    parts: Any = stub
    return UseCases(
        relations=parts,
        presences=parts,
        profiles=parts,
        history=parts,
        listing=parts,
        reading=parts,
        marking=parts,
        commanding=parts,
        grouping=parts,
        hooking=parts,
        scheduling=parts,
        messaging=parts,
        pinning=parts,
        reporting=parts,
        looking=parts,
        owning=parts,
        timelines=parts,
        searching=parts,
        pushing=parts,
        exporting=parts,
        own_data=parts,
        attaching=parts,
        serving=parts,
        picturing=parts,
        contents=parts,
        receipts=parts,
    )


@pytest.fixture
async def client(stub: Stub) -> AsyncGenerator[httpx.AsyncClient]:
    use_cases = use_cases_of(stub)
    app = http.application(
        http.routes_of(handlers(use_cases, CURSORS), Access(), allowed_origins=[ORIGIN])
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://chat", cookies={"nexync_access": "good"}
    ) as opened:
        yield opened


@pytest.fixture
async def inside(stub: Stub) -> AsyncGenerator[httpx.AsyncClient]:
    parts: Any = stub
    transport = httpx.ASGITransport(http.application(internal_routes(parts, parts, parts)))
    async with httpx.AsyncClient(transport=transport, base_url="http://chat") as opened:
        yield opened


def problem(answer: httpx.Response) -> Problem:
    assert answer.headers["content-type"] == "application/problem+json"
    return Problem.model_validate_json(answer.content)


def test_every_endpoint_has_its_handler(stub: Stub) -> None:
    """The table of the contracts is the list of routes; renaming is one of them only when it is switched on."""
    use_cases = use_cases_of(stub)
    every = {one for one in ENDPOINTS if one.service == "svc-chat"}
    assert set(handlers(use_cases, CURSORS, rename=True)) == every
    assert set(handlers(use_cases, CURSORS)) == every - {RENAME_CHAT}


@pytest.mark.parametrize(
    ("refusal", "status", "code"),
    [
        (NothingThereError(), 404, ProblemCode.NOT_FOUND),
        (NotYetError(), 503, ProblemCode.NOT_YET),
        (OutcomeUnknownError(CommandId(ID)), 503, ProblemCode.NOT_YET),
        (RefusedError(RejectCode.CHAT_FULL), 409, ProblemCode.REJECTED),
        (NotConnectedError(), 403, ProblemCode.NOT_CONNECTED),
        (ClosedError(), 403, ProblemCode.FORBIDDEN),
        (TooManyError(60.0), 429, ProblemCode.TOO_MANY),
        (BusyError(), 503, ProblemCode.UNAVAILABLE),
    ],
)
async def test_refusals_are_problems(
    client: httpx.AsyncClient, stub: Stub, refusal: Exception, status: int, code: ProblemCode
) -> None:
    """503 says when to come back, a rejection says why, an unknown outcome which id to repeat."""
    stub.result = refusal
    answer = await client.request("DELETE", f"/api/chats/{ID}/members/{ID}")
    found = problem(answer)
    assert (answer.status_code, found.code) == (status, code)
    assert ("retry-after" in answer.headers) == (status in {429, 503})
    assert found.reject == (RejectCode.CHAT_FULL if status == 409 else None)
    assert not isinstance(refusal, OutcomeUnknownError) or ID in (found.detail or "")


async def test_created_and_existing_have_their_status(
    client: httpx.AsyncClient, stub: Stub
) -> None:
    """201 for a new chat, 200 for the one that was there; the key goes with the actor."""
    body = {"kind": "group", "name": " Team ", "members": [ID]}
    for created, status in ((True, 201), (False, 200)):
        stub.result = CommandDone.model_validate({"chat": ID, "seq": 1, "created": created})
        answer = await client.post("/api/chats", json=body, headers={"Idempotency-Key": ID.upper()})
        assert answer.status_code == status
    actor, parsed, _ = stub.calls[0]
    assert actor == Actor(CLAIMS.sub, CLAIMS.sid, ID)
    assert parsed == CreateChatBody.model_validate_json(
        '{"kind":"group","name":"Team","members":["' + ID + '"]}'
    )


async def test_only_members_of_the_house_get_in(client: httpx.AsyncClient, stub: Stub) -> None:
    """No cookie: 401. A foreign page: 403, before anything happens."""
    client.cookies.clear()
    answer = await client.get("/api/chats")
    assert (answer.status_code, problem(answer).code) == (401, ProblemCode.UNAUTHENTICATED)
    client.cookies.set("nexync_access", "good")
    answer = await client.put(
        f"/api/chats/{ID}/read-mark", json={"seq": 1}, headers={"Origin": "http://evil.test"}
    )
    assert (answer.status_code, problem(answer).code) == (403, ProblemCode.FOREIGN_ORIGIN)
    assert stub.calls == []


async def test_bad_input_names_field_and_limit(client: httpx.AsyncClient, stub: Stub) -> None:
    """Body, path and query are checked before any use case sees them."""
    answer = await client.post(
        "/api/chats", json={"kind": "group", "name": "x" * 81, "members": []}
    )
    issue = problem(answer).issues[0]
    assert (answer.status_code, issue.path, "80" in issue.message) == (422, ("body", "name"), True)
    answer = await client.get("/api/chats/nonsense/timeline")
    assert (answer.status_code, problem(answer).issues[0].path) == (422, ("path", "chat"))
    answer = await client.get(f"/api/chats/{ID}/timeline?limit=201")
    assert problem(answer).issues[0].path == ("query", "limit")
    answer = await client.post("/api/chats", content=b"{" + b" " * 70_000)
    assert (answer.status_code, problem(answer).code) == (413, ProblemCode.TOO_LARGE)
    for path, status in (("/api/nowhere", 404), ("/api/chats/x", 405)):
        answer = await client.request("PATCH", path)
        assert (answer.status_code, problem(answer).status) == (status, status)
    assert stub.calls == []


async def test_query_parameters_reach_the_history(client: httpx.AsyncClient, stub: Stub) -> None:
    stub.result = TimelinePage.model_validate({"chat": ID, "epoch": 1, "as_of": 3, "items": ()})
    answer = await client.get(f"/api/chats/{ID}/timeline?before=9&limit=5&at_least=3")
    assert answer.json()["as_of"] == 3
    assert answer.headers["cache-control"] == "private, no-cache"
    ((*said, more),) = stub.calls
    assert said == [ID, ID, Wanted(before=9, count=5)]
    assert (more["at_least"], more["window"]) == (3, None)


async def test_the_internal_port(inside: httpx.AsyncClient, stub: Stub) -> None:
    """Streams by name; bad names and bodies are refused, refusals are problems here too."""
    stub.result = StreamEvents.model_validate(
        {"stream": f"c:{ID}", "epoch": 1, "head": 5, "events": ()}
    )
    answer = await inside.get(f"/internal/streams/c:{ID}/events?after=2&limit=9")
    assert (answer.json()["head"], stub.calls) == (5, [(f"c:{ID}", 2, 9, {})])
    assert (await inside.get(f"/internal/streams/x:{ID}/events")).status_code == 422
    assert (await inside.post("/internal/heads", content=b'{"streams":["x"]}')).status_code == 422
    stub.result = NothingThereError()
    assert problem(await inside.get(f"/internal/streams/c:{ID}/events")).status == 404
