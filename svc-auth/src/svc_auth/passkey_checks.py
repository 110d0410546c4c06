"""Log in by a passkey, or prove oneself by one in an open session.

A challenge is good once, for five minutes and for one purpose, and no browser is asked to keep anything of it: what
an authenticator signs names the challenge and the origin. Who has no passkey here is answered as who signs wrongly.
"""

import asyncio
import secrets
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from nexync_contracts import limits
from nexync_contracts.ids import JobId, PersonId, SessionId
from nexync_contracts.jobs import PasskeyChange, PasskeyChangedJob
from nexync_contracts.passkey_rest import PasskeyAssertion
from nexync_runtime import log
from svc_auth import throttling
from svc_auth.errors import login_over, passkey_refused, passkey_unavailable
from svc_auth.metrics import ATTEMPTS
from svc_auth.passkey_ports import Ceremonies, KnownPasskey, Passkey, Passkeys, Used
from svc_auth.ports import Owner
from svc_auth.relying_party import (
    RefusedPasskeyError,
    RelyingParty,
    challenge_of,
    from_base64url,
    user_handle,
)
from svc_auth.throttling import Throttle

LOGIN: Final = "login"

_log = log.get("passkeys")


@dataclass(frozen=True, slots=True)
class Asked:
    """A challenge on its way to a browser; `known` are the passkeys that may answer, none at log-in."""

    challenge: str
    rp_id: str
    expires_at: datetime
    known: Sequence[Passkey] = ()


class PasskeyChecks:
    """The use cases. `party` is None where the site has no name that passkeys could be bound to."""

    def __init__(
        self,
        *,
        party: RelyingParty | None,
        passkeys: Passkeys,
        ceremonies: Ceremonies,
        throttle: Throttle,
        clock: Callable[[], datetime],
        page: str,
    ) -> None:
        self._party = party
        self._passkeys = passkeys
        self._ceremonies = ceremonies
        self._throttle = throttle
        self._clock = clock
        self._page = page

    @property
    def party(self) -> RelyingParty:
        """This site. Raises ProblemError 503 without a name."""
        if self._party is None:
            raise passkey_unavailable()
        return self._party

    @property
    def rp_id(self) -> str | None:
        """The site's name, if it has one."""
        return None if self._party is None else self._party.id

    async def begin_login(self, address: str) -> Asked:
        """A challenge for anybody. Raises ProblemError: 429, 503 no name."""
        await self._throttle.address(throttling.PASSKEY_OPTIONS_FROM_ADDRESS, address)
        return await self.begin(LOGIN)

    async def log_in(self, assertion: PasskeyAssertion, address: str) -> Owner:
        """Who may have a session. Raises ProblemError: 403 refused, 410 over, 429, 503 no name."""
        await self._throttle.address(throttling.LOGIN_FROM_ADDRESS, address)
        owner = await self._judge(assertion, LOGIN)
        ATTEMPTS.labels("login_passkey", "logged_in").inc()
        return owner

    async def begin_proof(self, person: PersonId, session: SessionId) -> Asked:
        """A challenge for one's own passkeys. Raises ProblemError: 429, 503 no name."""
        await self._throttle.subject(throttling.PASSKEY_OPTIONS_OF_PERSON, person)
        return await self.begin(_proof(person, session), await self._passkeys.listed(person))

    async def prove(
        self, person: PersonId, session: SessionId, assertion: PasskeyAssertion
    ) -> Owner:
        """The owner of the session, by a passkey of the person's. Raises ProblemError: 403, 410, 503."""
        owner = await self._judge(assertion, _proof(person, session))
        if owner.person != person:
            raise self._refused("somebody else's")
        return owner

    async def begin(self, purpose: str, known: Sequence[Passkey] = ()) -> Asked:
        """A challenge for one purpose. Raises ProblemError 503 without a name."""
        rp_id = self.party.id
        challenge = secrets.token_urlsafe(32)
        await self._ceremonies.begin(challenge, purpose)
        expires = self._clock() + timedelta(seconds=limits.PASSKEY_SECONDS)
        return Asked(challenge, rp_id, expires, known)

    async def take(self, client_data: str, purpose: str) -> str:
        """The challenge that is answered, used up. Raises ProblemError 410 when it is not for this purpose."""
        challenge = await asyncio.to_thread(challenge_of, client_data)
        given_for = None if challenge is None else await self._ceremonies.take(challenge)
        if challenge is None or given_for != purpose:
            raise login_over()
        return challenge

    async def _judge(self, assertion: PasskeyAssertion, purpose: str) -> Owner:
        party = self.party
        challenge = await self.take(assertion.client_data, purpose)
        known = await self._passkeys.known(from_base64url(assertion.credential))
        handle = assertion.user_handle
        unnamed = handle is None and purpose != LOGIN
        if known is None or not (unnamed or handle == user_handle(known.owner.person)):
            raise self._refused("unknown")
        try:
            signed = await asyncio.to_thread(party.signed, assertion, challenge, known.public_key)
        except RefusedPasskeyError as error:
            raise self._refused(str(error)) from None
        used = await self._passkeys.use(known.id, signed, self._clock())
        if used is Used.BACKWARDS:
            await self._warn(known)
        if used is not Used.ACCEPTED:
            raise self._refused(used.value)
        return known.owner

    async def _warn(self, known: KnownPasskey) -> None:
        """Once a day a passkey, so that nobody fills the owner's mailbox."""
        if not await self._throttle.exceeded(throttling.PASSKEY_WARNINGS_A_DAY, known.id):
            await self._passkeys.tell(
                self.notice(known.owner, known.name, PasskeyChange.COPY_SUSPECTED)
            )

    def notice(self, owner: Owner, name: str, change: PasskeyChange) -> PasskeyChangedJob:
        """The mail about a passkey."""
        return PasskeyChangedJob(
            id=JobId(str(uuid.uuid4())),
            email=owner.email,
            username=owner.username,
            change=change,
            name=name,
            link=f"{self._page}/settings/security",
        )

    def _refused(self, reason: str) -> Exception:
        ATTEMPTS.labels("passkey", "refused").inc()
        _log.info("passkey refused", reason=reason)
        return passkey_refused()


def _proof(person: PersonId, session: SessionId) -> str:
    return f"proof {person} {session}"
