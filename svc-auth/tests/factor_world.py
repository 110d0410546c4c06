"""One person with a second factor to turn on, over fakes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from auth_world import ADA

from nexync_contracts.ids import PersonId, SessionId
from nexync_contracts.jobs import SecondFactorJob
from svc_auth.factor_ports import Factor, RecoverySet
from svc_auth.ports import Owner

HERE = SessionId("00000000-0000-4000-8000-0000000000aa")
THERE = SessionId("00000000-0000-4000-8000-0000000000bb")


class FakeFactors:
    """One person's factor; what is told goes to `notices`."""

    def __init__(self) -> None:
        self.waiting: tuple[SessionId, bytes, datetime] | None = None
        self.on: Factor | None = None
        self.hashes: list[bytes] = []
        self.notices: list[SecondFactorJob] = []

    async def factor(self, person: PersonId) -> Factor | None:
        return None if self.on is None else replace(self.on, recovery_left=len(self.hashes))

    async def enrol(
        self, person: PersonId, session: SessionId, secret: bytes, expires_at: datetime
    ) -> bool:
        if self.on is None:
            self.waiting = (session, secret, expires_at)
        return self.on is None

    async def enrolment(self, person: PersonId, session: SessionId, now: datetime) -> bytes | None:
        waiting = self.waiting
        good = waiting is not None and waiting[0] == session and waiting[2] > now
        return waiting[1] if good and waiting is not None else None

    async def turn_on(
        self,
        person: PersonId,
        session: SessionId,
        factor: Factor,
        codes: RecoverySet,
        notice: SecondFactorJob,
    ) -> Sequence[SessionId] | None:
        if self.waiting is None:
            return None
        self.waiting, self.on, self.hashes = None, factor, list(codes.hashes)
        self.notices.append(notice)
        return (THERE,)

    async def accept(self, person: PersonId, step: int) -> bool:
        if self.on is None or self.on.last_step >= step:
            return False
        self.on = replace(self.on, last_step=step)
        return True

    async def spend_recovery_code(
        self, person: PersonId, code_hash: bytes, notice: Callable[[int], SecondFactorJob]
    ) -> bool:
        if code_hash not in self.hashes:
            return False
        self.hashes.remove(code_hash)
        self.notices.append(notice(len(self.hashes)))
        return True

    async def renew_recovery_codes(
        self,
        person: PersonId,
        session: SessionId,
        codes: RecoverySet,
        notice: SecondFactorJob,
        now: datetime,
    ) -> Sequence[SessionId] | None:
        if self.on is None:
            return None
        self.on, self.hashes = replace(self.on, recovery_salt=codes.salt), list(codes.hashes)
        self.notices.append(notice)
        return (THERE,)

    async def turn_off(
        self, person: PersonId, session: SessionId, notice: SecondFactorJob, now: datetime
    ) -> Sequence[SessionId] | None:
        was, self.on = self.on, None
        self.notices.append(notice)
        return None if was is None else (THERE,)


class FakeOwners:
    """Ada alone."""

    def __init__(self, password_hash: str) -> None:
        self.ada = Owner(ADA, "ada@example.org", "ada", password_hash)

    async def owner(self, person: PersonId) -> Owner | None:
        return self.ada if person == ADA else None
