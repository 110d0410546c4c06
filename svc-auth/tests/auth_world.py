"""What several suites of svc-auth share."""

import os

import pytest

from svc_auth.ports import Slow


def required(name: str) -> str:
    """A setting of the backends."""
    value = os.environ.get(name)
    if not value:
        pytest.fail(f"{name} is not set; tests marked `real` need the backends")
    return value


class FakeLimits:
    """Counts without windows; waits end when the clock has been turned."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str], int] = {}
        self.waits: dict[tuple[str, str], float] = {}
        self.known: set[tuple[str, str]] = set()
        self.now = 0.0

    async def hit(self, what: str, subject: str, *, most: int, seconds: int) -> float | None:
        count = self.counts[what, subject] = self.counts.get((what, subject), 0) + 1
        return float(seconds) if count > most else None

    async def slow(self, how: Slow, subject: str) -> float | None:
        key = (how.what, subject)
        left = self.waits.get(key, 0.0) - self.now
        if left > 0:
            return left
        count = self.counts[key] = self.counts.get(key, 0) + 1
        if count >= how.free:
            self.waits[key] = self.now + min(how.first * 2.0 ** (count - how.free), how.most)
        return None

    async def clear(self, what: str, subject: str) -> None:
        self.counts.pop((what, subject), None)
        self.waits.pop((what, subject), None)

    async def learn(self, account: str, network: str) -> None:
        self.known.add((account, network))

    async def knows(self, account: str, network: str) -> bool:
        return (account, network) in self.known
