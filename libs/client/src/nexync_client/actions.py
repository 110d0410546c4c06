"""What a conversation wants done: the shell's orders."""

from dataclasses import dataclass

from nexync_contracts.frames import ClientFrame
from nexync_contracts.ids import Stream


@dataclass(frozen=True, slots=True)
class Open:
    """Open the socket `number` at this address; then say `opened` or `lost`."""

    number: int
    address: str


@dataclass(frozen=True, slots=True)
class Write:
    """Write a frame to the socket, after all that was to be written to it before."""

    number: int
    frame: ClientFrame


@dataclass(frozen=True, slots=True)
class Close:
    """Close the socket; it is forgotten already."""

    number: int


@dataclass(frozen=True, slots=True)
class Renew:
    """Renew what the handshake proves itself with; then say `renewed`."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """Read the chat over REST from `after` to `at_least`; then say `fetched` or `unfetched`."""

    stream: Stream
    epoch: int
    after: int
    at_least: int


Action = Open | Write | Close | Renew | Fetch
