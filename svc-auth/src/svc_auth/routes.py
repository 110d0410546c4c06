"""The REST endpoints of svc-auth: contracts in, cookies and contracts out."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from nexync_contracts import endpoints, limits, rest
from nexync_contracts.channels import ACCESS_COOKIE, REFRESH_COOKIE
from nexync_contracts.endpoints import Endpoint
from nexync_contracts.session import SessionCheck, SessionsAlive
from nexync_runtime.http import Call, Handler, ProblemError, contract_response, problem_response
from nexync_runtime.tokens import TokenError
from svc_auth.errors import busy
from svc_auth.logging_in import Login
from svc_auth.passwords import BusyError
from svc_auth.registering import Registration
from svc_auth.sessions import SessionKeeper, Tokens
from svc_auth.signing import SigningKey

REFRESH_PATH: Final = "/api/auth"

INTERNAL_JWKS: Final = Endpoint(
    name="internal_jwks",
    service="svc-auth",
    method="GET",
    path="/internal/jwks.json",
    summary="Public keys of the access tokens, for services",
    answer=rest.Jwks,
    open=True,
)
INTERNAL_SESSIONS: Final = Endpoint(
    name="internal_sessions_check",
    service="svc-auth",
    method="POST",
    path="/internal/sessions/check",
    summary="Which of these sessions are still alive?",
    body=SessionCheck,
    answer=SessionsAlive,
    open=True,
)


class Routes:
    """The handlers. `secure` marks the cookies for TLS only."""

    def __init__(
        self,
        *,
        registration: Registration,
        login: Login,
        sessions: SessionKeeper,
        key: SigningKey,
        secure: bool,
    ) -> None:
        self._registration = registration
        self._login = login
        self._sessions = sessions
        self._key = key
        self._secure = secure

    def public(self) -> Mapping[Endpoint, Handler]:
        """What the edge passes on."""
        return {
            endpoints.REGISTER: _unless_busy(self._register),
            endpoints.VERIFY: self._verify,
            endpoints.RESEND: self._resend,
            endpoints.LOGIN: _unless_busy(self._log_in),
            endpoints.REFRESH: self._refresh,
            endpoints.LOGOUT: self._log_out,
            endpoints.SESSION: self._session,
            endpoints.JWKS: self._jwks,
        }

    def internal(self) -> Mapping[Endpoint, Handler]:
        """What only other services reach."""
        return {INTERNAL_JWKS: self._jwks, INTERNAL_SESSIONS: self._check}

    async def _register(self, call: Call) -> BaseModel:
        body: rest.RegisterBody = call.body
        await self._registration.register(
            body.email, body.username, body.password, _address(call.request)
        )
        return rest.Accepted()

    async def _resend(self, call: Call) -> BaseModel:
        body: rest.ResendBody = call.body
        await self._registration.resend(body.email, _address(call.request))
        return rest.Accepted()

    async def _verify(self, call: Call) -> Response:
        body: rest.VerifyBody = call.body
        account = await self._registration.verify(
            body.email, body.code, _address(call.request), call.key
        )
        tokens = await self._sessions.open(account.person, account.username, _agent(call.request))
        return self._logged_in(tokens)

    async def _log_in(self, call: Call) -> Response:
        body: rest.LoginBody = call.body
        account = await self._login.log_in(body.login, body.password, _address(call.request))
        tokens = await self._sessions.open(account.person, account.username, _agent(call.request))
        return self._logged_in(tokens)

    async def _refresh(self, call: Call) -> Response:
        try:
            tokens = await self._sessions.refresh(call.request.cookies.get(REFRESH_COOKIE))
        except ProblemError as error:
            response = problem_response(error.problem)
            self._clear(response)
            return response
        return self._logged_in(tokens)

    async def _log_out(self, call: Call) -> Response:
        access = None
        token = call.request.cookies.get(ACCESS_COOKIE)
        if token is not None:
            try:
                access = await self._key.verify(token)
            except TokenError:
                access = None
        await self._sessions.end(call.request.cookies.get(REFRESH_COOKIE), access)
        response = Response(status_code=endpoints.LOGOUT.status)
        self._clear(response)
        return response

    async def _session(self, call: Call) -> BaseModel:
        claims = call.claims
        return rest.SessionView(
            person=claims.sub,
            username=claims.username,
            session=claims.sid,
            expires_at=claims.exp * 1000,
        )

    async def _jwks(self, call: Call) -> Response:
        response = contract_response(self._key.jwks(), call.endpoint.status)
        response.headers["Cache-Control"] = "public, max-age=300"
        return response

    async def _check(self, call: Call) -> BaseModel:
        body: SessionCheck = call.body
        return SessionsAlive(alive=await self._sessions.alive(body.sessions))

    def _logged_in(self, tokens: Tokens) -> Response:
        claims = tokens.claims
        view = rest.SessionView(
            person=claims.sub,
            username=claims.username,
            session=claims.sid,
            expires_at=claims.exp * 1000,
        )
        response = contract_response(view)
        self._set(response, ACCESS_COOKIE, tokens.access, "/", limits.ACCESS_TOKEN_SECONDS)
        self._set(
            response, REFRESH_COOKIE, tokens.refresh, REFRESH_PATH, limits.REFRESH_TOKEN_SECONDS
        )
        return response

    def _clear(self, response: Response) -> None:
        self._set(response, ACCESS_COOKIE, "", "/", 0)
        self._set(response, REFRESH_COOKIE, "", REFRESH_PATH, 0)

    def _set(self, response: Response, name: str, value: str, path: str, seconds: int) -> None:
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path=path,
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )


def _unless_busy(handler: Callable[[Call], Awaitable[BaseModel | Response]]) -> Handler:
    async def guarded(call: Call) -> BaseModel | Response:
        try:
            return await handler(call)
        except BusyError:
            raise busy() from None

    return guarded


def _address(request: Request) -> str:
    """The client's network address; behind the edge uvicorn takes it from X-Forwarded-For."""
    return request.client.host if request.client is not None else "unknown"


def _agent(request: Request) -> str:
    return request.headers.get("user-agent", "")
