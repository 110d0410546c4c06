"""The REST endpoints of the second factor, for who is logged in."""

from collections.abc import Mapping

from pydantic import BaseModel
from starlette.responses import Response

from nexync_contracts import factor_endpoints, factor_rest
from nexync_contracts.endpoint import Endpoint
from nexync_runtime.http import Call, Handler
from svc_auth.requests import address_of, unless_busy
from svc_auth.second_factor import SecondFactor


class FactorRoutes:
    """The handlers."""

    def __init__(self, second_factor: SecondFactor) -> None:
        self._factor = second_factor

    def public(self) -> Mapping[Endpoint, Handler]:
        """What the edge passes on."""
        return {
            factor_endpoints.FACTOR: self._state,
            factor_endpoints.ENROL_FACTOR: unless_busy(self._enrol),
            factor_endpoints.TURN_ON_FACTOR: unless_busy(self._turn_on),
            factor_endpoints.TURN_OFF_FACTOR: unless_busy(self._turn_off),
            factor_endpoints.RENEW_RECOVERY_CODES: unless_busy(self._renew),
        }

    async def _state(self, call: Call) -> BaseModel:
        state = await self._factor.state(call.claims.sub)
        since = state.since
        return factor_rest.FactorView(
            available=state.available,
            on=since is not None,
            since=None if since is None else int(since.timestamp() * 1000),
            recovery_left=state.recovery_left,
        )

    async def _enrol(self, call: Call) -> BaseModel:
        body: factor_rest.EnrolFactorBody = call.body
        made = await self._factor.enrol(
            call.claims.sub, call.claims.sid, body.current, address_of(call.request)
        )
        return factor_rest.EnrolmentView(
            secret=made.secret, uri=made.uri, expires_at=int(made.expires_at.timestamp() * 1000)
        )

    async def _turn_on(self, call: Call) -> BaseModel:
        body: factor_rest.FactorCodeBody = call.body
        codes = await self._factor.turn_on(call.claims.sub, call.claims.sid, body.code)
        return factor_rest.RecoveryCodesView(codes=codes)

    async def _turn_off(self, call: Call) -> Response:
        body: factor_rest.FactorProofBody = call.body
        claims = call.claims
        await self._factor.turn_off(
            claims.sub, claims.sid, body.current, body.code, address_of(call.request)
        )
        return Response(status_code=call.endpoint.status)

    async def _renew(self, call: Call) -> BaseModel:
        body: factor_rest.FactorProofBody = call.body
        codes = await self._factor.renew_recovery_codes(
            call.claims.sub,
            call.claims.sid,
            body.current,
            body.code,
            address_of(call.request),
        )
        return factor_rest.RecoveryCodesView(codes=codes)
