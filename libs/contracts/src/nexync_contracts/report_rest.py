"""Bodies about reports: of a message, or of a person."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from nexync_contracts import limits
from nexync_contracts.ids import ChatIdField, PersonIdField, ReportIdField, Username
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


class ReportView(Tolerant):
    """A report that waits, as administrators see it. Times are Unix milliseconds.

    Without `chat` it is about the person; `said` is the message's text when it was reported first. Usernames are None
    when the account is gone. `of_person` counts all reports of this person, looked into or not.
    """

    report: ReportIdField
    reported_at: Annotated[int, Field(ge=0)]
    reason: Annotated[ReportReason, Field(strict=False)]
    comment: str
    reporter: Username | None
    person: PersonIdField
    username: Username | None
    chat: ChatIdField | None = None
    seq: Annotated[int, Field(ge=1)] | None = None
    said: str | None = None
    said_at: Annotated[int, Field(ge=0)] | None = None
    of_person: Annotated[int, Field(ge=1)]


class ReportsPage(Tolerant):
    """Those that wait longest, the oldest first; `waiting` counts all that do."""

    reports: Annotated[tuple[ReportView, ...], Field(max_length=limits.ADMIN_PAGE)]
    waiting: Annotated[int, Field(ge=0)]


class ReportDone(Tolerant):
    """The report is kept. Reporting the same again changes reason and comment; `again` says so."""

    again: bool = False
