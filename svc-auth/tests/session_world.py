"""One person's session over fakes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from auth_world import ADA

from nexync_contracts.ids import PersonId, SessionId
from svc_auth.ports import Listed, Outlived, Refreshed, RefreshRefused, Reused, Standing

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SESSION = SessionId("00000000-0000-4000-8000-0000000000aa")


@dataclass
class FakeSessions:
    """One session, with its tokens and when they were used."""

    tokens: dict[bytes, datetime | None] = field(default_factory=dict[bytes, datetime | None])
    ended: bool = False
    locked: bool = False
    opened_at: datetime = NOW
    standing: Standing = Standing.ONE_FACTOR

    async def open(
        self,
        session: SessionId,
        person: PersonId,
        token_hash: bytes,
        *,
        user_agent: str,
        now: datetime,
        expires_at: datetime,
        standing: Standing,
    ) -> Sequence[SessionId] | None:
        if self.locked:
            return None
        self.tokens[token_hash] = None
        self.standing = standing
        return ()

    async def stand(self, session: SessionId, standing: Standing) -> None:
        self.standing = standing

    async def rotate(
        self,
        used_hash: bytes,
        new_hash: bytes,
        *,
        now: datetime,
        grace_seconds: float,
        expires_at: datetime,
        longest: timedelta,
    ) -> Refreshed | RefreshRefused | Reused | Outlived:
        if used_hash not in self.tokens:
            return RefreshRefused.UNKNOWN
        if self.ended:
            return RefreshRefused.ENDED
        if self.opened_at + longest <= now:
            self.ended = True
            return Outlived(SESSION, ADA)
        used_at = self.tokens[used_hash]
        if used_at is not None and now - used_at > timedelta(seconds=grace_seconds):
            self.ended = True
            return Reused(SESSION, ADA)
        self.tokens[used_hash] = used_at or now
        self.tokens[new_hash] = None
        return Refreshed(SESSION, ADA, "ada", self.standing)

    async def session_of(self, token_hash: bytes) -> tuple[SessionId, PersonId] | None:
        return (SESSION, ADA) if token_hash in self.tokens else None

    async def end(self, session: SessionId, now: datetime) -> None:
        self.ended = True

    async def listed(self, person: PersonId, now: datetime) -> Sequence[Listed]:
        return () if self.ended else (Listed(SESSION, "curl/8", NOW, NOW),)

    async def end_one(self, person: PersonId, session: SessionId, now: datetime) -> bool:
        mine = (person, session) == (ADA, SESSION)
        self.ended = self.ended or mine
        return mine

    async def end_all(
        self, person: PersonId, now: datetime, *, but: SessionId | None
    ) -> Sequence[SessionId]:
        if person != ADA or but == SESSION:
            return ()
        self.ended = True
        return (SESSION,)

    async def alive(self, sessions: Sequence[SessionId], now: datetime) -> tuple[SessionId, ...]:
        return () if self.ended else tuple(sessions)
