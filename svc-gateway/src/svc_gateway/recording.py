"""What a frame of a client becomes in the log: the value of its record."""

from typing import Final

from pydantic_core import to_json

from nexync_contracts.attachments import Attachment
from nexync_contracts.commands import Command, CommandEnvelope, CreateMessage
from nexync_contracts.frames import DeleteFrame, EditFrame, SendFrame
from nexync_contracts.ids import PersonId, SessionId, chat_stream
from nexync_contracts.message_commands import DeleteMessage, EditMessage, React
from svc_gateway.conversation import Asking

_MESSAGE: Final = (
    b'{"v":1,"stream":"%b","id":"%b","sender":"%b","session":"%b","trace":"%b",'
    b'"command":{"tag":"message.create","body":%b}}'
)
"""A message that is text and nothing else, without the fields that have their defaults."""


def record(
    frame: Asking,
    *,
    sender: PersonId,
    session: SessionId,
    trace: str,
    author: PersonId | None = None,
    attachments: tuple[Attachment, ...] = (),
) -> bytes:
    """The `CommandEnvelope` of a send, an edit, a deletion or a reaction, as JSON.

    Most are messages of plain text, and those are written by hand: through the models each would cost the event loop
    ten times as much. The frame has been validated, and ids and trace are ours: of these fields only the text has
    anything to escape.
    """
    stream = chat_stream(frame.chat)
    if isinstance(frame, SendFrame) and not (
        frame.reply_to or frame.mentions or frame.mention_all or frame.forwarded or frame.files
    ):
        return _MESSAGE % (
            stream.encode(),
            frame.id.encode(),
            sender.encode(),
            session.encode(),
            trace.encode(),
            to_json(frame.body),
        )
    return (
        CommandEnvelope.model_construct(
            stream=stream,
            id=frame.id,
            sender=sender,
            session=session,
            trace=trace,
            command=_command(frame, author, attachments),
        )
        .model_dump_json(exclude_none=True)
        .encode()
    )


def _command(
    frame: Asking, author: PersonId | None, attachments: tuple[Attachment, ...]
) -> Command:
    """The command that a frame asks for. The frame has been validated, so nothing is validated twice."""
    if isinstance(frame, SendFrame):
        return CreateMessage.model_construct(
            body=frame.body,
            reply_to=frame.reply_to,
            mentions=frame.mentions,
            mention_all=frame.mention_all,
            forwarded=frame.forwarded,
            files=frame.files,
            attachments=attachments,
        )
    if isinstance(frame, EditFrame):
        return EditMessage.model_construct(
            target=frame.target,
            body=frame.body,
            mentions=frame.mentions,
            mention_all=frame.mention_all,
            author=author,
        )
    if isinstance(frame, DeleteFrame):
        return DeleteMessage.model_construct(target=frame.target, author=author)
    return React.model_construct(target=frame.target, emoji=frame.emoji, on=frame.on, author=author)
