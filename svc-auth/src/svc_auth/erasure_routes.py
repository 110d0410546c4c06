"""The REST endpoints of the erasure of one's own account."""

from collections.abc import Mapping

from pydantic import BaseModel

from nexync_contracts import erasure_endpoints, erasure_rest
from nexync_contracts.endpoint import Endpoint
from nexync_runtime.http import Call, Handler
from svc_auth.erasing import Erasing
from svc_auth.requests import address_of, unless_busy
from svc_auth.views import ms


class ErasureRoutes:
    """The handlers."""

    def __init__(self, erasing: Erasing) -> None:
        self._erasing = erasing

    def public(self) -> Mapping[Endpoint, Handler]:
        """What the edge passes on."""
        return {
            erasure_endpoints.ERASURE: self._state,
            erasure_endpoints.ERASE: unless_busy(self._erase),
            erasure_endpoints.KEEP: self._keep,
        }

    async def _state(self, call: Call) -> BaseModel:
        state = await self._erasing.state(call.claims)
        return erasure_rest.ErasureView(
            erase_at=None if state.erase_at is None else ms(state.erase_at),
            days=self._erasing.days,
            proof=erasure_rest.ErasureProof(
                password=state.password, passkey=state.passkey, second_factor=state.second_factor
            ),
        )

    async def _erase(self, call: Call) -> BaseModel:
        body: erasure_rest.EraseBody = call.body
        await self._erasing.ask(call.claims, body, address_of(call.request))
        return await self._state(call)

    async def _keep(self, call: Call) -> BaseModel:
        await self._erasing.keep(call.claims.sub)
        return await self._state(call)
