"""Bodies about reports: of a message, or of a person."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from nexync_contracts import limits
from nexync_contracts.ids import ChatIdField, PersonIdField
from nexync_contracts.model import Exact, Tolerant
from nexync_contracts.profile_rest import PlainText


class ReportReason(StrEnum):
    """What is wrong, in the eyes of who reports."""

    SPAM = "spam"
    ABUSE = "abuse"
    VIOLENCE = "violence"
    SEXUAL = "sexual"
    IMPERSONATION = "impersonation"
    OTHER = "other"


class ReportBody(Exact):
    """Either `person`, or a message of somebody else's: `chat` and `target` (its seq)."""

    person: PersonIdField | None = None
    chat: ChatIdField | None = None
    target: Annotated[int | None, Field(ge=1, le=2**53)] = None
    reason: Annotated[ReportReason, Field(strict=False)]
    comment: Annotated[PlainText, Field(max_length=limits.REPORT_CHARS)] = ""


class ReportDone(Tolerant):
    """The report is kept. Reporting the same again changes reason and comment; `again` says so."""

    again: bool = False
