"""The REST API about groups, beside what every chat has."""

from typing import Final

from nexync_contracts import group_rest, rest
from nexync_contracts.endpoint import Endpoint, Query
from nexync_contracts.errors import ProblemCode

_CHANGE: Final = (ProblemCode.NOT_FOUND, ProblemCode.REJECTED, ProblemCode.NOT_YET)

MEMBERS: Final = Endpoint(
    name="members",
    service="svc-chat",
    method="GET",
    path="/api/chats/{chat}/members",
    summary="Who is in the chat: admins first, then by how long they are in; for members only",
    revalidated=True,
    answer=group_rest.MembersPage,
    query=(Query("after", "text", 1, 200, "cursor"), Query("limit", "integer", 1, 200)),
    errors=(ProblemCode.NOT_FOUND,),
    bots=True,
)
SET_ROLE: Final = Endpoint(
    name="set_role",
    service="svc-chat",
    method="PUT",
    path="/api/chats/{chat}/members/{person}/role",
    summary="Make a member an admin, or no longer one",
    body=group_rest.RoleBody,
    answer=rest.CommandDone,
    errors=_CHANGE,
    idempotent_by_key=True,
)
SET_TAGLINE: Final = Endpoint(
    name="set_tagline",
    service="svc-chat",
    method="PUT",
    path="/api/chats/{chat}/tagline",
    summary="Say what a group is about",
    body=group_rest.TaglineBody,
    answer=rest.CommandDone,
    errors=_CHANGE,
    idempotent_by_key=True,
)
SET_HISTORY: Final = Endpoint(
    name="set_history",
    service="svc-chat",
    method="PUT",
    path="/api/chats/{chat}/history",
    summary="Settle how much of the group those see who are added from now on",
    body=group_rest.HistoryBody,
    answer=rest.CommandDone,
    errors=_CHANGE,
    idempotent_by_key=True,
)
SET_RETENTION: Final = Endpoint(
    name="set_retention",
    service="svc-chat",
    method="PUT",
    path="/api/chats/{chat}/retention",
    summary="Settle how long is kept what is said in the group from now on",
    body=group_rest.RetentionBody,
    answer=rest.CommandDone,
    errors=_CHANGE,
    idempotent_by_key=True,
)
DISMISS: Final = Endpoint(
    name="dismiss",
    service="svc-chat",
    method="POST",
    path="/api/chats/{chat}/dismissal",
    summary="End a group: it can be read and left, nothing else",
    answer=rest.CommandDone,
    errors=_CHANGE,
    idempotent_by_key=True,
)
INVITES: Final = Endpoint(
    name="invites",
    service="svc-chat",
    method="GET",
    path="/api/chats/{chat}/invites",
    summary="The invite links that work, for admins",
    answer=group_rest.InvitesList,
    errors=(ProblemCode.NOT_FOUND, ProblemCode.REJECTED),
)
MAKE_INVITE: Final = Endpoint(
    name="make_invite",
    service="svc-chat",
    method="POST",
    path="/api/chats/{chat}/invites",
    summary="Make a link that lets people into a group",
    body=group_rest.MakeInviteBody,
    answer=group_rest.InviteDone,
    status=201,
    errors=_CHANGE,
    idempotent_by_key=True,
)
REVOKE_INVITE: Final = Endpoint(
    name="revoke_invite",
    service="svc-chat",
    method="DELETE",
    path="/api/chats/{chat}/invites/{invite}",
    summary="The link lets nobody in any more",
    answer=rest.CommandDone,
    errors=_CHANGE,
    idempotent_by_key=True,
)
PREVIEW_INVITE: Final = Endpoint(
    name="preview_invite",
    service="svc-chat",
    method="POST",
    path="/api/chats/{chat}/invite-preview",
    summary="Which group a link leads to",
    body=group_rest.InviteBody,
    answer=group_rest.InvitePreview,
    errors=(ProblemCode.REJECTED,),
)
JOIN: Final = Endpoint(
    name="join",
    service="svc-chat",
    method="POST",
    path="/api/chats/{chat}/join",
    summary="Join a group by a link",
    body=group_rest.InviteBody,
    answer=rest.CommandDone,
    errors=(ProblemCode.REJECTED, ProblemCode.NOT_YET),
    idempotent_by_key=True,
)

GROUP_ENDPOINTS: Final = (
    MEMBERS,
    SET_ROLE,
    SET_TAGLINE,
    SET_HISTORY,
    SET_RETENTION,
    DISMISS,
    INVITES,
    MAKE_INVITE,
    REVOKE_INVITE,
    PREVIEW_INVITE,
    JOIN,
)
