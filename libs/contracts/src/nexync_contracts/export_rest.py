"""Bodies of the REST API about the whole of a chat, its days and its export, and about all that is somebody's."""

from typing import Annotated

from pydantic import Field, StringConstraints

from nexync_contracts import limits
from nexync_contracts.attachments import Attachment
from nexync_contracts.bot_rest import BotView
from nexync_contracts.events import EventRecord
from nexync_contracts.ids import ChatIdField, Email, PersonIdField, SessionIdField, Username
from nexync_contracts.message_rest import MessageState
from nexync_contracts.model import Tolerant
from nexync_contracts.passkey_rest import PasskeyItem
from nexync_contracts.provider_rest import IdentityView
from nexync_contracts.report_rest import ReportReason
from nexync_contracts.rest import SessionItem


class DayView(Tolerant):
    """The first line of the chat that is not older than was asked for; None when all of them are."""

    chat: ChatIdField
    seq: Annotated[int | None, Field(ge=1)]


class ExportLine(Tolerant):
    """One line of a timeline as it is now: the message or event, who it is by, and what became of it."""

    record: EventRecord
    username: Username | None = None
    state: MessageState | None = None


class AccountAsk(Tolerant):
    """Internal, svc-auth `POST /internal/accounts/export`.

    Answered with a copy, once after the session's owner proved to sit at it; else with 403, or 404.
    """

    person: PersonIdField
    session: SessionIdField


class AccountCopy(Tolerant):
    """`account.json` of one's data: the account, without what only proves who one is. Times are Unix milliseconds.

    `password`: there is one of one's own. `factor_since`: two-step verification is on, since then.
    """

    person: PersonIdField
    username: Username
    email: Email
    password: bool
    factor_since: Annotated[int, Field(ge=0)] | None = None
    passkeys: Annotated[tuple[PasskeyItem, ...], Field(max_length=limits.PASSKEYS)] = ()
    identities: Annotated[tuple[IdentityView, ...], Field(max_length=limits.IDENTITIES)] = ()
    sessions: tuple[SessionItem, ...] = ()
    bots: Annotated[tuple[BotView, ...], Field(max_length=limits.BOTS)] = ()


class OwnFileLine(Tolerant):
    """A line of `files.jsonl`: `entry` is where in the zip its content is; None for one that had no room there."""

    file: Attachment
    entry: str | None = None


class OwnReport(Tolerant):
    """A line of `reports.jsonl`: whom one reported, for which message (its seq), and when, Unix milliseconds."""

    person: PersonIdField
    chat: ChatIdField | None = None
    seq: Annotated[int, Field(ge=1)] | None = None
    reason: ReportReason
    comment: Annotated[str, StringConstraints(max_length=limits.REPORT_CHARS)] = ""
    reported_at: Annotated[int, Field(ge=0)]
