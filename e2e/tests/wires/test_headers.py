"""What every answer says to browsers, over the edge: nothing may be sniffed, framed, cached or used by another site."""

import httpx
import pytest

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
