"""Blocks in private chats: what the blocked one adds is hidden from the other, and stays so (ADR 0054). Pure.

Who blocks is part of the chat's state, so the log alone says from which event on somebody sees no more of the other.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from nexync_contracts.commands import BlockPartner, UnblockPartner
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import (
    ChatBlocked,
    ChatKind,
    ChatUnblocked,
    Event,
    EventRecord,
    MessageCreated,
)
from nexync_contracts.ids import PersonId
from nexync_contracts.message_events import (
    MessageDeleted,
    MessageEdited,
    MessagePinned,
    MessageReacted,
    MessageUnpinned,
)
from nexync_streams.group_settings import GroupSettings

HIDDEN: Final = b'"hidden":true'
"""In an encoded event that is hidden, and in no other: in a text quotes are escaped."""


class Newest(NamedTuple):
    """The newest event that a person sees of a chat, and its time in Unix milliseconds."""

    seq: int
    at: int


class Past(NamedTuple):
    """A block that was taken back: from the event that set it to the one that ended it."""

    blocker: PersonId
    since: int
    until: int


PASTS: Final = 50
"""Blocks of one chat that were taken back and are remembered, the newest ones."""

Blocks = Mapping[PersonId, int]
"""Who blocks the other one, and the event since which."""

Behind = Mapping[PersonId, Newest]
"""For whom the newest event of the chat is hidden: what they see as the newest."""

NO_BLOCKS: Final[Blocks] = MappingProxyType({})
NOBODY: Final[Behind] = MappingProxyType({})


def is_hidden(event: Event) -> bool:
    """Whether the author alone sees it."""
    return bool(getattr(event, "hidden", False))


def shows(record: EventRecord, person: PersonId | None) -> bool:
    """Whether an event of a person's spans is for them; None sees all."""
    return person is None or record.by == person or not is_hidden(record.event)


def judge_block(
    kind: ChatKind, blocks: Blocks, sender: PersonId, command: BlockPartner | UnblockPartner
) -> Event | RejectCode:
    """A block set or taken back by a member. There is one in each direction at most."""
    if kind is not ChatKind.PRIVATE:
        return RejectCode.NOT_ALLOWED
    wanted = isinstance(command, BlockPartner)
    if wanted == (sender in blocks):
        return RejectCode.ALREADY_SO
    return ChatBlocked() if wanted else ChatUnblocked()


def veiled(
    blocks: Blocks,
    pasts: Sequence[Past],
    settings: GroupSettings,
    sender: PersonId,
    author: PersonId | None,
    event: Event,
) -> Event:
    """The event as it is told: hidden if the other one blocks the sender, and it adds something.

    What takes something away is hidden with what it takes away, and else seen, so that both have the same. What is
    about a message of the sender's own (`author` wrote it) that is hidden stays hidden with it, also after the block.
    """
    since = next((seq for blocker, seq in blocks.items() if blocker != sender), None)
    now = since is not None and _is_veiled(since, event)
    target = getattr(event, "target", None)
    before = author == sender and any(
        past.blocker != sender and past.since < target < past.until
        for past in pasts
        if isinstance(target, int)
    )
    unpins = isinstance(event, MessageUnpinned) and any(
        pin.target == target and pin.hidden for pin in settings.pins
    )
    hidden = now or before or unpins
    return event.model_copy(update={"hidden": True}) if hidden else event


def _is_veiled(since: int, event: Event) -> bool:
    match event:
        case MessageCreated() | MessageEdited() | MessagePinned():
            return True
        case MessageReacted(on=True):
            return True
        case MessageReacted(target=target) | MessageDeleted(target=target):
            return target > since
        case _:
            return False


def blocks_after(blocks: Blocks, record: EventRecord) -> Blocks:
    """Who blocks after an event; the same object if it says nothing about it."""
    if isinstance(record.event, ChatBlocked):
        return MappingProxyType({**blocks, record.by: record.seq})
    if isinstance(record.event, ChatUnblocked):
        return MappingProxyType({who: seq for who, seq in blocks.items() if who != record.by})
    return blocks


def pasts_after(pasts: tuple[Past, ...], blocks: Blocks, record: EventRecord) -> tuple[Past, ...]:
    """The blocks that were taken back after an event; `blocks` are those before it."""
    if not isinstance(record.event, ChatUnblocked):
        return pasts
    return (*pasts, Past(record.by, blocks[record.by], record.seq))[-PASTS:]


def behind_after(
    behind: Behind, members: Mapping[PersonId, object], before: Newest, record: EventRecord
) -> Behind:
    """For whom the newest event is hidden after `record`; `before` is the event before it."""
    if is_hidden(record.event):
        others = {person: behind.get(person, before) for person in members if person != record.by}
        return MappingProxyType(others)
    return NOBODY if behind else behind


def blocks_to_json(blocks: Blocks, pasts: Sequence[Past], behind: Behind) -> dict[str, object]:
    """As the snapshot keeps them; nothing where there is nothing."""
    value: dict[str, object] = {}
    if pasts:
        value["pasts"] = [list(past) for past in pasts]
    if blocks:
        value["blocks"] = dict(blocks)
    if behind:
        value["behind"] = {person: list(newest) for person, newest in behind.items()}
    return value


def blocks_from_json(value: Mapping[str, Mapping[str, int]]) -> Blocks:
    """Who blocks, of a snapshot."""
    found = value.get("blocks", {})
    return MappingProxyType({PersonId(who): int(seq) for who, seq in found.items()})


def pasts_from_json(value: Mapping[str, Sequence[Sequence[Any]]]) -> tuple[Past, ...]:
    """The blocks that were taken back, of a snapshot."""
    return tuple(
        Past(PersonId(who), int(since), int(until)) for who, since, until in value.get("pasts", ())
    )


def behind_from_json(value: Mapping[str, Mapping[str, tuple[int, int]]]) -> Behind:
    """For whom the newest event is hidden, of a snapshot."""
    found = value.get("behind", {})
    return MappingProxyType({PersonId(who): Newest(*newest) for who, newest in found.items()})
