"""The REST API as a table: services register their routes from it, OpenAPI is generated from it."""

from typing import Final

from nexync_contracts import rest
from nexync_contracts.admin_endpoints import ADMIN_ENDPOINTS
from nexync_contracts.attachment_endpoints import ATTACHMENT_ENDPOINTS
from nexync_contracts.bot_endpoints import BOT_ENDPOINTS
from nexync_contracts.email_endpoints import EMAIL_ENDPOINTS
from nexync_contracts.endpoint import AT_LEAST, Endpoint, Query
from nexync_contracts.erasure_endpoints import ERASURE_ENDPOINTS
from nexync_contracts.errors import ProblemCode
from nexync_contracts.export_endpoints import EXPORT_ENDPOINTS
from nexync_contracts.factor_endpoints import FACTOR_ENDPOINTS
from nexync_contracts.group_endpoints import GROUP_ENDPOINTS
from nexync_contracts.hook_endpoints import HOOK_ENDPOINTS
from nexync_contracts.instance_endpoints import INSTANCE_ENDPOINTS
from nexync_contracts.message_endpoints import MESSAGE_ENDPOINTS
from nexync_contracts.own_endpoints import OWN_ENDPOINTS
from nexync_contracts.passkey_endpoints import PASSKEY_ENDPOINTS
from nexync_contracts.people_endpoints import PEOPLE_ENDPOINTS
from nexync_contracts.pin_endpoints import PIN_ENDPOINTS
from nexync_contracts.profile_endpoints import PROFILE_ENDPOINTS
from nexync_contracts.provider_endpoints import PROVIDER_ENDPOINTS
from nexync_contracts.push_endpoints import PUSH_ENDPOINTS
from nexync_contracts.receipt_endpoints import RECEIPT_ENDPOINTS
from nexync_contracts.report_endpoints import REPORT_ENDPOINTS
from nexync_contracts.scheduled_endpoints import SCHEDULED_ENDPOINTS
from nexync_contracts.search_endpoints import SEARCH_ENDPOINTS

REGISTER: Final = Endpoint(
    name="register",
    service="svc-auth",
    method="POST",
    path="/api/auth/register",
    summary="Ask for an account; a six-digit code goes to the address",
    body=rest.RegisterBody,
    answer=rest.Accepted,
    status=202,
    errors=(
        ProblemCode.USERNAME_TAKEN,
        ProblemCode.REGISTRATION_CLOSED,
        ProblemCode.INVITATION_OVER,
        ProblemCode.TOO_MANY,
    ),
    open=True,
)
VERIFY: Final = Endpoint(
    name="verify",
    service="svc-auth",
    method="POST",
    path="/api/auth/verify",
    summary="Prove the address by its code; logs in",
    body=rest.VerifyBody,
    answer=rest.SessionView,
    errors=(
        ProblemCode.WRONG_CODE,
        ProblemCode.CODE_SPENT,
        ProblemCode.REGISTRATION_CLOSED,
        ProblemCode.INVITATION_OVER,
        ProblemCode.DEACTIVATED,
    ),
    open=True,
    idempotent_by_key=True,
)
RESEND: Final = Endpoint(
    name="resend",
    service="svc-auth",
    method="POST",
    path="/api/auth/resend",
    summary="Send another code",
    body=rest.ResendBody,
    answer=rest.Accepted,
    status=202,
    errors=(ProblemCode.TOO_MANY,),
    open=True,
)
LOGIN: Final = Endpoint(
    name="login",
    service="svc-auth",
    method="POST",
    path="/api/auth/login",
    summary="Log in; sets the cookies, or asks for the second factor's code",
    body=rest.LoginBody,
    answer=rest.SessionView,
    errors=(
        ProblemCode.WRONG_CREDENTIALS,
        ProblemCode.NOT_VERIFIED,
        ProblemCode.SECOND_FACTOR,
        ProblemCode.PASSWORD_CHANGE_NEEDED,
        ProblemCode.PASSKEY_NEEDED,
        ProblemCode.DEACTIVATED,
        ProblemCode.TOO_MANY,
    ),
    open=True,
)
REFRESH: Final = Endpoint(
    name="refresh",
    service="svc-auth",
    method="POST",
    path="/api/auth/refresh",
    summary="Change the refresh cookie for new cookies",
    answer=rest.SessionView,
    errors=(ProblemCode.UNAUTHENTICATED,),
    open=True,
)
LOGOUT: Final = Endpoint(
    name="logout",
    service="svc-auth",
    method="POST",
    path="/api/auth/logout",
    summary="End this session; its sockets close",
    status=204,
    open=True,
)
SESSION: Final = Endpoint(
    name="session",
    service="svc-auth",
    method="GET",
    path="/api/auth/session",
    summary="Who is logged in",
    answer=rest.SessionView,
    setup=True,
)
FORGOT: Final = Endpoint(
    name="forgot",
    service="svc-auth",
    method="POST",
    path="/api/auth/forgot",
    summary="Ask for a link to replace a forgotten password",
    body=rest.ForgotBody,
    answer=rest.Accepted,
    status=202,
    errors=(ProblemCode.TOO_MANY,),
    open=True,
)
RESET: Final = Endpoint(
    name="reset",
    service="svc-auth",
    method="POST",
    path="/api/auth/reset",
    summary="Replace the password by the mailed link; ends all sessions",
    body=rest.ResetBody,
    status=204,
    errors=(ProblemCode.LINK_SPENT, ProblemCode.TOO_MANY),
    open=True,
)
CHANGE_PASSWORD: Final = Endpoint(
    name="change_password",
    service="svc-auth",
    method="PUT",
    path="/api/auth/password",
    summary="Replace the password; ends all other sessions",
    body=rest.ChangePasswordBody,
    status=204,
    errors=(
        ProblemCode.WRONG_PASSWORD,
        ProblemCode.SECOND_FACTOR,
        ProblemCode.WRONG_CODE,
        ProblemCode.FACTOR_UNAVAILABLE,
        ProblemCode.TOO_MANY,
    ),
)
SESSIONS: Final = Endpoint(
    name="sessions",
    service="svc-auth",
    method="GET",
    path="/api/auth/sessions",
    summary="Where one is logged in",
    answer=rest.SessionsPage,
)
END_SESSION: Final = Endpoint(
    name="end_session",
    service="svc-auth",
    method="DELETE",
    path="/api/auth/sessions/{session}",
    summary="End one of one's sessions, another one soon after a proof; its sockets close",
    status=204,
    errors=(ProblemCode.NOT_FOUND, ProblemCode.PROOF_NEEDED, ProblemCode.FRESH_LOGIN_NEEDED),
)
END_OTHER_SESSIONS: Final = Endpoint(
    name="end_other_sessions",
    service="svc-auth",
    method="DELETE",
    path="/api/auth/sessions",
    summary="End all of one's sessions but this one, soon after a proof; their sockets close",
    status=204,
    errors=(ProblemCode.PROOF_NEEDED, ProblemCode.FRESH_LOGIN_NEEDED),
)
JWKS: Final = Endpoint(
    name="jwks",
    service="svc-auth",
    method="GET",
    path="/api/auth/jwks.json",
    summary="Public keys of the access tokens",
    answer=rest.Jwks,
    open=True,
)

PEOPLE: Final = Endpoint(
    name="people",
    service="svc-chat",
    method="GET",
    path="/api/people",
    summary="Find people by name or username",
    answer=rest.PeoplePage,
    query=(Query("q", "text", 1, 60, "part of a name or username"),),
    cost=3,
)
PERSON: Final = Endpoint(
    name="person",
    service="svc-chat",
    method="GET",
    path="/api/people/{person}",
    summary="One person",
    answer=rest.PersonView,
    errors=(ProblemCode.NOT_FOUND,),
    bots=True,
)
CONNECTIONS: Final = Endpoint(
    name="connections",
    service="svc-chat",
    method="GET",
    path="/api/connections",
    summary="People one is connected with, has asked or is asked by",
    revalidated=True,
    answer=rest.PeoplePage,
    query=(Query("after", "text", 1, 200, "cursor"),),
)
ASK: Final = Endpoint(
    name="ask",
    service="svc-chat",
    method="POST",
    path="/api/connections",
    summary="Ask to connect; accepts when the other has asked already",
    body=rest.AskBody,
    answer=rest.PersonView,
    errors=(ProblemCode.NOT_FOUND, ProblemCode.FORBIDDEN),
)
ACCEPT: Final = Endpoint(
    name="accept",
    service="svc-chat",
    method="POST",
    path="/api/connections/{person}/accept",
    summary="Accept who asked",
    answer=rest.PersonView,
    errors=(ProblemCode.NOT_FOUND,),
)

CHATS: Final = Endpoint(
    name="chats",
    service="svc-chat",
    method="GET",
    path="/api/chats",
    summary="One's chats, newest first",
    revalidated=True,
    answer=rest.ChatsPage,
    query=(Query("after", "text", 1, 200, "cursor"), Query("limit", "integer", 1, 200)),
    bots=True,
)
CREATE_CHAT: Final = Endpoint(
    name="create_chat",
    service="svc-chat",
    method="POST",
    path="/api/chats",
    summary="Make a private chat or a group",
    cost=5,
    body=rest.CreateChatBody,
    answer=rest.CommandDone,
    status=201,
    errors=(
        ProblemCode.NOT_FOUND,
        ProblemCode.NOT_CONNECTED,
        ProblemCode.REJECTED,
        ProblemCode.NOT_YET,
    ),
    idempotent_by_key=True,
)
CHAT: Final = Endpoint(
    name="chat",
    service="svc-chat",
    method="GET",
    path="/api/chats/{chat}",
    summary="One chat",
    revalidated=True,
    answer=rest.ChatView,
    query=(AT_LEAST,),
    errors=(ProblemCode.NOT_FOUND, ProblemCode.NOT_YET),
    bots=True,
)
RENAME_CHAT: Final = Endpoint(
    name="rename_chat",
    service="svc-chat",
    method="PATCH",
    path="/api/chats/{chat}",
    summary="Give a group another name; only where renaming is switched on",
    body=rest.RenameChatBody,
    answer=rest.CommandDone,
    errors=(ProblemCode.NOT_FOUND, ProblemCode.REJECTED, ProblemCode.NOT_YET),
    idempotent_by_key=True,
)
ADD_MEMBER: Final = Endpoint(
    name="add_member",
    service="svc-chat",
    method="POST",
    path="/api/chats/{chat}/members",
    summary="Add a connected person to a group",
    body=rest.AddMemberBody,
    answer=rest.CommandDone,
    errors=(
        ProblemCode.NOT_FOUND,
        ProblemCode.NOT_CONNECTED,
        ProblemCode.REJECTED,
        ProblemCode.NOT_YET,
    ),
    idempotent_by_key=True,
)
REMOVE_MEMBER: Final = Endpoint(
    name="remove_member",
    service="svc-chat",
    method="DELETE",
    path="/api/chats/{chat}/members/{person}",
    summary="Remove a member, or leave",
    answer=rest.CommandDone,
    errors=(ProblemCode.NOT_FOUND, ProblemCode.REJECTED, ProblemCode.NOT_YET),
    idempotent_by_key=True,
)

ENDPOINTS: Final = (
    REGISTER,
    VERIFY,
    RESEND,
    LOGIN,
    REFRESH,
    LOGOUT,
    SESSION,
    FORGOT,
    RESET,
    CHANGE_PASSWORD,
    SESSIONS,
    END_SESSION,
    END_OTHER_SESSIONS,
    JWKS,
    PEOPLE,
    PERSON,
    CONNECTIONS,
    ASK,
    ACCEPT,
    CHATS,
    CREATE_CHAT,
    CHAT,
    RENAME_CHAT,
    ADD_MEMBER,
    REMOVE_MEMBER,
    *MESSAGE_ENDPOINTS,
    *BOT_ENDPOINTS,
    *ADMIN_ENDPOINTS,
    *INSTANCE_ENDPOINTS,
    *ATTACHMENT_ENDPOINTS,
    *EMAIL_ENDPOINTS,
    *ERASURE_ENDPOINTS,
    *FACTOR_ENDPOINTS,
    *EXPORT_ENDPOINTS,
    *GROUP_ENDPOINTS,
    *HOOK_ENDPOINTS,
    *PASSKEY_ENDPOINTS,
    *PEOPLE_ENDPOINTS,
    *PROFILE_ENDPOINTS,
    *PROVIDER_ENDPOINTS,
    *SEARCH_ENDPOINTS,
    *OWN_ENDPOINTS,
    *PIN_ENDPOINTS,
    *REPORT_ENDPOINTS,
    *SCHEDULED_ENDPOINTS,
    *PUSH_ENDPOINTS,
    *RECEIPT_ENDPOINTS,
)
