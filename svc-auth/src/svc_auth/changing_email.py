"""Another e-mail address for who is logged in.

The owner proves himself by all his factors, and the new address by a code that is mailed there. Nothing changes
before that code. An address that is somebody's already gets no mail, and is answered and counted like any other:
the answers tell no more than those of registration.
"""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from nexync_contracts import limits
from nexync_contracts.ids import JobId, PersonId, SessionId
from nexync_contracts.jobs import EmailChangedJob, EmailCodeJob
from svc_auth import throttling
from svc_auth.addresses import normal_email
from svc_auth.codes import Codes
from svc_auth.email_ports import Emails, NewEmail, OwnEmail
from svc_auth.errors import (
    code_spent,
    not_an_address,
    same_address,
    unauthenticated,
    wrong_code,
)
from svc_auth.metrics import ATTEMPTS
from svc_auth.ports import Announcer, CodeRefused, Owner
from svc_auth.second_factor import SecondFactor
from svc_auth.throttling import Throttle


class ChangingEmail:
    """The use cases. `page` is the origin that links lead to."""

    def __init__(
        self,
        *,
        emails: Emails,
        second_factor: SecondFactor,
        codes: Codes,
        throttle: Throttle,
        announcer: Announcer,
        clock: Callable[[], datetime],
        page: str,
    ) -> None:
        self._emails = emails
        self._second_factor = second_factor
        self._codes = codes
        self._throttle = throttle
        self._announcer = announcer
        self._clock = clock
        self._page = page

    async def own(self, person: PersonId, session: SessionId) -> OwnEmail:
        """The address and what waits. Raises ProblemError 401 when the account is gone."""
        found = await self._emails.own(person, session, self._clock())
        if found is None:
            raise unauthenticated()
        return found

    async def ask(
        self,
        person: PersonId,
        session: SessionId,
        *,
        email: str,
        current: str,
        code: str | None,
        address: str,
    ) -> None:
        """Mail a code to the new address, unless it is somebody's.

        Raises ProblemError: 400 wrong code, 403 wrong password or a code is missing, 422, 429, 503.
        """
        normal = normal_email(email)
        if normal is None:
            raise not_an_address()
        await self._throttle.address(throttling.CHANGE_EMAIL_FROM_ADDRESS, address)
        owner = await self._second_factor.owner_by_password(person, current, address)
        if normal == owner.email:
            raise same_address()
        await self._throttle.subject(throttling.EMAIL_CHANGES_A_DAY, person)
        await self._throttle.subject(throttling.CODES_TO_EMAIL_A_DAY, normal)
        await self._throttle.subject(throttling.CODE_TO_EMAIL, normal)
        try:
            await self._second_factor.prove_if_on(owner, code, address)
            sent = await self._keep(owner, session, normal)
        except Exception:
            # Nothing was sent, whatever went wrong: the next attempt needn't wait.
            await self._throttle.forgive(throttling.CODE_TO_EMAIL, normal)
            raise
        ATTEMPTS.labels("change_email", "code_sent" if sent else "somebodys").inc()

    async def prove(self, person: PersonId, session: SessionId, code: str, address: str) -> None:
        """Change to the address whose code this is. Raises ProblemError: 400 wrong code, 410 spent, 429."""
        await self._throttle.address(throttling.VERIFY_FROM_ADDRESS, address)

        def matches(stored: str) -> bool:
            return self._codes.matches(person, code, stored)

        found = await self._emails.spend_code(person, session, matches, self._notice, self._clock())
        outcome = found.value if isinstance(found, CodeRefused) else "changed"
        ATTEMPTS.labels("prove_email", outcome).inc()
        if found is CodeRefused.SPENT:
            raise code_spent()
        if found is CodeRefused.WRONG:
            raise wrong_code()
        await self._announcer.sessions_ended(person, found)

    async def _keep(self, owner: Owner, session: SessionId, email: str) -> bool:
        code = self._codes.new()
        expires = self._clock() + timedelta(seconds=limits.CODE_LIFETIME_SECONDS)
        job = EmailCodeJob(
            id=JobId(str(uuid.uuid4())),
            email=email,
            username=owner.username,
            code=code,
            expires_at=int(expires.timestamp() * 1000),
        )
        code_hash = self._codes.hash(owner.person, code)
        return await self._emails.ask(
            NewEmail(owner.person, session, email, code_hash, expires), job
        )

    def _notice(self, owner: Owner) -> EmailChangedJob:
        return EmailChangedJob(
            id=JobId(str(uuid.uuid4())),
            email=owner.email,
            username=owner.username,
            link=f"{self._page}/settings/security",
        )
