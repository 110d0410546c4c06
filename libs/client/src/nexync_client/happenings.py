"""What a conversation tells: typed, in the order in which it happened."""

from dataclasses import dataclass
from typing import Literal

from nexync_client.inbox import Seen
from nexync_client.outbox import Sending
from nexync_contracts import frames
from nexync_contracts.ids import PersonId, SessionId, Stream


@dataclass(frozen=True, slots=True)
class Live:
    """A socket is there and all that was missing has come; what comes from here on is live."""

    gateway: str
    person: PersonId
    session: SessionId
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Away:
    """The socket is lost; another one is on its way."""

    code: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The server doesn't want this client back."""

    code: int


@dataclass(frozen=True, slots=True)
class Happened:
    """The next piece of a stream: an event, or numbers that aren't for this reader. In order, without holes, once."""

    stream: Stream
    piece: Seen


@dataclass(frozen=True, slots=True)
class Left:
    """The reader is no longer in this stream and sees it up to `seq`."""

    stream: Stream
    seq: int


@dataclass(frozen=True, slots=True)
class Settled:
    """A command has its outcome: an event's `seq`, or the `code` of its rejection."""

    sending: Sending


@dataclass(frozen=True, slots=True)
class Said:
    """What belongs to no place in a stream: who types, what changed on another device, a frame that was bad."""

    frame: (
        frames.TypistFrame
        | frames.OwnChatFrame
        | frames.ReadFrame
        | frames.MarkedFrame
        | frames.ReceiptsFrame
        | frames.ErrorFrame
    )


@dataclass(frozen=True, slots=True)
class Arrived:
    """For observers: an event frame as it came, maybe too early or once more."""

    stream: Stream
    seq: int


@dataclass(frozen=True, slots=True)
class HoleOpened:
    """For observers: numbers after `after` are missing. `asked` says whether a repair was asked for."""

    stream: Stream
    after: int
    asked: bool


@dataclass(frozen=True, slots=True)
class HoleClosed:
    """For observers: the numbers close again."""

    stream: Stream


@dataclass(frozen=True, slots=True)
class WasReset:
    """For observers: the stream was too far behind to be continued by the socket."""

    stream: Stream


@dataclass(frozen=True, slots=True)
class SocketClosed:
    """For observers: any socket closed, 1006 without a closing handshake."""

    code: int


@dataclass(frozen=True, slots=True)
class Traced:
    """For observers: a step of a command on a socket: it was written, acked, or refused for a reason."""

    id: str
    socket: int
    step: Literal["written", "acked", "refused"]
    reason: str = ""


Happening = (
    Live
    | Away
    | Ended
    | Happened
    | Left
    | Settled
    | Said
    | Arrived
    | HoleOpened
    | HoleClosed
    | WasReset
    | SocketClosed
    | Traced
)

OBSERVED = (Arrived, HoleOpened, HoleClosed, WasReset, SocketClosed, Traced)
"""What only those need who judge the server."""
