"""REST from the endpoint table: everything wrong with a request is a problem that names it."""

from typing import Any

import httpx
import pytest
from http_app import CHAT, ORIGIN, PERSON, FakeAccess, mark, send

from nexync_contracts import endpoints, message_endpoints, people_endpoints, rest
from nexync_contracts.errors import ProblemCode
from nexync_runtime.http import Call, application, routes_of
from nexync_runtime.limiting import Budget


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
        routes_of({message_endpoints.READ_MARK: mark}, FakeAccess(), allowed_origins=origins)
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


async def test_too_many_requests_are_told_when_to_come_again() -> None:
    """Every answer says how much is left; 429 is a problem, and nothing is done for it."""
    called: list[str] = []

    async def counted(call: Call) -> rest.ReadMarkView:
        called.append("once")
        return await mark(call)

    routes = routes_of({message_endpoints.READ_MARK: counted}, FakeAccess(Budget(0.4, 2)))
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
