"""The REST endpoints of one's own address. Those that could tell of others' answer at even times."""

from collections.abc import Mapping

from pydantic import BaseModel
from starlette.responses import Response

from nexync_contracts import email_endpoints, email_rest, rest
from nexync_contracts.endpoint import Endpoint
from nexync_runtime.http import Call, Handler
from svc_auth.changing_email import ChangingEmail
from svc_auth.evenly import Evenly
from svc_auth.requests import address_of, unless_busy


class EmailRoutes:
    """The handlers."""

    def __init__(self, changing: ChangingEmail, evenly: Evenly) -> None:
        self._changing = changing
        self._evenly = evenly

    def public(self) -> Mapping[Endpoint, Handler]:
        """What the edge passes on."""
        return {
            email_endpoints.EMAIL: self._own,
            email_endpoints.CHANGE_EMAIL: self._even(unless_busy(self._ask)),
            email_endpoints.PROVE_EMAIL: self._even(self._prove),
        }

    def _even(self, handler: Handler) -> Handler:
        async def held(call: Call) -> BaseModel | Response | None:
            return await self._evenly.answer(handler(call))

        return held

    async def _own(self, call: Call) -> BaseModel:
        own = await self._changing.own(call.claims.sub, call.claims.sid)
        waits = own.pending
        pending = None
        if waits is not None:
            expires_at = int(waits.expires_at.timestamp() * 1000)
            pending = email_rest.PendingEmail(email=waits.email, expires_at=expires_at)
        return email_rest.EmailView(email=own.email, pending=pending)

    async def _ask(self, call: Call) -> BaseModel:
        body: email_rest.ChangeEmailBody = call.body
        await self._changing.ask(
            call.claims.sub,
            call.claims.sid,
            email=body.email,
            current=body.current,
            code=body.code,
            address=address_of(call.request),
        )
        return rest.Accepted()

    async def _prove(self, call: Call) -> Response:
        body: email_rest.ProveEmailBody = call.body
        address = address_of(call.request)
        await self._changing.prove(call.claims.sub, call.claims.sid, body.code, address)
        return Response(status_code=call.endpoint.status)
