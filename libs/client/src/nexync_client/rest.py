"""REST over the wire: the endpoint table is the client. One instance is one person's cookie jar, or one bot's token."""

import asyncio
from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Self, TypeVar
from uuid import uuid4

import httpx
from pydantic import BaseModel, ValidationError

from nexync_client.errors import RefusedError
from nexync_contracts import endpoints
from nexync_contracts.channels import ACCESS_COOKIE, REFRESH_COOKIE, cookie_name
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import Problem, ProblemCode

Model = TypeVar("Model", bound=BaseModel)

_UNAUTHORIZED = 401
_AGAIN = frozenset({ProblemCode.NOT_YET, ProblemCode.UNAVAILABLE, ProblemCode.TOO_MANY})


class Rest:
    """Calls the endpoints at `page`, for a person by cookies or, with a `token`, for a bot.

    `page` is a URL without a slash at the end. `origin` is what is said as Origin, the page's own if None; a token
    needs none. What the server says is only not yet possible is repeated for `patience` seconds; one answer may take
    `timeout` seconds. Secure cookies go to a loopback page without TLS too, as browsers do it.
    """

    def __init__(
        self,
        page: str,
        *,
        origin: str | None = None,
        token: str | None = None,
        patience: float = 20.0,
        timeout: float = 10.0,
    ) -> None:
        self.page = page.rstrip("/")
        self.origin = origin or self.page
        self.token = token
        self._cookie = cookie_name(ACCESS_COOKIE, [self.origin])
        self._patience = patience
        self._http = httpx.AsyncClient(
            base_url=self.page,
            headers={"Origin": self.origin} if token is None else _bearer(token),
            timeout=httpx.Timeout(timeout),
            limits=httpx.Limits(max_connections=4, keepalive_expiry=5.0),
            trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(secure_protocols=("http", "https", "ws", "wss"))),
        )
        self._refreshing = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

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

    @property
    def socket(self) -> str:
        """The WebSocket URL beside the page."""
        return self.page.replace("http", "ws", 1) + "/ws"

    @property
    def handshake(self) -> dict[str, str]:
        """The headers with which a socket proves whose it is."""
        if self.token is not None:
            return _bearer(self.token)
        return {"Origin": self.origin, "Cookie": self.cookie}

    async def raw(
        self,
        endpoint: Endpoint,
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, int | str] | None = None,
        json: object = None,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """One request as it is, with any JSON or any bytes; raises only httpx's transport errors."""
        url = endpoint.path.format(**(path or {}))
        return await self._http.request(
            endpoint.method, url, params=query, json=json, content=content, headers=headers
        )

    async def call(
        self,
        endpoint: Endpoint,
        answer: type[Model],
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, int | str] | None = None,
        body: BaseModel | None = None,
        content: bytes | None = None,
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
                    endpoint, path=path, query=query, json=json, content=content, headers=headers
                )
            except httpx.TransportError:
                if loop.time() > deadline:
                    raise
                await asyncio.sleep(0.3)
                continue
            if response.is_success:
                return answer.model_validate_json(response.content)
            refusal = _refusal(endpoint, response)
            mine = self.token is None and not endpoint.open and not refreshed
            if refusal.status == _UNAUTHORIZED and mine:
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

    async def renew(self) -> bool:
        """Refresh what `handshake` says; False when there is nothing to refresh any more.

        What goes wrong on the way counts as done: the next handshake tells.
        """
        if self.token is not None:
            return False
        try:
            await self.refresh()
        except RefusedError as error:
            return error.status != _UNAUTHORIZED
        except httpx.TransportError:
            return True
        return True


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _refusal(endpoint: Endpoint, response: httpx.Response) -> RefusedError:
    problem: Problem | None = None
    try:
        problem = Problem.model_validate_json(response.content)
    except ValidationError:
        problem = None
    return RefusedError(endpoint, response.status_code, problem, response.text)
