"""The REST API about the whole of a chat, and about all that is one's own."""

from typing import Final

from nexync_contracts import export_rest, passkey_rest
from nexync_contracts.endpoint import Endpoint, Query
from nexync_contracts.errors import ProblemCode

DAY: Final = Endpoint(
    name="day",
    service="svc-chat",
    method="GET",
    path="/api/chats/{chat}/day",
    summary="Where a day begins in the chat",
    answer=export_rest.DayView,
    query=(
        Query("since", "integer", 0, 2**53 - 1, "the beginning of the day, Unix ms", required=True),
    ),
    errors=(ProblemCode.NOT_FOUND, ProblemCode.NOT_YET),
)
EXPORT: Final = Endpoint(
    name="export",
    service="svc-chat",
    method="GET",
    path="/api/chats/{chat}/export",
    summary="All that one may see of the chat, oldest first, one line of JSON each",
    answer=export_rest.ExportLine,
    lines=True,
    cost=20,
    errors=(ProblemCode.NOT_FOUND, ProblemCode.NOT_YET),
)
ALLOW_OWN_DATA: Final = Endpoint(
    name="allow_own_data",
    service="svc-auth",
    method="POST",
    path="/api/auth/export",
    summary="Prove who one is, to take along all that is one's own: once, within two minutes, in this session",
    body=passkey_rest.OwnerProofBody,
    status=204,
    errors=(
        ProblemCode.WRONG_PASSWORD,
        ProblemCode.SECOND_FACTOR,
        ProblemCode.WRONG_CODE,
        ProblemCode.PASSKEY_REFUSED,
        ProblemCode.LOGIN_OVER,
        ProblemCode.FACTOR_UNAVAILABLE,
        ProblemCode.TOO_MANY,
    ),
)
EXPORT_OWN_DATA: Final = Endpoint(
    name="export_own_data",
    service="svc-chat",
    method="GET",
    path="/api/me/export",
    summary="All that is one's own, in a zip: account, profile, people, chats, what one wrote, files",
    gives="zip",
    cost=40,
    errors=(ProblemCode.FORBIDDEN, ProblemCode.NOT_YET),
)

EXPORT_ENDPOINTS: Final = (DAY, EXPORT, ALLOW_OWN_DATA, EXPORT_OWN_DATA)
