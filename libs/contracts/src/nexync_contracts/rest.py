"""Bodies of the REST API. Requests are exact; answers may gain fields."""

from typing import Annotated

from pydantic import Field, StringConstraints

from nexync_contracts import limits
from nexync_contracts.events import ChatKind, EventRecord, History, Role
from nexync_contracts.factor_rest import FactorCode
from nexync_contracts.ids import (
    AttachmentIdField,
    ChatIdField,
    ChatName,
    Code,
    Email,
    Password,
    PersonIdField,
    SessionIdField,
    Tagline,
    Username,
)
from nexync_contracts.instance_rest import InvitationToken
from nexync_contracts.message_rest import MessageState, Quote
from nexync_contracts.model import Exact, Tolerant
from nexync_contracts.own_rest import OwnChatView
from nexync_contracts.retention import Retention
from nexync_contracts.session import Span


class RegisterBody(Exact):
    """`invitation` is the part of an invitation's link behind `#`."""

    email: Email
    username: Username
    password: Password
    invitation: InvitationToken | None = None


class VerifyBody(Exact):
    email: Email
    code: Code


class ResendBody(Exact):
    email: Email


class ForgotBody(Exact):
    email: Email


class ResetBody(Exact):
    """`token` is the part of the mailed link behind `#`."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=limits.RESET_TOKEN_CHARS)]
    password: Password


class ChangePasswordBody(Exact):
    """`current` proves that it is the owner who sits at an open page, and a code where a second factor is on.

    No code is needed soon after a proof or log-in in this session.
    """

    current: Password
    password: Password
    code: FactorCode | None = None


class LoginBody(Exact):
    """`login` is the e-mail address or the username."""

    login: Annotated[str, StringConstraints(min_length=3, max_length=limits.EMAIL_CHARS)]
    password: Password


class Accepted(Tolerant):
    """The same answer whether the address is known or not."""

    status: Annotated[str, StringConstraints(max_length=32)] = "accepted"


class SessionView(Tolerant):
    """Who is logged in; the tokens are in HttpOnly cookies. `expires_at` (Unix ms) is the access token's end.

    With `setup` a second factor must be set up first, and then the session be refreshed; nothing else may be done.
    """

    person: PersonIdField
    username: Username
    session: SessionIdField
    expires_at: int
    setup: bool = False


class SessionItem(Tolerant):
    """A login of one's own. `device` is in words, such as "Firefox on Linux"; times are Unix milliseconds."""

    session: SessionIdField
    device: Annotated[str, StringConstraints(max_length=80)]
    created_at: int
    seen_at: int
    current: bool


class SessionsPage(Tolerant):
    """The sessions that go on, the one last seen first; a login ends the oldest beyond the limit."""

    sessions: Annotated[tuple[SessionItem, ...], Field(max_length=limits.SESSIONS)]


class PersonView(Tolerant):
    """A person as others see them. `relation` is the viewer's: self, none, asked, asking, connected or blocked.

    `mutual` counts the people whom both are connected with; it is told with suggestions and profiles only.
    `askable` is False where the person takes no request of the viewer. A `bot` accepts at once.
    `picture` is None where there is none. `deleted` is somebody whose account was erased: there is no more to see.
    """

    person: PersonIdField
    username: Username
    name: str
    relation: Annotated[str, StringConstraints(max_length=16)] = "none"
    mutual: Annotated[int, Field(ge=0)] = 0
    askable: bool = True
    bot: bool = False
    picture: AttachmentIdField | None = None
    deleted: bool = False


class PresenceView(Tolerant):
    """Whether somebody has a page open anywhere, and when they had one last (Unix ms, to the minute).

    Told to oneself and to who is connected, unless one of the two tells nobody. To others, and when it is not
    known, both say nothing.
    """

    person: PersonIdField
    online: bool = False
    seen_at: Annotated[int, Field(ge=0)] | None = None


class PeoplePage(Tolerant):
    people: Annotated[tuple[PersonView, ...], Field(max_length=limits.PAGE_MAX)]
    next: str | None = None


class AskBody(Exact):
    person: PersonIdField


class CreateChatBody(Exact):
    """`members` without oneself: exactly one for a private chat. A group has a name."""

    kind: ChatKind
    name: ChatName | None = None
    members: Annotated[tuple[PersonIdField, ...], Field(max_length=limits.CREATE_MEMBERS)]


class RenameChatBody(Exact):
    name: ChatName


class AddMemberBody(Exact):
    person: PersonIdField


class MemberView(Tolerant):
    person: PersonIdField
    username: Username
    name: str
    role: Role
    bot: bool = False
    picture: AttachmentIdField | None = None
    deleted: bool = False


class ChatView(Tolerant):
    """A chat as one person sees it.

    `head` is the last seq this person may see, `n` the messages so far, `unread` the messages after the read
    mark; `read_seq` and `delivered_seq` are the person's own marks. `last` is the newest visible event. `role` is
    None for a former member. `members` holds the first 20 people; `member_count` counts all. What a group settles
    about itself is told to its members only. `own` is what the person keeps about it, None for nothing. `mentioned`
    counts the unread messages that name the person, in a chat that they muted. `retention` is what the group settled,
    None for as the workspace does; the shorter of the two holds. What came before `first_seq` is gone by it.
    """

    chat: ChatIdField
    kind: ChatKind
    name: str | None
    partner: PersonView | None = None
    epoch: Annotated[int, Field(ge=1)]
    head: Annotated[int, Field(ge=0)]
    n: Annotated[int, Field(ge=0)]
    unread: Annotated[int, Field(ge=0)]
    read_seq: Annotated[int, Field(ge=0)]
    role: Role | None
    spans: tuple[Span, ...]
    members: tuple[MemberView, ...]
    member_count: Annotated[int, Field(ge=0)]
    last: EventRecord | None = None
    tagline: Tagline = ""
    history: History = History.FROM_JOIN
    dismissed: bool = False
    own: OwnChatView | None = None
    mentioned: Annotated[int, Field(ge=0)] = 0
    retention: Retention | None = None
    workspace_retention: Retention = Retention.FOREVER
    first_seq: Annotated[int, Field(ge=1)] = 1
    picture: AttachmentIdField | None = None
    delivered_seq: Annotated[int, Field(ge=0)] = 0


class ChatsPage(Tolerant):
    chats: tuple[ChatView, ...]
    next: str | None = None


class CommandDone(Tolerant):
    """The outcome of a change to a chat: its event's `seq`. `created` is False when it was so already."""

    chat: ChatIdField
    seq: Annotated[int, Field(ge=1)]
    created: bool = True


class SkipRange(Tolerant):
    """Events that are not for this reader; inclusive."""

    from_seq: Annotated[int, Field(ge=1)]
    to_seq: Annotated[int, Field(ge=1)]


class TimelinePage(Tolerant):
    """Messages and state lines as they are now, oldest first; later events fold on top of `as_of`.

    `before` and `after` page on: pass them as the query parameter of the same name; None at that end. `states`
    tells of the messages among `items` that were edited, deleted or reacted to, `quotes` of those that they answer.
    What came before `first_seq` is gone by the chat's retention, all from before `kept_from` (Unix ms); None: nothing.
    """

    chat: ChatIdField
    epoch: Annotated[int, Field(ge=1)]
    as_of: Annotated[int, Field(ge=0)]
    items: Annotated[tuple[EventRecord, ...], Field(max_length=limits.PAGE_MAX)]
    states: Annotated[tuple[MessageState, ...], Field(max_length=limits.PAGE_MAX)] = ()
    quotes: Annotated[tuple[Quote, ...], Field(max_length=limits.PAGE_MAX)] = ()
    before: Annotated[int | None, Field(ge=1)] = None
    after: Annotated[int | None, Field(ge=0)] = None
    first_seq: Annotated[int, Field(ge=1)] = 1
    kept_from: Annotated[int | None, Field(ge=0)] = None


class Pin(Tolerant):
    """The message `target` was pinned by the event `seq`, by `by`, at `at` (Unix ms)."""

    target: Annotated[int, Field(ge=1)]
    seq: Annotated[int, Field(ge=1)]
    by: PersonIdField
    at: Annotated[int, Field(ge=0)]


class PinsView(Tolerant):
    """The pinned messages of a chat that the reader may see, the newest pin first; `items` are the messages as now."""

    chat: ChatIdField
    as_of: Annotated[int, Field(ge=0)]
    pins: Annotated[tuple[Pin, ...], Field(max_length=limits.PINNED_MESSAGES)]
    items: Annotated[tuple[EventRecord, ...], Field(max_length=limits.PINNED_MESSAGES)]


class EventsPage(Tolerant):
    """The raw range (`after`, `to`] of a stream: events and skips together close the numbers."""

    chat: ChatIdField
    epoch: Annotated[int, Field(ge=1)]
    after: Annotated[int, Field(ge=0)]
    to: Annotated[int, Field(ge=0)]
    head: Annotated[int, Field(ge=0)]
    events: Annotated[tuple[EventRecord, ...], Field(max_length=limits.PAGE_MAX)]
    skips: Annotated[tuple[SkipRange, ...], Field(max_length=limits.PAGE_MAX)]


class ReadMarkBody(Exact):
    """Everything up to and with `seq` is read; a smaller one than before changes nothing."""

    seq: Annotated[int, Field(ge=0)]


class ReadMarkView(Tolerant):
    chat: ChatIdField
    seq: Annotated[int, Field(ge=0)]
    unread: Annotated[int, Field(ge=0)]


class Jwk(Tolerant):
    """RFC 8037 key: OKP, Ed25519."""

    kty: str
    crv: str
    x: str
    kid: str
    alg: str
    use: str


class Jwks(Tolerant):
    keys: Annotated[tuple[Jwk, ...], Field(max_length=16)]
