"""Registration, log-in and sessions over fakes, with a clock to turn."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

import pytest
from auth_world import (
    FakeAnnouncer,
    FakeHoldings,
    FakeInvitations,
    FakeLimits,
    FakeRecentProofs,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from session_world import NOW, FakeSessions

from nexync_contracts.ids import PersonId
from nexync_contracts.instance_rest import SecondFactorMode
from nexync_contracts.jobs import VerificationCodeJob, WelcomeJob
from svc_auth.admitting import Admitting, Policy
from svc_auth.codes import Codes
from svc_auth.logging_in import Login
from svc_auth.passwords import Passwords
from svc_auth.ports import (
    Account,
    CodeRefused,
    Door,
    MakeCode,
    NewPerson,
    NotAdmitted,
    Registered,
)
from svc_auth.registering import Registration
from svc_auth.requiring import Requiring
from svc_auth.sessions import SessionKeeper
from svc_auth.signing import SigningKey
from svc_auth.throttling import Throttle


class FakeProofs:
    """Remembers without an end."""

    def __init__(self) -> None:
        self.known: set[tuple[str, str, str]] = set()

    async def remember(self, email: str, code: str, key: str) -> None:
        self.known.add((email, code, key))

    async def recall(self, email: str, code: str, key: str) -> bool:
        return (email, code, key) in self.known


class FakeAccounts:
    """At most one person."""

    def __init__(self) -> None:
        self.answer = Registered.CODE_SENT
        self.new: NewPerson | None = None
        self.code_hash = ""
        self.jobs: list[VerificationCodeJob] = []
        self.account: Account | None = None
        self.rehashed: list[str] = []
        self.greetings: list[WelcomeJob] = []
        self.refused: NotAdmitted | None = None

    async def register(self, new: NewPerson, make_code: MakeCode, now: datetime) -> Registered:
        if self.answer is Registered.CODE_SENT:
            sent = make_code(new.person, new.username, False)
            self.new, self.code_hash = new, sent.code_hash
            assert isinstance(sent.job, VerificationCodeJob)
            self.jobs.append(sent.job)
        return self.answer

    async def resend(self, email: str, make_code: MakeCode) -> bool:
        if self.new is None or self.new.email != email:
            return False
        sent = make_code(self.new.person, self.new.username, False)
        self.code_hash = sent.code_hash
        assert isinstance(sent.job, VerificationCodeJob)
        self.jobs.append(sent.job)
        return True

    async def spend_code(
        self,
        email: str,
        matches: Callable[[PersonId, str], bool],
        welcome: Callable[[str], WelcomeJob],
        now: datetime,
        door: Door,
    ) -> Account | CodeRefused | NotAdmitted:
        if self.refused is not None:
            return self.refused
        new = self.new
        if new is None or new.email != email or not matches(new.person, self.code_hash):
            return CodeRefused.WRONG
        self.code_hash = ""
        self.greetings.append(welcome(new.username))
        self.account = Account(new.person, new.username, new.password_hash, verified=True)
        return self.account

    async def find(self, login: str) -> Account | None:
        found = self.account is not None and login in {self.account.username, "ada@example.org"}
        return self.account if found else None

    async def set_password_hash(self, person: PersonId, password_hash: str) -> None:
        self.rehashed.append(password_hash)


class World:
    """Everything together, with a clock to turn."""

    def __init__(self) -> None:
        self.now = NOW
        self.accounts = FakeAccounts()
        self.limits = FakeLimits()
        self.sessions = FakeSessions()
        self.announcer = FakeAnnouncer()
        self.passwords = Passwords(threads=1, memory_kib=64, passes=1)
        throttle = Throttle(self.limits, by_address=True)
        self.registration = Registration(
            accounts=self.accounts,
            passwords=self.passwords,
            codes=Codes(lambda: [b"secret"]),
            throttle=throttle,
            proofs=FakeProofs(),
            admitting=Admitting(
                policy=Policy(),
                invitations=FakeInvitations(),
                throttle=throttle,
                clock=lambda: self.now,
            ),
            clock=lambda: self.now,
            page="https://nexync.test",
        )
        self.chosen: list[str] = []
        self.login = Login(
            accounts=self.accounts,
            passwords=self.passwords,
            throttle=throttle,
            choose=self.choose,
            clock=lambda: self.now,
        )
        self.keeper = SessionKeeper(
            sessions=self.sessions,
            announcer=self.announcer,
            key=SigningKey(Ed25519PrivateKey.generate()),
            clock=lambda: self.now,
            longest=timedelta(days=90),
            requiring=Requiring(mode=SecondFactorMode.OPTIONAL, holdings=FakeHoldings()),
            recent=FakeRecentProofs(),
        )

    async def choose(self, person: PersonId, password: str) -> str:
        self.chosen.append(password)
        return await self.passwords.hash(password)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.passwords.close()
