"""The REST endpoints of logging in with a provider, and of linked identities."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nexync_contracts import provider_endpoints, provider_rest
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import ProblemCode
from nexync_contracts.ids import IdentityId
from nexync_runtime import log
from nexync_runtime.http import Call, Handler, ProblemError, contract_response
from svc_auth.answers import opened
from svc_auth.challenging import Challenging
from svc_auth.cookies import Cookies
from svc_auth.linking import LinkedIdentities
from svc_auth.passwords import BusyError
from svc_auth.ports import Standing
from svc_auth.provider_flow import Flow, Linking
from svc_auth.provider_login import ProviderLogin, Returned
from svc_auth.requests import address_of, unless_busy
from svc_auth.sessions import SessionKeeper
from svc_auth.views import identity_view

LOGIN_PAGE: Final = "/login"
SECURITY_PAGE: Final = "/settings/security"
CALLBACK_SECONDS: Final = 8.0
"""For the way back. Below the runtime's HANDLER_SECONDS, whose answer only scripts can read."""

_log = log.get("provider login")


class ProviderRoutes:
    """The handlers. `origins` are those of the page, of which a provider leads back to one."""

    def __init__(
        self,
        *,
        login: ProviderLogin,
        identities: LinkedIdentities,
        sessions: SessionKeeper,
        challenging: Challenging,
        cookies: Cookies,
        origins: Sequence[str],
    ) -> None:
        self._login = login
        self._identities = identities
        self._sessions = sessions
        self._challenging = challenging
        self._cookies = cookies
        self._origins = origins

    def public(self) -> Mapping[Endpoint, Handler]:
        """What the edge passes on."""
        return {
            provider_endpoints.PROVIDERS: self._providers,
            provider_endpoints.START_PROVIDER: self._start,
            provider_endpoints.LINK_PROVIDER: unless_busy(self._link),
            provider_endpoints.PROVIDER_CALLBACK: self._callback,
            provider_endpoints.IDENTITIES: self._listed,
            provider_endpoints.UNLINK_IDENTITY: unless_busy(self._unlink),
        }

    async def _providers(self, _: Call) -> BaseModel:
        found = tuple(
            provider_rest.ProviderView(id=one.id, kind=one.kind, label=one.label)
            for one in self._login.providers
        )
        return provider_rest.ProvidersView(providers=found)

    async def _start(self, call: Call) -> Response:
        body: provider_rest.StartProviderBody = call.body
        return await self._leave(call, None, body.invitation)

    async def _link(self, call: Call) -> Response:
        body: provider_rest.LinkProviderBody = call.body
        claims = call.claims
        await self._identities.prove(claims.sub, claims.sid, body, address_of(call.request))
        return await self._leave(call, Linking(claims.sub, claims.sid))

    async def _leave(
        self, call: Call, linking: Linking | None, invitation: str | None = None
    ) -> Response:
        begun = await self._login.begin(
            call.path["provider"],
            self._origin(call.request),
            address_of(call.request),
            linking,
            invitation,
        )
        response = contract_response(provider_rest.ProviderStartView(location=begun.location))
        self._cookies.left(response, begun.cookie)
        return response

    def _origin(self, request: Request) -> str:
        """The page's own, so that the cookies are there when the browser comes back."""
        asked = request.headers.get("origin")
        return asked if asked is not None and asked in self._origins else self._origins[0]

    async def _callback(self, call: Call) -> Response:
        """A person waits at the other end, not a script: every outcome is a page."""
        flow = self._login.flow(self._cookies.provider(call.request))
        page = LOGIN_PAGE if flow is None or flow.linking is None else SECURITY_PAGE
        provider = call.path["provider"]
        back = Returned(
            state=call.text("state"),
            code=call.text("code"),
            error=call.text("error"),
            issuer=call.text("iss"),
        )
        try:
            async with asyncio.timeout(CALLBACK_SECONDS):
                response = await self._returned(call, flow, provider, back)
        except ProblemError as error:
            response = _to(page, problem=error.problem.code)
        except BusyError:
            response = _to(page, problem=ProblemCode.UNAVAILABLE)
        except Exception as error:  # noqa: BLE001 - the last resort, as for any request: logged, and told on the page
            _log.error("callback failed", reason=type(error).__name__, exc_info=error)
            response = _to(page, problem=ProblemCode.UNAVAILABLE)
        self._cookies.came_back(response)
        return response

    async def _returned(
        self, call: Call, flow: Flow | None, provider: str, back: Returned
    ) -> Response:
        if flow is not None and flow.linking is not None:
            await self._login.link(flow, provider, back)
            return _to(SECURITY_PAGE, linked=provider)
        account = await self._login.log_in(flow, provider, back)
        if account.second_factor:
            response = _to(LOGIN_PAGE, step="code")
            self._cookies.challenged(response, await self._challenging.begin(account))
            return response
        tokens = await opened(
            call, account, Standing.ONE_FACTOR, sessions=self._sessions, cookies=self._cookies
        )
        response = _to("/")
        self._cookies.log_in(response, tokens)
        return response

    async def _listed(self, call: Call) -> BaseModel:
        found, password = await self._identities.listed(call.claims.sub)
        views = [identity_view(one, self._identities.provider(one.issuer)) for one in found]
        return provider_rest.IdentitiesView(identities=tuple(views), password=password)

    async def _unlink(self, call: Call) -> Response:
        body: provider_rest.UnlinkIdentityBody = call.body
        await self._identities.unlink(
            call.claims.sub,
            call.claims.sid,
            IdentityId(call.path["identity"]),
            body,
            address_of(call.request),
        )
        return Response(status_code=call.endpoint.status)


def _to(page: str, **query: str) -> RedirectResponse:
    """A page of ours, whatever the address said."""
    return RedirectResponse(f"{page}?{urlencode(query)}" if query else page, status_code=303)
