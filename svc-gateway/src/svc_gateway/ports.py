"""What the gateway needs of the outside."""

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from nexync_contracts.attachments import Attachment
from nexync_contracts.ids import AttachmentId, ChatId, PersonId, SessionId, Stream
from nexync_contracts.session import PersonStreams, StreamHead, StreamView


class Happened(NamedTuple):
    """One event as readers get it: the frame's JSON, not yet a WebSocket frame."""

    seq: int
    frame: bytes


class Range(NamedTuple):
    """Events of a stream, dense and ascending, and how far the stream is."""

    epoch: int
    head: int
    events: Sequence[Happened]


class CommandLog(Protocol):
    """A topic of Kafka: `chat-topic`, or `receipt-topic`."""

    def produce(
        self,
        partition: int,
        key: bytes,
        value: bytes,
        on_delivery: Callable[[Exception | None], None],
    ) -> None:
        """Hand over one record; `on_delivery(None)` once it is durable. Raises BackendAwayError when full."""
        ...

    async def flush(self, timeout: float) -> int:
        """Wait at most `timeout` seconds until nothing is in flight; what is left."""
        ...


class Channels(Protocol):
    """Redis Pub/Sub over one connection."""

    async def subscribe(self, streams: Iterable[Stream]) -> None:
        """Subscribe in bulk; done when Redis confirmed all. Raises BackendAwayError (they stay wanted)."""
        ...

    def unsubscribe(self, streams: Iterable[Stream]) -> None:
        """Unsubscribe in bulk."""
        ...


class Windows(Protocol):
    """Redis state: heads, windows, ended sessions. All raise BackendAwayError."""

    async def heads(self, streams: Sequence[Stream]) -> Mapping[Stream, tuple[int, int]]:
        """(epoch, seq) of the streams that Redis knows; others are idle, or Redis lost them."""
        ...

    async def windows(self, wanted: Sequence[tuple[Stream, int, int]]) -> Mapping[Stream, Range]:
        """For each (stream, after, count): about `count` newest events; missing when the window is unknown."""
        ...

    async def ended(self, session: SessionId) -> bool:
        """Whether the session has been ended while an access token of it may still be valid."""
        ...


class Notices(Protocol):
    """Redis Pub/Sub, towards the others."""

    async def publish(self, stream: Stream, payload: bytes) -> None:
        """To every gateway that has the stream; nobody keeps it. Raises BackendAwayError."""
        ...


class Seen(Protocol):
    """Redis: who is here."""

    async def seen(self, people: Sequence[PersonId], unix_seconds: int) -> None:
        """One round trip. Raises BackendAwayError."""
        ...


class Chats(Protocol):
    """svc-chat's internal port. All raise BackendAwayError."""

    async def streams(self, person: PersonId) -> PersonStreams:
        """All streams of a person, former chats with their spans included."""
        ...

    async def member(self, chat: ChatId, person: PersonId, at_least: int) -> StreamView:
        """One chat as the person may see it. Raises NotVisibleError."""
        ...

    async def heads(self, streams: Sequence[Stream]) -> Sequence[StreamHead]:
        """Heads as Postgres and the windows know them."""
        ...

    async def events(self, stream: Stream, after: int, limit: int) -> Range:
        """What follows `after`, from Postgres and the window."""
        ...

    async def attachments(
        self, person: PersonId, files: Sequence[AttachmentId]
    ) -> Sequence[Attachment]:
        """Those of these uploads that are the person's and ready; kept for a message from now on."""
        ...


class Sessions(Protocol):
    """svc-auth's internal port."""

    async def alive(self, sessions: Sequence[SessionId]) -> frozenset[SessionId]:
        """Those that are still alive. Raises BackendAwayError."""
        ...


class Identity(NamedTuple):
    """Whom a good access token names."""

    person: PersonId
    session: SessionId


class Tokens(Protocol):
    """Checks access tokens."""

    async def identify(self, token: str) -> Identity:
        """Whom the token names.

        Raises UnauthenticatedError, SetupFirstError, or BackendAwayError when keys can't be had.
        """
        ...


class SendMany(Protocol):
    """Offers the same bytes to many sockets at once, without waiting."""

    def __call__(self, descriptors: Sequence[int], data: bytes) -> Sequence[int] | None:
        """None when each took all of it; else how many bytes each took, 0 for a negative or failing one."""
        ...


class Spawn(Protocol):
    """Starts a named task inside the service's TaskGroup."""

    def __call__(self, work: Coroutine[Any, Any, None], name: str) -> None: ...


class Sleep(Protocol):
    """Waits; tests pass their own time."""

    async def __call__(self, seconds: float, /) -> None: ...


class Clock(NamedTuple):
    """Monotonic seconds, and the server's Unix time in milliseconds."""

    monotonic: Callable[[], float]
    unix_ms: Callable[[], int]
