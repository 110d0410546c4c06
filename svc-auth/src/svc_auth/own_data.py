"""What svc-auth keeps of a person, for the person: told to svc-chat, which packs it with the rest.

It is told once after each proof that the owner sits at the session: the zip has everything that the account can see.
"""

from typing import Protocol

from nexync_contracts.export_rest import AccountCopy
from nexync_contracts.ids import PersonId, SessionId
from nexync_contracts.passkey_rest import OwnerProofBody
from svc_auth.bot_ports import Bots
from svc_auth.errors import no_such_account, not_proved
from svc_auth.factor_ports import Factors, Owners
from svc_auth.linking import LinkedIdentities
from svc_auth.metrics import ATTEMPTS
from svc_auth.passkey_ports import Passkeys
from svc_auth.proving import Proving
from svc_auth.sessions import SessionKeeper
from svc_auth.views import bot_view, identity_view, ms, passkey_item, session_item


class Permissions(Protocol):
    """Sessions whose owner has just proved to sit at them."""

    async def give(self, person: PersonId, session: SessionId) -> None:
        """For OWN_DATA_ALLOWED_SECONDS."""
        ...

    async def take(self, person: PersonId, session: SessionId) -> bool:
        """Whether it is there; nobody can take it again."""
        ...


class OwnData:
    """Only what is the person's to know: no hash, no secret, no key."""

    def __init__(
        self,
        *,
        owners: Owners,
        factors: Factors,
        passkeys: Passkeys,
        identities: LinkedIdentities,
        sessions: SessionKeeper,
        bots: Bots,
        proving: Proving,
        permissions: Permissions,
    ) -> None:
        self._owners = owners
        self._factors = factors
        self._passkeys = passkeys
        self._identities = identities
        self._sessions = sessions
        self._bots = bots
        self._proving = proving
        self._permissions = permissions

    async def allow(
        self, person: PersonId, session: SessionId, proof: OwnerProofBody, address: str
    ) -> None:
        """Raises ProblemError as `Proving.prove`."""
        await self._proving.prove(person, session, proof, address)
        await self._permissions.give(person, session)
        ATTEMPTS.labels("own_data", "allowed").inc()

    async def of(self, person: PersonId, session: SessionId) -> AccountCopy:
        """The account. Raises ProblemError: 403 without a proof, 404 for who has none that is verified."""
        owner = await self._owners.owner(person)
        if owner is None:
            raise no_such_account()
        factor = await self._factors.factor(person)
        linked, password = await self._identities.listed(person)
        copy = AccountCopy(
            person=person,
            username=owner.username,
            email=owner.email,
            password=password,
            factor_since=None if factor is None else ms(factor.since),
            passkeys=tuple(passkey_item(one) for one in await self._passkeys.listed(person)),
            identities=tuple(
                identity_view(one, self._identities.provider(one.issuer)) for one in linked
            ),
            sessions=tuple(session_item(one, None) for one in await self._sessions.listed(person)),
            bots=tuple(bot_view(one) for one in await self._bots.of(person)),
        )
        # At last: a proof is not used up by what could not be answered.
        if not await self._permissions.take(person, session):
            ATTEMPTS.labels("own_data", "refused").inc()
            raise not_proved()
        return copy
