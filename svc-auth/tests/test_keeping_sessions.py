"""Sessions over fakes: refresh, copies of tokens, ends and their announcement."""

from datetime import timedelta

import pytest
from account_world import World, world
from auth_world import ADA, BOB
from session_world import SESSION

from nexync_contracts.errors import ProblemCode
from nexync_runtime.http import ProblemError
from svc_auth.ports import (
    Standing,
)
from svc_auth.sessions import token_hash

__all__ = ["world"]


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
