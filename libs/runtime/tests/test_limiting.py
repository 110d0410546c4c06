"""Token buckets: never more than the budget, all of it after a pause, the same in Redis and in a process."""

import asyncio
import os
import secrets
from collections.abc import AsyncGenerator
from itertools import pairwise

import pytest
import redis.asyncio
import redis.exceptions
from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts.channels import budget_key, ended_session_key
from nexync_contracts.ids import PersonId, SessionId
from nexync_runtime.limiting import (
    LOCAL_BUCKETS,
    SESSIONS_WORTH,
    Budget,
    LocalBuckets,
    Policy,
    RedisLimiter,
    Standing,
    Taken,
    take,
)
from nexync_runtime.redis_client import open_redis

BUDGET = Budget(rate=2.0, burst=10)


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@given(
    st.lists(st.tuples(st.floats(0, 20), st.integers(1, 10)), max_size=60),
    st.floats(0.1, 50),
    st.integers(10, 100),
)
def test_no_span_of_time_gets_more_than_the_budget(
    asks: list[tuple[float, int]], rate: float, burst: int
) -> None:
    """In any span: at most the burst and what comes back meanwhile; and who waits as told gets it."""
    budget = Budget(rate, burst)
    now, full_at = 0.0, 0.0
    taken: list[tuple[float, int]] = []
    for pause, cost in asks:
        now += pause
        before = full_at
        full_at, found = take(budget, full_at, now, cost)
        if found.wait:
            assert full_at == pytest.approx(max(before, now))
            _, later = take(budget, full_at, now + found.wait + 1e-6, cost)
            assert later.wait == 0
        else:
            taken.append((now, cost))
    for first in range(len(taken)):
        total = 0
        for at, cost in taken[first:]:
            total += cost
            assert total <= burst + (at - taken[first][0]) * rate + 1e-3


def test_a_full_bucket_is_what_a_pause_leaves() -> None:
    full_at, found = take(BUDGET, 0.0, 100.0, 10)
    assert found == Taken(0, 5.0, 0.0)
    _, found = take(BUDGET, full_at, 100.0, 1)
    assert (found.left, found.wait) == (0, 0.5)
    _, found = take(BUDGET, full_at, 105.0, 10)
    assert found.wait == 0


def test_the_headers_are_those_of_the_draft() -> None:
    """draft-ietf-httpapi-ratelimit-headers-10: q and w of the policy, r and t of the standing, whole seconds up."""
    session = Policy("session", "s", BUDGET), Taken(7, 1.5, 0.0)
    person = Policy("person", "p", BUDGET.times(SESSIONS_WORTH)), Taken(0, 5.0, 0.3)
    standing = Standing((session, person))
    assert standing.wait == 0.3
    assert standing.headers() == {
        "RateLimit-Policy": '"session";q=10;w=5, "person";q=30;w=5',
        "RateLimit": '"session";r=7;t=2, "person";r=0;t=5',
    }


def test_a_process_forgets_the_bucket_that_was_used_longest_ago() -> None:
    buckets = LocalBuckets(Clock())
    for number in range(LOCAL_BUCKETS + 1):
        buckets.take([Policy("session", str(number), BUDGET)], 10)
    assert buckets.take([Policy("session", "0", BUDGET)], 10).wait == 0
    assert buckets.take([Policy("session", str(LOCAL_BUCKETS), BUDGET)], 1).wait > 0


class Broken:
    """A Redis that is away."""

    def register_script(self, text: str) -> "Broken":
        del text
        return self

    async def __call__(self, **_: object) -> None:
        raise redis.exceptions.ConnectionError


async def test_without_redis_each_process_counts_for_itself() -> None:
    """Nobody is refused because Redis is away, and nothing is without a limit."""
    clock = Clock()
    client: redis.asyncio.Redis = Broken()  # type: ignore[assignment] # only what a limiter uses
    limiter = RedisLimiter(client, BUDGET, clock)
    person, session = PersonId("p"), SessionId("s")
    for _ in range(10):
        assert (await limiter.take(person, session, 1)).wait == 0
    assert (await limiter.take(person, session, 1)).wait == pytest.approx(0.5)
    assert (await limiter.take(person, SessionId("other"), 1)).wait == 0
    clock.now += 0.5
    assert (await limiter.take(person, session, 1)).wait == 0


@pytest.fixture
async def client() -> AsyncGenerator["redis.asyncio.Redis"]:
    opened = open_redis(os.environ["NEXYNC_REDIS_STATE_URL"])
    yield opened
    await opened.aclose()


class Full:
    """A Redis that answers what it knows and takes nothing in."""

    def __init__(self, *, ended: bool) -> None:
        self._ended = ended

    def register_script(self, text: str) -> "Full":
        del text
        return self

    async def __call__(self, **_: object) -> None:
        raise redis.exceptions.OutOfMemoryError

    async def exists(self, key: str) -> int:
        return int(self._ended and key == ended_session_key(SessionId("s")))


async def test_with_a_full_redis_sessions_are_looked_for_and_each_process_counts() -> None:
    """Who was logged out stays so, everybody else goes on within the limits."""
    person, session = PersonId("p"), SessionId("s")
    gone: redis.asyncio.Redis = Full(ended=True)  # type: ignore[assignment] # only what a limiter uses
    assert await RedisLimiter(gone, BUDGET, Clock()).enter(person, session, 1) is None
    there: redis.asyncio.Redis = Full(ended=False)  # type: ignore[assignment] # likewise
    limiter = RedisLimiter(there, BUDGET, Clock())
    waits: list[float] = []
    for _ in range(11):
        standing = await limiter.enter(person, session, 1)
        assert standing is not None
        waits.append(standing.wait)
    assert waits == [0.0] * 10 + [pytest.approx(0.5)]


async def test_without_redis_nobody_enters() -> None:
    """Whether a session has ended can't be known then."""
    client: redis.asyncio.Redis = Broken()  # type: ignore[assignment] # only what a limiter uses
    with pytest.raises(redis.exceptions.ConnectionError):
        await RedisLimiter(client, BUDGET).enter(PersonId("p"), SessionId("s"), 1)


@pytest.mark.real
async def test_who_enters_is_counted_as_who_takes_and_a_session_that_ended_takes_nothing(
    client: "redis.asyncio.Redis",
) -> None:
    """One round trip says both."""
    person, session = PersonId(secrets.token_hex(8)), SessionId(secrets.token_hex(8))
    limiter = RedisLimiter(client, Budget(0.01, 10))
    entered = await limiter.enter(person, session, 4)
    assert entered is not None
    assert [one.left for _, one in entered.taken] == [6, 26]
    refused = await limiter.enter(person, session, 7)
    assert refused is not None
    assert refused.wait > 0
    await client.set(ended_session_key(session), "1", ex=60)
    assert await limiter.enter(person, session, 1) is None
    assert [one.left for _, one in (await limiter.take(person, session, 1)).taken] == [5, 25]


@pytest.mark.real
async def test_all_instances_share_a_bucket(client: "redis.asyncio.Redis") -> None:
    """Two limiters at once: together they let through the burst, and what comes back in the meantime."""
    person, session = PersonId(secrets.token_hex(8)), SessionId(secrets.token_hex(8))
    slow = Budget(0.01, 20)
    limiters = [RedisLimiter(client, slow) for _ in range(2)]
    found = await asyncio.gather(
        *(limiters[number % 2].take(person, session, 1) for number in range(60))
    )
    passed = [one for one in found if one.wait == 0]
    assert len(passed) == 20
    left = sorted((one.taken[0][1].left for one in passed), reverse=True)
    assert all(before == after + 1 for before, after in pairwise(left))
    assert min(one.wait for one in found if one.wait) > 50


@pytest.mark.real
async def test_a_person_has_the_worth_of_three_sessions(client: "redis.asyncio.Redis") -> None:
    """A fourth session finds the person's bucket empty, and takes nothing from its own."""
    person = PersonId(secrets.token_hex(8))
    limiter = RedisLimiter(client, Budget(0.01, 10))
    sessions = [SessionId(secrets.token_hex(8)) for _ in range(4)]
    for session in sessions[:3]:
        assert (await limiter.take(person, session, 10)).wait == 0
    refused = await limiter.take(person, sessions[3], 1)
    assert [(policy.name, one.wait > 0) for policy, one in refused.taken] == [
        ("session", False),
        ("person", True),
    ]
    assert refused.taken[0][1].left == 10
    assert await client.exists(budget_key("session", sessions[3])) == 0
    assert 0 < await client.pttl(budget_key("session", sessions[0])) <= 1_000_000


@pytest.mark.real
async def test_redis_says_what_the_arithmetic_says(client: "redis.asyncio.Redis") -> None:
    """The script and `take` are one rule."""
    person, session = PersonId(secrets.token_hex(8)), SessionId(secrets.token_hex(8))
    budget = Budget(0.001, 10)
    limiter = RedisLimiter(client, budget)
    full_at = 0.0
    for cost in (3, 5, 3, 2, 1):
        found = (await limiter.take(person, session, cost)).taken[0][1]
        full_at, expected = take(budget, full_at, 0.0, cost)
        assert found.left == expected.left
        assert found.full == pytest.approx(expected.full, abs=2)
        assert found.wait == pytest.approx(expected.wait, abs=2)
