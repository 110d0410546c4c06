"""Frames of the WebSocket: JSON text, told apart by `t`."""

from typing import Annotated, Literal

from pydantic import (
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationInfo,
    field_validator,
)

from nexync_contracts import limits
from nexync_contracts.attachments import AttachmentIds
from nexync_contracts.errors import Issue, RejectCode
from nexync_contracts.events import Event
from nexync_contracts.ids import (
    BodyText,
    ChatIdField,
    ClientIdField,
    CommandIdField,
    Emoji,
    EventText,
    PersonIdField,
    SessionIdField,
    StreamField,
)
from nexync_contracts.message_events import Mentions, Target
from nexync_contracts.model import Exact, Tolerant

Seq = Annotated[int, Field(ge=0)]
Head = tuple[Annotated[int, Field(ge=1)], Seq]
"""(log epoch, seq of the last event seen); seq 0 means nothing seen yet."""


class ResumeFrame(Exact):
    """The first frame of a socket: what the client has, so it gets what it lacks. An empty map is a new client."""

    t: Literal["resume"] = "resume"
    heads: Annotated[dict[StreamField, Head], Field(max_length=limits.RESUME_HEADS)] = {}


class SendFrame(Exact):
    """A message to a chat. The same id sent again has the same outcome.

    `files` are one's own uploads that are ready; without any the body is not empty. `forwarded` and `files` only
    to a gateway that names them among its features.
    """

    t: Literal["send"] = "send"
    id: ClientIdField
    chat: ChatIdField
    files: AttachmentIds = ()
    body: EventText
    reply_to: Target | None = None
    mentions: Mentions = ()
    mention_all: bool = False
    forwarded: bool = False

    @field_validator("body")
    @classmethod
    def _says_something(cls, body: str, info: ValidationInfo) -> str:
        if not body and not info.data.get("files"):
            msg = "a message has a text or a file"
            raise ValueError(msg)
        return body


class EditFrame(Exact):
    """Another text for one's own message `target` (a seq). The same id sent again has the same outcome."""

    t: Literal["edit"] = "edit"
    id: ClientIdField
    chat: ChatIdField
    target: Target
    body: BodyText
    mentions: Mentions = ()
    mention_all: bool = False


class DeleteFrame(Exact):
    """Delete the message `target` for all."""

    t: Literal["delete"] = "delete"
    id: ClientIdField
    chat: ChatIdField
    target: Target


class ReactFrame(Exact):
    """Put an emoji on the message `target`, or take it back (`on` false)."""

    t: Literal["react"] = "react"
    id: ClientIdField
    chat: ChatIdField
    target: Target
    emoji: Emoji
    on: bool = True


class LookFrame(Exact):
    """The chat that this page shows now, null for none: who looks at a chat is told who types there."""

    t: Literal["look"] = "look"
    chat: ChatIdField | None = None


class TypingFrame(Exact):
    """The person types in this chat; said again every `typingEveryMs`, never taken back. There is no answer."""

    t: Literal["typing"] = "typing"
    chat: ChatIdField


class ChatMark(Exact):
    """How far this device is in one chat, as a seq: what it has (`delivered`), what was looked at (`read`)."""

    chat: ChatIdField
    read: Seq | None = None
    delivered: Seq | None = None


class MarkFrame(Exact):
    """How far this device is, at most every `markEveryMs`. A smaller seq than before changes nothing.

    Only to a gateway that names `receipts` among its features. `marked` follows once it can't be lost; without it a
    client says the same again after `markAgainMs`, and after a reconnect. `delivered` is said only in a chat of at
    most `receiptMembers` people.
    """

    t: Literal["mark"] = "mark"
    marks: Annotated[tuple[ChatMark, ...], Field(min_length=1, max_length=limits.CHAT_MARKS)]


class RepairFrame(Exact):
    """The client found a hole: everything of the stream after `after`, please."""

    t: Literal["repair"] = "repair"
    stream: StreamField
    after: Seq


class CheckFrame(Exact):
    """The client's own check, at most every 15 s: compare these heads; missing events follow, then `pong`."""

    t: Literal["check"] = "check"
    heads: Annotated[dict[StreamField, Head], Field(max_length=64)] = {}


class PingFrame(Exact):
    t: Literal["ping"] = "ping"


ClientFrame = Annotated[
    ResumeFrame
    | SendFrame
    | EditFrame
    | DeleteFrame
    | ReactFrame
    | LookFrame
    | TypingFrame
    | MarkFrame
    | RepairFrame
    | CheckFrame
    | PingFrame,
    Field(discriminator="t"),
]


class WelcomeFrame(Tolerant):
    """The handshake is through; `time` is the server's clock in Unix milliseconds, for making ids."""

    t: Literal["welcome"] = "welcome"
    person: PersonIdField
    session: SessionIdField
    time: int
    max_unacknowledged: int = limits.UNACKNOWLEDGED_SENDS
    ping_seconds: int = 20
    gateway: Annotated[str, StringConstraints(max_length=64)]
    features: Annotated[tuple[str, ...], Field(max_length=32)] = ()
    """Frames that this gateway takes beyond those of the first release: `typing` stands for `look` and `typing`.

    `forwarded` and `files` stand for those fields of `send`, `receipts` for `mark`.
    """


class ResumedFrame(Tolerant):
    """All that was missing has been sent; from here on events are live."""

    t: Literal["resumed"] = "resumed"
    streams: int


class EventFrame(Tolerant):
    """One event of a stream (see EventRecord for the fields)."""

    t: Literal["event"] = "event"
    stream: StreamField
    epoch: Annotated[int, Field(ge=1)]
    seq: Annotated[int, Field(ge=1)]
    n: Annotated[int, Field(ge=0)]
    at: Annotated[int, Field(ge=0)]
    id: CommandIdField
    by: PersonIdField
    event: Event


class SkipFrame(Tolerant):
    """The events `from` to `to` (inclusive) are not for this reader; the numbers close here."""

    model_config = ConfigDict(
        validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )

    t: Literal["skip"] = "skip"
    stream: StreamField
    epoch: Annotated[int, Field(ge=1)]
    from_: Annotated[int, Field(ge=1, validation_alias="from", serialization_alias="from")]
    to: Annotated[int, Field(ge=1)]


class ResetFrame(Tolerant):
    """What the client has of this stream can't be continued: read it over REST with `at_least=seq`."""

    t: Literal["reset"] = "reset"
    stream: StreamField
    epoch: Annotated[int, Field(ge=1)]
    seq: Seq


class GoneFrame(Tolerant):
    """The reader is no longer in this stream; nothing after `seq` follows."""

    t: Literal["gone"] = "gone"
    stream: StreamField
    seq: Seq


class TypistFrame(Tolerant):
    """Somebody types in the chat that this page shows; it counts for `typingShownMs`."""

    t: Literal["typist"] = "typist"
    chat: ChatIdField
    by: PersonIdField


class OwnChatFrame(Tolerant):
    """What the reader keeps about this chat has changed, maybe on another device: read it over REST.

    It may be lost, so a client reads again after each reconnect too.
    """

    t: Literal["own_chat"] = "own_chat"
    chat: ChatIdField


class ReadFrame(Tolerant):
    """The reader's own mark moved, maybe on another device: everything up to `seq` is read, `n` messages so far.

    `n` is null where it isn't known yet; a page that can't tell by itself reads the chat again. The frame may be
    lost, so a client reads its chats again after each reconnect too.
    """

    t: Literal["read"] = "read"
    chat: ChatIdField
    seq: Seq
    n: Annotated[int, Field(ge=0)] | None = None


class MarkedChat(Tolerant):
    """What was taken in of one chat's mark, at most up to the head that the gateway knew."""

    chat: ChatIdField
    read: Seq | None = None
    delivered: Seq | None = None


class MarkedFrame(Tolerant):
    """These marks are durable, or not wanted here: a client that said more than that says it again."""

    t: Literal["marked"] = "marked"
    marks: Annotated[tuple[MarkedChat, ...], Field(max_length=limits.CHAT_MARKS)]


class Receipt(Tolerant):
    """How far one member is, and since when (Unix ms). It only ever grows; 0 for nothing yet."""

    person: PersonIdField
    read: Seq = 0
    read_at: Annotated[int, Field(ge=0)] = 0
    delivered: Seq = 0
    delivered_at: Annotated[int, Field(ge=0)] = 0


class ReceiptsFrame(Tolerant):
    """Members of the chat that this page shows have come further. An older frame may come later: the larger counts.

    It may be lost, so a page reads the receipts of the chat again after each reconnect.
    """

    t: Literal["receipts"] = "receipts"
    chat: ChatIdField
    marks: Annotated[tuple[Receipt, ...], Field(max_length=limits.RECEIPT_MEMBERS)]


class AckFrame(Tolerant):
    """The command is durable: its event or its `rejected` follows, always."""

    t: Literal["ack"] = "ack"
    id: CommandIdField


class AcceptedFrame(Tolerant):
    """The outcome of a command sent twice: it is the event `seq` of the stream since long."""

    t: Literal["accepted"] = "accepted"
    id: CommandIdField
    stream: StreamField
    epoch: Annotated[int, Field(ge=1)]
    seq: Annotated[int, Field(ge=1)]


class RejectedFrame(Tolerant):
    """The command became no event and never will; `time` (Unix ms) comes with `id_in_future`."""

    t: Literal["rejected"] = "rejected"
    id: CommandIdField
    code: RejectCode
    stream: StreamField | None = None
    time: int | None = None


class RetryFrame(Tolerant):
    """Not taken, nothing happened: send the same id again after so many milliseconds."""

    t: Literal["retry"] = "retry"
    id: CommandIdField
    after_ms: Annotated[int, Field(ge=0, le=60_000)]
    reason: Annotated[str, StringConstraints(max_length=64)]


class PongFrame(Tolerant):
    t: Literal["pong"] = "pong"
    time: int


class DrainFrame(Tolerant):
    """This gateway goes away: open a second socket and resume there, then close this one, within so many ms."""

    t: Literal["drain"] = "drain"
    within_ms: Annotated[int, Field(ge=0, le=600_000)]


class ErrorFrame(Tolerant):
    """A bad frame. It had no effect; after ten on one socket the socket is closed with 4502."""

    t: Literal["error"] = "error"
    code: Annotated[str, StringConstraints(max_length=64)]
    message: Annotated[str, StringConstraints(max_length=500)]
    issues: Annotated[tuple[Issue, ...], Field(max_length=50)] = ()
    id: CommandIdField | None = None


ServerFrame = Annotated[
    WelcomeFrame
    | ResumedFrame
    | EventFrame
    | SkipFrame
    | ResetFrame
    | GoneFrame
    | TypistFrame
    | OwnChatFrame
    | ReadFrame
    | MarkedFrame
    | ReceiptsFrame
    | AckFrame
    | AcceptedFrame
    | RejectedFrame
    | RetryFrame
    | PongFrame
    | DrainFrame
    | ErrorFrame,
    Field(discriminator="t"),
]

client_frame_adapter: TypeAdapter[ClientFrame] = TypeAdapter(ClientFrame)
server_frame_adapter: TypeAdapter[ServerFrame] = TypeAdapter(ServerFrame)
