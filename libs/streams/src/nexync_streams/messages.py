"""Messages: what may become of them, and what they are after all that became of them.

Who wrote a message never changes, so the admission says it with the command; who is a member or an admin is
judged here. The state of a chat holds no messages, so whether one was deleted before is not judged: an event
about a deleted message has no effect (`Now`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from nexync_contracts import limits
from nexync_contracts.commands import CreateMessage
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import ChatKind, Event, EventRecord, MessageCreated, Role
from nexync_contracts.ids import PersonId
from nexync_contracts.message_commands import (
    DeleteMessage,
    EditMessage,
    PinMessage,
    React,
    UnpinMessage,
)
from nexync_contracts.message_events import (
    Mention,
    MessageDeleted,
    MessageEdited,
    MessagePinned,
    MessageReacted,
    MessageUnpinned,
)
from nexync_streams.fold import ChatState


def judge_message(
    head: int, body: ChatState, sender: PersonId, command: CreateMessage
) -> Event | RejectCode:
    """A new message of a member. Whom it can't name (no member, or all without being an admin) is left out."""
    if command.reply_to is not None and command.reply_to > head:
        return RejectCode.NO_SUCH_MESSAGE
    if command.files != tuple(attachment.id for attachment in command.attachments):
        return RejectCode.NO_SUCH_ATTACHMENT
    if not command.body and not command.files:
        return RejectCode.INVALID
    plain = not command.mentions and not command.mention_all and command.reply_to is None
    if plain and not command.forwarded and not command.attachments:
        return MessageCreated.model_construct(tag="message.created", body=command.body)
    return MessageCreated.model_construct(
        tag="message.created",
        body=command.body,
        reply_to=command.reply_to,
        mentions=_members_of(body, command.mentions),
        mention_all=command.mention_all and _is_admin(body, sender),
        forwarded=command.forwarded,
        attachments=command.attachments,
    )


def judge_change(
    head: int,
    body: ChatState,
    sender: PersonId,
    command: EditMessage | DeleteMessage | React | PinMessage | UnpinMessage,
) -> Event | RejectCode:
    """An edit, a deletion, a reaction or a pin of a member."""
    if isinstance(command, PinMessage | UnpinMessage):
        return _judge_pin(head, body, sender, command)
    if command.author is None or command.target > head:
        return RejectCode.NO_SUCH_MESSAGE
    if isinstance(command, React):
        return MessageReacted(target=command.target, emoji=command.emoji, on=command.on)
    mine = command.author == sender
    if isinstance(command, DeleteMessage):
        if not mine and not _is_admin(body, sender):
            return RejectCode.NOT_ALLOWED
        return MessageDeleted(target=command.target)
    if not mine:
        return RejectCode.NOT_ALLOWED
    return MessageEdited(
        target=command.target,
        body=command.body,
        mentions=_members_of(body, command.mentions),
        mention_all=command.mention_all and _is_admin(body, sender),
    )


def _judge_pin(
    head: int, body: ChatState, sender: PersonId, command: PinMessage | UnpinMessage
) -> Event | RejectCode:
    """A pin set or taken away by a member: in a private chat both may, in a group its admins."""
    if body.kind is ChatKind.GROUP and not _is_admin(body, sender):
        return RejectCode.NOT_ALLOWED
    pinned = body.settings.pinned(command.target)
    if isinstance(command, UnpinMessage):
        return MessageUnpinned(target=command.target) if pinned else RejectCode.ALREADY_SO
    if command.author is None or command.target > head:
        return RejectCode.NO_SUCH_MESSAGE
    if pinned:
        return RejectCode.ALREADY_SO
    if len(body.settings.pins) >= limits.PINNED_MESSAGES:
        return RejectCode.PINS_FULL
    return MessagePinned(target=command.target)


def _is_admin(body: ChatState, person: PersonId) -> bool:
    return body.kind is ChatKind.GROUP and body.members[person].role is Role.ADMIN


def _members_of(body: ChatState, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    return tuple(mention for mention in mentions if mention.person in body.members)


@dataclass(frozen=True, slots=True)
class Edit:
    """The newest text of a message; `at` Unix ms, `seq` the event."""

    seq: int
    at: int
    body: str
    mentions: tuple[Mention, ...] = ()
    mention_all: bool = False


@dataclass(frozen=True, slots=True)
class Now:
    """What became of one message so far.

    `reactions` holds for each emoji, in the order in which they came up, who has it, likewise. Deleted is for
    ever: nothing that comes later has an effect.
    """

    edit: Edit | None = None
    deleted: bool = False
    deleted_by: PersonId | None = None
    reactions: Mapping[str, Mapping[PersonId, int]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """emoji → person → seq since which."""


UNTOUCHED = Now()


def target_of(record: EventRecord) -> int | None:
    """The message that the event changes; None if it changes none."""
    event = record.event
    if isinstance(event, MessageEdited | MessageDeleted | MessageReacted):
        return event.target
    return None


def after(now: Now, record: EventRecord) -> Now:
    """The message after `record`, which is about it."""
    event = record.event
    if now.deleted:
        return now
    if isinstance(event, MessageDeleted):
        return Now(deleted=True, deleted_by=record.by)
    if isinstance(event, MessageEdited):
        edit = Edit(record.seq, record.at, event.body, event.mentions, event.mention_all)
        return replace(now, edit=edit)
    if isinstance(event, MessageReacted):
        return replace(now, reactions=_reacted(now.reactions, record, event))
    return now


def _reacted(
    reactions: Mapping[str, Mapping[PersonId, int]], record: EventRecord, event: MessageReacted
) -> Mapping[str, Mapping[PersonId, int]]:
    people = dict(reactions.get(event.emoji, {}))
    if event.on == (record.by in people):
        return reactions
    if event.on:
        people[record.by] = record.seq
    else:
        del people[record.by]
    changed = {**reactions, event.emoji: people}
    kept = {emoji: people for emoji, people in changed.items() if people}
    ordered = sorted(kept.items(), key=lambda entry: min(entry[1].values()))
    return MappingProxyType(dict(ordered))
