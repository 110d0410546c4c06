"""Registration, login and sessions over fakes."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from auth_world import FakeHoldings, FakeInvitations, FakeLimits, FakeRecentProofs
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from session_world import ADA, NOW, SESSION, FakeAnnouncer, FakeSessions

from nexync_contracts.errors import ProblemCode
from nexync_contracts.ids import PersonId
from nexync_contracts.instance_rest import SecondFactorMode
from nexync_contracts.jobs import VerificationCodeJob, WelcomeJob
from nexync_runtime.http import ProblemError
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
    OneTime,
    Registered,
    Standing,
)
from svc_auth.registering import Holder, Plan, Registration, plan_registration
from svc_auth.requiring import Requiring
from svc_auth.sessions import SessionKeeper, token_hash
from svc_auth.signing import SigningKey
from svc_auth.throttling import Throttle

BOB = PersonId("00000000-0000-4000-8000-000000000002")


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


def _holder(
    email: str, username: str, *, verified: bool, code_valid: bool = True, person: PersonId = ADA
) -> Holder:
    expires = None if verified else NOW + timedelta(minutes=5 if code_valid else -5)
    return Holder(person, email, username, verified, expires)


def _claim(email: str, username: str, *, code_valid: bool = True, person: PersonId = ADA) -> Holder:
    holder = _holder(email, username, verified=False, code_valid=code_valid, person=person)
    return replace(holder, claim=True)


@pytest.mark.parametrize(
    ("holders", "plan"),
    [
        ([], Plan(Registered.CODE_SENT)),
        ([_holder("a@x", "ada", verified=True)], Plan(Registered.USERNAME_TAKEN)),
        ([_holder("a@x", "other", verified=True)], Plan(Registered.ALREADY_VERIFIED, ADA)),
        ([_claim("b@x", "ada")], Plan(Registered.USERNAME_TAKEN)),
        ([_claim("b@x", "ada", code_valid=False)], Plan(Registered.CODE_SENT, None, (ADA,))),
        (
            [_holder("a@x", "other", verified=True), _claim("a@x", "ada")],
            Plan(Registered.ALREADY_VERIFIED, ADA),
        ),
        (
            [
                _holder("a@x", "other", verified=True),
                _claim("b@x", "ada", code_valid=False, person=BOB),
            ],
            Plan(Registered.ALREADY_VERIFIED, ADA, (BOB,)),
        ),
        ([_holder("b@x", "ada", verified=True)], Plan(Registered.USERNAME_TAKEN)),
        ([_holder("b@x", "ada", verified=False)], Plan(Registered.USERNAME_TAKEN)),
        (
            [_holder("b@x", "ada", verified=False, code_valid=False)],
            Plan(Registered.CODE_SENT, None, (ADA,)),
        ),
        ([_holder("b@x", "add", verified=True)], Plan(Registered.CODE_SENT)),
        ([_holder("a@x", "ada", verified=False)], Plan(Registered.CODE_SENT, ADA)),
        ([_holder("a@x", "other", verified=False)], Plan(Registered.CODE_SENT, ADA)),
        (
            [
                _holder("a@x", "other", verified=True),
                _holder("b@x", "ada", verified=True, person=BOB),
            ],
            Plan(Registered.USERNAME_TAKEN),
        ),
        (
            [
                _holder("a@x", "other", verified=False),
                _holder("b@x", "ada", verified=False, code_valid=False, person=BOB),
            ],
            Plan(Registered.CODE_SENT, ADA, (BOB,)),
        ),
    ],
)
def test_who_gets_the_name(holders: list[Holder], plan: Plan) -> None:
    """`ada` at `a@x` registers; a taken name is told alike for known and unknown addresses."""
    assert plan_registration(holders, "a@x", "ada", NOW) == plan


@pytest.mark.parametrize(
    ("mine", "others", "alike"),
    [
        ("marnie", "mamie", True),
        ("b0b", "bob", True),
        ("c1ara", "clara", True),
        ("vvalter", "walter", True),
        ("a.b", "a-_b", True),
        ("ada", "adam", False),
        ("a.b", "ab", False),
        ("lan", "ian", False),
    ],
)
def test_a_name_that_looks_like_another_is_taken(mine: str, others: str, alike: bool) -> None:
    """Nobody can be taken for somebody else."""
    plan = plan_registration([_holder("b@x", others, verified=True)], "a@x", mine, NOW)
    assert (plan.outcome is Registered.USERNAME_TAKEN) == alike


async def test_register_and_verify(world: World) -> None:
    """The code of the job is the one that verifies, and the job has what the mail needs."""
    await world.registration.register("Ada@Example.org", "ada", "correct horse", "10.0.0.1")
    (job,) = world.accounts.jobs
    assert (job.email, job.username) == ("ada@example.org", "ada")
    assert job.expires_at == int((NOW + timedelta(minutes=10)).timestamp() * 1000)
    account = await world.registration.verify("ada@example.org", job.code, "10.0.0.1")
    assert account.username == "ada"
    (greeting,) = world.accounts.greetings
    assert (greeting.email, greeting.link) == ("ada@example.org", "https://nexync.test")


async def test_the_same_attempt_again_is_answered_as_before(world: World) -> None:
    """A lost answer is no wrong code; for any other attempt the code is spent."""
    await world.registration.register("ada@example.org", "ada", "correct horse", "10.0.0.1")
    code = world.accounts.jobs[0].code
    first = await world.registration.verify("ada@example.org", code, "10.0.0.1", "key")
    assert await world.registration.verify("Ada@example.org", code, "10.0.0.9", "key") == first
    for key in ("other", None):
        with pytest.raises(ProblemError) as caught:
            await world.registration.verify("ada@example.org", code, "10.0.0.1", key)
        assert caught.value.problem.code is ProblemCode.WRONG_CODE


@pytest.mark.parametrize("answer", [Registered.CODE_SENT, Registered.ALREADY_VERIFIED])
async def test_a_known_address_is_answered_like_an_unknown_one(
    world: World, answer: Registered
) -> None:
    """No error either way, and the same wait until the next attempt."""
    world.accounts.answer = answer
    await world.registration.register("ada@example.org", "ada", "correct horse", "10.0.0.1")
    with pytest.raises(ProblemError) as caught:
        await world.registration.register("ada@example.org", "ada", "correct horse", "10.0.0.1")
    assert caught.value.problem.code is ProblemCode.TOO_MANY
    assert caught.value.problem.retry_after == 30


async def test_a_taken_name_can_be_changed_at_once(world: World) -> None:
    """The wait between codes begins only when one is sent."""
    world.accounts.answer = Registered.USERNAME_TAKEN
    with pytest.raises(ProblemError) as caught:
        await world.registration.register("ada@example.org", "ada", "correct horse", "10.0.0.1")
    assert caught.value.problem.code is ProblemCode.USERNAME_TAKEN
    world.accounts.answer = Registered.CODE_SENT
    await world.registration.register("ada@example.org", "ada2", "correct horse", "10.0.0.1")


@pytest.mark.parametrize("known", [True, False])
async def test_tries_are_counted_alike_for_known_and_unknown_addresses(
    world: World, known: bool
) -> None:
    """Five wrong codes, then the code is spent, whoever it is; a new code starts again."""
    if known:
        await world.registration.register("ada@example.org", "ada", "correct horse", "10.0.0.1")
    codes: list[ProblemCode] = []
    for _ in range(6):
        with pytest.raises(ProblemError) as caught:
            await world.registration.verify("ada@example.org", "xxxxxx", "10.0.0.1")
        codes.append(caught.value.problem.code)
    assert codes == [ProblemCode.WRONG_CODE] * 5 + [ProblemCode.CODE_SPENT]
    await world.limits.clear("code", "ada@example.org")
    await world.registration.resend("ada@example.org", "10.0.0.1")
    with pytest.raises(ProblemError) as caught:
        await world.registration.verify("ada@example.org", "xxxxxx", "10.0.0.1")
    assert caught.value.problem.code is ProblemCode.WRONG_CODE


async def test_login(world: World) -> None:
    """By either name; wrong and unknown are the same; unverified is told only with the password."""
    encoded = await world.passwords.hash("correct horse")
    world.accounts.account = Account(ADA, "ada", encoded, verified=True)
    for name in ("ada", "ADA", "Ada@Example.org"):
        assert (await world.login.log_in(name, "correct horse", "10.0.0.1")).person == ADA
    for name, password in (("ada", "wrong horse"), ("bob", "correct horse")):
        with pytest.raises(ProblemError) as caught:
            await world.login.log_in(name, password, "10.0.0.1")
        assert caught.value.problem.code is ProblemCode.WRONG_CREDENTIALS
    world.accounts.account = Account(ADA, "ada", encoded, verified=False)
    with pytest.raises(ProblemError) as caught:
        await world.login.log_in("ada", "correct horse", "10.0.0.1")
    assert caught.value.problem.code is ProblemCode.NOT_VERIFIED


async def _guess(world: World, address: str, login: str = "ada") -> float | None:
    """A wrong password; the wait that was answered, None when the password was judged."""
    with pytest.raises(ProblemError) as caught:
        await world.login.log_in(login, "wrong horse", address)
    problem = caught.value.problem
    if problem.code is ProblemCode.TOO_MANY:
        return problem.retry_after
    assert problem.code is ProblemCode.WRONG_CREDENTIALS
    return None


@pytest.mark.parametrize("login", ["ada", "nobody"])
async def test_each_wrong_password_costs_more_time_than_the_one_before(
    world: World, login: str
) -> None:
    """Five are free, then 1, 2, 4 … seconds, 15 minutes at most; alike for an account that isn't there."""
    encoded = await world.passwords.hash("correct horse")
    world.accounts.account = Account(ADA, "ada", encoded, verified=True)
    waits: list[float] = []
    for _ in range(17):
        while (wait := await _guess(world, "10.0.0.66", login)) is not None:
            waits.append(wait)
            world.limits.now += wait
    assert waits[:4] == [1.0, 2.0, 4.0, 8.0]
    assert waits[-1] == 900.0


async def test_a_stranger_cannot_lock_somebody_out(world: World) -> None:
    """Guesses slow their own network down; the owner logs in from another, and then guesses begin anew."""
    encoded = await world.passwords.hash("correct horse")
    world.accounts.account = Account(ADA, "ada", encoded, verified=True)
    for _ in range(5):
        assert await _guess(world, "10.0.0.66") is None
    assert await _guess(world, "10.0.0.77") == 1.0
    assert (await world.login.log_in("ada", "correct horse", "10.9.0.1")).person == ADA
    for _ in range(5):
        assert await _guess(world, "10.9.0.1") is None


async def test_guesses_from_everywhere_slow_strangers_down_but_not_the_owner(world: World) -> None:
    """After fifty attempts the next network waits; the owner's doesn't."""
    encoded = await world.passwords.hash("correct horse")
    world.accounts.account = Account(ADA, "ada", encoded, verified=True)
    await world.login.log_in("ada", "correct horse", "192.0.2.1")
    for number in range(49):
        assert await _guess(world, f"10.0.{number}.1") is None
    assert await _guess(world, "10.1.0.1") == 1.0
    assert (await world.login.log_in("ada", "correct horse", "192.0.2.9")).person == ADA


async def test_a_neighbourhood_has_a_limit_of_its_own(world: World) -> None:
    """Many addresses of one network are one hand."""
    limited = 0
    for number in range(200):
        with pytest.raises(ProblemError) as caught:
            await world.registration.verify(f"{number}@example.org", "000000", f"10.0.0.{number}")
        limited += caught.value.problem.code is ProblemCode.TOO_MANY
    assert limited == 0
    for number in range(150):
        with pytest.raises(ProblemError) as caught:
            await world.registration.verify(f"x{number}@example.org", "000000", f"10.0.0.{number}")
        limited += caught.value.problem.code is ProblemCode.TOO_MANY
    assert limited == 50


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("password1", "password_common"),
        ("PASSWORD1", "password_common"),
        ("aaaaaaaaaaaa", "password_common"),
        ("lovelace12345", "password_tells_name"),
        ("my name is LoveLace", "password_tells_name"),
        ("ada.l@example.org", "password_tells_name"),
        ("example12345", "password_common"),
    ],
)
async def test_a_password_that_is_tried_first_is_refused(
    world: World, password: str, code: str
) -> None:
    """Before anything is counted or hashed, with the field and the reason."""
    with pytest.raises(ProblemError) as caught:
        await world.registration.register("ada.l@example.org", "lovelace", password, "10.0.0.1")
    (issue,) = caught.value.problem.issues
    assert (issue.path, issue.code) == (("body", "password"), code)
    assert not world.accounts.jobs
    await world.registration.register("ada.l@example.org", "lovelace", "ada loves 7", "10.0.0.1")


@pytest.mark.parametrize(
    "name", ["admin", "adm1n", "a.d.m.i.n", "nexync-support", "n3xync", "r00t"]
)
async def test_names_of_the_service_are_taken(world: World, name: str) -> None:
    """Nobody can pose as the service, also not with digits for letters."""
    with pytest.raises(ProblemError) as caught:
        await world.registration.register("ada@example.org", name, "correct horse", "10.0.0.1")
    assert caught.value.problem.code is ProblemCode.USERNAME_TAKEN


async def test_an_old_hash_is_renewed_at_login(world: World) -> None:
    """Stronger parameters reach everybody who comes back."""
    weak = Passwords(threads=1, memory_kib=32, passes=1)
    world.accounts.account = Account(ADA, "ada", await weak.hash("correct horse"), verified=True)
    await weak.close()
    await world.login.log_in("ada", "correct horse", "10.0.0.1")
    (fresh,) = world.accounts.rehashed
    assert not world.passwords.outdated(fresh)


async def test_two_tabs_may_race_but_a_copy_ends_the_session(world: World) -> None:
    """Within ten seconds a used token gets a fresh one; later the session is over for both."""
    first = await world.keeper.open(ADA, "ada", "browser\r\n", Standing.ONE_FACTOR)
    second = await world.keeper.refresh(first.refresh)
    world.now += timedelta(seconds=9)
    third = await world.keeper.refresh(first.refresh)
    assert len({first.refresh, second.refresh, third.refresh}) == 3
    assert not world.announcer.ended
    world.now += timedelta(seconds=2)
    with pytest.raises(ProblemError) as caught:
        await world.keeper.refresh(first.refresh)
    assert caught.value.problem.code is ProblemCode.UNAUTHENTICATED
    assert world.announcer.ended == [SESSION]
    with pytest.raises(ProblemError):
        await world.keeper.refresh(third.refresh)


async def test_the_end_of_a_session_that_lasted_long_enough_is_announced(world: World) -> None:
    tokens = await world.keeper.open(ADA, "ada", "", Standing.ONE_FACTOR)
    world.now += timedelta(days=89)
    tokens = await world.keeper.refresh(tokens.refresh)
    world.now += timedelta(days=1)
    with pytest.raises(ProblemError) as caught:
        await world.keeper.refresh(tokens.refresh)
    assert caught.value.problem.code is ProblemCode.UNAUTHENTICATED
    assert world.announcer.ended == [SESSION]


async def test_logout_is_announced_again_when_it_is_repeated(world: World) -> None:
    """If the first announcement was lost, asking again repairs it."""
    tokens = await world.keeper.open(ADA, "ada", "", Standing.ONE_FACTOR)
    assert await world.keeper.alive([SESSION]) == (SESSION,)
    await world.keeper.end(tokens.refresh, None)
    await world.keeper.end(tokens.refresh, tokens.claims)
    assert world.announcer.ended == [SESSION, SESSION]
    assert await world.keeper.alive([SESSION]) == ()


@pytest.mark.parametrize("token", [None, "", "made up", "x" * 5000])
async def test_a_made_up_token_is_refused(world: World, token: str | None) -> None:
    """Nothing is announced and nothing breaks."""
    with pytest.raises(ProblemError):
        await world.keeper.refresh(token)
    await world.keeper.end(token, None)
    assert not world.announcer.ended


async def test_tokens_are_stored_as_hashes_only(world: World) -> None:
    """A stolen table has no token in it."""
    tokens = await world.keeper.open(ADA, "ada", "", Standing.ONE_FACTOR)
    assert list(world.sessions.tokens) == [token_hash(tokens.refresh)]


async def test_only_sessions_of_ones_own_can_be_ended(world: World) -> None:
    """Somebody else's is as unknown as none, and nothing is announced for it."""
    with pytest.raises(ProblemError) as caught:
        await world.keeper.end_one(BOB, SESSION)
    assert caught.value.problem.code is ProblemCode.NOT_FOUND
    assert not world.announcer.ended
    await world.keeper.end_one(ADA, SESSION)
    assert world.announcer.ended == [SESSION]


async def test_ending_the_others_is_announced(world: World) -> None:
    """For all of them, and not for the one that asks."""
    await world.keeper.end_others(ADA, SESSION)
    assert not world.announcer.ended
    await world.keeper.end_others(ADA, None)
    assert world.announcer.ended == [SESSION]


async def test_a_mailed_password_opens_nothing_but_the_choice_of_another(world: World) -> None:
    """Right, it asks for a new one; too late or changed before, it is a wrong password."""
    mailed = await world.passwords.hash("abcd-efgh-jkmn-pqrs")
    end = NOW + timedelta(hours=24)
    world.accounts.account = Account(ADA, "ada", "", True, one_time=OneTime(mailed, end))
    with pytest.raises(ProblemError) as refused:
        await world.login.log_in("ada", "abcd-efgh-jkmn-pqrs", "10.0.0.1")
    assert refused.value.problem.code is ProblemCode.PASSWORD_CHANGE_NEEDED
    with pytest.raises(ProblemError) as refused:
        await world.login.change("ada", "wrong password", "of my own", "10.0.0.1")
    assert refused.value.problem.code is ProblemCode.WRONG_CREDENTIALS
    assert world.chosen == []
    account = await world.login.change("ada", "abcd-efgh-jkmn-pqrs", "of my own", "10.0.0.1")
    assert (account.person, world.chosen) == (ADA, ["of my own"])
    world.now = end
    with pytest.raises(ProblemError) as refused:
        await world.login.log_in("ada", "abcd-efgh-jkmn-pqrs", "10.0.0.1")
    assert refused.value.problem.code is ProblemCode.WRONG_CREDENTIALS


async def test_a_password_of_ones_own_is_not_changed_at_the_door(world: World) -> None:
    """That needs a session, or the mailed link."""
    own = await world.passwords.hash("correct horse")
    world.accounts.account = Account(ADA, "ada", own, True)
    with pytest.raises(ProblemError) as refused:
        await world.login.change("ada", "correct horse", "of my own", "10.0.0.1")
    assert refused.value.problem.code is ProblemCode.WRONG_CREDENTIALS
    assert world.chosen == []


async def test_a_locked_account_gets_no_session(world: World) -> None:
    """Whichever way led there, it ends at the session; nothing of it is kept."""
    world.sessions.locked = True
    with pytest.raises(ProblemError) as refused:
        await world.keeper.open(ADA, "ada", "x", Standing.ONE_FACTOR)
    assert (refused.value.problem.status, refused.value.problem.code) == (
        403,
        ProblemCode.DEACTIVATED,
    )
    assert not world.sessions.tokens


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (NotAdmitted.NOT_ADMITTED, ProblemCode.REGISTRATION_CLOSED),
        (NotAdmitted.INVITATION_OVER, ProblemCode.INVITATION_OVER),
    ],
)
async def test_a_right_code_opens_no_door_that_was_shut_since(
    world: World, reason: NotAdmitted, code: ProblemCode
) -> None:
    """The reason is told to who reads the mail of the address."""
    world.accounts.refused = reason
    with pytest.raises(ProblemError) as refused:
        await world.registration.verify("ada@example.org", "123456", "192.0.2.1")
    assert refused.value.problem.code is code
