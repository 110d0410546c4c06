"""What the change of an address needs from the outside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from nexync_contracts.ids import PersonId, SessionId
from nexync_contracts.jobs import EmailChangedJob, EmailCodeJob
from svc_auth.ports import CodeRefused, Owner


@dataclass(frozen=True, slots=True)
class Pending:
    """A new address that waits for its code until `expires_at`."""

    email: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OwnEmail:
    """The address, and the one that the session asked for."""

    email: str
    pending: Pending | None


@dataclass(frozen=True, slots=True)
class NewEmail:
    """A change that was asked for: what is stored of it."""

    person: PersonId
    session: SessionId
    email: str
    code_hash: str
    expires_at: datetime


class Emails(Protocol):
    """Addresses that change. Each method is one transaction, the outbox row included."""

    async def own(self, person: PersonId, session: SessionId, now: datetime) -> OwnEmail | None:
        """None when there is nobody verified of this id."""
        ...

    async def ask(self, new: NewEmail, job: EmailCodeJob) -> bool:
        """Keep it in place of an earlier one; False, and nothing is mailed, when the address is somebody's."""
        ...

    async def spend_code(
        self,
        person: PersonId,
        session: SessionId,
        matches: Callable[[str], bool],
        notice: Callable[[Owner], EmailChangedJob],
        now: datetime,
    ) -> Sequence[SessionId] | CodeRefused:
        """Change when the code matches, telling the owner as he was; count the try when not.

        The sessions that ended, which are all others.
        """
        ...
