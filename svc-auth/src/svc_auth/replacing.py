"""A new password: by a mailed link when the old one is forgotten, or by the old one.

A link is signed, good once and for ten minutes; a newer link ends an older one. Whoever had the account before
has it no longer: a reset ends all sessions, a change all but the one that asked. The owner is told by mail.
"""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from nexync_contracts import limits
from nexync_contracts.ids import JobId, PersonId, SessionId
from nexync_contracts.jobs import PasswordChangedJob, ResetPasswordJob
from svc_auth import throttling
from svc_auth.addresses import normal_email
from svc_auth.errors import (
    link_spent,
    not_an_address,
    weak_password,
    wrong_credentials,
    wrong_current_password,
)
from svc_auth.links import Links, ResetToken
from svc_auth.metrics import ATTEMPTS
from svc_auth.one_time import hash_of
from svc_auth.password_rules import weakness_of
from svc_auth.passwords import Passwords
from svc_auth.ports import Announcer, Owner, RecentProofs, Replacements, SentLink
from svc_auth.second_factor import SecondFactor
from svc_auth.throttling import Throttle


class Replacing:
    """The use cases. `page` is the origin that links lead to."""

    def __init__(
        self,
        *,
        replacements: Replacements,
        passwords: Passwords,
        second_factor: SecondFactor,
        recent: RecentProofs,
        links: Links,
        throttle: Throttle,
        announcer: Announcer,
        clock: Callable[[], datetime],
        page: str,
    ) -> None:
        self._replacements = replacements
        self._passwords = passwords
        self._second_factor = second_factor
        self._recent = recent
        self._links = links
        self._throttle = throttle
        self._announcer = announcer
        self._clock = clock
        self._page = page

    async def forgot(self, email: str, address: str) -> None:
        """Send a link, if the address is somebody's. Raises ProblemError: 422, 429."""
        normal = normal_email(email)
        if normal is None:
            raise not_an_address()
        await self._throttle.address(throttling.FORGOT_FROM_ADDRESS, address)
        await self._throttle.subject(throttling.LINKS_TO_EMAIL_A_DAY, normal)
        await self._throttle.subject(throttling.LINK_TO_EMAIL, normal)
        sent = await self._replacements.ask(normal, self._link_for)
        ATTEMPTS.labels("forgot", "link_sent" if sent else "nobody").inc()

    async def reset(self, text: str, password: str, address: str) -> None:
        """Replace the password by a link. Raises ProblemError: 410 link spent, 422 weak, 429.

        For a link that never was as much is done as for one that is spent, so that the time tells them not apart.
        """
        await self._throttle.address(throttling.RESET_FROM_ADDRESS, address)
        token = self._links.read(text) or self._nobodys()
        owner = await self._replacements.owner(token.person)
        if owner is not None:
            self._judge(password, owner)
        encoded = await self._passwords.hash(password)
        # A link is good once, so whoever could not be answered afterwards is told before it is spent.
        await self._announcer.reachable()
        notice = None if owner is None else self._notice(owner)
        ended = await self._replacements.spend(token, encoded, notice, self._clock())
        if ended is None:
            ATTEMPTS.labels("reset", "spent").inc()
            raise link_spent()
        await self._announcer.sessions_ended(token.person, ended)
        ATTEMPTS.labels("reset", "replaced").inc()

    async def change(
        self,
        person: PersonId,
        session: SessionId,
        *,
        current: str,
        password: str,
        code: str | None,
        address: str,
    ) -> None:
        """Replace the password by the old one, and a code where a factor is on that wasn't shown lately.

        Raises ProblemError: 400 wrong code, 403 wrong or a code is missing, 422 weak, 429, 503.
        """
        await self._throttle.guess(throttling.own_password(person), address)
        owner = await self._replacements.owner(person)
        good = await self._passwords.check(hash_of(owner, self._clock()), current)
        if owner is None or not good:
            ATTEMPTS.labels("change_password", "wrong").inc()
            raise wrong_current_password()
        await self._throttle.proved(throttling.own_password(person), address)
        self._judge(password, owner)
        if code is not None or not await self._recent.recall(session):
            await self._second_factor.prove_if_on(owner, code, address)
        await self._recent.remember(session)
        encoded = await self._passwords.hash(password)
        ended = await self._replacements.change(
            person, encoded, self._notice(owner), self._clock(), but=session
        )
        await self._announcer.sessions_ended(person, ended)
        ATTEMPTS.labels("change_password", "replaced").inc()

    async def choose(self, person: PersonId, password: str) -> str:
        """Replace a mailed one-time password that was right; the new hash. Raises ProblemError: 401, 422 weak."""
        owner = await self._replacements.owner(person)
        if owner is None or owner.password_hash:
            raise wrong_credentials()
        self._judge(password, owner)
        encoded = await self._passwords.hash(password)
        ended = await self._replacements.change(
            person, encoded, self._notice(owner), self._clock(), but=None
        )
        await self._announcer.sessions_ended(person, ended)
        ATTEMPTS.labels("new_password", "chosen").inc()
        return encoded

    def _nobodys(self) -> ResetToken:
        return ResetToken(str(uuid.uuid4()), PersonId(str(uuid.uuid4())), self._clock())

    def _judge(self, password: str, owner: Owner) -> None:
        weakness = weakness_of(password, owner.username, owner.email)
        if weakness is not None:
            raise weak_password(weakness)

    def _link_for(self, owner: Owner) -> SentLink:
        expires = self._clock() + timedelta(seconds=limits.RESET_LIFETIME_SECONDS)
        token = ResetToken(str(uuid.uuid4()), owner.person, expires.replace(microsecond=0))
        job = ResetPasswordJob(
            id=JobId(str(uuid.uuid4())),
            email=owner.email,
            username=owner.username,
            # Behind `#`: browsers keep it to themselves, so it is in no server's log and in no Referer.
            link=f"{self._page}/reset#{self._links.write(token)}",
            expires_at=int(token.expires_at.timestamp() * 1000),
        )
        return SentLink(token, job)

    def _notice(self, owner: Owner) -> PasswordChangedJob:
        return PasswordChangedJob(
            id=JobId(str(uuid.uuid4())),
            email=owner.email,
            username=owner.username,
            link=f"{self._page}/forgot",
        )
