"""The identities of who is logged in: which there are, prove oneself before one more, unlink."""

from collections.abc import Sequence

from nexync_contracts.ids import IdentityId, PersonId
from nexync_contracts.jobs import IdentityChangedJob
from svc_auth import throttling
from svc_auth.errors import last_way_in, no_such_identity, wrong_current_password
from svc_auth.factor_ports import Owners
from svc_auth.metrics import ATTEMPTS
from svc_auth.passwords import Passwords
from svc_auth.provider_login import ProviderLogin
from svc_auth.provider_ports import Identities, Linked, Provider, Unlinked
from svc_auth.throttling import Throttle


class LinkedIdentities:
    """The use cases."""

    def __init__(
        self,
        *,
        identities: Identities,
        owners: Owners,
        passwords: Passwords,
        throttle: Throttle,
        login: ProviderLogin,
    ) -> None:
        self._identities = identities
        self._owners = owners
        self._passwords = passwords
        self._throttle = throttle
        self._login = login
        self._by_issuer = {one.issuer: one for one in login.providers}

    def provider(self, issuer: str) -> Provider | None:
        """The configured provider of an identity."""
        return self._by_issuer.get(issuer)

    async def listed(self, person: PersonId) -> tuple[Sequence[Linked], bool]:
        """The identities, oldest first, and whether there is a password of one's own."""
        return await self._identities.listed(person)

    async def prove(self, person: PersonId, current: str, address: str) -> None:
        """Whether it is the owner. A mailed password doesn't count. Raises ProblemError: 403 wrong, 429."""
        await self._throttle.guess(throttling.own_password(person), address)
        owner = await self._owners.owner(person)
        if not await self._passwords.check(owner and owner.password_hash, current) or owner is None:
            ATTEMPTS.labels("link", "wrong_password").inc()
            raise wrong_current_password()
        await self._throttle.proved(throttling.own_password(person), address)

    async def unlink(
        self, person: PersonId, identity: IdentityId, current: str | None, address: str
    ) -> None:
        """Unlink one. Who has a password must give it. Raises ProblemError: 403 wrong, 404, 409 last way in, 429."""
        owner = await self._owners.owner(person)
        if current is not None or (owner is not None and owner.password_hash):
            await self.prove(person, current or "", address)
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
