"""The REST API about what one person keeps about one chat. Each works for chats that one is or was in."""

from typing import Final

from nexync_contracts import limits, own_rest
from nexync_contracts.endpoint import Endpoint, Query
from nexync_contracts.errors import ProblemCode

_ERRORS: Final = (ProblemCode.NOT_FOUND, ProblemCode.NOT_YET)

OWN_CHAT: Final = Endpoint(
    name="own_chat",
    service="svc-chat",
    method="GET",
    path="/api/chats/{chat}/mine",
    summary="What one keeps about a chat: muted, archived, marked, pinned, draft",
    answer=own_rest.OwnChatView,
    errors=_ERRORS,
)
CHANGE_OWN_CHAT: Final = Endpoint(
    name="change_own_chat",
    service="svc-chat",
    method="PATCH",
    path="/api/chats/{chat}/mine",
    summary="Mute, archive, mark as unread or pin a chat, for oneself",
    body=own_rest.OwnChatBody,
    answer=own_rest.OwnChatView,
    errors=_ERRORS,
)
KEEP_DRAFT: Final = Endpoint(
    name="keep_draft",
    service="svc-chat",
    method="PUT",
    path="/api/chats/{chat}/draft",
    summary="Keep what is not sent yet; the answer is what holds, if a later one was there",
    body=own_rest.DraftBody,
    answer=own_rest.OwnChatView,
    errors=_ERRORS,
)
END_DRAFT: Final = Endpoint(
    name="end_draft",
    service="svc-chat",
    method="DELETE",
    path="/api/chats/{chat}/draft",
    summary="The draft was sent or given up: it never comes back",
    answer=own_rest.OwnChatView,
    query=(
        Query(
            "began",
            "integer",
            0,
            limits.MUTED_FOR_GOOD,
            "when the draft was begun, Unix ms",
            required=True,
        ),
    ),
    errors=_ERRORS,
)

OWN_ENDPOINTS: Final = (OWN_CHAT, CHANGE_OWN_CHAT, KEEP_DRAFT, END_DRAFT)
