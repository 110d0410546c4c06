"""Bodies of the REST API about messages that are there, and their state on a timeline."""

from typing import Annotated

from pydantic import Field

from nexync_contracts import limits
from nexync_contracts.attachments import Attachments
from nexync_contracts.ids import BodyText, Emoji, EventText, HookName, PersonIdField
from nexync_contracts.message_events import Mentions, Target
from nexync_contracts.model import Exact, Tolerant


class EditMessageBody(Exact):
    target: Target
    body: BodyText
    mentions: Mentions = ()
    mention_all: bool = False


class DeleteMessageBody(Exact):
    target: Target


class ReactBody(Exact):
    """`on` false takes the reaction back."""

    target: Target
    emoji: Emoji
    on: bool = True


class PinMessageBody(Exact):
    """`on` false takes the pin away."""

    target: Target
    on: bool = True


class Reaction(Tolerant):
    """One emoji on a message: how many have it, and who, in the order in which they put it there.

    `people` names the first 100; `count` counts all.
    """

    emoji: Emoji
    count: Annotated[int, Field(ge=1)]
    people: Annotated[tuple[PersonIdField, ...], Field(max_length=limits.REACTION_PEOPLE)]


class MessageState(Tolerant):
    """What became of the message `seq`. Its item on the page has the text as it is now, empty when deleted.

    `edited_at` is Unix ms; `edited_seq` the event that gave it its text. `deleted_by` is None where the reader
    doesn't see who it was. Reactions in the order in which they came up.
    """

    seq: Target
    edited_seq: Annotated[int | None, Field(ge=1)] = None
    edited_at: Annotated[int | None, Field(ge=0)] = None
    deleted: bool = False
    deleted_by: PersonIdField | None = None
    reactions: Annotated[tuple[Reaction, ...], Field(max_length=limits.REACTION_KINDS)] = ()


class Quote(Tolerant):
    """A message that another one on the page answers: its beginning as it is now, empty when deleted."""

    seq: Target
    by: PersonIdField
    at: Annotated[int, Field(ge=0)]
    body: EventText
    deleted: bool = False
    attachments: Attachments = ()
    hook: HookName | None = None


class MessageVersion(Tolerant):
    """One text that a message had, from `at` (Unix ms) on; `seq` is the event that gave it."""

    seq: Target
    at: Annotated[int, Field(ge=0)]
    body: EventText


class VersionsView(Tolerant):
    """The texts of a message, oldest first, the newest 50 and the first; none when it is deleted."""

    target: Target
    versions: Annotated[tuple[MessageVersion, ...], Field(max_length=limits.VERSIONS)]
