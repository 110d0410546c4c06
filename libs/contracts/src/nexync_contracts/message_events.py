"""Events of messages after they were written: edited, deleted, reacted to, pinned; and whom a message names."""

from typing import Annotated, Literal

from pydantic import Field

from nexync_contracts import limits
from nexync_contracts.ids import Emoji, EventText, PersonIdField, Username
from nexync_contracts.model import Tolerant

Target = Annotated[int, Field(ge=1, le=2**53)]
"""The seq of the message that is meant, in the same stream."""


Hidden = bool
"""Whether its author alone sees the event: to everybody else its number is a `skip`.

True for what somebody adds to a private chat while the other one blocks them (ADR 0054).
"""


class Mention(Tolerant):
    """A person named in a body as `@name`; the name is the username as it was then."""

    person: PersonIdField
    name: Username


Mentions = Annotated[tuple[Mention, ...], Field(max_length=limits.MENTIONS)]


class MessageEdited(Tolerant):
    """The message `target` says this from now on. On a deleted message it has no effect.

    The body is empty where the message was deleted since.
    """

    tag: Literal["message.edited"] = "message.edited"
    target: Target
    body: EventText
    mentions: Mentions = ()
    mention_all: bool = False
    hidden: Hidden = False


class MessageDeleted(Tolerant):
    """The message `target` is gone for all, for ever, with its text, edits and reactions."""

    tag: Literal["message.deleted"] = "message.deleted"
    target: Target
    hidden: Hidden = False


class MessageReacted(Tolerant):
    """Who did it has this emoji on the message `target`, or takes it back (`on` false); one of each a person."""

    tag: Literal["message.reacted"] = "message.reacted"
    target: Target
    emoji: Emoji
    on: bool = True
    hidden: Hidden = False


class MessagePinned(Tolerant):
    """The message `target` is kept in view for all. A deletion ends it, too."""

    tag: Literal["message.pinned"] = "message.pinned"
    target: Target
    hidden: Hidden = False


class MessageUnpinned(Tolerant):
    """The message `target` is pinned no longer."""

    tag: Literal["message.unpinned"] = "message.unpinned"
    target: Target
    hidden: Hidden = False
