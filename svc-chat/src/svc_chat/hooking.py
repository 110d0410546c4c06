"""Webhooks: made and revoked by a group's admins; what their addresses bring goes through the log like all else.

Who may make one is judged by the sequencer, and so is whether a webhook is still there when its message comes.
"""

import hmac
from collections.abc import Awaitable, Callable
from typing import Protocol

from nexync_contracts.commands import CreateMessage, MakeHook, RevokeHook
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import Role
from nexync_contracts.hook_rest import (
    HookDone,
    HookMessageBody,
    HooksList,
    HookView,
    MakeHookBody,
)
from nexync_contracts.ids import ChatId, HookId, PersonId
from nexync_contracts.rest import CommandDone
from svc_chat.commanding import Actor, Commanding, command_id
from svc_chat.errors import NothingThereError, RefusedError, TooManyError
from svc_chat.grouping import digest_of
from svc_chat.identifiers import hook_id
from svc_chat.ports import GroupFacts, GroupStore

SECRET_CHARS = 32


class HookPace(Protocol):
    """How fast webhooks may write."""

    async def wait(self, hook: HookId) -> float:
        """Seconds until this one may write; 0 when it may now, and that is counted."""
        ...


class Hooking:
    """Raises, from every method, the errors of its parts: see `svc_chat.errors`."""

    def __init__(
        self,
        commanding: Commanding,
        groups: GroupStore,
        stored: Callable[[PersonId, ChatId], Awaitable[None]],
        pace: HookPace,
    ) -> None:
        self._commanding = commanding
        self._groups = groups
        self._stored = stored
        """Returns once the store has the changes of the chat that were published."""
        self._pace = pace

    async def of(self, me: PersonId, chat: ChatId) -> HooksList:
        """The webhooks of a group, for its admins."""
        await self._stored(me, chat)
        group = await self._groups.group(chat, me)
        if group is None or group.role is None:
            raise NothingThereError
        if group.role is not Role.ADMIN:
            raise RefusedError(RejectCode.NOT_ALLOWED)
        return HooksList(
            hooks=tuple(
                HookView(hook=key, name=hook.name, by=hook.by, made_at=hook.at)
                for key, hook in group.settings.hooks.items()
            )
        )

    async def make(self, actor: Actor, chat: ChatId, body: MakeHookBody) -> HookDone:
        """Make a webhook. Repeated with the same id it is the same."""
        command = command_id(actor)
        hook = hook_id(chat, command)
        make = MakeHook(hook=hook, digest=digest_of(body.secret), name=body.name)
        done = await self._commanding.change(
            Actor(actor.person, actor.session, command), chat, make
        )
        return HookDone(chat=chat, hook=hook, seq=done.seq)

    async def revoke(self, actor: Actor, chat: ChatId, hook: HookId) -> CommandDone:
        """The webhook brings no more."""
        return await self._commanding.change(actor, chat, RevokeHook(hook=hook))

    async def say(
        self, chat: ChatId, secret: str, body: HookMessageBody, key: str | None
    ) -> CommandDone:
        """What a program sends. Raises NothingThereError for every address that isn't a webhook's, TooManyError."""
        group = await self._groups.group(chat, _NOBODY)
        hook = None if group is None else _hook_of(group, secret)
        if group is None or hook is None:
            raise NothingThereError
        wait = await self._pace.wait(hook)
        if wait > 0:
            raise TooManyError(wait)
        actor = Actor(PersonId(hook), None, key)
        said = CreateMessage(body=body.text, hook=body.name)
        try:
            return await self._commanding.say(actor, chat, group.partition, said)
        except RefusedError as refused:
            # Revoked since it was looked up: the log has the last word.
            if refused.code is RejectCode.NOT_A_MEMBER:
                raise NothingThereError from None
            raise


_NOBODY = PersonId("00000000-0000-0000-0000-000000000000")


def _hook_of(group: GroupFacts, secret: str) -> HookId | None:
    """The webhook with this secret; every one is compared, in constant time each."""
    if len(secret) != SECRET_CHARS or not set(secret) <= set("0123456789abcdef"):
        return None
    digest = digest_of(secret)
    found = [
        key
        for key, hook in group.settings.hooks.items()
        if hmac.compare_digest(hook.digest, digest)
    ]
    return found[0] if found else None
