"""The second factor: enrol, turn on by its first code, prove, turn off, recovery codes.

A secret that was only shown is worth nothing: the factor is on from the first code of the session that enrolled it.
Each time step is accepted once, by the row in Postgres, so a code that somebody saw is of no use on any instance.
"""

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from nexync_contracts import limits
from nexync_contracts.ids import JobId, PersonId, SessionId
from nexync_contracts.jobs import FactorChange, SecondFactorJob
from nexync_runtime import log
from svc_auth import recovery, throttling, totp
from svc_auth.errors import (
    enrolment_over,
    factor_is_on,
    factor_not_on,
    factor_stays,
    factor_unavailable,
    second_factor,
    wrong_code,
    wrong_current_password,
)
from svc_auth.factor_ports import Factor, Factors, Owners, RecoverySet
from svc_auth.lately import Lately
from svc_auth.metrics import ATTEMPTS
from svc_auth.passwords import Passwords
from svc_auth.ports import Announcer, Owner
from svc_auth.requiring import Requiring
from svc_auth.sealing import Sealing, UnsealError
from svc_auth.throttling import Throttle

_log = log.get("second factor")


@dataclass(frozen=True, slots=True)
class FactorState:
    """What the owner may see of it."""

    available: bool
    since: datetime | None
    recovery_left: int


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the app needs; `secret` is base32."""

    secret: str
    uri: str
    expires_at: datetime


class SecondFactor:
    """The use cases. `sealing` is None where no key is configured: then nothing can be enrolled."""

    def __init__(
        self,
        *,
        factors: Factors,
        owners: Owners,
        passwords: Passwords,
        sealing: Sealing | None,
        throttle: Throttle,
        announcer: Announcer,
        lately: Lately,
        requiring: Requiring,
        clock: Callable[[], datetime],
        page: str,
    ) -> None:
        self._lately = lately
        self._requiring = requiring
        self._factors = factors
        self._owners = owners
        self._passwords = passwords
        self._sealing = sealing
        self._throttle = throttle
        self._announcer = announcer
        self._clock = clock
        self._page = page

    async def state(self, person: PersonId) -> FactorState:
        """Whether it is on, and could be."""
        factor = await self._factors.factor(person)
        available = self._sealing is not None
        if factor is None:
            return FactorState(available, None, 0)
        return FactorState(available, factor.since, factor.recovery_left)

    async def enrol(
        self, person: PersonId, session: SessionId, current: str | None, address: str
    ) -> Enrolment:
        """A secret for the app; without a password for who proved lately to be the owner.

        Raises ProblemError: 403 wrong password or no proof, 409 is on, 429, 503 no key.
        """
        sealing = self._usable()
        if current is None:
            owner = await self._lately.owner(person, session)
        else:
            owner = await self.owner_by_password(person, current, address)
        secret = totp.new_secret()
        expires = self._clock() + timedelta(seconds=limits.FACTOR_ENROL_SECONDS)
        if not await self._factors.enrol(person, session, sealing.seal(person, secret), expires):
            raise factor_is_on()
        ATTEMPTS.labels("factor_enrol", "shown").inc()
        return Enrolment(secret, totp.uri_of(secret, owner.username), expires)

    async def turn_on(self, person: PersonId, session: SessionId, code: str) -> tuple[str, ...]:
        """The recovery codes. Raises ProblemError: 400 wrong code, 404 nothing waits, 503 no key."""
        sealing = self._usable()
        now = self._clock()
        sealed = await self._factors.enrolment(person, session, now)
        owner = await self._owners.owner(person)
        if sealed is None or owner is None:
            raise enrolment_over()
        try:
            secret = sealing.open(person, sealed)
        except UnsealError:
            raise enrolment_over() from None
        step = totp.step_of(secret, recovery.plain(code), now, after=-1)
        if step is None:
            ATTEMPTS.labels("factor_on", "wrong").inc()
            raise wrong_code()
        codes, kept = await self._new_codes()
        factor = Factor(sealed, step, kept.salt, now, len(codes))
        notice = self._notice(owner, FactorChange.TURNED_ON, len(codes))
        ended = await self._factors.turn_on(person, session, factor, kept, notice)
        if ended is None:
            raise enrolment_over()
        await self._announcer.sessions_ended(person, ended)
        ATTEMPTS.labels("factor_on", "turned_on").inc()
        return codes

    async def turn_off(
        self, person: PersonId, session: SessionId, current: str, code: str, address: str
    ) -> None:
        """By both factors; all other sessions end.

        Raises ProblemError: 400 wrong code, 403 wrong password, 404 not on, 409 one is asked for here, 429, 503.
        """
        owner = await self._both(person, current, code, address)
        if await self._requiring.is_last_app(person):
            raise factor_stays()
        notice = self._notice(owner, FactorChange.TURNED_OFF, 0)
        ended = await self._factors.turn_off(person, session, notice, self._clock())
        if ended is None:
            raise factor_not_on()
        await self._announcer.sessions_ended(person, ended)
        ATTEMPTS.labels("factor_off", "turned_off").inc()

    async def renew_recovery_codes(
        self, person: PersonId, session: SessionId, current: str, code: str, address: str
    ) -> tuple[str, ...]:
        """New codes by both factors; all other sessions end. Raises as `turn_off` does."""
        owner = await self._both(person, current, code, address)
        codes, kept = await self._new_codes()
        notice = self._notice(owner, FactorChange.RECOVERY_CODES_MADE, len(codes))
        ended = await self._factors.renew_recovery_codes(
            person, session, kept, notice, self._clock()
        )
        if ended is None:
            raise factor_not_on()
        await self._announcer.sessions_ended(person, ended)
        ATTEMPTS.labels("recovery_codes", "renewed").inc()
        return codes

    async def proves(self, owner: Owner, code: str) -> bool | None:
        """Whether the app's code or recovery code is good, using it up; None: no factor is on.

        Raises ProblemError 503 when the app's codes can't be checked; recovery codes need no key.
        """
        person = owner.person
        factor = await self._factors.factor(person)
        if factor is None:
            return None
        text = recovery.plain(code)
        if recovery.is_recovery_code(text):
            return await self._spends(owner, factor, text)
        if not recovery.is_app_code(text):
            return False
        step = totp.step_of(
            self._secret(person, factor), text, self._clock(), after=factor.last_step
        )
        return step is not None and await self._factors.accept(person, step)

    async def _spends(self, owner: Owner, factor: Factor, text: str) -> bool:
        code_hash = await self._passwords.digest(text, factor.recovery_salt)
        return await self._factors.spend_recovery_code(
            owner.person,
            code_hash,
            lambda left: self._notice(owner, FactorChange.RECOVERY_CODE_USED, left),
        )

    def _secret(self, person: PersonId, factor: Factor) -> str:
        sealing = self._usable()
        try:
            return sealing.open(person, factor.secret)
        except UnsealError:
            _log.error("secret can't be opened by any key of NEXYNC_FACTOR_KEY_FILE", person=person)
            raise factor_unavailable() from None

    def _usable(self) -> Sealing:
        if self._sealing is None:
            raise factor_unavailable()
        return self._sealing

    async def prove_if_on(self, owner: Owner, code: str | None, address: str) -> None:
        """The second proof, where one is to be had, using it up.

        Raises ProblemError: 400 wrong code, 403 a code is missing, 429, 503.
        """
        if await self._factors.factor(owner.person) is None:
            return
        if code is None:
            raise second_factor()
        await self._judge(owner, code, address)

    async def _both(self, person: PersonId, current: str, code: str, address: str) -> Owner:
        owner = await self.owner_by_password(person, current, address)
        if not await self._judge(owner, code, address):
            raise factor_not_on()
        return owner

    async def _judge(self, owner: Owner, code: str, address: str) -> bool:
        """Whether a factor is on, whose code this is. Raises ProblemError: 400 wrong code, 429, 503."""
        await self._throttle.guess_code(owner.person, address)
        good = await self.proves(owner, code)
        if good is None:
            return False
        if not good:
            ATTEMPTS.labels("factor_proof", "wrong").inc()
            raise wrong_code()
        await self._throttle.proved_code(owner.person, address)
        return True

    async def owner_by_password(self, person: PersonId, current: str, address: str) -> Owner:
        """Who sits at the open page is its owner. Raises ProblemError: 403 wrong password, 429."""
        await self._throttle.guess(throttling.own_password(person), address)
        owner = await self._owners.owner(person)
        good = await self._passwords.check(owner and owner.password_hash, current)
        if owner is None or not good:
            ATTEMPTS.labels("factor_proof", "wrong_password").inc()
            raise wrong_current_password()
        await self._throttle.proved(throttling.own_password(person), address)
        return owner

    async def _new_codes(self) -> tuple[tuple[str, ...], RecoverySet]:
        codes = recovery.new_codes()
        salt = secrets.token_bytes(recovery.SALT_BYTES)
        return codes, RecoverySet(salt, await recovery.hashes_of(self._passwords, codes, salt))

    def _notice(self, owner: Owner, change: FactorChange, left: int) -> SecondFactorJob:
        return SecondFactorJob(
            id=JobId(str(uuid.uuid4())),
            email=owner.email,
            username=owner.username,
            change=change,
            left=left,
            link=f"{self._page}/settings/security",
        )
