"""Jobs of push notifications, and what svc-mailer and svc-chat say to each other about them.

A flush of messages becomes one `push-page` job a chat, that one page of members after another, and a page one `push`
job a device. The id of a push is made of the event and the device, so that a page that is delivered again makes no
second notification.
"""

import uuid
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from nexync_contracts import limits
from nexync_contracts.ids import (
    ChatId,
    ChatIdField,
    JobId,
    JobIdField,
    PersonId,
    PersonIdField,
    SessionId,
    SessionIdField,
)
from nexync_contracts.model import Tolerant
from nexync_contracts.push_rest import PushToken

_NAMESPACE: Final = uuid.UUID("b3f8f1de-6f0c-5a55-9d5f-0d5b0e1f6f51")

Seq = Annotated[int, Field(ge=1, le=2**53)]
Count = Annotated[int, Field(ge=0, le=2**53)]
Millis = Annotated[int, Field(ge=0)]
Title = Annotated[str, StringConstraints(max_length=limits.PUSH_TITLE_CHARS)]
PushText = Annotated[str, StringConstraints(max_length=limits.PUSH_TEXT_CHARS)]


class PushPageJob(Tolerant):
    """Tell the members behind `after` of the messages among the chat's events `low` to `high`.

    `at` is when they were flushed, Unix milliseconds.
    """

    tag: Literal["push-page"] = "push-page"
    id: JobIdField
    chat: ChatIdField
    low: Seq
    high: Seq
    after: PersonIdField | None = None
    at: Millis


class PushJob(Tolerant):
    """Show one notification on one device. `title` and `text` are None where the person wants no preview.

    `seq` is the message's, `unread` what waits in all chats that are not muted. After `expires_at` (Unix
    milliseconds) it is pointless.
    """

    tag: Literal["push"] = "push"
    id: JobIdField
    session: SessionIdField
    token: PushToken
    chat: ChatIdField
    seq: Seq
    unread: Count
    title: Title | None = None
    text: PushText | None = None
    expires_at: Millis


PushWork = Annotated[PushPageJob | PushJob, Field(discriminator="tag")]
push_adapter: TypeAdapter[PushWork] = TypeAdapter(PushWork)


def page_id(chat: ChatId, high: int, after: PersonId | None) -> JobId:
    """The id of a page's job."""
    return JobId(str(uuid.uuid5(_NAMESPACE, f"page {chat} {high} {after or ''}")))


def push_id(chat: ChatId, seq: int, session: SessionId) -> JobId:
    """The id of the push of one event to one device."""
    return JobId(str(uuid.uuid5(_NAMESPACE, f"push {chat} {seq} {session}")))


class PushPageAsk(Tolerant):
    """Internal, svc-chat `POST /internal/push/page`: who is to be told of a flush of messages."""

    chat: ChatIdField
    low: Seq
    high: Seq
    after: PersonIdField | None = None


class PushTarget(Tolerant):
    """A device that is to show message `seq`."""

    session: SessionIdField
    token: PushToken
    seq: Seq
    unread: Count
    title: Title | None
    text: PushText | None


class PushPage(Tolerant):
    """The devices of one page of members. `after` is where the next page begins, None at the end."""

    targets: Annotated[tuple[PushTarget, ...], Field(max_length=limits.PUSH_TARGETS)]
    after: PersonIdField | None


class PushGone(Tolerant):
    """Internal, svc-chat `POST /internal/push/gone`: Firebase no longer knows this token of this session."""

    session: SessionIdField
    token: PushToken


class PushForgotten(Tolerant):
    """Whether there was such a device."""

    forgotten: bool
