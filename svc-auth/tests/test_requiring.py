"""A second factor that the operator asks for, over fakes: which sessions open, go on and end."""

import pytest
from auth_world import ADA, FakeAnnouncer, FakeHoldings, FakeRecentProofs
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from session_world import NOW, SESSION, FakeSessions

from nexync_contracts.errors import ProblemCode
from nexync_contracts.instance_rest import SecondFactorMode
from nexync_runtime.http import ProblemError
from svc_auth.ports import Standing
from svc_auth.requiring import Held, Requiring
from svc_auth.sessions import SessionKeeper, Tokens
from svc_auth.signing import SigningKey

NOTHING = Held(admin=False, app=False, passkeys=0)
ADMIN = Held(admin=True, app=False, passkeys=0)
APP = Held(admin=False, app=True, passkeys=0)
PASSKEY = Held(admin=False, app=False, passkeys=1)


class World:
    """Ada's session, and a rule that can be changed."""

    def __init__(self) -> None:
        self.sessions = FakeSessions()
        self.announcer = FakeAnnouncer()
        self.holdings = FakeHoldings()
        self.rule = Requiring(mode=SecondFactorMode.OPTIONAL, holdings=self.holdings)
        self.keeper = SessionKeeper(
            sessions=self.sessions,
            announcer=self.announcer,
            key=SigningKey(Ed25519PrivateKey.generate()),
            clock=lambda: NOW,
            longest=NOW - NOW.replace(year=2025),
            requiring=self.rule,
            recent=FakeRecentProofs(),
        )

    async def open(self, standing: Standing = Standing.ONE_FACTOR) -> Tokens:
        return await self.keeper.open(ADA, "ada", "", standing)


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    ("mode", "held", "setup"),
    [
        (SecondFactorMode.OPTIONAL, NOTHING, False),
        (SecondFactorMode.OPTIONAL, ADMIN, False),
        (SecondFactorMode.ADMINISTRATORS, NOTHING, False),
        (SecondFactorMode.ADMINISTRATORS, ADMIN, True),
        (SecondFactorMode.ADMINISTRATORS, PASSKEY, False),
        (SecondFactorMode.EVERYONE, NOTHING, True),
        (SecondFactorMode.EVERYONE, ADMIN, True),
    ],
)
async def test_whoever_must_have_a_factor_is_led_to_set_one_up(
    world: World, mode: SecondFactorMode, held: Held, *, setup: bool
) -> None:
    """By one factor: the token says that it is good for nothing else. By two, it is good for all."""
    world.rule.mode, world.holdings.ada = mode, held
    assert (await world.open()).claims.setup == setup
    assert not (await world.open(Standing.TWO_FACTORS)).claims.setup


async def test_whose_factor_is_a_passkey_logs_in_by_it(world: World) -> None:
    """The password would be one factor alone, and must not lead to another app."""
    world.rule.mode, world.holdings.ada = SecondFactorMode.EVERYONE, PASSKEY
    with pytest.raises(ProblemError) as refused:
        await world.open()
    assert refused.value.problem.code is ProblemCode.PASSKEY_NEEDED
    assert not world.sessions.tokens
    assert not (await world.open(Standing.TWO_FACTORS)).claims.setup


@pytest.mark.parametrize("held", [NOTHING, PASSKEY, APP])
async def test_a_session_of_one_factor_ends_when_two_are_asked_for(
    world: World, held: Held
) -> None:
    """At its next refresh, with its sockets, whatever was set up in it; one of two factors goes on."""
    tokens = await world.open()
    world.rule.mode, world.holdings.ada = SecondFactorMode.EVERYONE, held
    with pytest.raises(ProblemError) as refused:
        await world.keeper.refresh(tokens.refresh)
    assert refused.value.problem.code is ProblemCode.UNAUTHENTICATED
    assert (world.sessions.ended, world.announcer.ended) == (True, [SESSION])


async def test_a_session_of_two_factors_goes_on(world: World) -> None:
    tokens = await world.open(Standing.TWO_FACTORS)
    world.rule.mode = SecondFactorMode.EVERYONE
    assert not (await world.keeper.refresh(tokens.refresh)).claims.setup
    assert not world.announcer.ended


async def test_setting_up_may_take_long(world: World) -> None:
    """A refresh changes nothing; when it is done, or asked for no more, the session is good for all."""
    world.rule.mode = SecondFactorMode.EVERYONE
    tokens = await world.open()
    tokens = await world.keeper.refresh(tokens.refresh)
    assert tokens.claims.setup
    world.sessions.standing = Standing.TWO_FACTORS
    assert not (await world.keeper.refresh(tokens.refresh)).claims.setup


async def test_a_session_for_setting_up_is_free_when_nothing_is_asked_for(world: World) -> None:
    """And ends like any other of one factor when it is asked for again."""
    world.rule.mode = SecondFactorMode.EVERYONE
    tokens = await world.open()
    world.rule.mode = SecondFactorMode.OPTIONAL
    tokens = await world.keeper.refresh(tokens.refresh)
    assert not tokens.claims.setup
    assert world.sessions.standing is Standing.ONE_FACTOR


@pytest.mark.parametrize("held", [PASSKEY, APP])
async def test_a_session_for_setting_up_ends_when_it_was_done_elsewhere(
    world: World, held: Held
) -> None:
    """Whoever sits there has not shown the factor."""
    world.rule.mode = SecondFactorMode.EVERYONE
    tokens = await world.open()
    world.holdings.ada = held
    with pytest.raises(ProblemError):
        await world.keeper.refresh(tokens.refresh)
    assert world.announcer.ended == [SESSION]
