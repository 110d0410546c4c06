"""The decision on commands that change a group: who is in it, as what, and what it settles about itself."""

from nexync_contracts import limits
from nexync_contracts.commands import (
    AddMember,
    CommandEnvelope,
    DismissChat,
    JoinByInvite,
    MakeInvite,
    RemoveMember,
    RenameChat,
    RevokeInvite,
    SetHistory,
    SetPicture,
    SetRetention,
    SetRole,
    SetTagline,
)
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import (
    ChatDismissed,
    ChatKind,
    ChatRenamed,
    Event,
    History,
    HistoryChanged,
    InviteMade,
    InviteRevoked,
    MemberAdded,
    MemberRemoved,
    MemberRoleChanged,
    PictureChanged,
    RetentionChanged,
    Role,
    TaglineChanged,
)
from nexync_contracts.ids import PersonId
from nexync_streams.fold import ChatState

AdminCommand = (
    AddMember
    | RenameChat
    | SetRole
    | SetTagline
    | SetPicture
    | SetHistory
    | SetRetention
    | DismissChat
    | MakeInvite
    | RevokeInvite
)


def reachable(envelope: CommandEnvelope, *people: PersonId) -> bool:
    """Each person's own stream must be known, or the command that follows for it could not be sent."""
    return all(person in envelope.people_partitions for person in people)


def judge_admin(
    body: ChatState, envelope: CommandEnvelope, command: AdminCommand, at: int
) -> Event | RejectCode:
    """What only an admin of a group may; `at` is the event's time. The sender is a member."""
    if body.kind is not ChatKind.GROUP or body.members[envelope.sender].role is not Role.ADMIN:
        return RejectCode.NOT_ALLOWED
    match command:
        case AddMember():
            return _add(body, envelope, command)
        case SetRole():
            return _set_role(body, command)
        case RenameChat():
            return ChatRenamed(name=command.name)
        case SetTagline() | SetPicture() | SetHistory() | SetRetention():
            return _settle(body, command)
        case DismissChat():
            return ChatDismissed()
        case MakeInvite():
            return _make_invite(body, command, at)
        case RevokeInvite():
            if command.invite not in body.settings.invites:
                return RejectCode.INVITE_OVER
            return InviteRevoked(invite=command.invite)


def judge_join(
    body: ChatState, envelope: CommandEnvelope, command: JoinByInvite, at: int
) -> Event | RejectCode:
    """Whether a link lets the sender in. A dismissed group has no links."""
    invite = body.settings.invites.get(command.invite)
    if invite is None or invite.digest != command.digest or not invite.works(at):
        return RejectCode.INVITE_OVER
    if envelope.sender in body.members:
        return RejectCode.ALREADY_A_MEMBER
    return _added(body, envelope, MemberAdded(person=envelope.sender, invite=command.invite))


def judge_remove(
    body: ChatState, envelope: CommandEnvelope, command: RemoveMember
) -> Event | RejectCode:
    """Admins remove, everybody leaves; the last admin's place goes to who is in the group for longest."""
    if body.kind is not ChatKind.GROUP:
        return RejectCode.NOT_ALLOWED
    if command.person != envelope.sender and body.members[envelope.sender].role is not Role.ADMIN:
        return RejectCode.NOT_ALLOWED
    if command.person not in body.members:
        return RejectCode.NOT_A_MEMBER
    if not reachable(envelope, command.person):
        return RejectCode.INVALID
    return MemberRemoved(person=command.person, promoted=_successor(body, command.person))


def _successor(body: ChatState, leaving: PersonId) -> PersonId | None:
    """Who becomes admin when `leaving` goes; None when another admin, or nobody at all, is left."""
    others = [(m.from_seq, p, m.role) for p, m in body.members.items() if p != leaving]
    if not others or any(role is Role.ADMIN for _, _, role in others):
        return None
    return min(others)[1]


def _add(body: ChatState, envelope: CommandEnvelope, command: AddMember) -> Event | RejectCode:
    if command.person in body.members:
        return RejectCode.ALREADY_A_MEMBER
    return _added(body, envelope, MemberAdded(person=command.person, role=command.role))


def _added(body: ChatState, envelope: CommandEnvelope, event: MemberAdded) -> Event | RejectCode:
    if len(body.members) >= limits.CHAT_MEMBERS:
        return RejectCode.CHAT_FULL
    if not reachable(envelope, event.person):
        return RejectCode.INVALID
    if body.settings.history is History.ALL:
        return event.model_copy(update={"history": True})
    return event


def _set_role(body: ChatState, command: SetRole) -> Event | RejectCode:
    member = body.members.get(command.person)
    if member is None:
        return RejectCode.NOT_A_MEMBER
    if member.role is command.role:
        return RejectCode.ALREADY_SO
    admins = sum(one.role is Role.ADMIN for one in body.members.values())
    if command.role is not Role.ADMIN and admins == 1:
        return RejectCode.LAST_ADMIN
    return MemberRoleChanged(person=command.person, role=command.role)


def _settle(
    body: ChatState, command: SetTagline | SetPicture | SetHistory | SetRetention
) -> Event | RejectCode:
    match command:
        case SetTagline():
            return TaglineChanged(tagline=command.tagline)
        case SetPicture():
            if not command.ready:
                return RejectCode.NO_SUCH_ATTACHMENT
            same = body.settings.picture == command.picture
            event = PictureChanged(picture=command.picture)
        case SetHistory():
            same = body.settings.history is command.history
            event = HistoryChanged(history=command.history)
        case SetRetention():
            same = body.settings.retention is command.retention
            event = RetentionChanged(retention=command.retention)
    return RejectCode.ALREADY_SO if same else event


def _make_invite(body: ChatState, command: MakeInvite, at: int) -> Event | RejectCode:
    working = body.settings.working(at)
    if command.invite in body.settings.invites:
        return RejectCode.INVALID
    if command.expires_at is not None and command.expires_at <= at:
        return RejectCode.INVITE_OVER
    if len(working) >= limits.INVITES:
        return RejectCode.INVITES_FULL
    return InviteMade(
        invite=command.invite,
        digest=command.digest,
        expires_at=command.expires_at,
        uses=command.uses,
    )
