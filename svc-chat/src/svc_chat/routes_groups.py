"""The public endpoints about groups."""

from collections.abc import Awaitable, Callable

from pydantic import BaseModel

from nexync_contracts import group_endpoints as endpoints
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.group_rest import (
    HistoryBody,
    InviteBody,
    MakeInviteBody,
    RetentionBody,
    RoleBody,
    TaglineBody,
)
from nexync_contracts.ids import ChatId, InviteId, PersonId
from nexync_runtime.http import Call
from svc_chat.commanding import Actor
from svc_chat.grouping import Grouping


def group_handlers(
    grouping: Grouping,
) -> dict[Endpoint, Callable[[Call], Awaitable[BaseModel]]]:
    """A handler for every endpoint about groups; refusals are exceptions of the use cases."""
    public = _Groups(grouping)
    return {
        endpoints.MEMBERS: public.members,
        endpoints.SET_ROLE: public.set_role,
        endpoints.SET_TAGLINE: public.set_tagline,
        endpoints.SET_HISTORY: public.set_history,
        endpoints.SET_RETENTION: public.set_retention,
        endpoints.DISMISS: public.dismiss,
        endpoints.INVITES: public.invites,
        endpoints.MAKE_INVITE: public.make_invite,
        endpoints.REVOKE_INVITE: public.revoke_invite,
        endpoints.PREVIEW_INVITE: public.preview_invite,
        endpoints.JOIN: public.join,
    }


def _chat(call: Call) -> ChatId:
    return ChatId(call.path["chat"])


def _actor(call: Call) -> Actor:
    return Actor(call.claims.sub, call.claims.sid, call.key)


class _Groups:
    """One method an endpoint."""

    def __init__(self, grouping: Grouping) -> None:
        self._groups = grouping

    async def members(self, call: Call) -> BaseModel:
        after, limit = call.text("after"), call.integer("limit")
        return await self._groups.members(call.claims.sub, _chat(call), after, limit)

    async def set_role(self, call: Call) -> BaseModel:
        body: RoleBody = call.body
        person = PersonId(call.path["person"])
        return await self._groups.set_role(_actor(call), _chat(call), person, body.role)

    async def set_tagline(self, call: Call) -> BaseModel:
        body: TaglineBody = call.body
        return await self._groups.set_tagline(_actor(call), _chat(call), body.tagline)

    async def set_history(self, call: Call) -> BaseModel:
        body: HistoryBody = call.body
        return await self._groups.set_history(_actor(call), _chat(call), body.history)

    async def set_retention(self, call: Call) -> BaseModel:
        body: RetentionBody = call.body
        return await self._groups.set_retention(_actor(call), _chat(call), body.retention)

    async def dismiss(self, call: Call) -> BaseModel:
        return await self._groups.dismiss(_actor(call), _chat(call))

    async def invites(self, call: Call) -> BaseModel:
        return await self._groups.invites(call.claims.sub, _chat(call))

    async def make_invite(self, call: Call) -> BaseModel:
        body: MakeInviteBody = call.body
        return await self._groups.make_invite(_actor(call), _chat(call), body)

    async def revoke_invite(self, call: Call) -> BaseModel:
        invite = InviteId(call.path["invite"])
        return await self._groups.revoke_invite(_actor(call), _chat(call), invite)

    async def preview_invite(self, call: Call) -> BaseModel:
        body: InviteBody = call.body
        return await self._groups.preview(call.claims.sub, _chat(call), body)

    async def join(self, call: Call) -> BaseModel:
        body: InviteBody = call.body
        return await self._groups.join(_actor(call), _chat(call), body)
