"""The public endpoints about push notifications."""

from collections.abc import Awaitable, Callable

from pydantic import BaseModel

from nexync_contracts import push_endpoints
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.push_rest import PushDeviceBody, PushSettingsBody
from nexync_runtime.http import Call
from svc_chat.pushing import Pushing


def push_handlers(pushing: Pushing) -> dict[Endpoint, Callable[[Call], Awaitable[BaseModel]]]:
    """A handler for each of them."""

    async def view(call: Call) -> BaseModel:
        return await pushing.of(call.claims.sub, call.claims.sid)

    async def change(call: Call) -> BaseModel:
        body: PushSettingsBody = call.body
        return await pushing.settle(call.claims.sub, call.claims.sid, preview=body.preview)

    async def keep(call: Call) -> BaseModel:
        body: PushDeviceBody = call.body
        return await pushing.keep(call.claims.sub, call.claims.sid, body.token)

    async def end(call: Call) -> BaseModel:
        return await pushing.end(call.claims.sub, call.claims.sid)

    return {
        push_endpoints.PUSH: view,
        push_endpoints.CHANGE_PUSH: change,
        push_endpoints.KEEP_PUSH_DEVICE: keep,
        push_endpoints.END_PUSH_DEVICE: end,
    }
