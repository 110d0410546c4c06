"""Having one's account erased: asked for by its owner, taken back until it is due (docs/adr/0059)."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from nexync_contracts import limits
from nexync_contracts.erasure_rest import EraseBody
from nexync_contracts.ids import JobId, PersonId
from nexync_contracts.jobs import ErasureJob
from nexync_contracts.session import AccessClaims
from svc_auth.erasure_ports import Erasures, ErasureState, NotAsked
from svc_auth.errors import (
    fresh_login_needed,
    last_admin,
    unauthenticated,
    wrong_current_password,
)
from svc_auth.factor_ports import Owners
from svc_auth.metrics import ATTEMPTS
from svc_auth.ports import Announcer, Owner
from svc_auth.proving import Proving
from svc_auth.second_factor import SecondFactor
from svc_auth.throttling import ERASURES_A_DAY, Throttle


def erasure_notice(page: str, owner: Owner, at: datetime | None, *, by_admin: bool) -> ErasureJob:
    """The mail to the owner. The link leads to where the account is kept, or to who is logged in."""
    return ErasureJob(
        id=JobId(str(uuid.uuid4())),
        email=owner.email,
        username=owner.username,
        erase_at=None if at is None else int(at.timestamp() * 1000),
        by_admin=by_admin,
        link=f"{page}/settings/{'security' if at is None else 'account'}",
    )


class Erasing:
    """The use cases. `days` is the grace period, `page` the origin of links in mails."""

    def __init__(
        self,
        *,
        erasures: Erasures,
        owners: Owners,
        proving: Proving,
        second_factor: SecondFactor,
        announcer: Announcer,
        throttle: Throttle,
        clock: Callable[[], datetime],
        days: int,
        page: str,
    ) -> None:
        self._erasures = erasures
        self._owners = owners
        self._proving = proving
        self._second_factor = second_factor
        self._announcer = announcer
        self._throttle = throttle
        self._clock = clock
        self.days = days
        self._page = page

    async def state(self, claims: AccessClaims) -> ErasureState:
        """What waits. Raises ProblemError 401 when the account is gone."""
        found = await self._erasures.state(claims.sub, claims.sid)
        if found is None:
            raise unauthenticated()
        return found

    async def ask(self, claims: AccessClaims, body: EraseBody, address: str) -> None:
        """Erase the account after the grace period; all other sessions end at once, and the owner is told by mail.

        Raises ProblemError: as `Proving.prove`, 401 gone, 403 a fresh log-in is needed, 409 the last administrator.
        """
        person = claims.sub
        await self._prove(claims, body, address)
        await self._throttle.subject(ERASURES_A_DAY, person)
        now = self._clock()
        outcome = await self._erasures.ask(
            person, now + timedelta(days=self.days), self._notice, now, but=claims.sid
        )
        if isinstance(outcome, NotAsked):
            ATTEMPTS.labels("erase", outcome.value).inc()
            raise last_admin() if outcome is NotAsked.LAST_ADMIN else unauthenticated()
        await self._announcer.sessions_ended(person, outcome.ended)
        ATTEMPTS.labels("erase", "asked").inc()

    async def keep(self, person: PersonId) -> None:
        """Take it back. Repeating it changes nothing. Raises ProblemError 429."""
        await self._throttle.subject(ERASURES_A_DAY, person)
        kept = await self._erasures.keep(person, self._notice)
        ATTEMPTS.labels("erase", "kept" if kept else "nothing_to_keep").inc()

    async def _prove(self, claims: AccessClaims, body: EraseBody, address: str) -> None:
        if body.proof is not None:
            await self._proving.prove(claims.sub, claims.sid, body.proof, address)
            return
        state = await self.state(claims)
        owner = await self._owners.owner(claims.sub)
        if state.password or state.passkey:
            raise wrong_current_password()
        oldest = self._clock() - timedelta(seconds=limits.ERASE_LOGIN_SECONDS)
        if owner is None or state.opened_at is None or state.opened_at < oldest:
            raise fresh_login_needed()
        await self._second_factor.prove_if_on(owner, body.code, address)

    def _notice(self, owner: Owner, at: datetime | None) -> ErasureJob:
        return erasure_notice(self._page, owner, at, by_admin=False)
