"""The REST API for administrators of an instance. To everybody else it answers `forbidden`."""

from typing import Final

from nexync_contracts import admin_rest, limits
from nexync_contracts.endpoint import Endpoint, Query
from nexync_contracts.errors import ProblemCode

_PROOF = (
    ProblemCode.FORBIDDEN,
    ProblemCode.WRONG_PASSWORD,
    ProblemCode.SECOND_FACTOR,
    ProblemCode.WRONG_CODE,
    ProblemCode.PASSKEY_REFUSED,
    ProblemCode.LOGIN_OVER,
    ProblemCode.TOO_MANY,
)

ADMIN_ROLE: Final = Endpoint(
    name="admin_role",
    service="svc-auth",
    method="GET",
    path="/api/auth/role",
    summary="Whether one is an administrator",
    answer=admin_rest.RoleView,
)
MANAGED_PEOPLE: Final = Endpoint(
    name="managed_people",
    service="svc-auth",
    method="GET",
    path="/api/auth/admin/people",
    summary="Find people by a part of name, username or address",
    answer=admin_rest.ManagedPeople,
    query=(
        Query("q", "text", 1, limits.SEARCH_CHARS[1], "a part of name, username or address"),
        Query("past", "text", 1, limits.USERNAME_CHARS[1], "usernames after this one"),
    ),
    errors=(ProblemCode.FORBIDDEN,),
    cost=3,
)
DEACTIVATE: Final = Endpoint(
    name="deactivate",
    service="svc-auth",
    method="POST",
    path="/api/auth/admin/people/{person}/deactivation",
    summary="Lock an account: its sessions, its sockets and its bots' tokens end; what it wrote stays",
    body=admin_rest.AdminProofBody,
    answer=admin_rest.ManagedPerson,
    errors=(*_PROOF, ProblemCode.NOT_FOUND, ProblemCode.CONFLICT),
)
REACTIVATE: Final = Endpoint(
    name="reactivate",
    service="svc-auth",
    method="POST",
    path="/api/auth/admin/people/{person}/reactivation",
    summary="Let somebody log in again; bots need new tokens",
    body=admin_rest.AdminProofBody,
    answer=admin_rest.ManagedPerson,
    errors=(*_PROOF, ProblemCode.NOT_FOUND),
)
RESET_FACTORS: Final = Endpoint(
    name="reset_factors",
    service="svc-auth",
    method="POST",
    path="/api/auth/admin/people/{person}/factor-reset",
    summary="Take away somebody's second factor and passkeys, and end their sessions; they are told by mail",
    body=admin_rest.AdminProofBody,
    answer=admin_rest.ManagedPerson,
    errors=(*_PROOF, ProblemCode.NOT_FOUND, ProblemCode.CONFLICT),
)
SET_ADMIN_ROLE: Final = Endpoint(
    name="set_admin_role",
    service="svc-auth",
    method="PUT",
    path="/api/auth/admin/people/{person}/role",
    summary="Make somebody an administrator, or no longer",
    body=admin_rest.SetRoleBody,
    answer=admin_rest.ManagedPerson,
    errors=(*_PROOF, ProblemCode.NOT_FOUND, ProblemCode.CONFLICT),
)
INVITATIONS: Final = Endpoint(
    name="invitations",
    service="svc-auth",
    method="GET",
    path="/api/auth/admin/invitations",
    summary="Invitations to this instance",
    answer=admin_rest.InvitationsPage,
    errors=(ProblemCode.FORBIDDEN,),
)
MAKE_INVITATION: Final = Endpoint(
    name="make_invitation",
    service="svc-auth",
    method="POST",
    path="/api/auth/admin/invitations",
    summary="Invite to this instance; the token is told this once",
    body=admin_rest.MakeInvitationBody,
    answer=admin_rest.InvitationMade,
    status=201,
    errors=(*_PROOF, ProblemCode.CONFLICT),
)
REVOKE_INVITATION: Final = Endpoint(
    name="revoke_invitation",
    service="svc-auth",
    method="POST",
    path="/api/auth/admin/invitations/{invitation}/revocation",
    summary="Take an invitation back; accounts that it made stay",
    body=admin_rest.AdminProofBody,
    status=204,
    errors=(*_PROOF, ProblemCode.NOT_FOUND),
)
AUDIT_LOG: Final = Endpoint(
    name="audit_log",
    service="svc-auth",
    method="GET",
    path="/api/auth/admin/audit-log",
    summary="What administrators did, the newest first",
    answer=admin_rest.AuditPage,
    query=(Query("before", "integer", 1, 2**53, "entries before this number"),),
    errors=(ProblemCode.FORBIDDEN,),
)

ADMIN_ENDPOINTS: Final = (
    ADMIN_ROLE,
    MANAGED_PEOPLE,
    DEACTIVATE,
    REACTIVATE,
    RESET_FACTORS,
    SET_ADMIN_ROLE,
    INVITATIONS,
    MAKE_INVITATION,
    REVOKE_INVITATION,
    AUDIT_LOG,
)
