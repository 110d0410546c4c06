"""REST over the wire: the endpoint table is the client. One instance is one person's cookie jar."""

import asyncio
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TypeVar
from uuid import uuid4

import httpx
from pydantic import BaseModel, ValidationError

from nexync_contracts import endpoints
from nexync_contracts.channels import ACCESS_COOKIE, REFRESH_COOKIE, cookie_name
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import Problem, ProblemCode

Model = TypeVar("Model", bound=BaseModel)

_UNAUTHORIZED = 401
_AGAIN = frozenset({ProblemCode.NOT_YET, ProblemCode.UNAVAILABLE, ProblemCode.TOO_MANY})


class RefusedError(Exception):
    """The server answered with a problem; `problem` is None when the answer wasn't problem+json."""

    def __init__(self, endpoint: Endpoint, status: int, problem: Problem | None, text: str) -> None:
        self.status = status
        self.problem = problem
        said = f"{problem.code}: {problem.detail or problem.title}" if problem else text[:200]
        super().__init__(f"{endpoint.method} {endpoint.path} answered {status} {said}")

    @property
    def code(self) -> ProblemCode | None:
        """The problem's stable code."""
        return self.problem.code if self.problem else None


class Rest:
    """Sends secure cookies to a loopback page without TLS too, as browsers do.

    Calls endpoints at `page` with `origin` as Origin; repeats what the server says is only not yet possible.
    """

    def __init__(self, page: str, *, origin: str | None = None, patience: float = 20.0) -> None:
        self.page = page
        self.origin = origin or page
        self._cookie = cookie_name(ACCESS_COOKIE, [self.origin])
        self._patience = patience
        self._http = httpx.AsyncClient(
            base_url=page,
            headers={"Origin": self.origin},
            timeout=httpx.Timeout(10.0),
            limits=httpx.Limits(max_connections=4, keepalive_expiry=5.0),
            trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(secure_protocols=("http", "https", "ws", "wss"))),
        )
        self._refreshing = asyncio.Lock()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    @property
    def access_token(self) -> str:
        """The access token of the cookie jar, empty when logged out."""
        return self._http.cookies.get(self._cookie) or ""

    @property
    def refresh_token(self) -> str:
        """The refresh token of the cookie jar, empty when logged out."""
        return self._http.cookies.get(cookie_name(REFRESH_COOKIE, [self.origin])) or ""

    @property
    def cookie(self) -> str:
        """The Cookie header that a socket of this person sends."""
        return f"{self._cookie}={self.access_token}"

    async def raw(
        self,
        endpoint: Endpoint,
        *,
        path: dict[str, str] | None = None,
        query: dict[str, int | str] | None = None,
        json: object = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """One request as it is, with any JSON; raises only httpx's transport errors."""
        url = endpoint.path.format(**(path or {}))
        return await self._http.request(
            endpoint.method, url, params=query, json=json, headers=headers
        )

    async def call(
        self,
        endpoint: Endpoint,
        answer: type[Model],
        *,
        path: dict[str, str] | None = None,
        query: dict[str, int | str] | None = None,
        body: BaseModel | None = None,
        key: str | None = None,
    ) -> Model:
        """The endpoint's validated answer.

        A command gets an `Idempotency-Key`, so repeating it is safe: 429, 502, 503, 504 and lost connections
        are repeated within the patience. An expired access token is refreshed once. Raises RefusedError.
        """
        headers = {"Idempotency-Key": key or str(uuid4())} if endpoint.idempotent_by_key else {}
        json = body.model_dump(mode="json", exclude_none=True) if body is not None else None
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._patience
        refreshed = False
        while True:
            try:
                response = await self.raw(
                    endpoint, path=path, query=query, json=json, headers=headers
                )
            except httpx.TransportError:
                if loop.time() > deadline:
                    raise
                await asyncio.sleep(0.3)
                continue
            if response.is_success:
                return answer.model_validate_json(response.content)
            refusal = _refusal(endpoint, response)
            if refusal.status == _UNAUTHORIZED and not endpoint.open and not refreshed:
                refreshed = True
                await self.refresh()
                continue
            again = refusal.code in _AGAIN or refusal.status in {429, 502, 503, 504}
            if not again or loop.time() > deadline:
                raise refusal
            wait = refusal.problem.retry_after if refusal.problem else None
            await asyncio.sleep(min(wait if wait is not None else 0.5, 2.0))

    async def refresh(self) -> None:
        """Change the refresh cookie for new cookies. Raises RefusedError when the session is over."""
        before = self.access_token
        async with self._refreshing:
            if self.access_token != before:
                return
            response = await self.raw(endpoints.REFRESH)
            if not response.is_success:
                raise _refusal(endpoints.REFRESH, response)


def _refusal(endpoint: Endpoint, response: httpx.Response) -> RefusedError:
    problem: Problem | None = None
    try:
        problem = Problem.model_validate_json(response.content)
    except ValidationError:
        problem = None
    return RefusedError(endpoint, response.status_code, problem, response.text)
