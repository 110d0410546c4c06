"""Who may do what in a group, by row."""

from rights_hooks import HOOK_ROWS
from rights_scene import (
    ADMINS,
    ADMINS_READ,
    CHANGE,
    EVERYBODY,
    INSIDE,
    INVALID,
    NO_LOGIN,
    OFF,
    READ,
    REFUSED,
    Row,
    Who,
    at_message,
    later,
    new_link,
    of_other,
)

from nexync_contracts import (
    endpoints,
    export_endpoints,
    group_endpoints,
    group_rest,
    message_endpoints,
    message_rest,
    own_endpoints,
    own_rest,
    people_endpoints,
    pin_endpoints,
    receipt_endpoints,
    report_endpoints,
    report_rest,
    rest,
    scheduled_endpoints,
    scheduled_rest,
    search_endpoints,
)
from nexync_contracts.events import History, Role
from nexync_contracts.retention import Retention

# In this order: each row finds the group as the one before left it, and only the admin changes it.
GROUP_ROWS = (
    Row(endpoints.CHAT, READ),
    Row(message_endpoints.TIMELINE, READ),
    Row(message_endpoints.EVENTS, READ),
    Row(export_endpoints.DAY, READ, query=lambda scene: {"since": 0}),
    Row(export_endpoints.EXPORT, READ),
    Row(message_endpoints.READ_MARK, READ, lambda scene: rest.ReadMarkBody(seq=1)),
    Row(own_endpoints.OWN_CHAT, READ),
    Row(own_endpoints.CHANGE_OWN_CHAT, READ, lambda scene: own_rest.OwnChatBody(pinned=True)),
    Row(
        own_endpoints.KEEP_DRAFT,
        READ,
        lambda scene: own_rest.DraftBody(text="soon", began=1, at=1),
    ),
    Row(own_endpoints.END_DRAFT, READ, query=lambda scene: {"began": 1}),
    Row(message_endpoints.VERSIONS, READ, query=at_message),
    Row(
        message_endpoints.REACT,
        CHANGE,
        lambda scene: message_rest.ReactBody(target=scene.said, emoji="👍"),
    ),
    Row(
        message_endpoints.EDIT_MESSAGE,
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
    *HOOK_ROWS,
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
        message_endpoints.DELETE_MESSAGE,
        ADMINS,
        lambda scene: message_rest.DeleteMessageBody(target=scene.said),
    ),
    Row(group_endpoints.DISMISS, ADMINS),
)
