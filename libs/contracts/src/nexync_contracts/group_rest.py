"""Bodies of the REST API about groups: members, settings, invite links."""

from typing import Annotated

from pydantic import Field

from nexync_contracts import limits
from nexync_contracts.events import History, Role
from nexync_contracts.ids import (
    ChatIdField,
    ChatName,
    InviteIdField,
    InviteSecret,
    Tagline,
)
from nexync_contracts.model import Exact, Tolerant
from nexync_contracts.rest import MemberView
from nexync_contracts.retention import Retention


class MembersPage(Tolerant):
    """Present members: admins first, then by how long they are in."""

    members: Annotated[tuple[MemberView, ...], Field(max_length=limits.PAGE_MAX)]
    next: str | None = None


class RoleBody(Exact):
    role: Role


class TaglineBody(Exact):
    """An empty text takes the tagline away."""

    tagline: Tagline


class HistoryBody(Exact):
    history: History


class RetentionBody(Exact):
    """None: as the workspace keeps it. No class that is longer than the workspace's is taken."""

    retention: Retention | None


class MakeInviteBody(Exact):
    """`secret` is made by the client, 128 random bits, and is in the link alone; the server keeps its hash.

    `seconds` is how long the link works, `uses` how often; left out: without that limit.
    """

    secret: InviteSecret
    seconds: Annotated[
        int | None, Field(ge=limits.INVITE_SECONDS[0], le=limits.INVITE_SECONDS[1])
    ] = None
    uses: Annotated[int | None, Field(ge=1, le=limits.INVITE_USES)] = None


class InviteDone(Tolerant):
    """The link is there: `invite` and the secret together let people in."""

    chat: ChatIdField
    invite: InviteIdField
    seq: Annotated[int, Field(ge=1)]


class InviteView(Tolerant):
    """A link that works, as admins see it: `expires_at` in Unix milliseconds; None: without that limit."""

    invite: InviteIdField
    expires_at: int | None
    uses_left: int | None


class InvitesList(Tolerant):
    invites: Annotated[tuple[InviteView, ...], Field(max_length=limits.INVITES)]


class InviteBody(Exact):
    """What a link holds, beside its chat."""

    invite: InviteIdField
    secret: InviteSecret


class InvitePreview(Tolerant):
    """What a link shows to who isn't in the group yet; `member`: one is in it already."""

    chat: ChatIdField
    name: ChatName | None
    tagline: Tagline
    member_count: Annotated[int, Field(ge=0)]
    member: bool
