"""The REST API about the second factor of log-in."""

from typing import Final

from nexync_contracts import factor_rest, rest
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import ProblemCode

LOGIN_CODE: Final = Endpoint(
    name="login_code",
    service="svc-auth",
    method="POST",
    path="/api/auth/login/code",
    summary="The second step of a log-in whose password was right; sets the cookies",
    body=factor_rest.FactorCodeBody,
    answer=rest.SessionView,
    errors=(
        ProblemCode.WRONG_CODE,
        ProblemCode.CODE_SPENT,
        ProblemCode.LOGIN_OVER,
        ProblemCode.DEACTIVATED,
        ProblemCode.FACTOR_UNAVAILABLE,
        ProblemCode.TOO_MANY,
    ),
    open=True,
)
FACTOR: Final = Endpoint(
    name="factor",
    service="svc-auth",
    method="GET",
    path="/api/auth/factor",
    summary="Whether one's second factor is on",
    answer=factor_rest.FactorView,
    setup=True,
)
ENROL_FACTOR: Final = Endpoint(
    name="enrol_factor",
    service="svc-auth",
    method="POST",
    path="/api/auth/factor/enrolment",
    summary="A new secret for an authenticator app; its first code turns it on",
    body=factor_rest.EnrolFactorBody,
    answer=factor_rest.EnrolmentView,
    setup=True,
    errors=(
        ProblemCode.WRONG_PASSWORD,
        ProblemCode.PROOF_NEEDED,
        ProblemCode.FRESH_LOGIN_NEEDED,
        ProblemCode.CONFLICT,
        ProblemCode.FACTOR_UNAVAILABLE,
        ProblemCode.TOO_MANY,
    ),
)
TURN_ON_FACTOR: Final = Endpoint(
    name="turn_on_factor",
    service="svc-auth",
    method="POST",
    path="/api/auth/factor",
    summary="Turn the factor on by the app's first code; ends all other sessions",
    body=factor_rest.FactorCodeBody,
    answer=factor_rest.RecoveryCodesView,
    setup=True,
    errors=(ProblemCode.WRONG_CODE, ProblemCode.NOT_FOUND, ProblemCode.FACTOR_UNAVAILABLE),
)
TURN_OFF_FACTOR: Final = Endpoint(
    name="turn_off_factor",
    service="svc-auth",
    method="POST",
    path="/api/auth/factor/off",
    summary="Turn the factor off, by the password and a code or recovery code; ends all other sessions",
    body=factor_rest.FactorProofBody,
    status=204,
    errors=(
        ProblemCode.FACTOR_STAYS,
        ProblemCode.WRONG_PASSWORD,
        ProblemCode.WRONG_CODE,
        ProblemCode.NOT_FOUND,
        ProblemCode.FACTOR_UNAVAILABLE,
        ProblemCode.TOO_MANY,
    ),
)
RENEW_RECOVERY_CODES: Final = Endpoint(
    name="renew_recovery_codes",
    service="svc-auth",
    method="POST",
    path="/api/auth/factor/recovery-codes",
    summary="New recovery codes in place of all earlier ones; ends all other sessions",
    body=factor_rest.FactorProofBody,
    answer=factor_rest.RecoveryCodesView,
    errors=tuple(code for code in TURN_OFF_FACTOR.errors if code is not ProblemCode.FACTOR_STAYS),
)

FACTOR_ENDPOINTS: Final = (
    LOGIN_CODE,
    FACTOR,
    ENROL_FACTOR,
    TURN_ON_FACTOR,
    TURN_OFF_FACTOR,
    RENEW_RECOVERY_CODES,
)
