"""The REST API about who has got and read what."""

from typing import Final

from nexync_contracts import receipt_rest
from nexync_contracts.endpoint import Endpoint, Query
from nexync_contracts.errors import ProblemCode
from nexync_contracts.limits import PAGE_MAX

RECEIPTS: Final = Endpoint(
    name="receipts",
    service="svc-chat",
    method="GET",
    path="/api/chats/{chat}/receipts",
    summary="How far the other members of a chat are, in one that is small enough",
    answer=receipt_rest.ReceiptsView,
    errors=(ProblemCode.NOT_FOUND,),
)
SEEN: Final = Endpoint(
    name="seen",
    service="svc-chat",
    method="GET",
    path="/api/chats/{chat}/seen",
    summary="Who has read a message, and when",
    answer=receipt_rest.SeenView,
    query=(
        Query("target", "integer", 1, 2**53, "the message's seq"),
        Query("after", "text", 1, 200, "cursor"),
        Query("limit", "integer", 1, PAGE_MAX),
    ),
    errors=(ProblemCode.NOT_FOUND,),
)

RECEIPT_ENDPOINTS: Final = (RECEIPTS, SEEN)
