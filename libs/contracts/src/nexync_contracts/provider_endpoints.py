"""The REST API about logging in with a provider, and about linked identities."""

from typing import Final

from nexync_contracts import provider_rest, rest
from nexync_contracts.endpoint import Endpoint, Query
from nexync_contracts.errors import ProblemCode
from nexync_contracts.passkey_endpoints import PROOF_ERRORS

PROVIDERS: Final = Endpoint(
    name="providers",
    service="svc-auth",
    method="GET",
    path="/api/auth/providers",
    summary="Whom one can log in with",
    answer=provider_rest.ProvidersView,
    open=True,
)
START_PROVIDER: Final = Endpoint(
    name="start_provider",
    service="svc-auth",
    method="POST",
    path="/api/auth/providers/{provider}/start",
    summary="Begin a log-in with a provider; sets a short-lived cookie",
    body=provider_rest.StartProviderBody,
    answer=provider_rest.ProviderStartView,
    errors=(ProblemCode.NOT_FOUND, ProblemCode.PROVIDER_AWAY, ProblemCode.TOO_MANY),
    open=True,
    words=("provider",),
)
LINK_PROVIDER: Final = Endpoint(
    name="link_provider",
    service="svc-auth",
    method="POST",
    path="/api/auth/providers/{provider}/link",
    summary="Begin to link an identity at a provider to one's account; sets a short-lived cookie",
    body=provider_rest.LinkProviderBody,
    answer=provider_rest.ProviderStartView,
    errors=(
        *PROOF_ERRORS,
        ProblemCode.NOT_FOUND,
        ProblemCode.PROVIDER_AWAY,
    ),
    words=("provider",),
)
PROVIDER_CALLBACK: Final = Endpoint(
    name="provider_callback",
    service="svc-auth",
    method="GET",
    path="/api/auth/providers/{provider}/callback",
    summary="Where a provider sends the browser; always leads to a page, with `problem` when it failed",
    status=303,
    query=(
        Query("state", "text", 1, 500),
        Query("code", "text", 1, 2_000),
        Query("error", "text", 1, 500),
        Query("iss", "text", 1, 500, "the issuer, RFC 9207"),
    ),
    open=True,
    words=("provider",),
)
IDENTITIES: Final = Endpoint(
    name="identities",
    service="svc-auth",
    method="GET",
    path="/api/auth/identities",
    summary="The identities that are linked to one's account",
    answer=provider_rest.IdentitiesView,
)
UNLINK_IDENTITY: Final = Endpoint(
    name="unlink_identity",
    service="svc-auth",
    method="POST",
    path="/api/auth/identities/{identity}/unlink",
    summary="Unlink an identity, unless it is the last way in",
    body=provider_rest.UnlinkIdentityBody,
    status=204,
    errors=(
        *PROOF_ERRORS,
        ProblemCode.NOT_FOUND,
        ProblemCode.LAST_WAY_IN,
    ),
)
NEW_PASSWORD: Final = Endpoint(
    name="new_password",
    service="svc-auth",
    method="POST",
    path="/api/auth/login/new-password",
    summary="Change a mailed one-time password for one of one's own; sets the cookies, or asks for a code",
    body=provider_rest.NewPasswordBody,
    answer=rest.SessionView,
    errors=(
        ProblemCode.WRONG_CREDENTIALS,
        ProblemCode.SECOND_FACTOR,
        ProblemCode.DEACTIVATED,
        ProblemCode.TOO_MANY,
    ),
    open=True,
)

PROVIDER_ENDPOINTS: Final = (
    PROVIDERS,
    START_PROVIDER,
    LINK_PROVIDER,
    PROVIDER_CALLBACK,
    IDENTITIES,
    UNLINK_IDENTITY,
    NEW_PASSWORD,
)
