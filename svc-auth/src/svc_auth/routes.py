"""The REST endpoints of svc-auth: contracts in, cookies and contracts out."""

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel
from starlette.responses import Response

from nexync_contracts import (
    endpoints,
    factor_endpoints,
    factor_rest,
    provider_endpoints,
    provider_rest,
    rest,
)
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.ids import SessionId
from nexync_contracts.session import SessionCheck, SessionsAlive
from nexync_runtime.http import Call, Handler, ProblemError, contract_response, problem_response
from nexync_runtime.tokens import TokenError
from svc_auth.admin_routes import AdminRoutes
from svc_auth.answers import by_two_factors, logged_in, opened
from svc_auth.bot_routes import BotRoutes
from svc_auth.challenging import Challenging
from svc_auth.cookies import Cookies
from svc_auth.email_routes import EmailRoutes
from svc_auth.erasure_routes import ErasureRoutes
from svc_auth.errors import second_factor
from svc_auth.evenly import Evenly
from svc_auth.factor_routes import FactorRoutes
from svc_auth.instance_routes import InstanceRoutes
from svc_auth.keyring import LiveKeys
from svc_auth.lately import Lately
from svc_auth.logging_in import Login
from svc_auth.own_data_routes import OwnDataRoutes
from svc_auth.passkey_routes import PasskeyRoutes
from svc_auth.ports import Account, Standing
from svc_auth.provider_routes import ProviderRoutes
from svc_auth.registering import Registration
from svc_auth.replacing import Replacing
from svc_auth.requests import address_of, unless_busy
from svc_auth.sessions import SessionKeeper
from svc_auth.views import session_item, session_view

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
    """The handlers."""

    def __init__(
        self,
        *,
        registration: Registration,
        login: Login,
        sessions: SessionKeeper,
        replacing: Replacing,
        factor: FactorRoutes,
        email: EmailRoutes,
        bots: BotRoutes,
        instance: InstanceRoutes,
        admin: AdminRoutes,
        erasure: ErasureRoutes,
        own_data: OwnDataRoutes,
        challenging: Challenging,
        lately: Lately,
        keys: LiveKeys,
        providers: ProviderRoutes,
        passkeys: PasskeyRoutes,
        cookies: Cookies,
        evenly: Evenly,
    ) -> None:
        self._registration = registration
        self._login = login
        self._sessions = sessions
        self._replacing = replacing
        self._factor = factor
        self._email = email
        self._bots = bots
        self._instance = instance
        self._admin = admin
        self._erasure = erasure
        self._own_data = own_data
        self._challenging = challenging
        self._lately = lately
        self._keys = keys
        self._providers = providers
        self._passkeys = passkeys
        self._cookies = cookies
        self._evenly = evenly

    def public(self) -> Mapping[Endpoint, Handler]:
        """What the edge passes on."""
        return {
            endpoints.REGISTER: self._even(unless_busy(self._register)),
            endpoints.VERIFY: self._even(self._verify),
            endpoints.RESEND: self._even(self._resend),
            endpoints.LOGIN: unless_busy(self._log_in),
            factor_endpoints.LOGIN_CODE: unless_busy(self._log_in_by_code),
            endpoints.REFRESH: self._refresh,
            endpoints.LOGOUT: self._log_out,
            endpoints.SESSION: self._session,
            endpoints.FORGOT: self._even(self._forgot),
            endpoints.RESET: self._even(unless_busy(self._reset)),
            endpoints.CHANGE_PASSWORD: unless_busy(self._change_password),
            endpoints.SESSIONS: self._listed,
            endpoints.END_SESSION: self._end_one,
            endpoints.END_OTHER_SESSIONS: self._end_others,
            endpoints.JWKS: self._jwks,
            provider_endpoints.NEW_PASSWORD: unless_busy(self._new_password),
            **self._factor.public(),
            **self._email.public(),
            **self._bots.public(),
            **self._instance.public(),
            **self._admin.public(),
            **self._own_data.public(),
            **self._erasure.public(),
            **self._providers.public(),
            **self._passkeys.public(),
        }

    def internal(self) -> Mapping[Endpoint, Handler]:
        """What only other services reach."""
        return {
            INTERNAL_JWKS: self._jwks,
            INTERNAL_SESSIONS: self._check,
            **self._bots.internal(),
            **self._own_data.internal(),
            **self._admin.internal(),
        }

    def _even(self, handler: Handler) -> Handler:
        async def held(call: Call) -> BaseModel | Response | None:
            return await self._evenly.answer(handler(call))

        return held

    async def _register(self, call: Call) -> BaseModel:
        body: rest.RegisterBody = call.body
        await self._registration.register(
            body.email,
            body.username,
            body.password,
            address_of(call.request),
            body.invitation,
        )
        return rest.Accepted()

    async def _resend(self, call: Call) -> BaseModel:
        body: rest.ResendBody = call.body
        await self._registration.resend(body.email, address_of(call.request))
        return rest.Accepted()

    async def _verify(self, call: Call) -> Response:
        body: rest.VerifyBody = call.body
        account = await self._registration.verify(
            body.email, body.code, address_of(call.request), call.key
        )
        return await self._entered(account, call)

    async def _log_in(self, call: Call) -> Response:
        body: rest.LoginBody = call.body
        account = await self._login.log_in(body.login, body.password, address_of(call.request))
        return await self._opened(account, call)

    async def _new_password(self, call: Call) -> Response:
        body: provider_rest.NewPasswordBody = call.body
        account = await self._login.change(
            body.login, body.current, body.password, address_of(call.request)
        )
        return await self._opened(account, call)

    async def _opened(self, account: Account, call: Call) -> Response:
        """A session, or the question for the second factor."""
        if account.second_factor:
            return self._challenged(await self._challenging.begin(account))
        return await self._entered(account, call)

    async def _entered(self, account: Account, call: Call) -> Response:
        tokens = await opened(
            call, account, Standing.ONE_FACTOR, sessions=self._sessions, cookies=self._cookies
        )
        return logged_in(self._cookies, tokens)

    async def _log_in_by_code(self, call: Call) -> Response:
        body: factor_rest.FactorCodeBody = call.body
        token = self._cookies.challenge(call.request)
        owner = await self._challenging.answer(token, body.code, address_of(call.request))
        return await by_two_factors(call, owner, sessions=self._sessions, cookies=self._cookies)

    async def _refresh(self, call: Call) -> Response:
        try:
            tokens = await self._sessions.refresh(self._cookies.refresh(call.request))
        except ProblemError as error:
            response = problem_response(error.problem)
            self._cookies.log_out(response)
            return response
        return logged_in(self._cookies, tokens)

    async def _log_out(self, call: Call) -> Response:
        access = None
        token = self._cookies.access(call.request)
        if token is not None:
            try:
                access = await self._keys.verify(token)
            except TokenError:
                access = None
        await self._sessions.end(self._cookies.refresh(call.request), access)
        response = Response(status_code=endpoints.LOGOUT.status)
        self._cookies.log_out(response)
        return response

    async def _session(self, call: Call) -> BaseModel:
        return session_view(call.claims)

    async def _forgot(self, call: Call) -> BaseModel:
        body: rest.ForgotBody = call.body
        await self._replacing.forgot(body.email, address_of(call.request))
        return rest.Accepted()

    async def _reset(self, call: Call) -> Response:
        body: rest.ResetBody = call.body
        await self._replacing.reset(body.token, body.password, address_of(call.request))
        response = Response(status_code=call.endpoint.status)
        self._cookies.log_out(response)
        return response

    async def _change_password(self, call: Call) -> Response:
        body: rest.ChangePasswordBody = call.body
        claims = call.claims
        await self._replacing.change(
            claims.sub,
            claims.sid,
            current=body.current,
            password=body.password,
            code=body.code,
            address=address_of(call.request),
        )
        return Response(status_code=call.endpoint.status)

    async def _listed(self, call: Call) -> BaseModel:
        found = await self._sessions.listed(call.claims.sub)
        items = tuple(session_item(one, call.claims.sid) for one in found)
        return rest.SessionsPage(sessions=items)

    async def _end_one(self, call: Call) -> Response:
        session = SessionId(call.path["session"])
        if session != call.claims.sid:
            await self._lately.owner(call.claims.sub, call.claims.sid)
        await self._sessions.end_one(call.claims.sub, session)
        response = Response(status_code=call.endpoint.status)
        if session == call.claims.sid:
            self._cookies.log_out(response)
        return response

    async def _end_others(self, call: Call) -> None:
        await self._lately.owner(call.claims.sub, call.claims.sid)
        await self._sessions.end_others(call.claims.sub, call.claims.sid)

    async def _jwks(self, call: Call) -> Response:
        response = contract_response(self._keys.jwks(), call.endpoint.status)
        response.headers["Cache-Control"] = "public, max-age=300"
        return response

    async def _check(self, call: Call) -> BaseModel:
        body: SessionCheck = call.body
        return SessionsAlive(alive=await self._sessions.alive(body.sessions))

    def _challenged(self, token: str) -> Response:
        response = problem_response(second_factor().problem)
        self._cookies.challenged(response, token)
        return response
