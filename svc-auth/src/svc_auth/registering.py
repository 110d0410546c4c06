"""Registration: ask for an account, prove the address by a code.

The answers are the same for known and unknown addresses, at once and afterwards, and so is what is done for them:
the password is hashed before anything is looked up, the same number of rows is written, one mail goes out, and the
username is taken until the code ends (docs/adr/0065). The routes hold answers until an even moment besides.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nexync_contracts import limits
from nexync_contracts.ids import InviteId, JobId, PersonId
from nexync_contracts.jobs import AccountExistsJob, VerificationCodeJob, WelcomeJob
from svc_auth import throttling
from svc_auth.addresses import normal_email
from svc_auth.admitting import Admitting
from svc_auth.codes import Codes
from svc_auth.errors import (
    code_spent,
    invitation_over,
    not_an_address,
    registration_closed,
    username_taken,
    weak_password,
    wrong_code,
)
from svc_auth.metrics import ATTEMPTS
from svc_auth.password_rules import weakness_of
from svc_auth.passwords import Passwords
from svc_auth.ports import (
    Account,
    Accounts,
    CodeRefused,
    MakeCode,
    NewPerson,
    NotAdmitted,
    Proofs,
    Registered,
    SentCode,
)
from svc_auth.throttling import Throttle
from svc_auth.usernames import is_reserved, skeleton


@dataclass(frozen=True, slots=True)
class Holder:
    """What holds the address or the username that somebody asks for: a person, or a `claim`.

    A claim is what a sign-up asked for with the address of `person`, who has an account; it is worth as much as a
    person who isn't verified, and knows of the username only the skeleton. `code_expires_at` is None when the person
    has no code (any more).
    """

    person: PersonId
    email: str
    username: str
    verified: bool
    code_expires_at: datetime | None
    claim: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What a registration does to the rows that are in its way.

    `same` is who has the address: somebody unverified, who is replaced, or the owner of an account, who gets the
    claim. `removes` are people or claims whose time is over.
    """

    outcome: Registered
    same: PersonId | None = None
    removes: tuple[PersonId, ...] = ()


def plan_registration(holders: Sequence[Holder], email: str, username: str, now: datetime) -> Plan:
    """Decide about a registration.

    The username is judged first and in the same way for every address, except the unverified row or the claim of this
    very address, which is replaced: only who reads its mail can use it. Without a valid code both give the username
    back. A name that looks like another is treated as that name.
    """
    looks = skeleton(username)
    same = next((holder for holder in holders if holder.email == email and not holder.claim), None)
    removes: list[PersonId] = []
    for holder in holders:
        if skeleton(holder.username) != looks or (holder.email == email and not holder.verified):
            continue
        expired = holder.code_expires_at is None or holder.code_expires_at <= now
        if holder.verified or not expired:
            return Plan(Registered.USERNAME_TAKEN)
        removes.append(holder.person)
    if same is None:
        return Plan(Registered.CODE_SENT, None, tuple(removes))
    outcome = Registered.ALREADY_VERIFIED if same.verified else Registered.CODE_SENT
    return Plan(outcome, same.person, tuple(removes))


class Registration:
    """The use cases of registration. `page` is the origin that links in mails lead to."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        passwords: Passwords,
        codes: Codes,
        throttle: Throttle,
        proofs: Proofs,
        admitting: Admitting,
        clock: Callable[[], datetime],
        page: str,
    ) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._codes = codes
        self._throttle = throttle
        self._proofs = proofs
        self._admitting = admitting
        self._clock = clock
        self._page = page

    async def register(
        self,
        email: str,
        username: str,
        password: str,
        address: str,
        invitation: str | None = None,
    ) -> None:
        """Ask for an account. Raises ProblemError: 403 or 410 not admitted, 409 username taken, 422, 429."""
        normal = normal_email(email)
        if normal is None:
            raise not_an_address()
        await self._throttle.address(throttling.REGISTER_FROM_ADDRESS, address)
        invited = await self._admitting.enter(normal, invitation)
        if is_reserved(username):
            raise username_taken()
        weakness = weakness_of(password, username, normal)
        if weakness is not None:
            raise weak_password(weakness)
        await self._throttle.subject(throttling.CODES_TO_EMAIL_A_DAY, normal)
        await self._throttle.subject(throttling.CODE_TO_EMAIL, normal)
        try:
            outcome = await self._add(normal, username, password, invited)
        except Exception:
            # Nothing was sent, whatever went wrong: the next attempt needn't wait.
            await self._throttle.forgive(throttling.CODE_TO_EMAIL, normal)
            raise
        ATTEMPTS.labels("register", outcome.value).inc()
        if outcome is Registered.USERNAME_TAKEN:
            # Nothing was sent: the next name may be tried at once.
            await self._throttle.forgive(throttling.CODE_TO_EMAIL, normal)
            raise username_taken()
        await self._throttle.forgive(throttling.TRIES_OF_CODE, normal)

    async def _add(
        self, email: str, username: str, password: str, invitation: InviteId | None
    ) -> Registered:
        person = PersonId(str(uuid.uuid4()))
        new = NewPerson(
            person=person,
            email=email,
            username=username,
            password_hash=await self._passwords.hash(password),
            invitation=invitation,
        )
        return await self._accounts.register(new, self._code_for(email), self._clock())

    async def resend(self, email: str, address: str) -> None:
        """Send another code, if somebody waits for one. Raises ProblemError: 422, 429."""
        normal = normal_email(email)
        if normal is None:
            raise not_an_address()
        await self._throttle.address(throttling.RESEND_FROM_ADDRESS, address)
        await self._throttle.subject(throttling.CODES_TO_EMAIL_A_DAY, normal)
        await self._throttle.subject(throttling.CODE_TO_EMAIL, normal)
        sent = await self._accounts.resend(normal, self._code_for(normal))
        ATTEMPTS.labels("resend", "code_sent" if sent else "nobody").inc()
        await self._throttle.forgive(throttling.TRIES_OF_CODE, normal)

    async def verify(self, email: str, code: str, address: str, key: str | None = None) -> Account:
        """The verified person. Raises ProblemError: 400 wrong code, 403 or 410 not admitted, 410 spent, 422, 429.

        The same attempt again, told by its secret `key`, has the answer that the first one had: the answer
        may have been lost on its way. Without the key a code is good once.
        Once a second factor is on, no code of a mail opens anything.
        """
        normal = normal_email(email)
        if normal is None:
            raise not_an_address()
        await self._throttle.address(throttling.VERIFY_FROM_ADDRESS, address)
        if key is not None and await self._proofs.recall(normal, code, key):
            account = await self._accounts.find(normal)
            if account is not None and account.verified and not account.second_factor:
                ATTEMPTS.labels("verify", "repeated").inc()
                return account
        if await self._throttle.exceeded(throttling.TRIES_OF_CODE, normal):
            raise code_spent()

        def matches(person: PersonId, stored: str) -> bool:
            return self._codes.matches(person, code, stored)

        def welcome(username: str) -> WelcomeJob:
            identity = JobId(str(uuid.uuid4()))
            return WelcomeJob(id=identity, email=normal, username=username, link=self._page)

        policy = self._admitting.policy
        found = await self._accounts.spend_code(
            normal, matches, welcome, self._clock(), policy.door(normal)
        )
        outcome = found.value if isinstance(found, CodeRefused | NotAdmitted) else "verified"
        ATTEMPTS.labels("verify", outcome).inc()
        if found is CodeRefused.SPENT:
            raise code_spent()
        if found is NotAdmitted.NOT_ADMITTED:
            raise registration_closed(policy.mode)
        if found is NotAdmitted.INVITATION_OVER:
            raise invitation_over()
        if found is CodeRefused.WRONG:
            raise wrong_code()
        await self._throttle.forgive(throttling.TRIES_OF_CODE, normal)
        if key is not None:
            await self._proofs.remember(normal, code, key)
        return found

    def _code_for(self, email: str) -> MakeCode:
        def make(person: PersonId, username: str, known: bool) -> SentCode:  # noqa: FBT001 - as `MakeCode`
            now = self._clock()
            expires = now + timedelta(seconds=limits.CODE_LIFETIME_SECONDS)
            code = self._codes.new()
            identity = JobId(str(uuid.uuid4()))
            job = (
                AccountExistsJob(
                    id=identity, email=email, username=username, link=f"{self._page}/login"
                )
                if known
                else VerificationCodeJob(
                    id=identity,
                    email=email,
                    username=username,
                    code=code,
                    expires_at=int(expires.timestamp() * 1000),
                )
            )
            return SentCode(self._codes.hash(person, code), now, expires, job)

        return make
