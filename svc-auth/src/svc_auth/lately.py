"""A proof of the last minutes, or the log-in itself, spares one another one in the same session."""

from nexync_contracts.ids import PersonId, SessionId
from svc_auth.errors import fresh_login_needed, proof_needed
from svc_auth.factor_ports import Owners
from svc_auth.ports import Owner, RecentProofs


class Lately:
    """Who has shown lately who sits at a session."""

    def __init__(self, *, owners: Owners, recent: RecentProofs) -> None:
        self._owners = owners
        self._recent = recent

    async def remember(self, session: SessionId) -> None:
        """It was proved now, by all factors that there are."""
        await self._recent.remember(session)

    async def owner(self, person: PersonId, session: SessionId) -> Owner:
        """The owner, who proved it within PROOF_SECONDS.

        Raises ProblemError 403: a proof is needed, or a log-in of who has no password to prove anything with.
        """
        owner = await self._owners.owner(person)
        if owner is not None and await self._recent.recall(session):
            return owner
        if owner is not None and not owner.password_hash:
            raise fresh_login_needed()
        raise proof_needed()
