"""What the erasure of accounts needs from the outside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from nexync_contracts.ids import PersonId, SessionId
from nexync_contracts.jobs import ErasureJob
from svc_auth.ports import Owner

Notice = Callable[[Owner, datetime | None], ErasureJob]
"""The mail to its owner: when the account will be erased; None for never."""


@dataclass(frozen=True, slots=True)
class ErasureState:
    """What somebody has asked for, and what they can prove themselves with.

    `opened_at` is when the session of the request was opened, None for one that isn't theirs any more.
    """

    erase_at: datetime | None
    password: bool
    passkey: bool
    second_factor: bool
    opened_at: datetime | None


class NotAsked(Enum):
    """Why nothing will be erased."""

    UNKNOWN = "unknown"
    LAST_ADMIN = "last_admin"


@dataclass(frozen=True, slots=True)
class Asked:
    """When it will be, and the sessions that ended for it."""

    erase_at: datetime
    ended: Sequence[SessionId]


class Erasures(Protocol):
    """What people ask for. Each method is one transaction, the outbox row included."""

    async def state(self, person: PersonId, session: SessionId) -> ErasureState | None:
        """None when there is no such account, or no longer."""
        ...

    async def ask(
        self, person: PersonId, at: datetime, notice: Notice, now: datetime, *, but: SessionId
    ) -> Asked | NotAsked:
        """Erase the account then, and end all sessions but one. Who has asked already keeps the first date."""
        ...

    async def keep(self, person: PersonId, notice: Notice) -> bool:
        """Erase nothing; False when nobody had asked, or it is too late."""
        ...


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Somebody whose account is gone; `left` once the other services have done their part."""

    person: PersonId
    left: bool


class Eraser(Protocol):
    """The work on accounts whose time has come. One instance does each step; each is a transaction."""

    async def revive(self, now: datetime, most: int) -> Sequence[PersonId]:
        """Find whom the log calls erased and this database doesn't, and let their time have come."""
        ...

    async def begin(self, now: datetime) -> PersonId | None:
        """Make nobody of one person and their bots; None when nobody's time has come, or another instance is at it."""
        ...

    async def oldest(self, now: datetime) -> datetime | None:
        """When what has waited longest was due, or begun; None when nothing waits."""
        ...

    async def unfinished(self, most: int) -> Sequence[Unfinished]:
        """Those who were begun longest ago."""
        ...

    async def end_sessions(self, person: PersonId, now: datetime) -> Sequence[SessionId]:
        """Those that ended now, or whose access tokens may still be good."""
        ...

    async def finish(self, person: PersonId, now: datetime) -> None:
        """Forget the sessions: nothing is left to do."""
        ...


class Traces(Protocol):
    """What is kept of people outside of the database."""

    async def forget(self, person: PersonId) -> None:
        """When they were here last."""
        ...
