"""The REST API about one's own bots."""

from typing import Final

from nexync_contracts import bot_rest
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import ProblemCode

BOTS: Final = Endpoint(
    name="bots",
    service="svc-auth",
    method="GET",
    path="/api/auth/bots",
    summary="One's bots, the newest first",
    answer=bot_rest.BotsPage,
)
MAKE_BOT: Final = Endpoint(
    name="make_bot",
    service="svc-auth",
    method="POST",
    path="/api/auth/bots",
    summary="Make a bot; its token is told this once",
    body=bot_rest.NewBotBody,
    answer=bot_rest.BotTokenView,
    status=201,
    errors=(ProblemCode.USERNAME_TAKEN, ProblemCode.CONFLICT, ProblemCode.TOO_MANY),
)
RENEW_BOT_TOKEN: Final = Endpoint(
    name="renew_bot_token",
    service="svc-auth",
    method="POST",
    path="/api/auth/bots/{bot}/token",
    summary="Another token; the one before ends, and its sockets close",
    answer=bot_rest.BotTokenView,
    errors=(ProblemCode.NOT_FOUND,),
)
REVOKE_BOT_TOKEN: Final = Endpoint(
    name="revoke_bot_token",
    service="svc-auth",
    method="DELETE",
    path="/api/auth/bots/{bot}/token",
    summary="Take the token back; its sockets close",
    status=204,
    errors=(ProblemCode.NOT_FOUND,),
)
RETIRE_BOT: Final = Endpoint(
    name="retire_bot",
    service="svc-auth",
    method="DELETE",
    path="/api/auth/bots/{bot}",
    summary="End a bot for good; what it wrote stays",
    status=204,
    errors=(ProblemCode.NOT_FOUND,),
)

BOT_ENDPOINTS: Final = (BOTS, MAKE_BOT, RENEW_BOT_TOKEN, REVOKE_BOT_TOKEN, RETIRE_BOT)
