"""Who may do what over REST: every action by everybody, as tables. Each row finds what the ones before it left."""

import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel

from nexync_client import Rest
from nexync_contracts import (
    admin_endpoints,
    admin_rest,
    attachment_endpoints,
    bot_endpoints,
    email_endpoints,
    endpoints,
    export_endpoints,
    factor_endpoints,
    group_endpoints,
    group_rest,
    hook_endpoints,
    hook_rest,
    instance_endpoints,
    message_rest,
    own_endpoints,
    own_rest,
    passkey_endpoints,
    passkey_rest,
    people_endpoints,
    pin_endpoints,
    profile_endpoints,
    provider_endpoints,
    push_endpoints,
    receipt_endpoints,
    report_endpoints,
    report_rest,
    rest,
    scheduled_endpoints,
    scheduled_rest,
    search_endpoints,
)
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.events import ChatKind, History, Role
from nexync_contracts.ids import ChatId
from nexync_contracts.retention import Retention
from nexync_e2e.person import Person


class Who(StrEnum):
    """Everybody's relation to the group and to its admin."""

    STRANGER = "stranger"
    CONNECTED = "connected"
    """Connected with the admin, not in the group."""
    MEMBER = "member"
    ADMIN = "admin"
    BLOCKED = "blocked"
    """Was connected with the admin, who blocked them; not in the group."""
    REMOVED = "removed"
    LOGGED_OUT = "logged out"


@dataclass(frozen=True, slots=True)
class Scene:
    """The group, the people by what they are, and somebody who may be added or removed."""

    chat: ChatId
    people: Mapping[Who, Person]
    other: Person
    link: group_rest.InviteBody
    said: int
    """A message of the admin's."""

    @property
    def admin(self) -> Person:
        return self.people[Who.ADMIN]

    def rest_of(self, who: Who) -> Rest:
        return self.people[who].rest


NOT_FOUND, NO_LOGIN, REFUSED, OK, INVALID, FORBIDDEN = 404, 401, 409, 200, 422, 403
OFF = 405
READ = {
    Who.STRANGER: NOT_FOUND,
    Who.CONNECTED: NOT_FOUND,
    Who.BLOCKED: NOT_FOUND,
    Who.MEMBER: OK,
    Who.ADMIN: OK,
    Who.REMOVED: OK,
    Who.LOGGED_OUT: NO_LOGIN,
}
"""Former members read what they saw."""
INSIDE = READ | {Who.REMOVED: NOT_FOUND}
CHANGE = READ | {Who.REMOVED: REFUSED}
ADMINS = READ | {Who.MEMBER: REFUSED, Who.REMOVED: REFUSED}
ADMINS_READ = INSIDE | {Who.MEMBER: REFUSED}
EVERYBODY = dict.fromkeys(Who, OK) | {Who.LOGGED_OUT: NO_LOGIN}

Body = Callable[[Scene], BaseModel | None]


@dataclass(frozen=True, slots=True)
class Row:
    """One action: what is asked, and the answer for each."""

    endpoint: Endpoint
    answers: Mapping[Who, int]
    body: Body = lambda scene: None
    path: Callable[[Scene], dict[str, str]] = lambda scene: {}
    query: Callable[[Scene], dict[str, int | str]] = lambda scene: {}


def of_other(scene: Scene) -> dict[str, str]:
    return {"person": scene.other.id}


def new_link(scene: Scene) -> BaseModel:
    del scene
    return group_rest.MakeInviteBody(secret=secrets.token_hex(16), uses=1)


def later() -> int:
    """In an hour, Unix milliseconds."""
    return int(time.time() * 1000) + 3_600_000


def of_admin(scene: Scene) -> dict[str, str]:
    return {"person": scene.admin.id}


def at_message(scene: Scene) -> dict[str, int | str]:
    return {"target": scene.said}


# In this order: each row finds the group as the one before left it, and only the admin changes it.
GROUP_ROWS = (
    Row(endpoints.CHAT, READ),
    Row(endpoints.TIMELINE, READ),
    Row(endpoints.EVENTS, READ),
    Row(export_endpoints.DAY, READ, query=lambda scene: {"since": 0}),
    Row(export_endpoints.EXPORT, READ),
    Row(endpoints.READ_MARK, READ, lambda scene: rest.ReadMarkBody(seq=1)),
    Row(own_endpoints.OWN_CHAT, READ),
    Row(own_endpoints.CHANGE_OWN_CHAT, READ, lambda scene: own_rest.OwnChatBody(pinned=True)),
    Row(
        own_endpoints.KEEP_DRAFT,
        READ,
        lambda scene: own_rest.DraftBody(text="soon", began=1, at=1),
    ),
    Row(own_endpoints.END_DRAFT, READ, query=lambda scene: {"began": 1}),
    Row(endpoints.VERSIONS, READ, query=at_message),
    Row(
        endpoints.REACT,
        CHANGE,
        lambda scene: message_rest.ReactBody(target=scene.said, emoji="👍"),
    ),
    Row(
        endpoints.EDIT_MESSAGE,
        ADMINS,
        lambda scene: message_rest.EditMessageBody(target=scene.said, body="said better"),
    ),
    Row(receipt_endpoints.RECEIPTS, INSIDE),
    Row(receipt_endpoints.SEEN, INSIDE, query=at_message),
    Row(pin_endpoints.PINS, READ),
    Row(
        pin_endpoints.PIN_MESSAGE,
        ADMINS,
        lambda scene: message_rest.PinMessageBody(target=scene.said),
    ),
    Row(
        report_endpoints.REPORT,
        READ | {Who.ADMIN: INVALID},
        lambda scene: report_rest.ReportBody(
            chat=scene.chat, target=scene.said, reason=report_rest.ReportReason.SPAM
        ),
    ),
    Row(
        search_endpoints.SEARCH,
        INSIDE,
        query=lambda scene: {"q": "said", "chat": scene.chat},
    ),
    Row(
        endpoints.RENAME_CHAT, dict.fromkeys(Who, OFF), lambda scene: rest.RenameChatBody(name="X")
    ),
    Row(
        group_endpoints.SET_RETENTION,
        ADMINS,
        lambda scene: group_rest.RetentionBody(retention=Retention.FOREVER),
    ),
    Row(group_endpoints.MEMBERS, INSIDE),
    Row(group_endpoints.INVITES, ADMINS_READ),
    Row(hook_endpoints.HOOKS, ADMINS_READ),
    Row(
        hook_endpoints.MAKE_HOOK,
        ADMINS | {Who.ADMIN: 201},
        lambda scene: hook_rest.MakeHookBody(secret=secrets.token_hex(16), name="Build"),
    ),
    # There is no such webhook: that is told to the admin alone.
    Row(
        hook_endpoints.REVOKE_HOOK,
        ADMINS | {Who.ADMIN: REFUSED},
        path=lambda scene: {"hook": str(uuid.uuid4())},
    ),
    Row(group_endpoints.SET_TAGLINE, ADMINS, lambda scene: group_rest.TaglineBody(tagline="x")),
    Row(
        group_endpoints.SET_HISTORY,
        ADMINS,
        lambda scene: group_rest.HistoryBody(history=History.ALL),
    ),
    Row(
        group_endpoints.SET_ROLE,
        ADMINS,
        lambda scene: group_rest.RoleBody(role=Role.ADMIN),
        of_other,
    ),
    Row(group_endpoints.MAKE_INVITE, ADMINS | {Who.ADMIN: 201}, new_link),
    Row(scheduled_endpoints.SCHEDULED, EVERYBODY),
    Row(
        scheduled_endpoints.SCHEDULE,
        INSIDE | {Who.MEMBER: 201, Who.ADMIN: 201},
        lambda scene: scheduled_rest.ScheduleBody(at=later(), body="said later"),
    ),
    Row(endpoints.REMOVE_MEMBER, ADMINS, path=of_other),
    Row(endpoints.ADD_MEMBER, ADMINS, lambda scene: rest.AddMemberBody(person=scene.other.id)),
    Row(
        group_endpoints.PREVIEW_INVITE,
        EVERYBODY,
        lambda scene: scene.link,
    ),
    Row(
        group_endpoints.PREVIEW_INVITE,
        dict.fromkeys(Who, REFUSED) | {Who.LOGGED_OUT: NO_LOGIN},
        lambda scene: scene.link.model_copy(update={"secret": "0" * 32}),
    ),
    Row(
        group_endpoints.JOIN,
        dict.fromkeys(Who, REFUSED) | {Who.LOGGED_OUT: NO_LOGIN},
        lambda scene: scene.link.model_copy(update={"secret": "0" * 32}),
    ),
    Row(people_endpoints.SUGGESTIONS, EVERYBODY),
    Row(
        group_endpoints.REVOKE_INVITE,
        ADMINS,
        path=lambda scene: {"invite": scene.link.invite},
    ),
    Row(
        endpoints.DELETE_MESSAGE,
        ADMINS,
        lambda scene: message_rest.DeleteMessageBody(target=scene.said),
    ),
    Row(group_endpoints.DISMISS, ADMINS),
)

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
            Who.MEMBER: 201,
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


def _oneself(status: int, *about: Endpoint) -> tuple[Row, ...]:
    """Rows about oneself: the same answer for everybody who is logged in; bodies are left out, which is 422."""
    answers = dict.fromkeys(Who, status) | {Who.LOGGED_OUT: NO_LOGIN}
    return tuple(Row(one, answers, path=_of_nothing) for one in about)


def _of_nothing(scene: Scene) -> dict[str, str]:
    del scene
    nothing = str(uuid.uuid4())
    names = (
        "session",
        "passkey",
        "identity",
        "bot",
        "scheduled",
        "attachment",
        "picture",
        "person",
        "invitation",
        "report",
    )
    return dict.fromkeys(names, nothing) | {"provider": "nobody", "variant": "original"}


ONESELF_ROWS = (
    *_oneself(
        OK,
        bot_endpoints.BOTS,
        attachment_endpoints.ATTACHMENT_USAGE,
        endpoints.SESSION,
        endpoints.SESSIONS,
        endpoints.CONNECTIONS,
        endpoints.CHATS,
        email_endpoints.EMAIL,
        export_endpoints.EXPORT_OWN_DATA,
        factor_endpoints.FACTOR,
        passkey_endpoints.PASSKEYS,
        passkey_endpoints.PASSKEY_PROOF_OPTIONS,
        people_endpoints.SUGGESTIONS,
        profile_endpoints.OWN_PROFILE,
        profile_endpoints.PRIVACY,
        profile_endpoints.BLOCKS,
        provider_endpoints.IDENTITIES,
        push_endpoints.PUSH,
        push_endpoints.END_PUSH_DEVICE,
    ),
    *_oneself(
        INVALID,
        bot_endpoints.MAKE_BOT,
        attachment_endpoints.CREATE_ATTACHMENT,
        attachment_endpoints.COPY_ATTACHMENT,
        attachment_endpoints.DOWNLOAD,
        attachment_endpoints.SET_PERSON_PICTURE,
        attachment_endpoints.SET_CHAT_PICTURE,
        endpoints.CHANGE_PASSWORD,
        email_endpoints.CHANGE_EMAIL,
        email_endpoints.PROVE_EMAIL,
        factor_endpoints.ENROL_FACTOR,
        factor_endpoints.TURN_ON_FACTOR,
        factor_endpoints.TURN_OFF_FACTOR,
        factor_endpoints.RENEW_RECOVERY_CODES,
        passkey_endpoints.PASSKEY_OPTIONS,
        passkey_endpoints.ADD_PASSKEY,
        passkey_endpoints.RENAME_PASSKEY,
        passkey_endpoints.REMOVE_PASSKEY,
        profile_endpoints.SET_PROFILE,
        profile_endpoints.SET_PRIVACY,
        provider_endpoints.LINK_PROVIDER,
        provider_endpoints.UNLINK_IDENTITY,
        push_endpoints.CHANGE_PUSH,
        push_endpoints.KEEP_PUSH_DEVICE,
        scheduled_endpoints.RESCHEDULE,
    ),
    *_oneself(
        NOT_FOUND,
        bot_endpoints.RENEW_BOT_TOKEN,
        bot_endpoints.REVOKE_BOT_TOKEN,
        bot_endpoints.RETIRE_BOT,
        attachment_endpoints.ATTACHMENT,
        attachment_endpoints.WRITE_ATTACHMENT,
        attachment_endpoints.FINISH_ATTACHMENT,
        attachment_endpoints.DROP_ATTACHMENT,
        attachment_endpoints.PERSON_PICTURE,
        attachment_endpoints.CHAT_PICTURE,
        endpoints.END_SESSION,
        scheduled_endpoints.UNSCHEDULE,
    ),
    *_oneself(204, endpoints.END_OTHER_SESSIONS),
)

NO_ADMINS = dict.fromkeys(Who, FORBIDDEN) | {Who.LOGGED_OUT: NO_LOGIN}
"""Being the admin of a group is no role in the instance."""


def _proof(scene: Scene) -> BaseModel:
    return admin_rest.AdminProofBody(proof=_password_of(scene))


def _role(scene: Scene) -> BaseModel:
    return admin_rest.SetRoleBody(admin=True, proof=_password_of(scene))


def _invitation(scene: Scene) -> BaseModel:
    return admin_rest.MakeInvitationBody(days=1, uses=1, proof=_password_of(scene))


def _password_of(scene: Scene) -> passkey_rest.OwnerProofBody:
    return passkey_rest.OwnerProofBody(current=scene.admin.password)


INSTANCE_ROWS = (
    Row(admin_endpoints.ADMIN_ROLE, EVERYBODY),
    Row(admin_endpoints.MANAGED_PEOPLE, NO_ADMINS),
    Row(admin_endpoints.INVITATIONS, NO_ADMINS),
    Row(admin_endpoints.AUDIT_LOG, NO_ADMINS),
    Row(admin_endpoints.DEACTIVATE, NO_ADMINS, _proof, of_other),
    Row(admin_endpoints.REACTIVATE, NO_ADMINS, _proof, of_other),
    Row(admin_endpoints.RESET_FACTORS, NO_ADMINS, _proof, of_other),
    Row(admin_endpoints.SET_ADMIN_ROLE, NO_ADMINS, _role, of_admin),
    Row(admin_endpoints.MAKE_INVITATION, NO_ADMINS, _invitation),
    Row(admin_endpoints.REVOKE_INVITATION, NO_ADMINS, _proof, _of_nothing),
    Row(report_endpoints.REPORTS, NO_ADMINS),
    Row(report_endpoints.CLOSE_REPORT, NO_ADMINS, path=_of_nothing),
)

ROWS = (*GROUP_ROWS, *PEOPLE_ROWS, *ONESELF_ROWS, *INSTANCE_ROWS)

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
