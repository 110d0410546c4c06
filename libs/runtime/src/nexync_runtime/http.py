"""REST from the endpoint table: validation, login, origin check, problems; services write only the handlers."""

import asyncio
import contextlib
import hashlib
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, NamedTuple, Protocol

import uvicorn
from pydantic import BaseModel
from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nexync_contracts.channels import ACCESS_COOKIE, BOT_TOKEN_PREFIX, cookie_name
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import Problem, ProblemCode
from nexync_contracts.session import AccessClaims
from nexync_runtime import log
from nexync_runtime.lifecycle import Lifecycle
from nexync_runtime.limiting import Standing
from nexync_runtime.parsing import read_body, read_key, read_path, read_query
from nexync_runtime.problems import SECURITY_HEADERS, ProblemError, problem_response
from nexync_runtime.refusing import Bounded, ProblemProtocol
from nexync_runtime.server import BoundServer, bind

LINGER_SECONDS: Final = 1.0
"""For requests that are on their way over a kept connection when the service begins to drain."""

HANDLER_SECONDS: Final = 15.0
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
FOREIGN_SITES: Final = frozenset({"cross-site", "same-site"})
"""Values of `Sec-Fetch-Site` for requests that another origin's page makes; a neighbouring host is another origin."""
REVALIDATED: Final = {"Cache-Control": "private, no-cache", "Vary": "Cookie"}
"""Of answers with an `ETag`: only the one who asked keeps them, and asks each time whether they hold (RFC 9111)."""

_log = log.get("http")

__all__ = [
    "Access",
    "Call",
    "Entered",
    "Handler",
    "ProblemError",
    "application",
    "contract_response",
    "problem_response",
    "routes_of",
    "serve",
]


class Entered(NamedTuple):
    """Who asks, and where they stand with their limits, the cost of this request taken; None where nothing counts."""

    claims: AccessClaims
    standing: Standing | None = None


class Access(Protocol):
    """Who is it? Raises ProblemError 401 when the token is missing, wrong, expired or of an ended session."""

    async def enter(self, token: str | None, cost: int) -> Entered: ...


@dataclass(frozen=True, slots=True)
class Call:
    """One request, validated. `key` is the Idempotency-Key, a UUID in canonical text."""

    request: Request
    endpoint: Endpoint
    body: Any
    path: Mapping[str, str]
    query: Mapping[str, int | str | None]
    login: AccessClaims | None
    key: str | None

    @property
    def claims(self) -> AccessClaims:
        """The login. Only for endpoints that need one."""
        if self.login is None:
            msg = f"{self.endpoint.name} is open: it has no login"
            raise RuntimeError(msg)
        return self.login

    def integer(self, name: str) -> int | None:
        """An integer query parameter, None when absent."""
        value = self.query.get(name)
        return value if isinstance(value, int) else None

    def text(self, name: str) -> str | None:
        """A text query parameter, None when absent."""
        value = self.query.get(name)
        return value if isinstance(value, str) else None


Handler = Callable[[Call], Awaitable[BaseModel | Response | None]]


def contract_response(model: BaseModel, status: int = 200) -> Response:
    """A contract as JSON."""
    return Response(
        to_json(model, by_alias=True), status_code=status, media_type="application/json"
    )


def routes_of(
    handlers: Mapping[Endpoint, Handler],
    access: Access,
    *,
    allowed_origins: Sequence[str] = (),
    bots: bool = False,
) -> list[BaseRoute]:
    """Routes for the endpoints, words before parameters, so that `/people/{person}` doesn't take `/people/suggestions`.

    The origins also say under which name the access cookie comes. With `bots` a bot's token in
    `Authorization` is a login too, for the endpoints that are open to bots.
    """
    origins = frozenset(allowed_origins)
    cookie = cookie_name(ACCESS_COOKIE, allowed_origins)
    return [
        Route(
            endpoint.path,
            _Operation(endpoint, handler, access, origins, cookie, bots=bots),
            methods=[endpoint.method],
            name=endpoint.name,
        )
        for endpoint, handler in sorted(handlers.items(), key=lambda one: _precedence(one[0].path))
    ]


def _precedence(path: str) -> list[tuple[bool, str]]:
    return [(part.startswith("{"), part) for part in path.split("/")]


class _Operation:
    """One endpoint as an ASGI application."""

    def __init__(
        self,
        endpoint: Endpoint,
        handler: Handler,
        access: Access,
        origins: frozenset[str],
        cookie: str,
        *,
        bots: bool,
    ) -> None:
        self._endpoint = endpoint
        self._handler = handler
        self._access = access
        self._origins = origins
        self._cookie = cookie
        self._bots = bots

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        identity = uuid.uuid4().hex
        log.bind(request=identity)
        standing: dict[str, str] = {}
        try:
            async with asyncio.timeout(HANDLER_SECONDS):
                response = await self._answer(request, standing)
        except ProblemError as error:
            response = problem_response(error.problem)
        except TimeoutError:
            response = problem_response(
                Problem(
                    title="The answer took too long",
                    status=503,
                    code=ProblemCode.UNAVAILABLE,
                    retry_after=2,
                )
            )
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - the last resort of a request: logged, answered with 500 or 503
            response = problem_response(_unexpected(error))
        response.headers["X-Request-Id"] = identity
        response.headers.update(standing)
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        await response(scope, receive, send)

    async def _answer(self, request: Request, standing: dict[str, str]) -> Response:
        """The answer; `standing` gets the headers that tell how much more may be asked for."""
        endpoint = self._endpoint
        if self._foreign(request):
            raise ProblemError(
                403, ProblemCode.FOREIGN_ORIGIN, "Requests from this origin are not allowed"
            )
        login = None
        if not endpoint.open:
            login = await self._login(request, standing)
            if login.bot and not endpoint.bots:
                raise ProblemError(403, ProblemCode.FORBIDDEN, "Bots may not do this")
            if login.setup and not endpoint.setup:
                raise ProblemError(
                    403,
                    ProblemCode.SECOND_FACTOR_NEEDED,
                    "Set up a second factor first, it is asked for here",
                )
        call = Call(
            request=request,
            endpoint=endpoint,
            body=await read_body(request, endpoint),
            path=read_path(request, endpoint),
            query=read_query(request, endpoint.query),
            login=login,
            key=read_key(request) if endpoint.idempotent_by_key else None,
        )
        answer = await self._handler(call)
        if isinstance(answer, BaseModel):
            answer = contract_response(answer, endpoint.status)
        if answer is None:
            return Response(status_code=endpoint.status)
        return _revalidated(request, answer) if endpoint.revalidated else answer

    async def _login(self, request: Request, standing: dict[str, str]) -> AccessClaims:
        """By a bot's token if the request carries one, else by the cookie. Raises ProblemError."""
        token = _bot_token(request) if self._bots else None
        entered = await self._access.enter(
            token or request.cookies.get(self._cookie), self._endpoint.cost
        )
        log.bind(person=entered.claims.sub)
        if entered.standing is not None:
            standing.update(entered.standing.headers())
            _check(entered.standing.wait)
        return entered.claims

    def _foreign(self, request: Request) -> bool:
        """Whether a page of somebody else makes the browser ask this.

        By Origin, which browsers add to everything that changes something, and by Fetch Metadata, which they
        add to all requests: another site gets nothing but what is open and only read. A caller that sends
        neither is no browser, and has no cookies that a page could use.
        """
        changes = request.method not in SAFE_METHODS
        origin = request.headers.get("origin")
        if changes and origin is not None:
            return origin not in self._origins
        site = request.headers.get("sec-fetch-site")
        return site in FOREIGN_SITES and (changes or not self._endpoint.open)


def _check(wait: float) -> None:
    """Raises ProblemError 429 where there is something to wait for."""
    if wait > 0:
        raise ProblemError(
            429,
            ProblemCode.TOO_FAST,
            "These are too many requests at once",
            detail=f"come again in {wait:.1f} s",
            retry_after=wait,
        )


def _revalidated(request: Request, response: Response) -> Response:
    """The answer with its ETag, or 304 when the client has it. The tag is a digest of the body: equal means equal."""
    if response.status_code != HTTPStatus.OK:
        return response
    tag = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    asked = request.headers.get("if-none-match", "")
    if tag in {one.strip().removeprefix("W/") for one in asked.split(",")}:
        response = Response(status_code=HTTPStatus.NOT_MODIFIED)
    response.headers.update({"ETag": tag, **REVALIDATED})
    return response


def _bot_token(request: Request) -> str | None:
    """The token of a bot in `Authorization: Bearer …`. No other token is taken there: pages have cookies."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    bearer = scheme.lower() == "bearer" and token.startswith(BOT_TOKEN_PREFIX)
    return token if bearer else None


def _unexpected(error: Exception) -> Problem:
    _log.error("request failed", reason=f"{type(error).__name__}: {error}", exc_info=error)
    if isinstance(error, OSError) or type(error).__module__.split(".")[0] in {
        "psycopg",
        "psycopg_pool",
        "redis",
    }:
        return Problem(
            title="A part of the service is away for a moment",
            status=503,
            code=ProblemCode.UNAVAILABLE,
            retry_after=2,
        )
    return Problem(title="Something went wrong on our side", status=500, code=ProblemCode.INTERNAL)


_HTTP_CODES: Final = {
    404: (ProblemCode.NOT_FOUND, "There is nothing here"),
    405: (ProblemCode.NOT_FOUND, "This method is not allowed here"),
}


async def _http_problem(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    code, title = _HTTP_CODES.get(status, (ProblemCode.INTERNAL, "The request failed"))
    response = problem_response(Problem(title=title, status=status, code=code))
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def application(routes: Sequence[BaseRoute]) -> Starlette:
    """A Starlette application whose every error is a problem."""
    return Starlette(routes=list(routes), exception_handlers={HTTPException: _http_problem})


class _Parting:
    """While the service drains, every answer asks the client to make a new connection, elsewhere."""

    def __init__(self, app: ASGIApp, life: Lifecycle) -> None:
        self._app = app
        self._life = life

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def parting(message: Message) -> None:
            if message["type"] == "http.response.start" and self._life.draining:
                message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
            await send(message)

        await self._app(scope, receive, parting)


async def serve(life: Lifecycle, app: Starlette, *, host: str, port: int, name: str) -> None:
    """Serve `app` as a task of the lifecycle.

    At the drain it stops accepting, answers what still comes over kept connections with `Connection: close`
    for LINGER_SECONDS, and then ends the idle ones and finishes the requests in flight.
    """
    config = uvicorn.Config(
        app,
        http=ProblemProtocol,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_keep_alive=65,
        timeout_graceful_shutdown=max(1, round(life.settings.grace_seconds / 2)),
    )
    server = BoundServer(config)
    config.app = _Parting(Bounded(app, server.server_state), life)
    socket = bind(host, port)
    done = asyncio.Event()

    async def work() -> None:
        try:
            await server.serve(sockets=[socket])
        finally:
            done.set()

    async def drain() -> None:
        for listening in server.servers:
            listening.close()
        if server.server_state.connections:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LINGER_SECONDS):
                    await done.wait()
        server.should_exit = True
        await done.wait()

    life.task(name, work)
    life.on_drain(drain, name=f"{name} drain")
