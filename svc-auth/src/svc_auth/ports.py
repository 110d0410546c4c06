"""What the use cases need from the outside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, IntEnum
from typing import Final, Protocol

from nexync_contracts import limits
from nexync_contracts.ids import InviteId, PersonId, SessionId
from nexync_contracts.jobs import (
    AccountExistsJob,
    PasswordChangedJob,
    ResetPasswordJob,
    VerificationCodeJob,
    WelcomeJob,
)
from svc_auth.links import ResetToken

ENDED_SECONDS: Final = limits.ACCESS_TOKEN_SECONDS + 60
"""An access token of an ended session is refused for as long as it could live, and a minute for skewed clocks."""


@dataclass(frozen=True, slots=True)
class OneTime:
    """A mailed password that is not changed yet."""

    password_hash: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """A person as login needs him. `password_hash` is empty for who has no password of their own."""

    person: PersonId
    username: str
    password_hash: str
    verified: bool
    second_factor: bool = False
    one_time: OneTime | None = None


class Door(Enum):
    """How an address without an account comes in."""

    OPEN = "open"
    INVITATION = "invitation"
    SHUT = "shut"


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody who asks for an account."""

    person: PersonId
    email: str
    username: str
    password_hash: str
    invitation: InviteId | None = None


@dataclass(frozen=True, slots=True)
class SentCode:
    """A code on its way: what is stored of it, and the job that mails it.

    For an address that has an account the mail says so, and nobody ever learns the code.
    """

    code_hash: str
    sent_at: datetime
    expires_at: datetime
    job: VerificationCodeJob | AccountExistsJob


MakeCode = Callable[[PersonId, str, bool], SentCode]
"""A code for a person with this username; the last says whether the person has an account already."""


class Registered(Enum):
    """What became of a registration."""

    CODE_SENT = "code_sent"
    ALREADY_VERIFIED = "already_verified"
    USERNAME_TAKEN = "username_taken"


class CodeRefused(Enum):
    """Why a code is not good."""

    WRONG = "wrong"
    SPENT = "spent"


class NotAdmitted(Enum):
    """Why a right code makes no account."""

    NOT_ADMITTED = "not_admitted"
    """The code is right, but the door was shut since it was sent."""
    INVITATION_OVER = "invitation_over"
    """The code is right, but others used the invitation up, or it was revoked."""


class Accounts(Protocol):
    """People and their codes. Each method is one transaction, the outbox row included."""

    async def register(self, new: NewPerson, make_code: MakeCode, now: datetime) -> Registered:
        """Add the person or replace an unverified one of the same address, and send a code.

        For an address that has an account just as much is written and sent, and the account stays as it is.
        """
        ...

    async def resend(self, email: str, make_code: MakeCode) -> bool:
        """Send another code; False when nobody has signed up with this address."""
        ...

    async def spend_code(
        self,
        email: str,
        matches: Callable[[PersonId, str], bool],
        welcome: Callable[[str], WelcomeJob],
        now: datetime,
        door: Door,
    ) -> Account | CodeRefused | NotAdmitted:
        """Verify and greet the person (by the username) when the code matches; count the try when not.

        Where the door asks for an invitation, the one that the person registered with is spent.
        """
        ...

    async def find(self, login: str) -> Account | None:
        """The account of an address or a username."""
        ...

    async def set_password_hash(self, person: PersonId, password_hash: str) -> None:
        """Replace a hash made with old parameters."""
        ...


@dataclass(frozen=True, slots=True)
class Listed:
    """A session that goes on, for its owner's eyes."""

    session: SessionId
    user_agent: str
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A session that goes on."""

    session: SessionId
    person: PersonId
    username: str
    standing: "Standing"


class Standing(IntEnum):
    """How a session was opened; kept with it."""

    SETTING_UP = 0
    """By one factor where two are asked for: good for nothing but setting up the second."""
    ONE_FACTOR = 1
    TWO_FACTORS = 2


class RefreshRefused(Enum):
    """Why a refresh token is not good."""

    UNKNOWN = "unknown"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Reused:
    """A used token came again, long after: somebody has a copy, so the session has been ended."""

    session: SessionId
    person: PersonId


@dataclass(frozen=True, slots=True)
class Outlived:
    """The session has lasted as long as any may, so it has been ended."""

    session: SessionId
    person: PersonId


class Sessions(Protocol):
    """Sessions and refresh tokens; tokens are known by their SHA-256 only."""

    async def open(
        self,
        session: SessionId,
        person: PersonId,
        token_hash: bytes,
        *,
        user_agent: str,
        now: datetime,
        expires_at: datetime,
        standing: Standing,
    ) -> Sequence[SessionId] | None:
        """A new session with its first token; those that had to end for it. None: the account is locked."""
        ...

    async def rotate(
        self,
        used_hash: bytes,
        new_hash: bytes,
        *,
        now: datetime,
        grace_seconds: float,
        expires_at: datetime,
        longest: timedelta,
    ) -> Refreshed | RefreshRefused | Reused | Outlived:
        """Change a token for a new one, which ends with the session if that is before `expires_at`."""
        ...

    async def session_of(self, token_hash: bytes) -> tuple[SessionId, PersonId] | None:
        """The session that a token, used or not, belongs to."""
        ...

    async def stand(self, session: SessionId, standing: Standing) -> None:
        """Keep another standing of a session."""
        ...

    async def end(self, session: SessionId, now: datetime) -> None:
        """End it; nothing happens when it has ended already."""
        ...

    async def listed(self, person: PersonId, now: datetime) -> Sequence[Listed]:
        """The person's sessions that go on, the one last seen first."""
        ...

    async def end_one(self, person: PersonId, session: SessionId, now: datetime) -> bool:
        """End a session of this person; False when the person has no such session, ended or not."""
        ...

    async def end_all(
        self, person: PersonId, now: datetime, *, but: SessionId | None
    ) -> Sequence[SessionId]:
        """End the person's sessions, but one; those that ended now or whose access tokens may still be good."""
        ...

    async def alive(self, sessions: Sequence[SessionId], now: datetime) -> tuple[SessionId, ...]:
        """Those that have not ended."""
        ...


@dataclass(frozen=True, slots=True)
class Owner:
    """A verified person whose password is to be replaced. `password_hash` is empty for who has none of their own."""

    person: PersonId
    email: str
    username: str
    password_hash: str
    one_time: OneTime | None = None


@dataclass(frozen=True, slots=True)
class SentLink:
    """A link on its way: what is stored of it, and the job that mails it."""

    token: ResetToken
    job: ResetPasswordJob


class Replacements(Protocol):
    """Passwords that are replaced. Each method is one transaction, the outbox row included."""

    async def ask(self, email: str, make_link: Callable[[Owner], SentLink]) -> bool:
        """Send a link in place of an older one; False when nobody verified has this address."""
        ...

    async def owner(self, person: PersonId) -> Owner | None:
        """Somebody verified."""
        ...

    async def spend(
        self,
        token: ResetToken,
        password_hash: str,
        notice: PasswordChangedJob | None,
        now: datetime,
    ) -> Sequence[SessionId] | None:
        """Replace the password by the person's newest link; the sessions that ended. None: it isn't that link.

        Without a `notice` there is nobody whose link it could be; it is looked for all the same.
        """
        ...

    async def change(
        self,
        person: PersonId,
        password_hash: str,
        notice: PasswordChangedJob,
        now: datetime,
        *,
        but: SessionId | None,
    ) -> Sequence[SessionId]:
        """Replace the password; the sessions that ended, all but one."""
        ...


class Announcer(Protocol):
    """Tells the gateways and the REST services."""

    async def reachable(self) -> None:
        """Raises what `sessions_ended` would raise now."""
        ...

    async def sessions_ended(self, person: PersonId, sessions: Sequence[SessionId]) -> None:
        """Close the sessions' sockets and refuse their access tokens."""
        ...


class Proofs(Protocol):
    """Remembers which attempt spent a code, for as long as the code would have lived."""

    async def remember(self, email: str, code: str, key: str) -> None:
        """This attempt proved the address."""
        ...

    async def recall(self, email: str, code: str, key: str) -> bool:
        """Whether it was this very attempt that proved the address."""
        ...


class RecentProofs(Protocol):
    """Remembers for PROOF_SECONDS that the owner proved to sit at a session."""

    async def remember(self, session: SessionId) -> None:
        """Now, by all factors that one has; a log-in is such a proof."""
        ...

    async def recall(self, session: SessionId) -> bool:
        """Whether it is not longer ago."""
        ...


class Limits(Protocol):
    """Counters with a window, shared by all instances."""

    async def hit(self, what: str, subject: str, *, most: int, seconds: int) -> float | None:
        """Count one; None while at most `most` in the window, else the seconds until it ends."""
        ...

    async def slow(self, how: "Slow", subject: str) -> float | None:
        """Count an attempt; None when it may be made now, else the seconds until one may (then not counted)."""
        ...

    async def clear(self, what: str, subject: str) -> None:
        """Forget the count and the wait."""
        ...

    async def learn(self, account: str, network: str) -> None:
        """The account was logged in to from this network; remembered for some weeks."""
        ...

    async def knows(self, account: str, network: str) -> bool:
        """Whether it was."""
        ...


class Slow(Protocol):
    """How attempts are slowed down: see `throttling.Slowdown`."""

    @property
    def what(self) -> str: ...
    @property
    def free(self) -> int: ...
    @property
    def first(self) -> float: ...
    @property
    def most(self) -> float: ...
    @property
    def forget(self) -> int: ...
