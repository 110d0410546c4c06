"""Another e-mail address over fakes and a clock to turn."""

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from auth_world import ADA, FakeAnnouncer, FakeHoldings, FakeLimits, FakeRecentProofs
from factor_world import HERE, THERE, FakeFactors, FakeOwners

from nexync_contracts import limits
from nexync_contracts.errors import ProblemCode
from nexync_contracts.ids import PersonId, SessionId
from nexync_contracts.instance_rest import SecondFactorMode
from nexync_contracts.jobs import EmailChangedJob, EmailCodeJob
from nexync_runtime.http import ProblemError
from svc_auth import totp
from svc_auth.changing_email import ChangingEmail
from svc_auth.codes import Codes
from svc_auth.email_ports import NewEmail, OwnEmail, Pending
from svc_auth.lately import Lately
from svc_auth.passwords import Passwords
from svc_auth.ports import CodeRefused, Owner
from svc_auth.requiring import Requiring
from svc_auth.sealing import Sealing
from svc_auth.second_factor import SecondFactor
from svc_auth.throttling import EMAIL_CHANGES_A_DAY, Throttle

PASSWORD = "correct horse"
ADDRESS = "10.0.0.1"
NEW = "ada@new.test"
TAKEN = "bob@example.org"


class FakeEmails:
    """Ada's address; `TAKEN` is somebody's."""

    def __init__(self, owners: FakeOwners) -> None:
        self.owners = owners
        self.waiting: NewEmail | None = None
        self.tries = 0
        self.jobs: list[EmailCodeJob] = []
        self.notices: list[EmailChangedJob] = []

    async def own(self, person: PersonId, session: SessionId, now: datetime) -> OwnEmail | None:
        waits = self.waiting
        mine = waits is not None and waits.session == session and waits.expires_at > now
        pending = Pending(waits.email, waits.expires_at) if mine and waits is not None else None
        return OwnEmail(self.owners.ada.email, pending)

    async def ask(self, new: NewEmail, job: EmailCodeJob) -> bool:
        self.waiting, self.tries = new, limits.CODE_TRIES
        if new.email == TAKEN:
            return False
        self.jobs.append(job)
        return True

    async def spend_code(
        self,
        person: PersonId,
        session: SessionId,
        matches: Callable[[str], bool],
        notice: Callable[[Owner], EmailChangedJob],
        now: datetime,
    ) -> Sequence[SessionId] | CodeRefused:
        waits = self.waiting
        if waits is None or waits.session != session or waits.expires_at <= now:
            return CodeRefused.WRONG
        if self.tries == 0:
            return CodeRefused.SPENT
        if not matches(waits.code_hash):
            self.tries -= 1
            return CodeRefused.WRONG
        self.waiting = None
        self.notices.append(notice(self.owners.ada))
        self.owners.ada = replace(self.owners.ada, email=waits.email)
        return (THERE,)


class World:
    """Everything together."""

    def __init__(self, passwords: Passwords, password_hash: str) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.limits = FakeLimits()
        self.owners = FakeOwners(password_hash)
        self.emails = FakeEmails(self.owners)
        self.announcer = FakeAnnouncer()
        self.recent = FakeRecentProofs()
        self.holdings = FakeHoldings()
        throttle = Throttle(self.limits, by_address=True)
        self.factor = SecondFactor(
            factors=FakeFactors(),
            owners=self.owners,
            passwords=passwords,
            sealing=Sealing([secrets.token_bytes(32)]),
            throttle=throttle,
            announcer=self.announcer,
            lately=Lately(owners=self.owners, recent=self.recent),
            requiring=Requiring(mode=SecondFactorMode.EVERYONE, holdings=self.holdings),
            clock=lambda: self.now,
            page="https://nexync.test",
        )
        self.changing = ChangingEmail(
            emails=self.emails,
            second_factor=self.factor,
            codes=Codes(lambda: [b"secret"]),
            throttle=throttle,
            announcer=self.announcer,
            clock=lambda: self.now,
            page="https://nexync.test",
        )

    async def ask(
        self, email: str = NEW, current: str = PASSWORD, code: str | None = None
    ) -> ProblemError | None:
        """The problem, or None when it was accepted."""
        try:
            await self.changing.ask(
                ADA, HERE, email=email, current=current, code=code, address=ADDRESS
            )
        except ProblemError as error:
            return error
        return None

    async def prove(self, code: str, session: SessionId = HERE) -> ProblemCode | None:
        """The problem's code, or None when the address is changed."""
        try:
            await self.changing.prove(ADA, session, code, ADDRESS)
        except ProblemError as error:
            return error.problem.code
        return None

    def wrong(self) -> str:
        """A code that is not the one on its way."""
        sent = self.emails.jobs[-1].code if self.emails.jobs else "000000"
        return f"{(int(sent) + 1) % 1_000_000:06d}"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    passwords = Passwords(threads=1, memory_kib=64, passes=1)
    yield World(passwords, await passwords.hash(PASSWORD))
    await passwords.close()


async def test_from_the_password_to_the_new_address(world: World) -> None:
    """The address changes by the code alone; the notice goes to the one that was; other sessions end."""
    assert await world.ask("  Ada@NEW.test ") is None
    assert (await world.changing.own(ADA, HERE)).pending is not None
    assert (await world.changing.own(ADA, THERE)).pending is None
    assert world.owners.ada.email == "ada@example.org"
    job = world.emails.jobs[0]
    assert (job.email, job.username) == (NEW, "ada")
    assert await world.prove(world.wrong()) is ProblemCode.WRONG_CODE
    assert await world.prove(job.code, THERE) is ProblemCode.WRONG_CODE
    assert await world.prove(job.code) is None
    assert world.owners.ada.email == NEW
    assert [notice.email for notice in world.emails.notices] == ["ada@example.org"]
    assert world.announcer.ended == [THERE]
    assert await world.prove(job.code) is ProblemCode.WRONG_CODE


async def test_the_owner_must_prove_himself(world: World) -> None:
    """Without the password nothing is stored, mailed or counted for the new address."""
    error = await world.ask(current="wrong password")
    assert error is not None
    assert error.problem.code is ProblemCode.WRONG_PASSWORD
    assert world.emails.waiting is None
    assert await world.ask() is None


async def test_the_second_factor_is_asked_for_where_it_is_on(world: World) -> None:
    """Its code is used up, and a wrong one needs no waiting before the next."""
    made = await world.factor.enrol(ADA, HERE, PASSWORD, ADDRESS)
    step = totp.step_at(world.now)
    await world.factor.turn_on(ADA, HERE, totp.code_at(made.secret, step))
    world.now += timedelta(seconds=limits.FACTOR_STEP_SECONDS)
    fresh = totp.code_at(made.secret, step + 1)
    for code, problem in (
        (None, ProblemCode.SECOND_FACTOR),
        (totp.code_at(made.secret, step), ProblemCode.WRONG_CODE),
    ):
        error = await world.ask(code=code)
        assert error is not None
        assert error.problem.code is problem
        assert not world.emails.jobs
    assert await world.ask(code=fresh) is None
    error = await world.ask("other@new.test", code=fresh)
    assert error is not None
    assert error.problem.code is ProblemCode.WRONG_CODE


async def test_an_address_of_somebodys_is_answered_alike_and_gets_no_mail(world: World) -> None:
    """Asking, what waits, wrong codes and the end of the tries."""
    answers: list[list[ProblemCode | None]] = []
    for email in (NEW, TAKEN):
        assert await world.ask(email) is None
        pending = (await world.changing.own(ADA, HERE)).pending
        assert pending is not None
        assert pending.email == email
        answers.append([await world.prove(world.wrong()) for _ in range(limits.CODE_TRIES + 1)])
    assert answers[0] == answers[1]
    assert answers[0][-1] is ProblemCode.CODE_SPENT
    assert [job.email for job in world.emails.jobs] == [NEW]


async def test_a_code_ends(world: World) -> None:
    """After ten minutes."""
    await world.ask()
    world.now += timedelta(seconds=limits.CODE_LIFETIME_SECONDS)
    assert await world.prove(world.emails.jobs[0].code) is ProblemCode.WRONG_CODE
    assert (await world.changing.own(ADA, HERE)).pending is None


async def test_bad_addresses_and_the_same_one(world: World) -> None:
    """They name the field."""
    for email, kind in (("ada@", "email"), ("ADA@example.org", "email_same")):
        error = await world.ask(email)
        assert error is not None
        assert [issue.code for issue in error.problem.issues] == [kind]


async def test_one_account_can_not_try_many_addresses(world: World) -> None:
    """And two codes to one address have the pause that registration has."""
    await world.ask()
    error = await world.ask()
    assert error is not None
    assert error.problem.code is ProblemCode.TOO_MANY
    for number in range(EMAIL_CHANGES_A_DAY.most - 2):
        assert await world.ask(f"{number}@new.test") is None
    error = await world.ask("last@new.test")
    assert error is not None
    assert error.problem.code is ProblemCode.TOO_MANY
