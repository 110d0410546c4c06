"""Token buckets: how much may be asked for in a row, and how fast it comes back. One rule for REST and for frames.

A bucket is kept as one number, the moment at which it will be full again (the generic cell rate algorithm): an empty
key is a full bucket, so nothing needs to be made, filled or swept.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

import redis.asyncio
import redis.exceptions

from nexync_contracts.channels import budget_key, ended_session_key
from nexync_contracts.ids import PersonId, SessionId
from nexync_runtime import log

SESSIONS_WORTH: Final = 3
"""A person may do three times what one of their sessions or sockets may."""

LOCAL_BUCKETS: Final = 10_000
"""Buckets that a process keeps while Redis is away; the one used longest ago is forgotten, which fills it."""

TOLD_SECONDS: Final = 10.0
"""How often a log says that Redis is away."""

_ROUNDING: Final = 1e-6

_log = log.get("limits")


class Budget(NamedTuple):
    """`burst` tokens at once, `rate` more a second."""

    rate: float
    burst: int

    def times(self, number: int) -> "Budget":
        """So many of it together."""
        return Budget(self.rate * number, self.burst * number)


class Taken(NamedTuple):
    """What a bucket said: tokens `left`, seconds until it is `full`, and how long to `wait`; 0 when they were taken."""

    left: int
    full: float
    wait: float


def take(budget: Budget, full_at: float, now: float, cost: float) -> tuple[float, Taken]:
    """Take `cost` tokens at `now`: when the bucket is full again, and what to say. Nothing is taken when it waits."""
    full_at = min(max(full_at, now), now + budget.burst / budget.rate)
    wait = _wait(budget, full_at - now, cost)
    if wait > _ROUNDING:
        return full_at, Taken(_left(budget, full_at - now), full_at - now, wait)
    full_at += cost / budget.rate
    return full_at, Taken(_left(budget, full_at - now), full_at - now, 0.0)


def _left(budget: Budget, full: float) -> int:
    return max(0, int(budget.burst - full * budget.rate + _ROUNDING))


def _wait(budget: Budget, full: float, cost: float) -> float:
    return max(0.0, full + (cost - budget.burst) / budget.rate)


class Policy(NamedTuple):
    """A bucket that a request takes from: its name for clients, its subject, its budget."""

    name: str
    subject: str
    budget: Budget


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the one who asks stands with each of their buckets."""

    taken: tuple[tuple[Policy, Taken], ...]

    @property
    def wait(self) -> float:
        """Seconds until the request may come again; 0 when it may go on."""
        return max((one.wait for _, one in self.taken), default=0.0)

    def headers(self) -> dict[str, str]:
        """`RateLimit-Policy` and `RateLimit` as draft-ietf-httpapi-ratelimit-headers-10 has them.

        `q` tokens come back within `w` seconds; `r` are left, and all are back in `t` seconds.
        """
        policies = (
            f'"{policy.name}";q={policy.budget.burst};w={_seconds(policy.budget.burst / policy.budget.rate)}'
            for policy, _ in self.taken
        )
        standing = (
            f'"{policy.name}";r={one.left};t={_seconds(max(one.full, one.wait))}'
            for policy, one in self.taken
        )
        return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(standing)}


def _seconds(number: float) -> int:
    return max(1, -int(-number // 1)) if number > 0 else 0


class Limiter(Protocol):
    """Counts the requests of people who are logged in."""

    async def take(self, person: PersonId, session: SessionId, cost: int) -> Standing:
        """Take the cost of one request, or nothing when any bucket lacks it."""
        ...


_COUNT: Final = """
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local cost = tonumber(ARGV[1])
local fulls, answer, waits = {}, {}, false
for i, key in ipairs(keys) do
    local rate, burst = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
    local full = math.max(tonumber(redis.call('GET', key) or now), now)
    full = math.min(full, now + burst / rate)
    fulls[i] = {full, full + cost / rate}
    if fulls[i][2] - now - burst / rate > 1e-6 then waits = true end
end
for i, key in ipairs(keys) do
    local full = fulls[i][2]
    if waits then
        full = fulls[i][1]
    else
        redis.call('SET', key, string.format('%.6f', full), 'PX', math.max(1, math.ceil((full - now) * 1000)))
    end
    answer[i] = string.format('%.6f', full - now)
end
table.insert(answer, 1, waits and 'waits' or 'taken')
return answer
"""
"""Seconds until each bucket is full: after the taking, or as it is when any lacks the cost. All or nothing, by one
clock."""

_TAKE: Final = f"local keys = KEYS{_COUNT}"

_ENTER: Final = f"""
if redis.call('EXISTS', KEYS[#KEYS]) == 1 then return {{'ended'}} end
local keys = {{unpack(KEYS, 1, #KEYS - 1)}}{_COUNT}"""
"""The last key says that the session has ended; then nothing is taken."""


class RedisLimiter:
    """Buckets in Redis: one round trip a request, for all instances of a service together.

    While Redis is away each process counts for itself, by the same budgets: nobody is refused because of it, and
    nothing is without a limit.
    """

    def __init__(
        self,
        client: "redis.asyncio.Redis",
        budget: Budget,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client: Any = client
        self._taking: Any = client.register_script(_TAKE)
        self._entering: Any = client.register_script(_ENTER)
        self._budget = budget
        self._now = now
        self._local = LocalBuckets(now)
        self._told = -TOLD_SECONDS

    async def take(self, person: PersonId, session: SessionId, cost: int) -> Standing:
        """See `Limiter`."""
        policies = self._policies(person, session)
        try:
            said, *fulls = await self._taking(keys=_keys(policies), args=_numbers(policies, cost))
        except (redis.exceptions.RedisError, OSError, TimeoutError) as error:
            self._tell(error)
            return self._local.take(policies, cost)
        return standing_of(policies, [float(one) for one in fulls], cost, taken=said == b"taken")

    async def enter(self, person: PersonId, session: SessionId, cost: int) -> Standing | None:
        """The same by a session that may have ended: then None, and nothing is taken. Still one round trip.

        A Redis that answers but takes nothing in, as when its memory is full, is asked for the session alone, and
        this process counts. Raises RedisError, OSError, TimeoutError when nothing can be known.
        """
        policies = self._policies(person, session)
        ended = ended_session_key(session)
        try:
            said, *fulls = await self._entering(
                keys=[*_keys(policies), ended], args=_numbers(policies, cost)
            )
        except redis.exceptions.ResponseError as error:
            self._tell(error)
            return None if await self._client.exists(ended) else self._local.take(policies, cost)
        if said == b"ended":
            return None
        return standing_of(policies, [float(one) for one in fulls], cost, taken=said == b"taken")

    def _policies(self, person: PersonId, session: SessionId) -> tuple[Policy, Policy]:
        return (
            Policy("session", session, self._budget),
            Policy("person", person, self._budget.times(SESSIONS_WORTH)),
        )

    def _tell(self, error: Exception) -> None:
        if self._now() - self._told >= TOLD_SECONDS:
            self._told = self._now()
            _log.warning("limits count for this process alone", reason=type(error).__name__)


def _keys(policies: Sequence[Policy]) -> list[str]:
    return [budget_key(one.name, one.subject) for one in policies]


def _numbers(policies: Sequence[Policy], cost: int) -> list[float]:
    return [cost, *(number for one in policies for number in one.budget)]


def standing_of(
    policies: Sequence[Policy], fulls: Sequence[float], cost: int, *, taken: bool
) -> Standing:
    """From the seconds until each bucket is full: after the taking, or as it is when nothing was taken."""
    return Standing(
        tuple(
            (
                policy,
                Taken(
                    _left(policy.budget, full),
                    full,
                    0.0 if taken else _wait(policy.budget, full, cost),
                ),
            )
            for policy, full in zip(policies, fulls, strict=True)
        )
    )


class LocalBuckets:
    """Buckets of this process, at most LOCAL_BUCKETS of them."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._full_at: OrderedDict[tuple[str, str], float] = OrderedDict()

    def take(self, policies: Sequence[Policy], cost: int) -> Standing:
        """Take from all of them, or from none."""
        now = self._now()
        tried = [
            take(one.budget, self._full_at.get((one.name, one.subject), now), now, cost)
            for one in policies
        ]
        if not any(taken.wait for _, taken in tried):
            for one, (full_at, _) in zip(policies, tried, strict=True):
                self._full_at[one.name, one.subject] = full_at
                self._full_at.move_to_end((one.name, one.subject))
            while len(self._full_at) > LOCAL_BUCKETS:
                self._full_at.popitem(last=False)
        return Standing(
            tuple((one, taken) for one, (_, taken) in zip(policies, tried, strict=True))
        )
