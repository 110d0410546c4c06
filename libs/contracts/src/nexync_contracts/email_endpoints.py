"""The REST API about one's own e-mail address."""

from typing import Final

from nexync_contracts import email_rest, rest
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import ProblemCode

EMAIL: Final = Endpoint(
    name="email",
    service="svc-auth",
    method="GET",
    path="/api/auth/email",
    summary="One's own address, and the one that waits for its code",
    answer=email_rest.EmailView,
)
CHANGE_EMAIL: Final = Endpoint(
    name="change_email",
    service="svc-auth",
    method="POST",
    path="/api/auth/email",
    summary="Ask for another address, which gets a code unless it is somebody's; nothing changes yet",
    body=email_rest.ChangeEmailBody,
    answer=rest.Accepted,
    status=202,
    errors=(
        ProblemCode.WRONG_PASSWORD,
        ProblemCode.SECOND_FACTOR,
        ProblemCode.WRONG_CODE,
        ProblemCode.FACTOR_UNAVAILABLE,
        ProblemCode.TOO_MANY,
    ),
)
PROVE_EMAIL: Final = Endpoint(
    name="prove_email",
    service="svc-auth",
    method="POST",
    path="/api/auth/email/code",
    summary="Change to the new address by its code, in the session that asked; ends all other sessions",
    body=email_rest.ProveEmailBody,
    status=204,
    errors=(ProblemCode.WRONG_CODE, ProblemCode.CODE_SPENT, ProblemCode.TOO_MANY),
)

EMAIL_ENDPOINTS: Final = (EMAIL, CHANGE_EMAIL, PROVE_EMAIL)
