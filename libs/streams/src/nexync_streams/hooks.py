"""Webhooks, which write without being members (ADR 0055), and in private chats for who made them (ADR 0070). Pure.

They are part of the chat's state, so that a revocation and a message have an order.
"""

from nexync_contracts import limits
from nexync_contracts.commands import CreateMessage, EndHooks, MakeHook, RevokeHook
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import (
    ChatKind,
    Event,
    HookMade,
    HookRevoked,
    HooksEnded,
    MessageCreated,
    Role,
)
from nexync_contracts.ids import HookId, PersonId
from nexync_streams.fold import ChatState
from nexync_streams.group_settings import Hook

HookCommand = MakeHook | RevokeHook | EndHooks


def judge_hook(body: ChatState, sender: PersonId, command: HookCommand) -> Event | RejectCode:
    """A webhook made or revoked by a member: by an admin in a group, by either of the two in a private chat."""
    private = body.kind is ChatKind.PRIVATE
    if not private and body.members[sender].role is not Role.ADMIN:
        return RejectCode.NOT_ALLOWED
    hooks = body.settings.hooks
    if isinstance(command, EndHooks):
        if not private:
            return RejectCode.NOT_ALLOWED
        return HooksEnded() if hooks else RejectCode.ALREADY_SO
    if isinstance(command, RevokeHook):
        known = command.hook in hooks
        return HookRevoked(hook=command.hook) if known else RejectCode.ALREADY_SO
    if body.blocks:
        # A block ended the connection: one that was admitted just before comes too late.
        return RejectCode.NOT_ALLOWED
    if command.hook in hooks:
        return RejectCode.ALREADY_SO
    if len(hooks) >= limits.HOOKS:
        return RejectCode.HOOKS_FULL
    return HookMade(hook=command.hook, digest=command.digest, name=command.name)


def judge_said(body: ChatState, sender: PersonId, command: object) -> Event | RejectCode:
    """What somebody wants who is no member: a group's webhook says something, everybody else is refused."""
    hook = body.settings.hooks.get(HookId(sender))
    if hook is None or body.kind is not ChatKind.GROUP or not isinstance(command, CreateMessage):
        return RejectCode.NOT_A_MEMBER
    return _said(hook, command)


def judge_voice(
    body: ChatState, sender: PersonId, voice: HookId, command: CreateMessage
) -> Event | RejectCode:
    """What a webhook of a private chat says for the member who made it; blocks hold for that member."""
    hook = body.settings.hooks.get(voice)
    if hook is None or body.kind is not ChatKind.PRIVATE or hook.by != sender:
        return RejectCode.NOT_A_MEMBER
    return _said(hook, command)


def _said(hook: Hook, command: CreateMessage) -> Event | RejectCode:
    if not command.body or command.files:
        return RejectCode.INVALID
    return MessageCreated(body=command.body, hook=command.hook or hook.name)
