"""Log-in over fakes: what a wrong password costs, mailed passwords, hashes that have aged."""

from datetime import timedelta

import pytest
from account_world import World, world
from auth_world import ADA
from session_world import NOW

from nexync_contracts.errors import ProblemCode
from nexync_runtime.http import ProblemError
from svc_auth.passwords import Passwords
from svc_auth.ports import (
    Account,
    OneTime,
)

__all__ = ["world"]


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


async def test_an_old_hash_is_renewed_at_login(world: World) -> None:
    """Stronger parameters reach everybody who comes back."""
    weak = Passwords(threads=1, memory_kib=32, passes=1)
    world.accounts.account = Account(ADA, "ada", await weak.hash("correct horse"), verified=True)
    await weak.close()
    await world.login.log_in("ada", "correct horse", "10.0.0.1")
    (fresh,) = world.accounts.rehashed
    assert not world.passwords.outdated(fresh)


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


async def test_a_password_of_ones_own_never_ends(world: World) -> None:
    """Nobody is made to choose another one because of its age."""
    own = await world.passwords.hash("correct horse")
    world.accounts.account = Account(ADA, "ada", own, verified=True)
    world.now = NOW + timedelta(days=36_500)
    assert (await world.login.log_in("ada", "correct horse", "10.0.0.1")).person == ADA
