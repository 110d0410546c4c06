"""Commands on messages that are there: edit, delete, react, pin.

`author` is stamped by whoever admits the command: the author of the message `target`, a fact that never
changes; None when there is no such message that the sender may see.
"""

from typing import Literal

from nexync_contracts.ids import BodyText, Emoji, PersonIdField
from nexync_contracts.message_events import Mentions, Target
from nexync_contracts.model import Tolerant


class EditMessage(Tolerant):
    """Say something else; the author may."""

    tag: Literal["message.edit"] = "message.edit"
    target: Target
    body: BodyText
    mentions: Mentions = ()
    mention_all: bool = False
    author: PersonIdField | None = None


class DeleteMessage(Tolerant):
    """Delete for all; the author may, and a group's admins."""

    tag: Literal["message.delete"] = "message.delete"
    target: Target
    author: PersonIdField | None = None


class React(Tolerant):
    """Put an emoji on a message, or take it back; every member may."""

    tag: Literal["message.react"] = "message.react"
    target: Target
    emoji: Emoji
    on: bool = True
    author: PersonIdField | None = None


class PinMessage(Tolerant):
    """Keep a message in view for all: a group's admins may, in a private chat both."""

    tag: Literal["message.pin"] = "message.pin"
    target: Target
    author: PersonIdField | None = None


class UnpinMessage(Tolerant):
    """Take a pin away; who may pin, may."""

    tag: Literal["message.unpin"] = "message.unpin"
    target: Target
