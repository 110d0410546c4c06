"""What a run leaves behind: the input of the checks. Plain data, so a test can plant any violation."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SendRecord:
    """One message as its sender knows it. `order` counts the device's sends from 0.

    `seq` or `code` is the outcome the sender was told; both None when he was told nothing.
    """

    sender: str
    device: str
    order: int
    chat: str
    id: str
    body: str
    acked: bool
    seq: int | None = None
    code: str | None = None
    tag: str = "message.created"
    """The event that it asks for; `body` is what the event has to say, see `Piece`."""
    story: tuple[str, ...] = ()
    """When it was written, refused and acked on which socket of which gateway: evidence, which nothing judges."""


@dataclass(frozen=True, slots=True)
class Piece:
    """`first` to `last` inclusive of a chat: one event, or (`id` None) numbers not for this reader.

    `tag` is the event's. `target` is the message that it changes. `body` is what it says: a text, an emoji with
    whether it is there now, nothing for a deletion, and of members a line each: the person, the role or "-", and
    "history" for who is granted what was before. `hidden` is what its sender alone sees.
    """

    first: int
    last: int
    id: str | None = None
    sender: str | None = None
    tag: str | None = None
    body: str | None = None
    target: int | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class StateRecord:
    """A message as a timeline shows it: its text (empty when deleted), and who has which emoji on it."""

    seq: int
    body: str
    deleted: bool = False
    reactions: frozenset[tuple[str, str]] = frozenset()
    """(person, emoji)."""


@dataclass(frozen=True, slots=True)
class TimelineRecord:
    """The newest messages of a chat as one person is shown them, up to the event `as_of`."""

    person: str
    chat: str
    as_of: int
    messages: tuple[StateRecord, ...]


@dataclass(frozen=True, slots=True)
class LiveRecord:
    """What one device has of a chat without ever reloading: closed pieces after `base`.

    `gone_at` is set while the reader is no longer in the chat.
    """

    person: str
    device: str
    chat: str
    base: int
    pieces: tuple[Piece, ...]
    gone_at: int | None = None
    hole: bool = False


@dataclass(frozen=True, slots=True)
class HistoryRecord:
    """A chat's history as one person reads it from the first number to `head`."""

    person: str
    chat: str
    head: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class MarkRecord:
    """How far one device said it is in a chat, as (read, delivered), and what of it was confirmed to be kept."""

    person: str
    device: str
    chat: str
    said: tuple[int, int]
    confirmed: tuple[int, int]


@dataclass(frozen=True, slots=True)
class WatermarkRecord:
    """How far a person is in a chat by the server, as (read, delivered), when somebody asked."""

    person: str
    chat: str
    at: tuple[int, int]


@dataclass(frozen=True, slots=True)
class MembersRecord:
    """Who is in a chat, as (person, role), and the head up to which that holds."""

    chat: str
    head: int
    roles: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """Everything of a run. `samples` are in the order in which they were asked for, `finals` are the last.

    `refused` are reads of a chat by its admin that were answered with an error, in words.
    """

    sends: tuple[SendRecord, ...]
    live: tuple[LiveRecord, ...]
    histories: tuple[HistoryRecord, ...]
    timelines: tuple[TimelineRecord, ...] = ()
    members: tuple[MembersRecord, ...] = ()
    marks: tuple[MarkRecord, ...] = ()
    samples: tuple[WatermarkRecord, ...] = ()
    finals: tuple[WatermarkRecord, ...] = ()
    refused: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
