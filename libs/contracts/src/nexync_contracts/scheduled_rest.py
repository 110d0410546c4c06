"""Bodies about messages that are sent later."""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from nexync_contracts import limits
from nexync_contracts.attachments import AttachmentIds, Attachments
from nexync_contracts.errors import RejectCode
from nexync_contracts.ids import ChatIdField, EventText, ScheduledIdField
from nexync_contracts.message_events import Mentions, Target
from nexync_contracts.model import Exact, Tolerant

Moment = Annotated[int, Field(ge=0, le=2**53)]
"""Unix milliseconds."""


class ScheduleBody(Exact):
    """A message to be sent at `at`; a time that is over means at once.

    `files` are one's own uploads that are ready; without any the body is not empty.
    """

    at: Moment
    files: AttachmentIds = ()
    body: EventText
    reply_to: Target | None = None
    mentions: Mentions = ()
    mention_all: bool = False

    @field_validator("body")
    @classmethod
    def _says_something(cls, body: str, info: ValidationInfo) -> str:
        if not body and not info.data.get("files"):
            msg = "a message has a text or a file"
            raise ValueError(msg)
        return body


class RescheduleBody(Exact):
    """Another time, another text, other files; what is left out stays. With another text come its mentions.

    `files` are all that it carries from now on: those that stay, and other uploads of one's own that are ready. Only a
    message with some may have an empty text.
    """

    at: Moment | None = None
    files: AttachmentIds | None = None
    body: EventText | None = None
    mentions: Mentions = ()
    mention_all: bool = False


class ScheduledView(Tolerant):
    """A message that waits. With `problem` its time came and it couldn't be sent; another time tries again."""

    scheduled: ScheduledIdField
    chat: ChatIdField
    at: Moment
    body: EventText
    attachments: Attachments = ()
    reply_to: Target | None = None
    problem: RejectCode | None = None


class ScheduledList(Tolerant):
    """By their time."""

    messages: Annotated[tuple[ScheduledView, ...], Field(max_length=limits.SCHEDULED)]
