"""The REST API about webhooks, and the one that programs call."""

from typing import Final

from nexync_contracts import hook_rest, rest
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import ProblemCode

_CHANGE: Final = (ProblemCode.NOT_FOUND, ProblemCode.REJECTED, ProblemCode.NOT_YET)

HOOKS: Final = Endpoint(
    name="hooks",
    service="svc-chat",
    method="GET",
    path="/api/chats/{chat}/hooks",
    summary="The webhooks of a chat: of a group for its admins, of a private chat for both",
    answer=hook_rest.HooksList,
    errors=(ProblemCode.NOT_FOUND, ProblemCode.REJECTED, ProblemCode.NOT_YET),
)
MAKE_HOOK: Final = Endpoint(
    name="make_hook",
    service="svc-chat",
    method="POST",
    path="/api/chats/{chat}/hooks",
    summary="Make a webhook, which brings messages into a chat",
    body=hook_rest.MakeHookBody,
    answer=hook_rest.HookDone,
    status=201,
    errors=(*_CHANGE, ProblemCode.FORBIDDEN),
    idempotent_by_key=True,
)
REVOKE_HOOK: Final = Endpoint(
    name="revoke_hook",
    service="svc-chat",
    method="DELETE",
    path="/api/chats/{chat}/hooks/{hook}",
    summary="The webhook brings no more",
    answer=rest.CommandDone,
    errors=_CHANGE,
    idempotent_by_key=True,
)
SAY_BY_HOOK: Final = Endpoint(
    name="say_by_hook",
    service="svc-chat",
    method="POST",
    path="/api/hooks/{chat}/{secret}",
    summary="Say something in a chat by a webhook; its address is all that it takes",
    body=hook_rest.HookMessageBody,
    answer=rest.CommandDone,
    status=201,
    errors=(
        ProblemCode.NOT_FOUND,
        ProblemCode.TOO_MANY,
        ProblemCode.REJECTED,
        ProblemCode.NOT_YET,
    ),
    open=True,
    words=("secret",),
    idempotent_by_key=True,
)

HOOK_ENDPOINTS: Final = (HOOKS, MAKE_HOOK, REVOKE_HOOK, SAY_BY_HOOK)
