"""The internal endpoint that hands out what svc-auth keeps of a person."""

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel

from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import ProblemCode
from nexync_contracts.export_rest import AccountAsk, AccountCopy
from nexync_runtime.http import Call, Handler, ProblemError
from svc_auth.own_data import OwnData

INTERNAL_EXPORT: Final = Endpoint(
    name="internal_account_export",
    service="svc-auth",
    method="POST",
    path="/internal/accounts/export",
    summary="What is kept of this person's account?",
    body=AccountAsk,
    answer=AccountCopy,
    errors=(ProblemCode.NOT_FOUND,),
    open=True,
)


class OwnDataRoutes:
    """The handler."""

    def __init__(self, own_data: OwnData) -> None:
        self._own_data = own_data

    def internal(self) -> Mapping[Endpoint, Handler]:
        """What only svc-chat reaches, which has judged who asks."""
        return {INTERNAL_EXPORT: self._export}

    async def _export(self, call: Call) -> BaseModel:
        body: AccountAsk = call.body
        found = await self._own_data.of(body.person)
        if found is None:
            raise ProblemError(404, ProblemCode.NOT_FOUND, "There is no such account")
        return found
