"""What every answer says to browsers, over the edge: nothing may be sniffed, framed, cached or used by another site."""

import asyncio
from urllib.parse import urlsplit

import httpx
import pytest

from nexync_contracts.errors import Problem
from nexync_e2e.client import sign_up
from nexync_e2e.settings import Wires

pytestmark = pytest.mark.e2e

API = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
REVALIDATED = {"cache-control": "private"}
"""Of answers with an ETag, which the one who asked may keep and must ask about each time."""
PAGE = {
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
CROSS_ORIGIN = ("access-control-allow-origin", "access-control-allow-credentials")


def _has(answer: httpx.Response, wanted: dict[str, str]) -> None:
    where = f"{answer.request.method} {answer.request.url.path} {answer.status_code}"
    for name, value in wanted.items():
        # The edge may say once more what the service said.
        said = {part.strip() for part in answer.headers.get(name, "").split(",")}
        assert value in said, f"{where}: {name}: {answer.headers.get(name)}"
    for name in CROSS_ORIGIN:
        assert name not in answer.headers, f"{where}: {name}"


async def test_every_answer_of_the_api(where: Wires) -> None:
    """Done, refused, invalid, unknown, too large, of another origin's page: problems are problems, on both services."""
    mine = await sign_up(where.page, where.mail)
    async with httpx.AsyncClient(
        base_url=where.page, headers={"Origin": where.page, "Cookie": mine.rest.cookie}
    ) as http:
        done = [
            await http.get("/api/auth/session"),
            await http.get("/api/auth/passkeys"),
            await http.get("/api/chats"),
            await http.get("/api/connections"),
        ]
        problems = [
            await http.get("/api/auth/nothing-here"),
            await http.get("/api/nothing-here"),
            await http.put("/api/auth/session"),
            await http.post("/api/auth/login", content=b"{"),
            await http.post("/api/auth/login", content=b" " * 70_000),
            await http.get("/api/chats/not-an-id"),
            await http.get("/api/people", params={"q": "a" * 9_000}),
            await http.get("/api/people", headers={"X-Long": "a" * 9_000}),
            await http.get("/api/chats", headers={"Cookie": ""}),
            await http.post("/api/chats", json={}, headers={"Origin": "https://evil.example"}),
            await http.options(
                "/api/chats",
                headers={
                    "Origin": "https://evil.example",
                    "Access-Control-Request-Method": "POST",
                },
            ),
        ]
    for answer in done:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
    for answer in problems:
        assert answer.status_code >= 400
        assert answer.headers["content-type"] == "application/problem+json", answer.url
        assert answer.json()["status"] == answer.status_code
    for answer in (*done, *problems):
        _has(answer, API if "etag" not in answer.headers else API | REVALIDATED)
    await mine.close()


HOST = b"Host: nexync.test\r\nConnection: close\r\n"
RAW = {
    "no request": (b"nonsense\r\n\r\n", 400),
    "no host": (b"GET /api/chats HTTP/1.1\r\n\r\n", 400),
    "two hosts": (b"GET /api/chats HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400),
    "out of the root": (b"GET /api/../../chats HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a byte of zero": (b"GET /api/chats/%00 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a tab that stands": (b"GET /api/chats HTTP/1.1\r\nX: a\x0bb\r\n" + HOST + b"\r\n", 400),
    "no length": (b"POST /api/chats HTTP/1.1\r\nContent-Length: x\r\n" + HOST + b"\r\n", 400),
    "no chunks": (
        b"POST /api/chats HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + HOST + b"\r\nzz\r\n",
        400,
    ),
    "a method for proxies": (b"TRACE /api/chats HTTP/1.1\r\n" + HOST + b"\r\n", 405),
    "a length that is too large": (
        b"POST /api/chats HTTP/1.1\r\nContent-Length: 99999999999\r\n" + HOST + b"\r\n",
        413,
    ),
    "an address that is too long": (
        b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
        414,
    ),
    "a header that is too long": (
        b"GET / HTTP/1.1\r\nX-Long: " + b"a" * 9_000 + b"\r\n" + HOST + b"\r\n",
        431,
    ),
    "an encoding that nobody knows": (
        b"POST /api/chats HTTP/1.1\r\nTransfer-Encoding: gzip\r\n" + HOST + b"\r\n",
        501,
    ),
    "a version of later": (b"GET / HTTP/7.0\r\n" + HOST + b"\r\n", 505),
}


@pytest.mark.parametrize("what", RAW)
async def test_what_is_hardly_a_request_is_answered_with_a_problem_too(
    where: Wires, what: str
) -> None:
    """Bytes that no client library sends. Nothing of it is a page of HTML."""
    sent, status = RAW[what]
    edge = urlsplit(where.page)
    async with asyncio.timeout(30):
        reader, writer = await asyncio.open_connection(edge.hostname, edge.port)
        writer.write(sent)
        await writer.drain()
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    assert first.startswith(f"HTTP/1.1 {status} "), first
    assert headers["content-type"] == "application/problem+json"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"].startswith("nosniff")
    problem = Problem.model_validate_json(body)
    assert problem.status == status


async def test_the_page_and_its_parts(where: Wires) -> None:
    """No script but ours runs in it, and nobody frames it; what is below a hash is kept, the page itself isn't."""
    async with httpx.AsyncClient(base_url=where.page) as http:
        for path in ("/", "/login", "/settings/security", "/nothing-here"):
            answer = await http.get(path)
            _has(answer, PAGE)
            policy = dict(
                part.strip().split(" ", 1)
                for part in answer.headers["content-security-policy"].split(";")
            )
            assert policy["default-src"] == "'self'"
            assert "'unsafe-inline'" not in policy["script-src"]
            assert "'unsafe-eval'" not in policy["script-src"]
            assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
            assert "geolocation=()" in answer.headers["permissions-policy"]
        page = (await http.get("/")).text
        asset = page[page.index("/_next/static/") :].split('"', 1)[0]
        answer = await http.get(asset)
        kept = {"x-content-type-options": "nosniff", "cross-origin-resource-policy": "same-origin"}
        _has(answer, kept)
        assert "immutable" in answer.headers["cache-control"]
