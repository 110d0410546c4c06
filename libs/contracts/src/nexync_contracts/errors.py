"""Codes of rejections, of problems over REST and of closed sockets; the shape of a validation error."""

from enum import IntEnum, StrEnum
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints, ValidationError

from nexync_contracts.model import Tolerant


class RejectCode(StrEnum):
    """Why a command became no event. The outcome of an id never changes."""

    NOT_A_MEMBER = "not_a_member"
    ALREADY_A_MEMBER = "already_a_member"
    NOT_ALLOWED = "not_allowed"
    NO_SUCH_CHAT = "no_such_chat"
    CHAT_EXISTS = "chat_exists"
    CHAT_FULL = "chat_full"
    DISMISSED = "dismissed"
    LAST_ADMIN = "last_admin"
    ALREADY_SO = "already_so"
    INVITES_FULL = "invites_full"
    HOOKS_FULL = "hooks_full"
    INVITE_OVER = "invite_over"
    """The link is unknown, revoked, expired or used up: which of them is nobody's business."""
    ID_IN_FUTURE = "id_in_future"
    ID_EXPIRED = "id_expired"
    """The id is older than what is remembered for certain; the same under a new id is welcome."""
    ID_REUSED = "id_reused"
    PINS_FULL = "pins_full"
    NO_SUCH_MESSAGE = "no_such_message"
    NO_SUCH_ATTACHMENT = "no_such_attachment"
    """An attachment isn't the sender's, isn't ready, or was removed because no message carried it."""
    INVALID = "invalid"


class ProblemCode(StrEnum):
    """The `code` of a problem over REST, stable for clients; the words in `title` and `detail` are not."""

    VALIDATION = "validation"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    BAD_CURSOR = "bad_cursor"
    """The cursor isn't one of ours, or belongs to another person or another list: begin at the first page."""
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    TOO_FAST = "too_fast"
    """The budget of requests is used up; it comes back within seconds."""
    NOT_YET = "not_yet"
    UNAVAILABLE = "unavailable"
    REJECTED = "rejected"
    WRONG_CREDENTIALS = "wrong_credentials"
    WRONG_CODE = "wrong_code"
    CODE_SPENT = "code_spent"
    LINK_SPENT = "link_spent"
    WRONG_PASSWORD = "wrong_password"
    NOT_VERIFIED = "not_verified"
    SECOND_FACTOR = "second_factor"
    """The password was right, and a code must follow; a page that doesn't know this asks for a reload."""
    SECOND_FACTOR_NEEDED = "second_factor_needed"
    """The operator asks for a second factor: set one up, nothing else may be done before."""
    PASSKEY_NEEDED = "passkey_needed"
    """The operator asks for a second factor, and the account's only one is a passkey: log in with that."""
    FACTOR_STAYS = "factor_stays"
    """The operator asks for a second factor, and this is the last one: set up another one first."""
    PROOF_NEEDED = "proof_needed"
    """Nothing proves who sits here, and the last proof in this session was too long ago."""
    LOGIN_OVER = "login_over"
    """The password was too long ago, or its codes are used up: begin again."""
    FACTOR_UNAVAILABLE = "factor_unavailable"
    PASSKEY_REFUSED = "passkey_refused"
    """Unknown, another site's, or what it says is not signed as it should be."""
    PASSKEY_UNAVAILABLE = "passkey_unavailable"
    PROVIDER_AWAY = "provider_away"
    """The provider doesn't answer, or not as it should."""
    PROVIDER_REFUSED = "provider_refused"
    """The provider said no, or what it says can't be trusted."""
    PROVIDER_CANCELLED = "provider_cancelled"
    """The person said no at the provider."""
    ADDRESS_NOT_VERIFIED = "address_not_verified"
    """The provider knows no verified address of the person."""
    LINK_NEEDED = "link_needed"
    """There is an account with this address that only its owner may link: log in, then link."""
    LINKED_ELSEWHERE = "linked_elsewhere"
    """The identity belongs to another account, or the account has another identity there."""
    LAST_WAY_IN = "last_way_in"
    """Without this identity nobody could log in to the account any more."""
    PASSWORD_CHANGE_NEEDED = "password_change_needed"
    """The mailed password was right, and must be changed; a page that doesn't know this asks for a reload."""
    USERNAME_TAKEN = "username_taken"
    REGISTRATION_CLOSED = "registration_closed"
    """No account may be made here by this address without an invitation, or by nobody at all."""
    INVITATION_OVER = "invitation_over"
    """The invitation is unknown, revoked, expired or used up: which of them is nobody's business."""
    FRESH_LOGIN_NEEDED = "fresh_login_needed"
    """There is no password or passkey to prove oneself with, and the log-in was too long ago: log in again."""
    DEACTIVATED = "deactivated"
    """An administrator locked the account; told only to who could log in otherwise."""
    FOREIGN_ORIGIN = "foreign_origin"
    NOT_CONNECTED = "not_connected"
    FILE_REFUSED = "file_refused"
    """The file says that it is an image, and can't be read as one, or is none where one is needed."""
    QUOTA_FULL = "quota_full"
    """The person's files would take more room than one may have."""
    INTERNAL = "internal"


class CloseCode(IntEnum):
    """Close codes of the WebSocket. Below 4500 the client comes back, from 4500 on it does not."""

    GOING_AWAY = 1001
    UNSUPPORTED = 1003
    INVALID_TEXT = 1007
    TOO_BIG = 1009
    RESTART = 1012
    SLOW_READER = 4408
    UNAUTHENTICATED = 4401
    """The token is missing, expired or foreign: refresh it, then come back."""
    RESUME_TIMEOUT = 4410
    """No `resume` within ten seconds of the handshake."""
    LOST_BACKEND = 4420
    SESSION_ENDED = 4501
    """Logged out: do not come back with this session."""
    SETUP_FIRST = 4503
    """A second factor must be set up before anything else: over REST, then with a new session token."""
    BAD_FRAMES = 4502
    """More than ten bad frames on one socket."""


TERMINAL_CLOSE_FROM: Final = 4500


class Issue(Tolerant):
    """One thing wrong with the input, in the manner of Zod: where, what kind, in words."""

    path: Annotated[tuple[str | int, ...], Field(max_length=32)]
    code: Annotated[str, StringConstraints(max_length=64)]
    message: Annotated[str, StringConstraints(max_length=500)]


class Problem(Tolerant):
    """An error over REST: RFC 9457 `application/problem+json`, with a stable `code` beside the words."""

    type: str = "about:blank"
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str | None = None
    instance: str | None = None
    code: ProblemCode
    reject: RejectCode | None = None
    issues: Annotated[tuple[Issue, ...], Field(max_length=50)] = ()
    retry_after: Annotated[float | None, Field(ge=0)] = None
    """Seconds; the same as the `Retry-After` header."""


def issues_of(error: ValidationError, prefix: tuple[str | int, ...] = ()) -> tuple[Issue, ...]:
    """The first 20 issues of a pydantic error, without echoing the input (it may be a password)."""
    found: list[Issue] = []
    details: list[Any] = error.errors(include_url=False, include_context=False, include_input=False)
    for detail in details[:20]:
        path = prefix + tuple(detail["loc"])
        found.append(
            Issue(path=path[:32], code=str(detail["type"])[:64], message=str(detail["msg"])[:500])
        )
    return tuple(found)
