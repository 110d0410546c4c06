"""The second factor over fakes and a clock to turn: enrolment, the second step of log-in."""

import io
import secrets
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from auth_world import ADA, FakeAnnouncer, FakeHoldings, FakeLimits, FakeRecentProofs
from factor_world import HERE, THERE, FakeFactors, FakeOwners

from nexync_contracts import limits
from nexync_contracts.errors import ProblemCode
from nexync_contracts.ids import PersonId
from nexync_contracts.instance_rest import SecondFactorMode
from nexync_contracts.jobs import FactorChange
from nexync_runtime import log
from nexync_runtime.http import ProblemError
from svc_auth import totp
from svc_auth.challenging import Challenging
from svc_auth.factor_ports import Challenge
from svc_auth.lately import Lately
from svc_auth.passwords import Passwords
from svc_auth.ports import Account
from svc_auth.requiring import Held, Requiring
from svc_auth.sealing import Sealing
from svc_auth.second_factor import SecondFactor
from svc_auth.throttling import Throttle

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PASSWORD = "correct horse"
ADDRESS = "10.0.0.1"


class FakeChallenges:
    """Without an end by time."""

    def __init__(self) -> None:
        self.kept: dict[str, Challenge] = {}

    async def begin(self, token: str, person: PersonId, proof: str) -> None:
        self.kept[token] = Challenge(person, proof, limits.FACTOR_TRIES)

    async def person(self, token: str) -> PersonId | None:
        found = self.kept.get(token)
        return None if found is None else found.person

    async def take(self, token: str) -> Challenge | None:
        found = self.kept.get(token)
        if found is None or found.tries_left == 0:
            return None
        self.kept[token] = replace(found, tries_left=found.tries_left - 1)
        return self.kept[token]

    async def end(self, token: str) -> None:
        self.kept.pop(token, None)


class World:
    """Everything together; `sealing` None stands for no key."""

    def __init__(self, passwords: Passwords, password_hash: str, sealing: Sealing | None) -> None:
        self.now = NOW
        self.factors = FakeFactors()
        self.limits = FakeLimits()
        self.challenges = FakeChallenges()
        self.owners = FakeOwners(password_hash)
        self.announcer = FakeAnnouncer()
        self.recent = FakeRecentProofs()
        self.holdings = FakeHoldings()
        throttle = Throttle(self.limits, by_address=True)
        self.factor = SecondFactor(
            factors=self.factors,
            owners=self.owners,
            passwords=passwords,
            sealing=sealing,
            throttle=throttle,
            announcer=self.announcer,
            lately=Lately(owners=self.owners, recent=self.recent),
            requiring=Requiring(mode=SecondFactorMode.EVERYONE, holdings=self.holdings),
            clock=lambda: self.now,
            page="https://nexync.test",
        )
        self.challenging = Challenging(
            challenges=self.challenges,
            owners=self.owners,
            second_factor=self.factor,
            throttle=throttle,
        )

    async def turn_on(self) -> tuple[str, tuple[str, ...]]:
        """The secret and the recovery codes."""
        made = await self.factor.enrol(ADA, HERE, PASSWORD, ADDRESS)
        codes = await self.factor.turn_on(ADA, HERE, self.code(made.secret))
        return made.secret, codes

    def code(self, secret: str, steps: int = 0) -> str:
        """What the app shows, some steps from now."""
        return totp.code_at(secret, totp.step_at(self.now) + steps)

    async def challenge(self) -> str:
        """A token after the right password."""
        account = Account(ADA, "ada", self.owners.ada.password_hash, True, True)
        return await self.challenging.begin(account)


@pytest.fixture
async def passwords() -> AsyncIterator[Passwords]:
    made = Passwords(threads=1, memory_kib=64, passes=1)
    yield made
    await made.close()


@pytest.fixture
async def world(passwords: Passwords) -> World:
    sealing = Sealing([secrets.token_bytes(32)])
    return World(passwords, await passwords.hash(PASSWORD), sealing)


async def _refused(work: Awaitable[object], code: ProblemCode) -> None:
    with pytest.raises(ProblemError) as caught:
        await work
    assert caught.value.problem.code is code


async def test_turning_on(world: World) -> None:
    """By the password and the session's own first code; other sessions end, the owner is told, codes come once."""
    await _refused(
        world.factor.enrol(ADA, HERE, "wrong horse", ADDRESS), ProblemCode.WRONG_PASSWORD
    )
    made = await world.factor.enrol(ADA, HERE, PASSWORD, ADDRESS)
    code = world.code(made.secret)
    await _refused(world.factor.turn_on(ADA, THERE, code), ProblemCode.NOT_FOUND)
    await _refused(
        world.factor.turn_on(ADA, HERE, world.code(made.secret, 5)), ProblemCode.WRONG_CODE
    )
    assert not (await world.factor.state(ADA)).recovery_left
    codes = await world.factor.turn_on(ADA, HERE, f"{code[:3]} {code[3:]}")
    assert len(set(codes)) == limits.RECOVERY_CODES
    assert world.announcer.ended == [THERE]
    assert [one.change for one in world.factors.notices] == [FactorChange.TURNED_ON]
    state = await world.factor.state(ADA)
    assert (state.available, state.since, state.recovery_left) == (True, NOW, 10)
    await _refused(world.factor.enrol(ADA, HERE, PASSWORD, ADDRESS), ProblemCode.CONFLICT)


async def test_an_enrolment_ends(world: World) -> None:
    """After a quarter of an hour."""
    made = await world.factor.enrol(ADA, HERE, PASSWORD, ADDRESS)
    world.now += timedelta(seconds=limits.FACTOR_ENROL_SECONDS)
    await _refused(world.factor.turn_on(ADA, HERE, world.code(made.secret)), ProblemCode.NOT_FOUND)


async def test_the_second_step(world: World) -> None:
    """The code that turned it on is used up; the next one opens one session, and ends its challenge."""
    secret, _ = await world.turn_on()
    token = await world.challenge()
    await _refused(
        world.challenging.answer(token, world.code(secret), ADDRESS), ProblemCode.WRONG_CODE
    )
    world.now += timedelta(seconds=30)
    owner = await world.challenging.answer(token, world.code(secret), ADDRESS)
    assert owner.person == ADA
    await _refused(
        world.challenging.answer(token, world.code(secret, 1), ADDRESS), ProblemCode.LOGIN_OVER
    )
    again = await world.challenge()
    await _refused(
        world.challenging.answer(again, world.code(secret), ADDRESS), ProblemCode.WRONG_CODE
    )


@pytest.mark.parametrize("token", [None, "", "x" * 43, "x" * 5_000])
async def test_no_challenge_no_session(world: World, token: str | None) -> None:
    """Whatever the code."""
    secret, _ = await world.turn_on()
    await _refused(
        world.challenging.answer(token, world.code(secret, 1), ADDRESS), ProblemCode.LOGIN_OVER
    )


async def test_a_challenge_belongs_to_the_password_that_was_right(world: World) -> None:
    """Replaced in between, the log-in begins again."""
    secret, _ = await world.turn_on()
    token = await world.challenge()
    world.owners.ada = replace(world.owners.ada, password_hash="another")
    await _refused(
        world.challenging.answer(token, world.code(secret, 1), ADDRESS), ProblemCode.LOGIN_OVER
    )


async def test_five_tries_a_challenge(world: World) -> None:
    """The fifth wrong one ends it; the right one comes too late then."""
    secret, _ = await world.turn_on()
    token = await world.challenge()
    for number in range(5):
        wanted = ProblemCode.CODE_SPENT if number == 4 else ProblemCode.WRONG_CODE
        await _refused(world.challenging.answer(token, "no such", f"10.{number}.0.1"), wanted)
    await _refused(
        world.challenging.answer(token, world.code(secret, 1), "10.9.0.1"), ProblemCode.LOGIN_OVER
    )


async def test_wrong_codes_cost_growing_time_also_over_many_challenges_and_networks(
    world: World,
) -> None:
    """Ten from everywhere are free, then a quarter of an hour at most; a network that the owner used is not slowed."""
    secret, _ = await world.turn_on()
    world.now += timedelta(seconds=30)
    await world.challenging.answer(await world.challenge(), world.code(secret), "192.0.2.1")
    for number in range(9):
        token = await world.challenge()
        await _refused(
            world.challenging.answer(token, "000000x", f"10.{number}.0.1"), ProblemCode.WRONG_CODE
        )
    await _refused(
        world.challenging.answer(await world.challenge(), "1234567", "10.77.0.1"),
        ProblemCode.TOO_MANY,
    )
    world.now += timedelta(seconds=30)
    token = await world.challenge()
    assert await world.challenging.answer(token, world.code(secret), "192.0.2.9")


async def test_a_recovery_code_works_once(world: World) -> None:
    """However it is typed; the owner is told with how many are left; new ones end the old."""
    secret, codes = await world.turn_on()
    typed = codes[0].replace("-", " ").upper()
    assert await world.challenging.answer(await world.challenge(), typed, ADDRESS)
    assert world.factors.notices[-1].change is FactorChange.RECOVERY_CODE_USED
    assert world.factors.notices[-1].left == 9
    await _refused(
        world.challenging.answer(await world.challenge(), codes[0], ADDRESS), ProblemCode.WRONG_CODE
    )
    world.now += timedelta(seconds=limits.FACTOR_STEP_SECONDS)
    proof = world.code(secret)
    fresh = await world.factor.renew_recovery_codes(ADA, HERE, PASSWORD, proof, ADDRESS)
    assert world.announcer.ended == [THERE, THERE]
    assert not set(fresh) & set(codes)
    await _refused(
        world.challenging.answer(await world.challenge(), codes[1], ADDRESS), ProblemCode.WRONG_CODE
    )
    assert await world.challenging.answer(await world.challenge(), fresh[1], ADDRESS)


async def test_turning_off_needs_both_factors(world: World) -> None:
    """Neither the password alone nor a code alone; then a challenge that waits is over too."""
    _, codes = await world.turn_on()
    waiting = await world.challenge()
    await _refused(
        world.factor.turn_off(ADA, HERE, "wrong horse", codes[0], ADDRESS),
        ProblemCode.WRONG_PASSWORD,
    )
    await _refused(
        world.factor.turn_off(ADA, HERE, PASSWORD, "000000", ADDRESS), ProblemCode.WRONG_CODE
    )
    await world.factor.turn_off(ADA, HERE, PASSWORD, codes[0], ADDRESS)
    assert world.factors.notices[-1].change is FactorChange.TURNED_OFF
    assert (await world.factor.state(ADA)).since is None
    await _refused(world.challenging.answer(waiting, codes[1], ADDRESS), ProblemCode.LOGIN_OVER)
    await _refused(
        world.factor.turn_off(ADA, HERE, PASSWORD, codes[1], ADDRESS), ProblemCode.NOT_FOUND
    )


async def test_without_a_key_nothing_is_enrolled_and_recovery_codes_still_work(
    passwords: Passwords, world: World
) -> None:
    """It says so, instead of taking codes that it can't check."""
    secret, codes = await world.turn_on()
    lost = World(passwords, world.owners.ada.password_hash, None)
    assert not (await lost.factor.state(ADA)).available
    await _refused(lost.factor.enrol(ADA, HERE, PASSWORD, ADDRESS), ProblemCode.FACTOR_UNAVAILABLE)
    lost.factors.on, lost.factors.hashes = world.factors.on, world.factors.hashes
    await _refused(
        lost.challenging.answer(await lost.challenge(), lost.code(secret, 1), ADDRESS),
        ProblemCode.FACTOR_UNAVAILABLE,
    )
    assert await lost.challenging.answer(await lost.challenge(), codes[3], ADDRESS)


async def test_another_key_is_reported_without_secrets(passwords: Passwords, world: World) -> None:
    """No secret and no code is in any line of the log, also when something goes wrong."""
    out = io.StringIO()
    log.configure(log_format="json", level="debug", instance="test", stream=out)
    secret, codes = await world.turn_on()
    other = World(passwords, world.owners.ada.password_hash, Sealing([secrets.token_bytes(32)]))
    other.factors.on = world.factors.on
    code = other.code(secret, 1)
    await _refused(
        other.challenging.answer(await other.challenge(), code, ADDRESS),
        ProblemCode.FACTOR_UNAVAILABLE,
    )
    lines = out.getvalue()
    assert "NEXYNC_FACTOR_KEY_FILE" in lines
    for hidden in (secret, code, *codes, PASSWORD):
        assert hidden not in lines


async def test_the_last_factor_is_not_turned_off_where_one_is_asked_for(world: World) -> None:
    """With a passkey besides, it is."""
    _, codes = await world.turn_on()
    world.holdings.ada = Held(admin=False, app=True, passkeys=0)
    with pytest.raises(ProblemError) as refused:
        await world.factor.turn_off(ADA, HERE, PASSWORD, codes[0], ADDRESS)
    assert refused.value.problem.code is ProblemCode.FACTOR_STAYS
    assert world.factors.on is not None
    world.holdings.ada = Held(admin=False, app=True, passkeys=1)
    await world.factor.turn_off(ADA, HERE, PASSWORD, codes[1], ADDRESS)
    assert world.factors.on is None


async def test_after_a_log_in_no_password_is_asked_for_to_enrol(world: World) -> None:
    """For some minutes, in that session; who has no password is told to log in again."""
    with pytest.raises(ProblemError) as refused:
        await world.factor.enrol(ADA, HERE, None, ADDRESS)
    assert refused.value.problem.code is ProblemCode.PROOF_NEEDED
    await world.recent.remember(HERE)
    assert await world.factor.enrol(ADA, HERE, None, ADDRESS)
    world.recent.forget()
    world.owners.ada = replace(world.owners.ada, password_hash="")
    with pytest.raises(ProblemError) as refused:
        await world.factor.enrol(ADA, HERE, None, ADDRESS)
    assert refused.value.problem.code is ProblemCode.FRESH_LOGIN_NEEDED
