"""What the use cases of the second factor need from the outside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from nexync_contracts.ids import PersonId, SessionId
from nexync_contracts.jobs import SecondFactorJob
from svc_auth.ports import Owner


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor that is on. `secret` is sealed, `last_step` the newest step whose code was accepted."""

    secret: bytes
    last_step: int
    recovery_salt: bytes
    since: datetime
    recovery_left: int


@dataclass(frozen=True, slots=True)
class RecoverySet:
    """What is stored of a set of recovery codes."""

    salt: bytes
    hashes: Sequence[bytes]


class Factors(Protocol):
    """Second factors. Each method is one transaction, the outbox row included."""

    async def factor(self, person: PersonId) -> Factor | None:
        """The factor, if one is on."""
        ...

    async def enrol(
        self, person: PersonId, session: SessionId, secret: bytes, expires_at: datetime
    ) -> bool:
        """Keep a sealed secret until its first code, in place of an earlier one; False when a factor is on."""
        ...

    async def enrolment(self, person: PersonId, session: SessionId, now: datetime) -> bytes | None:
        """The sealed secret that this session enrolled and that still waits."""
        ...

    async def turn_on(
        self,
        person: PersonId,
        session: SessionId,
        factor: Factor,
        codes: RecoverySet,
        notice: SecondFactorJob,
    ) -> Sequence[SessionId] | None:
        """Make the enrolment with this secret the factor and end all other sessions; those that ended.

        None when it isn't the session's enrolment any more.
        """
        ...

    async def accept(self, person: PersonId, step: int) -> bool:
        """Take a step's code; False when this step or a later one was taken before."""
        ...

    async def spend_recovery_code(
        self, person: PersonId, code_hash: bytes, notice: Callable[[int], SecondFactorJob]
    ) -> bool:
        """Use a recovery code up, telling how many are left; False when there is no such code."""
        ...

    async def renew_recovery_codes(
        self,
        person: PersonId,
        session: SessionId,
        codes: RecoverySet,
        notice: SecondFactorJob,
        now: datetime,
    ) -> Sequence[SessionId] | None:
        """Replace all recovery codes and end all other sessions; those that ended. None: no factor is on."""
        ...

    async def turn_off(
        self, person: PersonId, session: SessionId, notice: SecondFactorJob, now: datetime
    ) -> Sequence[SessionId] | None:
        """Forget factor and codes and end all other sessions; those that ended. None: no factor is on."""
        ...


class Owners(Protocol):
    """Verified people, with what is needed to tell them something."""

    async def owner(self, person: PersonId) -> Owner | None:
        """Somebody verified."""
        ...


@dataclass(frozen=True, slots=True)
class Challenge:
    """A log-in whose password was right. `proof` belongs to that password; `tries_left` after the one at hand."""

    person: PersonId
    proof: str
    tries_left: int


class Challenges(Protocol):
    """Log-ins that wait for their code, known by the SHA-256 of their token; each ends by itself."""

    async def begin(self, token: str, person: PersonId, proof: str) -> None:
        """Keep one for FACTOR_CHALLENGE_SECONDS."""
        ...

    async def person(self, token: str) -> PersonId | None:
        """Whose it is; costs no try."""
        ...

    async def take(self, token: str) -> Challenge | None:
        """Count a try before it is judged; None when it is over or has none left."""
        ...

    async def end(self, token: str) -> None:
        """It can't be used any more."""
        ...
