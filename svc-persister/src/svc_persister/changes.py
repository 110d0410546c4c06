"""What a batch's events do to messages, gathered for the projection.

Only what is left at the end of the batch is written: the first deletion of a message, and of each reaction
whether it was taken back and whether it is there now.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from nexync_contracts.events import EventRecord
from nexync_contracts.ids import PersonId, Stream
from nexync_contracts.message_events import MessageDeleted, MessageEdited, MessageReacted


class EditRow(NamedTuple):
    """One row of `message_edits`."""

    stream: Stream
    target: int
    seq: int


class ReactionKey(NamedTuple):
    """Who, with what, on which message."""

    stream: Stream
    target: int
    emoji: str
    person: PersonId


class ReactionChange(NamedTuple):
    """`taken_back` within the batch, so an older row goes; `since` is the seq of the one that is there now."""

    taken_back: bool
    since: int | None


@dataclass(slots=True)
class Changes:
    """The changes of messages in one portion."""

    edits: list[EditRow] = field(default_factory=list[EditRow])
    deletions: dict[tuple[Stream, int], tuple[int, PersonId]] = field(
        default_factory=dict[tuple[Stream, int], tuple[int, PersonId]]
    )
    """(stream, target) → (seq, who)."""
    reactions: dict[ReactionKey, ReactionChange] = field(
        default_factory=dict[ReactionKey, ReactionChange]
    )

    def add(self, record: EventRecord) -> None:
        """Take in one event of a chat."""
        event = record.event
        if isinstance(event, MessageEdited):
            self.edits.append(EditRow(record.stream, event.target, record.seq))
        elif isinstance(event, MessageDeleted):
            self.deletions.setdefault((record.stream, event.target), (record.seq, record.by))
        elif isinstance(event, MessageReacted):
            key = ReactionKey(record.stream, event.target, event.emoji, record.by)
            before = self.reactions.get(key, ReactionChange(taken_back=False, since=None))
            if not event.on:
                change = ReactionChange(taken_back=True, since=None)
            elif before.since is None:
                change = ReactionChange(before.taken_back, record.seq)
            else:
                change = before
            self.reactions[key] = change
