"""People, chats, commands and events that are valid and the same in every run."""

from typing import Final
from uuid import UUID, uuid5

from nexync_contracts.commands import Command, CommandEnvelope, CreateMessage
from nexync_contracts.events import Event, EventRecord, MessageCreated
from nexync_contracts.ids import ChatId, CommandId, PersonId, SessionId, Stream, chat_stream

_SPACE: Final = UUID("5c1f6a52-9d0e-4a37-8f5b-0d6c1b2a3e4f")
START_MS: Final = 1_760_000_000_000
"""The moment at which tests begin, Unix milliseconds."""


def person(name: str = "ann") -> PersonId:
    """The id of a person, always the same for a name."""
    return PersonId(str(uuid5(_SPACE, f"person {name}")))


def session(name: str = "ann") -> SessionId:
    """The id of a person's session."""
    return SessionId(str(uuid5(_SPACE, f"session {name}")))


def chat(name: str = "lunch") -> ChatId:
    """The id of a chat, always the same for a name."""
    return ChatId(str(uuid5(_SPACE, f"chat {name}")))


def command_id(number: int = 1, *, at_ms: int = START_MS) -> CommandId:
    """A UUIDv7 made at `at_ms`; another number is another id."""
    value = at_ms << 80 | 7 << 76 | 0b10 << 62 | number & (1 << 62) - 1
    return CommandId(str(UUID(int=value)))


def envelope(
    command: Command | None = None,
    *,
    number: int = 1,
    sender: str = "ann",
    stream: Stream | None = None,
    at_ms: int = START_MS,
) -> CommandEnvelope:
    """A command in the log; by default a message of Ann's to the lunch chat."""
    return CommandEnvelope(
        stream=stream or chat_stream(chat()),
        id=command_id(number, at_ms=at_ms),
        sender=person(sender),
        session=session(sender),
        command=command or CreateMessage(body=f"message {number}"),
    )


def record(
    seq: int,
    event: Event | None = None,
    *,
    sender: str = "ann",
    stream: Stream | None = None,
    epoch: int = 1,
) -> EventRecord:
    """An event as readers get it; by default the message number `seq` of the lunch chat."""
    return EventRecord(
        stream=stream or chat_stream(chat()),
        epoch=epoch,
        seq=seq,
        n=seq,
        at=START_MS + seq,
        id=command_id(seq),
        by=person(sender),
        event=event or MessageCreated(body=f"message {seq}"),
    )
