"""The public endpoints about who has got and read what."""

from collections.abc import Awaitable, Callable

from pydantic import BaseModel

from nexync_contracts import receipt_endpoints
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.ids import ChatId
from nexync_runtime.http import Call
from svc_chat.errors import InvalidError
from svc_chat.receipts import Receipts


def receipt_handlers(receipts: Receipts) -> dict[Endpoint, Callable[[Call], Awaitable[BaseModel]]]:
    """A handler for each of them; refusals are exceptions of the use case."""

    async def view(call: Call) -> BaseModel:
        return await receipts.of(call.claims.sub, ChatId(call.path["chat"]))

    async def seen(call: Call) -> BaseModel:
        target = call.integer("target")
        if target is None:
            raise InvalidError(("query", "target"), "is required")
        return await receipts.seen(
            call.claims.sub,
            ChatId(call.path["chat"]),
            target,
            call.text("after"),
            call.integer("limit"),
        )

    return {receipt_endpoints.RECEIPTS: view, receipt_endpoints.SEEN: seen}
