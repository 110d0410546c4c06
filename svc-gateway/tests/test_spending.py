"""Sockets that send too fast are read more slowly; nothing that they sent is lost."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from gateway_ids import some_id
from gateway_world import Running, settle
from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts.ids import PersonId
from nexync_runtime.limiting import Budget
from svc_gateway.framing import TEXT, Message
from svc_gateway.spending import REST_SECONDS, TOKEN_BYTES, FrameBudget, cost_of

ANA = PersonId(some_id())


@dataclass
class Spender:
    """A socket or a person."""

    full_at: float = 0.0


def test_long_frames_cost_more() -> None:
    frames = [Message(TEXT, b"x" * size) for size in (0, TOKEN_BYTES - 1, TOKEN_BYTES, 65_536)]
    assert [cost_of([frame]) for frame in frames] == [1, 1, 2, 17]
    assert cost_of(frames) == 21


@given(st.lists(st.tuples(st.floats(0, 3), st.integers(1, 50)), max_size=80))
def test_who_rests_as_told_never_sends_faster_than_the_budget(
    sent: list[tuple[float, int]],
) -> None:
    """Over any time: the burst, what came back, and the one reading that overdrew it."""
    budget = FrameBudget(Budget(10.0, 20))
    socket, now, total = Spender(), 0.0, 0
    largest = max((cost for _, cost in sent), default=0)
    for pause, cost in sent:
        now += pause
        total += cost
        now += budget.rest(socket, None, cost, now)
        assert total <= 20 + now * 10.0 + largest + 1e-6


def test_the_sockets_of_a_person_share_three_times_the_budget() -> None:
    budget, person = FrameBudget(Budget(1.0, 10)), Spender()
    rests = [budget.rest(Spender(), person, 10, 0.0) for _ in range(4)]
    assert rests == [0.0, 0.0, 0.0, pytest.approx(10 / 3)]
    assert budget.rest(Spender(), person, 10_000, 0.0) == REST_SECONDS


async def test_a_socket_that_is_too_fast_rests_and_loses_nothing() -> None:
    """Reading stops and goes on by itself; every frame that came is answered, in order."""
    async with Running(budget=Budget(100.0, 10)) as world:
        client = await world.resumed(ANA)
        timers: list[tuple[float, Callable[[], None]]] = []

        def later(seconds: float, wake: Callable[[], None]) -> asyncio.TimerHandle:
            timers.append((seconds, wake))
            return asyncio.get_running_loop().call_later(60, wake)

        world.core.kit.call_later = later
        for _ in range(30):
            client.say(t="ping")
        assert not client.transport.reading
        assert world.counts.rests == 1
        await settle()
        assert [frame["t"] for frame in client.new_frames()] == ["pong"] * 30
        ((seconds, wake),) = timers
        assert 0 < seconds < 0.02
        wake()
        assert client.transport.reading
        client.say(t="ping")
        await settle()
        assert [frame["t"] for frame in client.new_frames()] == ["pong"]


async def test_a_resting_socket_can_be_closed() -> None:
    """The close is written, and reading goes on for the peer's answer to it."""
    async with Running(budget=Budget(0.1, 10)) as world:
        client = await world.resumed(ANA)
        for _ in range(30):
            client.say(t="ping")
        assert not client.transport.reading
        client.socket.close(4501, "logged out")
        await settle()
        assert client.close_code == 4501
        assert client.transport.reading
