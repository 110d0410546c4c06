"""What groups have beside other chats: roles, settings, pages of members, invite links.

Who may change what is judged by the sequencer; here is checked what may be read, and that a stranger with a
wrong link learns nothing, not even whether there is such a group.
"""

import base64
import binascii
import hashlib
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Final

from nexync_contracts.commands import (
    DismissChat,
    JoinByInvite,
    MakeInvite,
    RevokeInvite,
    SetHistory,
    SetRetention,
    SetRole,
    SetTagline,
)
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import History, Role
from nexync_contracts.group_rest import (
    InviteBody,
    InviteDone,
    InvitePreview,
    InvitesList,
    InviteView,
    MakeInviteBody,
    MembersPage,
)
from nexync_contracts.ids import ChatId, InviteId, PersonId, id_time_ms, is_deleted
from nexync_contracts.rest import CommandDone, MemberView
from nexync_contracts.retention import Retention, shorter
from svc_chat.commanding import Actor, Commanding, command_id
from svc_chat.errors import InvalidError, NothingThereError, RefusedError
from svc_chat.identifiers import invite_id
from svc_chat.ports import GroupFacts, GroupStore, MemberPlace

PAGE: Final = 100


def unix_ms() -> int:
    """Now."""
    return time.time_ns() // 1_000_000


class Grouping:
    """Raises, from every method, the errors of its parts: see `svc_chat.errors`."""

    def __init__(
        self,
        commanding: Commanding,
        groups: GroupStore,
        stored: Callable[[PersonId, ChatId], Awaitable[None]],
        now: Callable[[], int] = unix_ms,
    ) -> None:
        self._commanding = commanding
        self._groups = groups
        self._stored = stored
        """Returns once the store has the changes of the chat that were published."""
        self._now = now

    async def set_role(
        self, actor: Actor, chat: ChatId, person: PersonId, role: Role
    ) -> CommandDone:
        """Make a member an admin, or no longer one."""
        return await self._commanding.change(actor, chat, SetRole(person=person, role=role))

    async def set_tagline(self, actor: Actor, chat: ChatId, tagline: str) -> CommandDone:
        """Say what the group is about."""
        return await self._commanding.change(actor, chat, SetTagline(tagline=tagline))

    async def set_history(self, actor: Actor, chat: ChatId, history: History) -> CommandDone:
        """Settle how much of the group those see who are added."""
        return await self._commanding.change(actor, chat, SetHistory(history=history))

    async def set_retention(
        self, actor: Actor, chat: ChatId, retention: Retention | None
    ) -> CommandDone:
        """Settle how long is kept what is said from now on. Raises InvalidError for more than the workspace's."""
        workspace = await self._groups.workspace_retention()
        if shorter(workspace, retention) is not (retention or workspace):
            msg = f"is longer than this workspace keeps messages: {workspace.value}"
            raise InvalidError(("body", "retention"), msg)
        return await self._commanding.change(actor, chat, SetRetention(retention=retention))

    async def dismiss(self, actor: Actor, chat: ChatId) -> CommandDone:
        """End the group."""
        return await self._commanding.change(actor, chat, DismissChat())

    async def members(
        self, me: PersonId, chat: ChatId, after: str | None, limit: int | None
    ) -> MembersPage:
        """A page of the present members, for a member. Raises NothingThereError for everybody else."""
        start = MemberPlace("", 0, _NOBODY) if after is None else _place_of(after)
        count = PAGE if limit is None else limit
        await self._stored(me, chat)
        if (await self._group(chat, me)).role is None:
            raise NothingThereError
        rows = await self._groups.members(chat, start, count + 1)
        page = rows[:count]
        views = tuple(
            MemberView(
                person=row.person,
                username=row.username,
                name=row.name,
                role=row.role,
                bot=row.bot,
                picture=row.picture,
                deleted=is_deleted(row.username),
            )
            for row, _ in page
        )
        following = _cursor(page[-1][1]) if len(rows) > count else None
        return MembersPage(members=views, next=following)

    async def invites(self, me: PersonId, chat: ChatId) -> InvitesList:
        """The links that work, for admins."""
        await self._stored(me, chat)
        group = await self._group(chat, me)
        if group.role is None:
            raise NothingThereError
        if group.role is not Role.ADMIN:
            raise RefusedError(RejectCode.NOT_ALLOWED)
        working = group.settings.working(self._now())
        return InvitesList(
            invites=tuple(
                InviteView(invite=key, expires_at=invite.expires_at, uses_left=invite.uses_left)
                for key, invite in working.items()
            )
        )

    async def make_invite(self, actor: Actor, chat: ChatId, body: MakeInviteBody) -> InviteDone:
        """Make a link. Repeated with the same id it is the same link, with the same end."""
        command = command_id(actor)
        made = Actor(actor.person, actor.session, command)
        began = id_time_ms(command)
        ends = (self._now() if began is None else began) + 1_000 * (body.seconds or 0)
        invite = invite_id(chat, command)
        done = await self._commanding.change(
            made,
            chat,
            MakeInvite(
                invite=invite,
                digest=digest_of(body.secret),
                expires_at=None if body.seconds is None else ends,
                uses=body.uses,
            ),
        )
        return InviteDone(chat=chat, invite=invite, seq=done.seq)

    async def revoke_invite(self, actor: Actor, chat: ChatId, invite: InviteId) -> CommandDone:
        """The link lets nobody in any more."""
        return await self._commanding.change(actor, chat, RevokeInvite(invite=invite))

    async def preview(self, me: PersonId, chat: ChatId, body: InviteBody) -> InvitePreview:
        """Which group a link leads to. Raises RefusedError for every link that doesn't work."""
        group = await self._linked(chat, me, body)
        invite = group.settings.invites[body.invite]
        if group.role is None and not invite.works(self._now()):
            raise RefusedError(RejectCode.INVITE_OVER)
        return InvitePreview(
            chat=chat,
            name=group.name,
            tagline=group.settings.tagline,
            member_count=group.member_count,
            member=group.role is not None,
        )

    async def join(self, actor: Actor, chat: ChatId, body: InviteBody) -> CommandDone:
        """Join by a link. What a wrong link names gets no command, so guessing writes nothing."""
        group = await self._linked(chat, actor.person, body)
        command = JoinByInvite(invite=body.invite, digest=digest_of(body.secret))
        return await self._commanding.join(actor, chat, group.partition, command)

    async def _group(self, chat: ChatId, me: PersonId) -> GroupFacts:
        group = await self._groups.group(chat, me)
        if group is None:
            raise NothingThereError
        return group

    async def _linked(self, chat: ChatId, me: PersonId, body: InviteBody) -> GroupFacts:
        """The group that the link belongs to, whether or not it still works."""
        group = await self._groups.group(chat, me)
        invite = None if group is None else group.settings.invites.get(body.invite)
        if group is None or invite is None or invite.digest != digest_of(body.secret):
            raise RefusedError(RejectCode.INVITE_OVER)
        return group


def digest_of(secret: str) -> str:
    """SHA-256 of a link's secret, hexadecimal. The secret has 128 random bits, so no salt is needed."""
    return hashlib.sha256(bytes.fromhex(secret)).hexdigest()


_NOBODY: Final = PersonId("00000000-0000-0000-0000-000000000000")


def _cursor(place: MemberPlace) -> str:
    text = f"{place.role}:{place.from_seq}:{place.person}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _place_of(cursor: str) -> MemberPlace:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
        role, from_seq, person = text.split(":")
        return MemberPlace(Role(role).value, _seq(from_seq), _person(person))
    except (ValueError, binascii.Error):
        raise InvalidError(("query", "after"), "is not a cursor of this list") from None


def _seq(text: str) -> int:
    number = int(text)
    if not 0 <= number < 2**53:
        raise ValueError(text)
    return number


def _person(text: str) -> PersonId:
    return PersonId(str(uuid.UUID(text)))
