"""The public endpoints about pinned messages."""

from collections.abc import Awaitable, Callable

from pydantic import BaseModel

from nexync_contracts import pin_endpoints
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.ids import ChatId
from nexync_contracts.message_rest import PinMessageBody
from nexync_runtime.http import Call
from svc_chat.commanding import Actor
from svc_chat.pinning import Pinning


def pin_handlers(pinning: Pinning) -> dict[Endpoint, Callable[[Call], Awaitable[BaseModel]]]:
    """A handler for every endpoint about pins; refusals are exceptions of the use case."""

    async def view(call: Call) -> BaseModel:
        chat = ChatId(call.path["chat"])
        return await pinning.view(call.claims.sub, chat, call.integer("at_least"))

    async def pin(call: Call) -> BaseModel:
        body: PinMessageBody = call.body
        actor = Actor(call.claims.sub, call.claims.sid, call.key)
        return await pinning.pin(actor, ChatId(call.path["chat"]), body)

    return {pin_endpoints.PINS: view, pin_endpoints.PIN_MESSAGE: pin}
