"""What running an instance needs from the outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from nexync_contracts.admin_rest import AdminAction, AdminRole
from nexync_contracts.ids import PersonId, SessionId
from nexync_contracts.jobs import SecondFactorJob
from svc_auth.erasure_ports import Notice as ErasureNotice
from svc_auth.ports import Owner

Ended = Sequence[tuple[PersonId, SessionId]]
"""Sessions that ended, of a person and of their bots."""


@dataclass(frozen=True, slots=True)
class Actor:
    """An administrator at work; `address` is the network address of the request."""

    person: PersonId
    username: str
    address: str


@dataclass(frozen=True, slots=True)
class Managed:
    """Somebody as administrators see them. `owner` is a username."""

    person: PersonId
    username: str
    name: str
    email: str
    role: AdminRole
    verified: bool
    bot: bool
    owner: str | None
    second_factor: bool
    passkeys: int
    sessions: int
    made_at: datetime
    seen_at: datetime | None
    deactivated_at: datetime | None
    erase_at: datetime | None


@dataclass(frozen=True, slots=True)
class Audited:
    """An entry of the audit log."""

    number: int
    at: datetime
    by: str
    action: AdminAction
    subject: str
    address: str


class NotDone(Enum):
    """Why an administrator's action did nothing."""

    NOT_ADMIN = "not_admin"
    UNKNOWN = "unknown"
    ONESELF = "oneself"
    LAST_ADMIN = "last_admin"
    BY_SETTINGS = "by_settings"
    NO_PERSON = "no_person"
    """A bot, or somebody who never proved the address."""


@dataclass(frozen=True, slots=True)
class Done:
    """The person as they are now, and the sessions that ended."""

    managed: Managed
    ended: Ended = ()


class Notice(Protocol):
    """Makes the mail to its owner."""

    def __call__(self, owner: Owner) -> SecondFactorJob: ...


class Administration(Protocol):
    """People under an administrator's hand. Each change is one transaction with its entry in the audit log.

    Changes come one after another, and whether the actor is an administrator is judged in the change itself.
    """

    async def is_admin(self, person: PersonId) -> bool:
        """Verified, not locked, and an administrator by another one's hand or by the settings."""
        ...

    async def people(self, text: str, past: str, most: int) -> Sequence[Managed]:
        """By username, those after `past`; an empty text finds all."""
        ...

    async def deactivate(self, actor: Actor, person: PersonId, now: datetime) -> Done | NotDone:
        """Lock the account, end its sessions, and take its bots' tokens. Repeated, it announces them once more."""
        ...

    async def reactivate(self, actor: Actor, person: PersonId, now: datetime) -> Done | NotDone:
        """Unlock the account."""
        ...

    async def erase(
        self,
        actor: Actor | None,
        person: PersonId,
        at: datetime,
        notice: ErasureNotice | None,
        now: datetime,
    ) -> Done | NotDone:
        """Have the account erased then, end its sessions, and tell the owner.

        None as the actor is a command, and as the notice tells nobody.
        """
        ...

    async def keep(
        self, actor: Actor, person: PersonId, notice: ErasureNotice, now: datetime
    ) -> Done | NotDone:
        """Keep an account that was to be erased, and tell the owner."""
        ...

    async def reset_factors(
        self, actor: Actor, person: PersonId, notice: Notice, now: datetime
    ) -> Done | NotDone:
        """Remove second factor and passkeys, end the sessions, and tell the owner."""
        ...

    async def set_role(
        self, actor: Actor, person: PersonId, now: datetime, *, admin: bool
    ) -> Done | NotDone:
        """Give the role, or take it."""
        ...

    async def log(self, before: int | None, most: int, now: datetime) -> Sequence[Audited]:
        """The newest entries first, those below a number."""
        ...
