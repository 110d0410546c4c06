"""Who may do what over REST: every action by everybody, as tables. Each row finds what the ones before it left."""

from collections.abc import Mapping

from rights_groups import GROUP_ROWS
from rights_hooks import PARTED_ROWS
from rights_oneself import INSTANCE_ROWS, ONESELF_ROWS, SESSION_ROWS
from rights_scene import EVERYBODY, FORBIDDEN, INVALID, NOT_FOUND, Row, Who, of_admin

from nexync_contracts import (
    endpoints,
    factor_endpoints,
    hook_endpoints,
    instance_endpoints,
    passkey_endpoints,
    people_endpoints,
    profile_endpoints,
    provider_endpoints,
    report_endpoints,
    report_rest,
    rest,
)
from nexync_contracts.events import ChatKind

# About the admin, by everybody: what ends something comes last. Who is blocked gets a name and nothing besides, as
# groups that both are in need it; test_profiles.py looks into the answers.
PEOPLE_ROWS = (
    Row(endpoints.PEOPLE, EVERYBODY, query=lambda scene: {"q": scene.admin.username}),
    Row(endpoints.PERSON, EVERYBODY, path=of_admin),
    Row(profile_endpoints.PROFILE, EVERYBODY, path=of_admin),
    Row(people_endpoints.PRESENCE, EVERYBODY, path=of_admin),
    Row(
        endpoints.CREATE_CHAT,
        EVERYBODY
        | {
            Who.STRANGER: FORBIDDEN,
            Who.BLOCKED: FORBIDDEN,
            Who.CONNECTED: 201,
            Who.REMOVED: 201,
            Who.ADMIN: INVALID,
        },
        lambda scene: rest.CreateChatBody(kind=ChatKind.PRIVATE, members=(scene.admin.id,)),
    ),
    Row(
        endpoints.ASK,
        EVERYBODY | {Who.BLOCKED: FORBIDDEN, Who.ADMIN: INVALID},
        lambda scene: rest.AskBody(person=scene.admin.id),
    ),
    Row(
        endpoints.ACCEPT,
        EVERYBODY | dict.fromkeys((Who.STRANGER, Who.BLOCKED, Who.ADMIN), NOT_FOUND),
        path=of_admin,
    ),
    Row(
        report_endpoints.REPORT,
        EVERYBODY | {Who.ADMIN: INVALID},
        lambda scene: report_rest.ReportBody(
            person=scene.admin.id, reason=report_rest.ReportReason.SPAM
        ),
    ),
    Row(people_endpoints.DISCONNECT, EVERYBODY | {Who.ADMIN: INVALID}, path=of_admin),
    Row(profile_endpoints.BLOCK, EVERYBODY | {Who.ADMIN: INVALID}, path=of_admin),
    Row(profile_endpoints.UNBLOCK, EVERYBODY, path=of_admin),
)


ROWS = (*SESSION_ROWS, *GROUP_ROWS, *PEOPLE_ROWS, *PARTED_ROWS, *ONESELF_ROWS, *INSTANCE_ROWS)

OPEN = frozenset(
    {
        endpoints.REGISTER,
        endpoints.VERIFY,
        endpoints.RESEND,
        endpoints.LOGIN,
        endpoints.REFRESH,
        endpoints.LOGOUT,
        endpoints.FORGOT,
        endpoints.RESET,
        endpoints.JWKS,
        instance_endpoints.INSTANCE,
        instance_endpoints.LOOK_AT_INVITATION,
        factor_endpoints.LOGIN_CODE,
        hook_endpoints.SAY_BY_HOOK,
        passkey_endpoints.LOGIN_PASSKEY_OPTIONS,
        passkey_endpoints.LOGIN_PASSKEY,
        provider_endpoints.PROVIDERS,
        provider_endpoints.START_PROVIDER,
        provider_endpoints.PROVIDER_CALLBACK,
        provider_endpoints.NEW_PASSWORD,
    }
)
"""Everything that needs no login. What is added here is open to the world."""

NOT_IN, NOT_ALLOWED = "not_a_member", "not_allowed"
TAKEN: Mapping[Who, str | None] = dict.fromkeys(Who, NOT_IN) | {Who.MEMBER: None, Who.ADMIN: None}
OWN_ALONE: Mapping[Who, str | None] = {**TAKEN, Who.MEMBER: NOT_ALLOWED}

# What becomes of a frame about a message of the admin's: None for an event, else the code of its rejection. Logged out
# there is no socket. The admin's deletion comes last.
ASKING_FRAMES: Mapping[str, Mapping[Who, str | None]] = {
    "send": TAKEN,
    "react": TAKEN,
    "edit": OWN_ALONE,
    "delete": OWN_ALONE,
}
READING_FRAMES = ("repair", "check", "look", "typing", "mark")
"""Frames about a chat that bring nothing of it to who isn't in it."""

ALONE_FRAMES = ("resume", "ping")
"""Frames about the socket itself; what a resume brings is what the reading ones bring."""
