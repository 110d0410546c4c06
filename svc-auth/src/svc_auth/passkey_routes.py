"""The REST endpoints of passkeys."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel
from starlette.responses import Response

from nexync_contracts import passkey_endpoints, passkey_rest
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.ids import PasskeyId
from nexync_runtime.http import Call, Handler
from svc_auth.answers import by_two_factors, logged_in
from svc_auth.cookies import Cookies
from svc_auth.devices import words_of
from svc_auth.passkey_checks import Asked, PasskeyChecks
from svc_auth.passkey_ports import Passkey
from svc_auth.passkeys import OwnPasskeys
from svc_auth.proving import Proving
from svc_auth.relying_party import ALGORITHMS, to_base64url, user_handle
from svc_auth.requests import address_of, agent_of, unless_busy
from svc_auth.sessions import SessionKeeper
from svc_auth.views import ms, passkey_item


class PasskeyRoutes:
    """The handlers."""

    def __init__(
        self,
        *,
        checks: PasskeyChecks,
        own: OwnPasskeys,
        proving: Proving,
        sessions: SessionKeeper,
        cookies: Cookies,
    ) -> None:
        self._checks = checks
        self._own = own
        self._proving = proving
        self._sessions = sessions
        self._cookies = cookies

    def public(self) -> Mapping[Endpoint, Handler]:
        """What the edge passes on."""
        return {
            passkey_endpoints.LOGIN_PASSKEY_OPTIONS: self._begin_login,
            passkey_endpoints.LOGIN_PASSKEY: self._log_in,
            passkey_endpoints.PASSKEYS: self._listed,
            passkey_endpoints.PASSKEY_PROOF_OPTIONS: self._begin_proof,
            passkey_endpoints.PROVE: unless_busy(self._prove),
            passkey_endpoints.PASSKEY_OPTIONS: unless_busy(self._begin),
            passkey_endpoints.ADD_PASSKEY: self._add,
            passkey_endpoints.RENAME_PASSKEY: self._rename,
            passkey_endpoints.REMOVE_PASSKEY: unless_busy(self._remove),
        }

    async def _begin_login(self, call: Call) -> BaseModel:
        return _request(await self._checks.begin_login(address_of(call.request)))

    async def _log_in(self, call: Call) -> Response:
        body: passkey_rest.LoginPasskeyBody = call.body
        owner = await self._checks.log_in(body.passkey, address_of(call.request))
        return await by_two_factors(call, owner, sessions=self._sessions, cookies=self._cookies)

    async def _listed(self, call: Call) -> BaseModel:
        found = await self._own.listed(call.claims.sub)
        return passkey_rest.PasskeysPage(
            rp_id=self._own.rp_id, passkeys=tuple(map(passkey_item, found))
        )

    async def _begin_proof(self, call: Call) -> BaseModel:
        return _request(await self._checks.begin_proof(call.claims.sub, call.claims.sid))

    async def _prove(self, call: Call) -> Response:
        body: passkey_rest.OwnerProofBody = call.body
        claims = call.claims
        await self._proving.prove(claims.sub, claims.sid, body, address_of(call.request))
        tokens = await self._sessions.refresh(self._cookies.refresh(call.request))
        return logged_in(self._cookies, tokens)

    async def _begin(self, call: Call) -> BaseModel:
        body: passkey_rest.OwnerProofBody = call.body
        claims = call.claims
        to_make = await self._own.begin(claims.sub, claims.sid, body, address_of(call.request))
        asked = to_make.asked
        return passkey_rest.PasskeyCreationView(
            challenge=asked.challenge,
            rp_id=asked.rp_id,
            expires_at=ms(asked.expires_at),
            user_handle=user_handle(claims.sub),
            username=to_make.owner.username,
            algorithms=ALGORITHMS,
            known=_known(asked.known),
        )

    async def _add(self, call: Call) -> BaseModel:
        body: passkey_rest.AddPasskeyBody = call.body
        name = words_of(agent_of(call.request))
        return passkey_item(await self._own.add(call.claims.sub, call.claims.sid, body, name))

    async def _rename(self, call: Call) -> None:
        body: passkey_rest.RenamePasskeyBody = call.body
        await self._own.rename(call.claims.sub, PasskeyId(call.path["passkey"]), body.name)

    async def _remove(self, call: Call) -> Response:
        body: passkey_rest.OwnerProofBody = call.body
        claims = call.claims
        passkey = PasskeyId(call.path["passkey"])
        await self._own.remove(claims.sub, claims.sid, passkey, body, address_of(call.request))
        return Response(status_code=call.endpoint.status)


def _request(asked: Asked) -> passkey_rest.PasskeyRequestView:
    return passkey_rest.PasskeyRequestView(
        challenge=asked.challenge,
        rp_id=asked.rp_id,
        expires_at=ms(asked.expires_at),
        credentials=_known(asked.known),
    )


def _known(passkeys: Sequence[Passkey]) -> tuple[passkey_rest.KnownCredential, ...]:
    return tuple(
        passkey_rest.KnownCredential(
            id=to_base64url(one.credential), transports=tuple(one.transports)
        )
        for one in passkeys
    )
