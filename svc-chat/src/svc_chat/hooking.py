"""Webhooks: made and revoked by a group's admins, and by both of a private chat; what they bring goes through the log.

Who may make one is judged by the sequencer, and so is whether a webhook is still there when its message comes. That the
two of a private chat are connected is a fact of Postgres, and judged here.
"""

import hmac
from collections.abc import Awaitable, Callable
from typing import Protocol

from nexync_contracts.commands import CreateMessage, MakeHook, RevokeHook
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import ChatKind, Role
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
from svc_chat.errors import NotConnectedError, NothingThereError, RefusedError, TooManyError
from svc_chat.grouping import digest_of
from svc_chat.identifiers import hook_id
from svc_chat.ports import HookPlace, HookStore

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
        store: HookStore,
        stored: Callable[[PersonId, ChatId], Awaitable[None]],
        pace: HookPace,
    ) -> None:
        self._commanding = commanding
        self._store = store
        self._stored = stored
        """Returns once the store has the changes of the chat that were published."""
        self._pace = pace

    async def of(self, me: PersonId, chat: ChatId) -> HooksList:
        """The webhooks of a chat, for a group's admins and for both of a private chat."""
        await self._stored(me, chat)
        place = await self._store.place(chat, me)
        if place is None or place.role is None:
            raise NothingThereError
        if place.kind is ChatKind.GROUP and place.role is not Role.ADMIN:
            raise RefusedError(RejectCode.NOT_ALLOWED)
        return HooksList(
            hooks=tuple(
                HookView(hook=key, name=hook.name, by=hook.by, made_at=hook.at)
                for key, hook in place.hooks.items()
            )
        )

    async def make(self, actor: Actor, chat: ChatId, body: MakeHookBody) -> HookDone:
        """Make a webhook. Repeated with the same id it is the same. Raises NotConnectedError in a private chat."""
        place = await self._store.place(chat, actor.person)
        private = place is not None and place.kind is ChatKind.PRIVATE
        member = place is not None and place.role is not None
        if private and member and not await self._store.connected(chat, actor.person):
            raise NotConnectedError
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
        place = await self._store.place(chat, None)
        hook = None if place is None else _hook_of(place, secret)
        if place is None or hook is None:
            raise NothingThereError
        private = place.kind is ChatKind.PRIVATE
        author = place.hooks[hook].by if private else PersonId(hook)
        if private and not await self._store.connected(chat, author):
            raise NothingThereError
        wait = await self._pace.wait(hook)
        if wait > 0:
            raise TooManyError(wait)
        actor = Actor(author, None, key)
        said = CreateMessage(body=body.text, hook=body.name, voice=hook if private else None)
        try:
            return await self._commanding.say(actor, chat, place.partition, said)
        except RefusedError as refused:
            # Revoked since it was looked up: the log has the last word.
            if refused.code in {RejectCode.NOT_A_MEMBER, RejectCode.DISMISSED}:
                raise NothingThereError from None
            raise


def _hook_of(place: HookPlace, secret: str) -> HookId | None:
    """The webhook with this secret; every one is compared, in constant time each."""
    if len(secret) != SECRET_CHARS or not set(secret) <= set("0123456789abcdef"):
        return None
    digest = digest_of(secret)
    found = [key for key, hook in place.hooks.items() if hmac.compare_digest(hook.digest, digest)]
    return found[0] if found else None
