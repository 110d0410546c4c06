"""The public endpoints about webhooks."""

from collections.abc import Awaitable, Callable

from pydantic import BaseModel

from nexync_contracts import hook_endpoints as endpoints
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.hook_rest import HookMessageBody, MakeHookBody
from nexync_contracts.ids import ChatId, HookId
from nexync_runtime.http import Call
from svc_chat.commanding import Actor
from svc_chat.hooking import Hooking


def hook_handlers(hooking: Hooking) -> dict[Endpoint, Callable[[Call], Awaitable[BaseModel]]]:
    """A handler for every endpoint about webhooks; refusals are exceptions of the use case."""

    async def hooks(call: Call) -> BaseModel:
        return await hooking.of(call.claims.sub, _chat(call))

    async def make(call: Call) -> BaseModel:
        body: MakeHookBody = call.body
        return await hooking.make(_actor(call), _chat(call), body)

    async def revoke(call: Call) -> BaseModel:
        return await hooking.revoke(_actor(call), _chat(call), HookId(call.path["hook"]))

    async def say(call: Call) -> BaseModel:
        body: HookMessageBody = call.body
        return await hooking.say(_chat(call), call.path["secret"], body, call.key)

    return {
        endpoints.HOOKS: hooks,
        endpoints.MAKE_HOOK: make,
        endpoints.REVOKE_HOOK: revoke,
        endpoints.SAY_BY_HOOK: say,
    }


def _chat(call: Call) -> ChatId:
    return ChatId(call.path["chat"])


def _actor(call: Call) -> Actor:
    return Actor(call.claims.sub, call.claims.sid, call.key)
