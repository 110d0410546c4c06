"""The REST API for administrators of an instance. To everybody else it answers `forbidden`."""

from typing import Final, Literal

from pydantic import BaseModel

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


def _upon_person(
    name: str,
    change: str,
    summary: str,
    *,
    method: Literal["POST", "PUT"] = "POST",
    body: type[BaseModel] = admin_rest.AdminProofBody,
    conflict: bool = False,
) -> Endpoint:
    """A change of somebody's account, which asks for the administrator's proof and answers with the account."""
    return Endpoint(
        name=name,
        service="svc-auth",
        method=method,
        path=f"/api/auth/admin/people/{{person}}/{change}",
        summary=summary,
        body=body,
        answer=admin_rest.ManagedPerson,
        errors=(*_PROOF, ProblemCode.NOT_FOUND, *([ProblemCode.CONFLICT] if conflict else [])),
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
DEACTIVATE: Final = _upon_person(
    "deactivate",
    "deactivation",
    "Lock an account: its sessions, its sockets and its bots' tokens end; what it wrote stays",
    conflict=True,
)
REACTIVATE: Final = _upon_person(
    "reactivate",
    "reactivation",
    "Let somebody log in again; bots need new tokens",
)
ERASE_PERSON: Final = _upon_person(
    "erase_person",
    "erasure",
    "Have an account erased once the grace period is over; its owner is told by mail and may take it back",
    conflict=True,
)
KEEP_PERSON: Final = _upon_person(
    "keep_person",
    "erasure-cancellation",
    "Keep an account that was to be erased",
)
RESET_FACTORS: Final = _upon_person(
    "reset_factors",
    "factor-reset",
    "Take away somebody's second factor and passkeys, and end their sessions; they are told by mail",
    conflict=True,
)
SET_ADMIN_ROLE: Final = _upon_person(
    "set_admin_role",
    "role",
    "Make somebody an administrator, or no longer",
    method="PUT",
    body=admin_rest.SetRoleBody,
    conflict=True,
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
    ERASE_PERSON,
    KEEP_PERSON,
    RESET_FACTORS,
    SET_ADMIN_ROLE,
    INVITATIONS,
    MAKE_INVITATION,
    REVOKE_INVITATION,
    AUDIT_LOG,
)
