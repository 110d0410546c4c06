"""Bodies of the REST API about the whole of a chat: its days and its export."""

from typing import Annotated

from pydantic import Field

from nexync_contracts.events import EventRecord
from nexync_contracts.ids import ChatIdField, Username
from nexync_contracts.message_rest import MessageState
from nexync_contracts.model import Tolerant


class DayView(Tolerant):
    """The first line of the chat that is not older than was asked for; None when all of them are."""

    chat: ChatIdField
    seq: Annotated[int | None, Field(ge=1)]


class ExportLine(Tolerant):
    """One line of a timeline as it is now: the message or event, who it is by, and what became of it."""

    record: EventRecord
    username: Username | None = None
    state: MessageState | None = None
