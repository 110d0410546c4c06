"""The REST endpoints of one's own bots, and the internal one that says whose a token is."""

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel
from starlette.responses import Response

from nexync_contracts import bot_endpoints, bot_rest
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import ProblemCode
from nexync_contracts.ids import PersonId
from nexync_contracts.session import AccessClaims
from nexync_runtime.http import Call, Handler
from svc_auth.bots import BotKeeper
from svc_auth.errors import no_such_bot
from svc_auth.views import bot_view

INTERNAL_BOTS: Final = Endpoint(
    name="internal_bots_check",
    service="svc-auth",
    method="POST",
    path="/internal/bots/check",
    summary="Whose token is this?",
    body=bot_rest.TokenCheck,
    answer=AccessClaims,
    errors=(ProblemCode.NOT_FOUND,),
    open=True,
)


class BotRoutes:
    """The handlers."""

    def __init__(self, bots: BotKeeper) -> None:
        self._bots = bots

    def public(self) -> Mapping[Endpoint, Handler]:
        """What the edge passes on."""
        return {
            bot_endpoints.BOTS: self._list,
            bot_endpoints.MAKE_BOT: self._make,
            bot_endpoints.RENEW_BOT_TOKEN: self._renew,
            bot_endpoints.REVOKE_BOT_TOKEN: self._revoke,
            bot_endpoints.RETIRE_BOT: self._retire,
        }

    def internal(self) -> Mapping[Endpoint, Handler]:
        """What only other services reach."""
        return {INTERNAL_BOTS: self._check}

    async def _list(self, call: Call) -> BaseModel:
        found = await self._bots.of(call.claims.sub)
        return bot_rest.BotsPage(bots=tuple(bot_view(bot) for bot in found))

    async def _make(self, call: Call) -> BaseModel:
        body: bot_rest.NewBotBody = call.body
        bot, token = await self._bots.make(call.claims.sub, body.username, body.name)
        return bot_rest.BotTokenView(bot=bot_view(bot), token=token)

    async def _renew(self, call: Call) -> BaseModel:
        bot, token = await self._bots.renew(call.claims.sub, PersonId(call.path["bot"]))
        return bot_rest.BotTokenView(bot=bot_view(bot), token=token)

    async def _revoke(self, call: Call) -> Response:
        await self._bots.revoke(call.claims.sub, PersonId(call.path["bot"]))
        return Response(status_code=call.endpoint.status)

    async def _retire(self, call: Call) -> Response:
        await self._bots.revoke(call.claims.sub, PersonId(call.path["bot"]), retire=True)
        return Response(status_code=call.endpoint.status)

    async def _check(self, call: Call) -> BaseModel:
        body: bot_rest.TokenCheck = call.body
        claims = await self._bots.claims(body.token)
        if claims is None:
            raise no_such_bot()
        return claims
