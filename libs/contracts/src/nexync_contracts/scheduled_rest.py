"""Bodies about messages that are sent later."""

from typing import Annotated

from pydantic import Field

from nexync_contracts import limits
from nexync_contracts.errors import RejectCode
from nexync_contracts.ids import BodyText, ChatIdField, ScheduledIdField
from nexync_contracts.message_events import Mentions, Target
from nexync_contracts.model import Exact, Tolerant

Moment = Annotated[int, Field(ge=0, le=2**53)]
"""Unix milliseconds."""


class ScheduleBody(Exact):
    """A message to be sent at `at`; a time that is over means at once."""

    at: Moment
    body: BodyText
    reply_to: Target | None = None
    mentions: Mentions = ()
    mention_all: bool = False


class RescheduleBody(Exact):
    """Another time, another text or both; what is left out stays. With another text come its mentions."""

    at: Moment | None = None
    body: BodyText | None = None
    mentions: Mentions = ()
    mention_all: bool = False


class ScheduledView(Tolerant):
    """A message that waits. With `problem` its time came and it couldn't be sent; another time tries again."""

    scheduled: ScheduledIdField
    chat: ChatIdField
    at: Moment
    body: BodyText
    reply_to: Target | None = None
    problem: RejectCode | None = None


class ScheduledList(Tolerant):
    """By their time."""

    messages: Annotated[tuple[ScheduledView, ...], Field(max_length=limits.SCHEDULED)]
