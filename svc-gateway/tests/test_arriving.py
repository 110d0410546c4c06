"""Newcomers take turns."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svc_gateway.arriving import Arrivals


class Loop:
    """Turns of the loop, one at a time."""

    def __init__(self) -> None:
        self._next: list[Callable[[], None]] = []

    def call_soon(self, work: Callable[[], None]) -> None:
        """For the turn after this one."""
        self._next.append(work)

    async def turn(self) -> None:
        """One turn, and what it woke."""
        work, self._next = self._next, []
        for one in work:
            one()
        for _ in range(3):
            await asyncio.sleep(0)


async def test_with_nobody_waiting_a_newcomer_waits_for_nothing() -> None:
    """Alone, and again in each later turn."""
    loop = Loop()
    arrivals = Arrivals(loop.call_soon, at_once=2)
    for _ in range(5):
        assert arrivals.at_once()
        await loop.turn()


@given(st.lists(st.integers(0, 6), max_size=8), st.integers(2, 4))
async def test_no_turn_takes_more_than_it_may_and_in_the_end_all_are_in(
    coming: list[int], at_once: int
) -> None:
    """Whatever comes in which turn."""
    loop, entered, came = Loop(), list[int](), 0
    arrivals = Arrivals(loop.call_soon, at_once)

    async def enter(number: int) -> None:
        await arrivals.turn()
        entered.append(number)

    async with asyncio.TaskGroup() as group:
        for count in [*coming, *[0] * 26]:
            before = len(entered)
            for _ in range(count):
                group.create_task(enter(came))
                came += 1
            await loop.turn()
            assert len(entered) - before <= 2 * at_once, "this turn's, and those of the one before"
        assert sorted(entered) == list(range(came))


async def test_who_has_given_up_takes_nobodys_turn() -> None:
    """A socket that was closed while it waited."""
    loop = Loop()
    arrivals = Arrivals(loop.call_soon, at_once=1)
    assert arrivals.at_once()
    gone, waiting = asyncio.create_task(arrivals.turn()), asyncio.create_task(arrivals.turn())
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    await loop.turn()
    assert waiting.done()
    await waiting


async def test_nobody_goes_past_those_who_wait() -> None:
    """Also when a turn is free again."""
    loop = Loop()
    arrivals = Arrivals(loop.call_soon, at_once=1)
    assert arrivals.at_once()
    waiting = asyncio.create_task(arrivals.turn())
    await asyncio.sleep(0)
    assert not arrivals.at_once()
    await loop.turn()
    assert waiting.done()
    assert not arrivals.at_once()
    await loop.turn()
    assert arrivals.at_once()
    await waiting
