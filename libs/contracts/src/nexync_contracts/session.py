"""The claims of an access token, and what services tell each other about sessions."""

from typing import Annotated, Literal

from pydantic import Field

from nexync_contracts.events import ChatKind, EventRecord, Role
from nexync_contracts.ids import ChatIdField, PersonIdField, SessionIdField, StreamField, Username
from nexync_contracts.model import Tolerant


class AccessClaims(Tolerant):
    """Claims of the access token (EdDSA JWT): `sub` is the person, `sid` the session, times in Unix seconds."""

    iss: str
    aud: str
    sub: PersonIdField
    sid: SessionIdField
    username: Username
    iat: int
    exp: int
    bot: bool = False
    """Whether it is a bot's, of whose token these claims were made; a bot may do only what `Endpoint.bots` says."""
    setup: bool = False
    """Whether a second factor must be set up first: until then only what `Endpoint.setup` says may be done."""


class SessionEnded(Tolerant):
    """Control on a person's channel: close this session's sockets now."""

    control: Literal["session.ended"] = "session.ended"
    session: SessionIdField


class AdminCheck(Tolerant):
    """Internal, svc-auth `POST /internal/admins/check`: a `RoleView` says whether somebody is an administrator."""

    person: PersonIdField


class SessionCheck(Tolerant):
    """Internal, svc-auth `POST /internal/sessions/check`: which of these are alive."""

    sessions: Annotated[tuple[SessionIdField, ...], Field(max_length=1000)]


class SessionsAlive(Tolerant):
    alive: tuple[SessionIdField, ...]


class Span(Tolerant):
    """A range of seq that a person may see; `until_seq` None while a member. Inclusive on both sides."""

    from_seq: Annotated[int, Field(ge=1)]
    until_seq: Annotated[int | None, Field(ge=1)] = None


class StreamView(Tolerant):
    """One chat as one person may see it, from svc-chat's internal port: where it lives and how far it is."""

    chat: ChatIdField
    kind: ChatKind
    partition: Annotated[int, Field(ge=0)]
    epoch: Annotated[int, Field(ge=1)]
    head: Annotated[int, Field(ge=0)]
    role: Role | None
    """None for a former member."""
    spans: Annotated[tuple[Span, ...], Field(max_length=1000)]


class PersonStreams(Tolerant):
    """Internal, svc-chat `GET /internal/people/{person}/streams?at_least=<person head>`."""

    person: PersonIdField
    partition: Annotated[int, Field(ge=0)]
    epoch: Annotated[int, Field(ge=1)]
    head: Annotated[int, Field(ge=0)]
    chats: tuple[StreamView, ...]


class StreamHead(Tolerant):
    stream: StreamField
    epoch: Annotated[int, Field(ge=1)]
    seq: Annotated[int, Field(ge=0)]


class HeadsAsk(Tolerant):
    """Internal, svc-chat `POST /internal/heads`: heads as Postgres and the window know them."""

    streams: Annotated[tuple[StreamField, ...], Field(max_length=2000)]


class Heads(Tolerant):
    heads: tuple[StreamHead, ...]


class StreamEvents(Tolerant):
    """Internal, svc-chat `GET /internal/streams/{stream}/events?after=&limit=`: what follows `after`, dense.

    Postgres and the window merged by seq. `head` is the stream's last seq, so a reader sees whether more
    follows.
    """

    stream: StreamField
    epoch: Annotated[int, Field(ge=1)]
    head: Annotated[int, Field(ge=0)]
    events: Annotated[tuple[EventRecord, ...], Field(max_length=500)]
