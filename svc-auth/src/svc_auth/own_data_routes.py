"""Who takes along all that is theirs proves who they are; then svc-chat gets what svc-auth keeps of them."""

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel
from starlette.responses import Response

from nexync_contracts import export_endpoints
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import ProblemCode
from nexync_contracts.export_rest import AccountAsk, AccountCopy
from nexync_contracts.passkey_rest import OwnerProofBody
from nexync_runtime.http import Call, Handler
from svc_auth.own_data import OwnData
from svc_auth.requests import address_of, unless_busy

INTERNAL_EXPORT: Final = Endpoint(
    name="internal_account_export",
    service="svc-auth",
    method="POST",
    path="/internal/accounts/export",
    summary="What is kept of this person's account?",
    body=AccountAsk,
    answer=AccountCopy,
    errors=(ProblemCode.FORBIDDEN, ProblemCode.NOT_FOUND),
    open=True,
)


class OwnDataRoutes:
    """The handlers."""

    def __init__(self, own_data: OwnData) -> None:
        self._own_data = own_data

    def public(self) -> Mapping[Endpoint, Handler]:
        """What the edge passes on."""
        return {export_endpoints.ALLOW_OWN_DATA: unless_busy(self._allow)}

    def internal(self) -> Mapping[Endpoint, Handler]:
        """What only svc-chat reaches, which has judged whose session it is."""
        return {INTERNAL_EXPORT: self._export}

    async def _export(self, call: Call) -> BaseModel:
        body: AccountAsk = call.body
        return await self._own_data.of(body.person, body.session)

    async def _allow(self, call: Call) -> Response:
        body: OwnerProofBody = call.body
        claims = call.claims
        await self._own_data.allow(claims.sub, claims.sid, body, address_of(call.request))
        return Response(status_code=call.endpoint.status)
