"""The REST API about passkeys: log in with one, add, rename and remove them, prove oneself by one."""

from typing import Final

from nexync_contracts import passkey_rest, rest
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import ProblemCode

LOGIN_PASSKEY_OPTIONS: Final = Endpoint(
    name="login_passkey_options",
    service="svc-auth",
    method="POST",
    path="/api/auth/login/passkey/options",
    summary="A challenge to log in with a passkey",
    answer=passkey_rest.PasskeyRequestView,
    errors=(ProblemCode.PASSKEY_UNAVAILABLE, ProblemCode.TOO_MANY),
    open=True,
)
LOGIN_PASSKEY: Final = Endpoint(
    name="login_passkey",
    service="svc-auth",
    method="POST",
    path="/api/auth/login/passkey",
    summary="Log in with a passkey, which is both factors; sets the cookies",
    body=passkey_rest.LoginPasskeyBody,
    answer=rest.SessionView,
    errors=(
        ProblemCode.PASSKEY_REFUSED,
        ProblemCode.LOGIN_OVER,
        ProblemCode.PASSKEY_UNAVAILABLE,
        ProblemCode.DEACTIVATED,
        ProblemCode.TOO_MANY,
    ),
    open=True,
)
PASSKEYS: Final = Endpoint(
    name="passkeys",
    service="svc-auth",
    method="GET",
    path="/api/auth/passkeys",
    summary="One's passkeys",
    answer=passkey_rest.PasskeysPage,
    setup=True,
)
PASSKEY_PROOF_OPTIONS: Final = Endpoint(
    name="passkey_proof_options",
    service="svc-auth",
    method="POST",
    path="/api/auth/passkeys/proof",
    summary="A challenge to prove oneself by a passkey, in this session",
    answer=passkey_rest.PasskeyRequestView,
    errors=(ProblemCode.PASSKEY_UNAVAILABLE, ProblemCode.TOO_MANY),
)
PROOF_ERRORS: Final = (
    ProblemCode.PROOF_NEEDED,
    ProblemCode.FRESH_LOGIN_NEEDED,
    ProblemCode.WRONG_PASSWORD,
    ProblemCode.SECOND_FACTOR,
    ProblemCode.WRONG_CODE,
    ProblemCode.PASSKEY_REFUSED,
    ProblemCode.LOGIN_OVER,
    ProblemCode.FACTOR_UNAVAILABLE,
    ProblemCode.TOO_MANY,
)
PROVE: Final = Endpoint(
    name="prove",
    service="svc-auth",
    method="POST",
    path="/api/auth/proof",
    summary="Prove to sit at this session, which spares other proofs for five minutes; changes its cookies",
    body=passkey_rest.OwnerProofBody,
    answer=rest.SessionView,
    errors=PROOF_ERRORS,
)
PASSKEY_OPTIONS: Final = Endpoint(
    name="passkey_options",
    service="svc-auth",
    method="POST",
    path="/api/auth/passkeys/options",
    summary="A challenge to make another passkey, for who proves to be the owner",
    body=passkey_rest.OwnerProofBody,
    answer=passkey_rest.PasskeyCreationView,
    setup=True,
    errors=(*PROOF_ERRORS, ProblemCode.CONFLICT, ProblemCode.PASSKEY_UNAVAILABLE),
)
ADD_PASSKEY: Final = Endpoint(
    name="add_passkey",
    service="svc-auth",
    method="POST",
    path="/api/auth/passkeys",
    summary="Keep the passkey that was made; named after the browser",
    body=passkey_rest.AddPasskeyBody,
    answer=passkey_rest.PasskeyItem,
    setup=True,
    status=201,
    errors=(
        ProblemCode.PASSKEY_REFUSED,
        ProblemCode.LOGIN_OVER,
        ProblemCode.CONFLICT,
        ProblemCode.PASSKEY_UNAVAILABLE,
    ),
)
RENAME_PASSKEY: Final = Endpoint(
    name="rename_passkey",
    service="svc-auth",
    method="PATCH",
    path="/api/auth/passkeys/{passkey}",
    summary="Give a passkey another name",
    body=passkey_rest.RenamePasskeyBody,
    status=204,
    errors=(ProblemCode.NOT_FOUND,),
)
REMOVE_PASSKEY: Final = Endpoint(
    name="remove_passkey",
    service="svc-auth",
    method="POST",
    path="/api/auth/passkeys/{passkey}/removal",
    summary="Remove a passkey, for who proves to be the owner",
    body=passkey_rest.OwnerProofBody,
    status=204,
    errors=(*PROOF_ERRORS, ProblemCode.FACTOR_STAYS, ProblemCode.NOT_FOUND),
)

PASSKEY_ENDPOINTS: Final = (
    LOGIN_PASSKEY_OPTIONS,
    LOGIN_PASSKEY,
    PASSKEYS,
    PASSKEY_PROOF_OPTIONS,
    PROVE,
    PASSKEY_OPTIONS,
    ADD_PASSKEY,
    RENAME_PASSKEY,
    REMOVE_PASSKEY,
)
