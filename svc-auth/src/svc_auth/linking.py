"""The identities of who is logged in: which there are, prove oneself before one more, unlink."""

from collections.abc import Sequence

from nexync_contracts.ids import IdentityId, PersonId, SessionId
from nexync_contracts.jobs import IdentityChangedJob
from nexync_contracts.passkey_rest import OwnerProofBody
from svc_auth.errors import last_way_in, no_such_identity
from svc_auth.metrics import ATTEMPTS
from svc_auth.provider_login import ProviderLogin
from svc_auth.provider_ports import Identities, Linked, Provider, Unlinked
from svc_auth.proving import Proving


class LinkedIdentities:
    """The use cases."""

    def __init__(
        self,
        *,
        identities: Identities,
        proving: Proving,
        login: ProviderLogin,
    ) -> None:
        self._identities = identities
        self._proving = proving
        self._login = login
        self._by_issuer = {one.issuer: one for one in login.providers}

    def provider(self, issuer: str) -> Provider | None:
        """The configured provider of an identity."""
        return self._by_issuer.get(issuer)

    async def listed(self, person: PersonId) -> tuple[Sequence[Linked], bool]:
        """The identities, oldest first, and whether there is a password of one's own."""
        return await self._identities.listed(person)

    async def prove(
        self, person: PersonId, session: SessionId, proof: OwnerProofBody, address: str
    ) -> None:
        """Whether it is the owner. A mailed password doesn't count. Raises ProblemError as `prove_lately`."""
        await self._proving.prove_lately(person, session, proof, address)

    async def unlink(
        self,
        person: PersonId,
        session: SessionId,
        identity: IdentityId,
        proof: OwnerProofBody,
        address: str,
    ) -> None:
        """Unlink one. Raises ProblemError: as `prove`, 404, 409 last way in."""
        await self.prove(person, session, proof, address)
        outcome = await self._identities.unlink(
            person, identity, tuple(self._by_issuer), self._notice
        )
        ATTEMPTS.labels("unlink", outcome.value).inc()
        if outcome is Unlinked.UNKNOWN:
            raise no_such_identity()
        if outcome is Unlinked.LAST_WAY_IN:
            raise last_way_in()

    def _notice(self, to: str, username: str, issuer: str) -> IdentityChangedJob:
        provider = self._by_issuer.get(issuer)
        label = issuer if provider is None else provider.label
        return self._login.notice(to, username, label, linked=False)
