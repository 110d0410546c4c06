"""Sessions: open, refresh with rotating tokens, end.

A refresh token is good once. When a used one comes again, two tabs may have raced: within ten seconds it gets a
fresh token of the same session. Later it means that somebody has a copy, and the session ends. Each refresh gives
30 days more, up to the time that a session may last at all.
"""

import hashlib
import secrets
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from nexync_contracts import limits
from nexync_contracts.ids import PersonId, SessionId
from nexync_contracts.session import AccessClaims
from svc_auth.errors import deactivated, no_such_session, passkey_needed, unauthenticated
from svc_auth.metrics import ATTEMPTS
from svc_auth.ports import (
    Announcer,
    Listed,
    Outlived,
    RecentProofs,
    Refreshed,
    RefreshRefused,
    Reused,
    Sessions,
    Standing,
)
from svc_auth.requiring import Requiring
from svc_auth.signing import Signer

GRACE_SECONDS: Final = 10.0
USER_AGENT_CHARS: Final = 200
TOKEN_CHARS: Final = 100


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a browser gets: both tokens and the claims of the first."""

    access: str
    refresh: str
    claims: AccessClaims


def token_hash(token: str) -> bytes:
    """What is stored of a refresh token; it has 256 random bits, so a plain SHA-256 is enough."""
    return hashlib.sha256(token.encode()).digest()


class SessionKeeper:
    """The use cases of sessions."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        announcer: Announcer,
        key: Signer,
        clock: Callable[[], datetime],
        longest: timedelta,
        requiring: Requiring,
        recent: RecentProofs,
    ) -> None:
        self._requiring = requiring
        self._recent = recent
        self._longest = longest
        self._sessions = sessions
        self._announcer = announcer
        self._key = key
        self._clock = clock

    async def open(
        self,
        person: PersonId,
        username: str,
        user_agent: str,
        standing: Standing,
        *,
        former: str | None = None,
    ) -> Tokens:
        """A new session, opened by one factor or two; that of the browser's `former` refresh token ends.

        Where two are asked for, one opens a session in which nothing can be done but set up the second; or none, if the
        person has a passkey to log in with. Raises ProblemError 403: an administrator has locked the account, or the
        passkey is needed.
        """
        if standing is Standing.ONE_FACTOR:
            standing = await self._by_one_factor(person)
        session = SessionId(str(uuid.uuid4()))
        await self._recent.remember(session)
        refresh = secrets.token_urlsafe(32)
        now = self._clock()
        surplus = await self._sessions.open(
            session,
            person,
            token_hash(refresh),
            user_agent=_printable(user_agent),
            now=now,
            expires_at=_refresh_end(now),
            standing=standing,
        )
        if surplus is None:
            ATTEMPTS.labels("login", "deactivated").inc()
            raise deactivated()
        await self._announcer.sessions_ended(person, surplus)
        await self.end(former, None)
        found = Refreshed(session, person, username, standing)
        return self._tokens(found, refresh, now)

    async def _by_one_factor(self, person: PersonId) -> Standing:
        """Who has an app has been asked for its code, so what can be held here is a passkey."""
        held = await self._requiring.of(person)
        if held is None:
            return Standing.ONE_FACTOR
        if held.app or held.passkeys > 0:
            ATTEMPTS.labels("login", "passkey_needed").inc()
            raise passkey_needed()
        ATTEMPTS.labels("login", "setting_up").inc()
        return Standing.SETTING_UP

    async def refresh(self, token: str | None) -> Tokens:
        """New tokens for a refresh token. Raises ProblemError 401."""
        if token is None or len(token) > TOKEN_CHARS:
            raise unauthenticated()
        fresh = secrets.token_urlsafe(32)
        now = self._clock()
        found = await self._sessions.rotate(
            token_hash(token),
            token_hash(fresh),
            now=now,
            grace_seconds=GRACE_SECONDS,
            expires_at=_refresh_end(now),
            longest=self._longest,
        )
        match found:
            case RefreshRefused():
                ATTEMPTS.labels("refresh", found.value).inc()
                raise unauthenticated()
            case Reused(session=session, person=person):
                ATTEMPTS.labels("refresh", "reused").inc()
                await self._announcer.sessions_ended(person, [session])
                raise unauthenticated()
            case Outlived(session=session, person=person):
                ATTEMPTS.labels("refresh", "outlived").inc()
                await self._announcer.sessions_ended(person, [session])
                raise unauthenticated()
            case _:
                found = await self._still_enough(found)
                ATTEMPTS.labels("refresh", "refreshed").inc()
                return self._tokens(found, fresh, now)

    async def _still_enough(self, found: Refreshed) -> Refreshed:
        """The session, by what is asked for today.

        One that was opened by one factor ends where two are asked for, so that whoever sets up the second has just
        shown the first. So does one for setting up whose owner has done it elsewhere. Raises ProblemError 401.
        """
        if found.standing is Standing.TWO_FACTORS:
            return found
        held = await self._requiring.of(found.person)
        if held is None:
            if found.standing is Standing.SETTING_UP:
                await self._sessions.stand(found.session, Standing.ONE_FACTOR)
            return replace(found, standing=Standing.ONE_FACTOR)
        if found.standing is Standing.SETTING_UP and not held.app and held.passkeys == 0:
            return found
        await self._sessions.end(found.session, self._clock())
        await self._announcer.sessions_ended(found.person, [found.session])
        ATTEMPTS.labels("refresh", "second_factor_needed").inc()
        raise unauthenticated()

    async def end(self, refresh: str | None, access: AccessClaims | None) -> None:
        """End the session of either token; nothing happens without one.

        Announced even when the session has ended before: the last announcement may have failed.
        """
        found: tuple[SessionId, PersonId] | None = None
        if refresh is not None and len(refresh) <= TOKEN_CHARS:
            found = await self._sessions.session_of(token_hash(refresh))
        if found is None and access is not None:
            found = (access.sid, access.sub)
        if found is None:
            return
        session, person = found
        await self._sessions.end(session, self._clock())
        await self._announcer.sessions_ended(person, [session])
        ATTEMPTS.labels("logout", "ended").inc()

    async def listed(self, person: PersonId) -> Sequence[Listed]:
        """The person's sessions that go on."""
        return await self._sessions.listed(person, self._clock())

    async def end_one(self, person: PersonId, session: SessionId) -> None:
        """End a session of one's own. Raises ProblemError 404, also for somebody else's."""
        if not await self._sessions.end_one(person, session, self._clock()):
            raise no_such_session()
        await self._announcer.sessions_ended(person, [session])
        ATTEMPTS.labels("end_session", "ended").inc()

    async def end_others(self, person: PersonId, mine: SessionId | None) -> None:
        """End all sessions of the person but `mine`."""
        ended = await self._sessions.end_all(person, self._clock(), but=mine)
        await self._announcer.sessions_ended(person, ended)
        ATTEMPTS.labels("end_others", "ended").inc()

    async def alive(self, sessions: Sequence[SessionId]) -> tuple[SessionId, ...]:
        """Those of the sessions that have not ended."""
        return await self._sessions.alive(sessions, self._clock())

    def _tokens(self, found: Refreshed, refresh: str, now: datetime) -> Tokens:
        access, claims = self._key.access_token(
            person=found.person,
            session=found.session,
            username=found.username,
            now=now.timestamp(),
            setup=found.standing is Standing.SETTING_UP,
        )
        return Tokens(access, refresh, claims)


def _refresh_end(now: datetime) -> datetime:
    return now + timedelta(seconds=limits.REFRESH_TOKEN_SECONDS)


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())[:USER_AGENT_CHARS]
