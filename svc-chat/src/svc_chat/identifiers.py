"""Ids that svc-chat makes: derived ones, so that a repetition makes the same, and new ones by time."""

import secrets
import time
import uuid
from typing import Final

from nexync_contracts.ids import (
    AttachmentId,
    ChatId,
    CommandId,
    HookId,
    InviteId,
    PersonId,
    ScheduledId,
)

_NAMES: Final = uuid.UUID("2f0b1f0e-2a55-5d0b-9c53-0d5b7d7c6a11")


def new_command_id() -> CommandId:
    """A UUIDv7 (RFC 9562 5.7): 48 bits of Unix milliseconds, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    number = (milliseconds << 80) | (7 << 76) | (secrets.randbits(12) << 64)
    number |= (2 << 62) | secrets.randbits(62)
    return CommandId(str(uuid.UUID(int=number)))


def private_chat_id(one: PersonId, other: PersonId) -> ChatId:
    """The only private chat of two people: the same from both sides."""
    low, high = sorted((one, other))
    return ChatId(str(uuid.uuid5(_NAMES, f"private:{low}:{high}")))


def group_chat_id(maker: PersonId, command: CommandId) -> ChatId:
    """The group that this command makes: repeated with the same id, it is the same group."""
    return ChatId(str(uuid.uuid5(_NAMES, f"group:{maker}:{command}")))


def invite_id(chat: ChatId, command: CommandId) -> InviteId:
    """The invite link that this command makes."""
    return InviteId(str(uuid.uuid5(_NAMES, f"invite:{chat}:{command}")))


def hook_id(chat: ChatId, command: CommandId) -> HookId:
    """The webhook that this command makes."""
    return HookId(str(uuid.uuid5(_NAMES, f"hook:{chat}:{command}")))


def scheduled_id(person: PersonId, key: str | None) -> ScheduledId:
    """The message for later that this request asks for: repeated with the same key, it is the same."""
    name = str(uuid.uuid4()) if key is None else f"scheduled:{person}:{key}"
    return ScheduledId(str(uuid.uuid5(_NAMES, name)))


def attachment_id(owner: PersonId, key: str | None) -> AttachmentId:
    """The upload that this request begins: repeated with the same key, it is the same. Without one it is new."""
    if key is None:
        return AttachmentId(str(uuid.uuid4()))
    return AttachmentId(str(uuid.uuid5(_NAMES, f"attachment:{owner}:{key}")))


def new_name() -> str:
    """A name in the object store that nobody guesses."""
    return str(uuid.uuid4())


def departure_id(chat: ChatId, person: PersonId, from_seq: int) -> CommandId:
    """The command by which who is erased leaves a chat: one for each time that the person was let in."""
    return CommandId(str(uuid.uuid5(_NAMES, f"departure:{chat}:{person}:{from_seq}")))


def erasure_note_id(person: PersonId) -> CommandId:
    """The word to a person's stream that the account is gone."""
    return CommandId(str(uuid.uuid5(_NAMES, f"erasure:{person}")))


def connection_note_id(
    stream_owner: PersonId, other: PersonId, change: str, asked_at_ms: int
) -> CommandId:
    """The note to one side about one change of one asking."""
    name = f"connection:{stream_owner}:{other}:{change}:{asked_at_ms}"
    return CommandId(str(uuid.uuid5(_NAMES, name)))
