"""Webhooks of groups, which write without being members (ADR 0055). Pure.

They are part of the group's state, so that a revocation and a message have an order.
"""

from nexync_contracts import limits
from nexync_contracts.commands import CreateMessage, MakeHook, RevokeHook
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import Event, HookMade, HookRevoked, MessageCreated
from nexync_contracts.ids import HookId, PersonId
from nexync_streams.fold import ChatState


def judge_hook(body: ChatState, command: MakeHook | RevokeHook) -> Event | RejectCode:
    """A webhook made or revoked by an admin."""
    hooks = body.settings.hooks
    if isinstance(command, RevokeHook):
        known = command.hook in hooks
        return HookRevoked(hook=command.hook) if known else RejectCode.ALREADY_SO
    if command.hook in hooks:
        return RejectCode.ALREADY_SO
    if len(hooks) >= limits.HOOKS:
        return RejectCode.HOOKS_FULL
    return HookMade(hook=command.hook, digest=command.digest, name=command.name)


def judge_said(body: ChatState, sender: PersonId, command: object) -> Event | RejectCode:
    """What somebody wants who is no member: a webhook says something, everybody else is refused."""
    hook = body.settings.hooks.get(HookId(sender))
    if hook is None or not isinstance(command, CreateMessage):
        return RejectCode.NOT_A_MEMBER
    if not command.body or command.files:
        return RejectCode.INVALID
    return MessageCreated(body=command.body, hook=command.hook or hook.name)
