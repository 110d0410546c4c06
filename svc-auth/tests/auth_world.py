"""What several suites of svc-auth share."""

import os
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from nexync_contracts import limits
from nexync_contracts.ids import InviteId, PersonId, SessionId
from svc_auth.admin_ports import Actor
from svc_auth.invitation_ports import GoodInvitation, Invitation
from svc_auth.ports import Slow
from svc_auth.requiring import Held

ADA = PersonId("00000000-0000-4000-8000-000000000001")
BOB = PersonId("00000000-0000-4000-8000-000000000002")


def required(name: str) -> str:
    """A setting of the backends."""
    value = os.environ.get(name)
    if not value:
        pytest.fail(f"{name} is not set; tests marked `real` need the backends")
    return value


def to_a_young_step(now: datetime) -> timedelta:
    """How far away a time step is of which most is left, for codes that are on the way for a while."""
    passed = now.timestamp() % limits.FACTOR_STEP_SECONDS
    late = passed > limits.FACTOR_STEP_SECONDS / 3
    return timedelta(seconds=limits.FACTOR_STEP_SECONDS - passed if late else 0)


class FakeInvitations:
    """Good invitations by the hash of their token."""

    def __init__(self) -> None:
        self.known: dict[bytes, GoodInvitation] = {}

    async def good(self, token_hash: bytes, now: datetime) -> GoodInvitation | None:
        found = self.known.get(token_hash)
        return found if found is not None and found.expires_at > now else None

    async def add(self, actor: Actor, new: Invitation, token_hash: bytes, *, most: int) -> bool:
        if len(self.known) >= most:
            return False
        self.known[token_hash] = GoodInvitation(new.id, new.expires_at)
        return True

    async def listed(self, most: int) -> Sequence[Invitation]:
        return ()

    async def revoke(self, actor: Actor, invitation: InviteId, now: datetime) -> bool:
        return False


class FakeRecentProofs:
    """Without an end; `forget` is as if time had passed."""

    def __init__(self) -> None:
        self.known: set[SessionId] = set()

    async def remember(self, session: SessionId) -> None:
        self.known.add(session)

    async def recall(self, session: SessionId) -> bool:
        return session in self.known

    def forget(self) -> None:
        self.known.clear()


class FakeHoldings:
    """What Ada has."""

    def __init__(self) -> None:
        self.ada = Held(admin=False, app=False, passkeys=0)

    async def held(self, person: PersonId) -> Held:
        return self.ada


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


class FakeAnnouncer:
    """Remembers what was announced."""

    def __init__(self) -> None:
        self.ended: list[SessionId] = []

    async def reachable(self) -> None:
        """It always is."""

    async def sessions_ended(self, person: PersonId, sessions: Sequence[SessionId]) -> None:
        self.ended.extend(sessions)
