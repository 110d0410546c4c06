"""The REST API about the erasure of one's own account."""

from typing import Final

from nexync_contracts import erasure_rest
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import ProblemCode

ERASURE: Final = Endpoint(
    name="erasure",
    service="svc-auth",
    method="GET",
    path="/api/auth/erasure",
    summary="Whether one's account is to be erased, and when",
    answer=erasure_rest.ErasureView,
)
ERASE: Final = Endpoint(
    name="erase",
    service="svc-auth",
    method="POST",
    path="/api/auth/erasure",
    summary="Have one's account erased once the grace period is over; all other sessions end",
    body=erasure_rest.EraseBody,
    answer=erasure_rest.ErasureView,
    errors=(
        ProblemCode.WRONG_PASSWORD,
        ProblemCode.SECOND_FACTOR,
        ProblemCode.WRONG_CODE,
        ProblemCode.PASSKEY_REFUSED,
        ProblemCode.LOGIN_OVER,
        ProblemCode.FRESH_LOGIN_NEEDED,
        ProblemCode.CONFLICT,
        ProblemCode.TOO_MANY,
    ),
)
KEEP: Final = Endpoint(
    name="keep",
    service="svc-auth",
    method="DELETE",
    path="/api/auth/erasure",
    summary="Keep one's account after all",
    answer=erasure_rest.ErasureView,
    errors=(ProblemCode.TOO_MANY,),
)

ERASURE_ENDPOINTS: Final = (ERASURE, ERASE, KEEP)
