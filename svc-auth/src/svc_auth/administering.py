"""What administrators do with people: find, lock, unlock, erase, reset second factors, give and take the role."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from nexync_contracts import limits
from nexync_contracts.ids import JobId, PersonId, SessionId
from nexync_contracts.jobs import ErasureJob, FactorChange, SecondFactorJob
from nexync_contracts.passkey_rest import OwnerProofBody
from nexync_contracts.session import AccessClaims
from nexync_runtime.http import ProblemError
from svc_auth.admin_ports import Actor, Administration, Audited, Done, Managed, NotDone
from svc_auth.erasing import erasure_notice
from svc_auth.errors import (
    bot_or_unverified,
    last_admin,
    no_such_person,
    not_an_admin,
    not_oneself,
    role_by_settings,
)
from svc_auth.metrics import ATTEMPTS
from svc_auth.ports import Announcer, Owner
from svc_auth.proving import Proving


class Administering:
    """The use cases. `erase_days` is the grace period of erasures, `page` the origin of links in mails."""

    def __init__(
        self,
        *,
        administration: Administration,
        proving: Proving,
        announcer: Announcer,
        clock: Callable[[], datetime],
        erase_days: int,
        page: str,
    ) -> None:
        self._administration = administration
        self._proving = proving
        self._announcer = announcer
        self._clock = clock
        self._erase_days = erase_days
        self._page = page

    async def is_admin(self, person: PersonId) -> bool:
        """From the database, each time: a role that was taken is gone at once."""
        return await self._administration.is_admin(person)

    async def check(self, person: PersonId) -> None:
        """Raises ProblemError 403 for everybody else."""
        if not await self._administration.is_admin(person):
            raise not_an_admin()

    async def actor(self, claims: AccessClaims, proof: OwnerProofBody, address: str) -> Actor:
        """The administrator, who proved to sit at the page. Raises ProblemError: 403, and as `Proving.prove`."""
        await self.check(claims.sub)
        owner = await self._proving.prove(claims.sub, claims.sid, proof, address)
        return Actor(owner.person, owner.username, address)

    async def people(self, text: str, past: str) -> tuple[Sequence[Managed], str | None]:
        """A page, and where the list goes on."""
        found = await self._administration.people(text, past, limits.ADMIN_PAGE + 1)
        page = found[: limits.ADMIN_PAGE]
        return page, page[-1].username if len(found) > len(page) else None

    async def log(self, before: int | None) -> tuple[Sequence[Audited], int | None]:
        """A page, and where the list goes on."""
        found = await self._administration.log(before, limits.ADMIN_PAGE + 1, self._clock())
        page = found[: limits.ADMIN_PAGE]
        return page, page[-1].number if len(found) > len(page) else None

    async def deactivate(self, actor: Actor, person: PersonId) -> Managed:
        """Sockets close within a second. Raises ProblemError: 403, 404, 409 oneself."""
        return await self._done(
            "deactivate", await self._administration.deactivate(actor, person, self._clock())
        )

    async def reactivate(self, actor: Actor, person: PersonId) -> Managed:
        """Raises ProblemError: 403, 404."""
        return await self._done(
            "reactivate", await self._administration.reactivate(actor, person, self._clock())
        )

    async def erase(self, actor: Actor, person: PersonId) -> Managed:
        """After the grace period; the owner is told by mail, and may take it back.

        Raises ProblemError: 403, 404, 409 the last administrator, by the settings, a bot.
        """
        now = self._clock()
        at = now + timedelta(days=self._erase_days)
        return await self._done(
            "erase_person",
            await self._administration.erase(actor, person, at, self._erasure_notice, now),
        )

    async def keep(self, actor: Actor, person: PersonId) -> Managed:
        """Raises ProblemError: 403, 404."""
        return await self._done(
            "keep_person",
            await self._administration.keep(actor, person, self._erasure_notice, self._clock()),
        )

    async def reset_factors(self, actor: Actor, person: PersonId) -> Managed:
        """The owner is told by mail. Raises ProblemError: 403, 404, 409 a bot or nobody who proved the address."""
        return await self._done(
            "reset_factors",
            await self._administration.reset_factors(actor, person, self._notice, self._clock()),
        )

    async def set_role(self, actor: Actor, person: PersonId, *, admin: bool) -> Managed:
        """Raises ProblemError: 403, 404, 409 the last administrator, by the settings, or a bot."""
        return await self._done(
            "set_role",
            await self._administration.set_role(actor, person, self._clock(), admin=admin),
        )

    async def _done(self, what: str, outcome: Done | NotDone) -> Managed:
        if isinstance(outcome, NotDone):
            ATTEMPTS.labels(what, outcome.value).inc()
            raise _problem(outcome)
        sessions: dict[PersonId, list[SessionId]] = {}
        for person, session in outcome.ended:
            sessions.setdefault(person, []).append(session)
        for person, ended in sessions.items():
            await self._announcer.sessions_ended(person, ended)
        ATTEMPTS.labels(what, "done").inc()
        return outcome.managed

    def _erasure_notice(self, owner: Owner, at: datetime | None) -> ErasureJob:
        return erasure_notice(self._page, owner, at, by_admin=True)

    def _notice(self, owner: Owner) -> SecondFactorJob:
        return SecondFactorJob(
            id=JobId(str(uuid.uuid4())),
            email=owner.email,
            username=owner.username,
            change=FactorChange.RESET_BY_ADMIN,
            left=0,
            link=f"{self._page}/settings/security",
        )


def _problem(reason: NotDone) -> ProblemError:
    match reason:
        case NotDone.NOT_ADMIN:
            return not_an_admin()
        case NotDone.UNKNOWN:
            return no_such_person()
        case NotDone.ONESELF:
            return not_oneself()
        case NotDone.LAST_ADMIN:
            return last_admin()
        case NotDone.BY_SETTINGS:
            return role_by_settings()
        case NotDone.NO_PERSON:
            return bot_or_unverified()
