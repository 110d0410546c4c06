"""What a batch's events do to messages, gathered for the projection.

Only what is left at the end of the batch is written: the first deletion of a message, and of each reaction
whether it was taken back and whether it is there now.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from nexync_contracts.events import Event, EventRecord, MessageCreated, PersonErased, PictureChanged
from nexync_contracts.ids import AttachmentId, PersonId, Stream, stream_id
from nexync_contracts.message_events import MessageDeleted, MessageEdited, MessageReacted


class EditRow(NamedTuple):
    """One row of `message_edits`."""

    stream: Stream
    target: int
    seq: int
    only_for: PersonId | None = None
    """Who alone sees it; None for everybody."""


PICTURE = "picture"
"""The kind of a use that is the picture of a group; the others are those of `AttachmentKind`."""


class UseRow(NamedTuple):
    """One row of `attachment_uses`: this event carries the attachment."""

    stream: Stream
    seq: int
    attachment: AttachmentId
    kind: str


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
    hidden: bool = False
    """Whether who has it alone sees it."""


def is_projected(event: Event) -> bool:
    """Whether the event is a use of attachments, ends one, or ends an account."""
    if isinstance(event, MessageCreated):
        return bool(event.attachments)
    return isinstance(event, PictureChanged | PersonErased)


@dataclass(slots=True)
class Changes:
    """The changes of messages in one portion, the files that events carry, and who was erased."""

    uses: list[UseRow] = field(default_factory=list[UseRow])
    pictures: dict[Stream, int] = field(default_factory=dict[Stream, int])
    """Stream → the newest event that gave the group another picture, or took it away."""
    edits: list[EditRow] = field(default_factory=list[EditRow])
    deletions: dict[tuple[Stream, int], tuple[int, PersonId]] = field(
        default_factory=dict[tuple[Stream, int], tuple[int, PersonId]]
    )
    """(stream, target) → (seq, who)."""
    erased: dict[PersonId, int] = field(default_factory=dict[PersonId, int])
    """Person → when, Unix milliseconds."""
    reactions: dict[ReactionKey, ReactionChange] = field(
        default_factory=dict[ReactionKey, ReactionChange]
    )

    def add(self, record: EventRecord) -> None:
        """Take in one event."""
        event = record.event
        if isinstance(event, MessageCreated):
            self.uses += [
                UseRow(record.stream, record.seq, one.id, one.kind.value)
                for one in {one.id: one for one in event.attachments}.values()
            ]
        elif isinstance(event, PersonErased):
            self.erased.setdefault(PersonId(stream_id(record.stream)), record.at)
        elif isinstance(event, PictureChanged):
            self.pictures[record.stream] = record.seq
            if event.picture is not None:
                self.uses.append(UseRow(record.stream, record.seq, event.picture, PICTURE))
        elif isinstance(event, MessageEdited):
            only_for = record.by if event.hidden else None
            self.edits.append(EditRow(record.stream, event.target, record.seq, only_for))
        elif isinstance(event, MessageDeleted):
            self.deletions.setdefault((record.stream, event.target), (record.seq, record.by))
        elif isinstance(event, MessageReacted):
            key = ReactionKey(record.stream, event.target, event.emoji, record.by)
            before = self.reactions.get(key, ReactionChange(taken_back=False, since=None))
            if not event.on:
                change = ReactionChange(taken_back=True, since=None)
            elif before.since is None or (before.hidden and not event.hidden):
                change = ReactionChange(before.taken_back, record.seq, event.hidden)
            else:
                change = before
            self.reactions[key] = change
