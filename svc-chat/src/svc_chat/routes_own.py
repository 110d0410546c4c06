"""The public endpoints about what one person keeps about one chat."""

from collections.abc import Awaitable, Callable
from typing import Final

from pydantic import BaseModel

from nexync_contracts import own_endpoints
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.ids import ChatId
from nexync_contracts.own_rest import DraftBody, OwnChatBody
from nexync_runtime.http import Call
from svc_chat.errors import InvalidError
from svc_chat.owning import Owning

_BEGAN: Final = ("query", "began")


def own_handlers(owning: Owning) -> dict[Endpoint, Callable[[Call], Awaitable[BaseModel]]]:
    """A handler for each of them."""
    own = _Own(owning)
    return {
        own_endpoints.OWN_CHAT: own.view,
        own_endpoints.CHANGE_OWN_CHAT: own.change,
        own_endpoints.KEEP_DRAFT: own.keep_draft,
        own_endpoints.END_DRAFT: own.end_draft,
    }


class _Own:
    """One method an endpoint."""

    def __init__(self, owning: Owning) -> None:
        self._owning = owning

    async def view(self, call: Call) -> BaseModel:
        return await self._owning.of(call.claims.sub, ChatId(call.path["chat"]))

    async def change(self, call: Call) -> BaseModel:
        body: OwnChatBody = call.body
        return await self._owning.change(call.claims.sub, ChatId(call.path["chat"]), body)

    async def keep_draft(self, call: Call) -> BaseModel:
        body: DraftBody = call.body
        return await self._owning.keep_draft(call.claims.sub, ChatId(call.path["chat"]), body)

    async def end_draft(self, call: Call) -> BaseModel:
        began = call.integer("began")
        if began is None:
            raise InvalidError(_BEGAN, "is required")
        return await self._owning.end_draft(call.claims.sub, ChatId(call.path["chat"]), began)
