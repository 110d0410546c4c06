"""What svc-auth keeps of a person, for the person: told to svc-chat, which packs it with the rest."""

from nexync_contracts.export_rest import AccountCopy
from nexync_contracts.ids import PersonId
from svc_auth.bot_ports import Bots
from svc_auth.factor_ports import Factors, Owners
from svc_auth.linking import LinkedIdentities
from svc_auth.passkey_ports import Passkeys
from svc_auth.sessions import SessionKeeper
from svc_auth.views import bot_view, identity_view, ms, passkey_item, session_item


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
    ) -> None:
        self._owners = owners
        self._factors = factors
        self._passkeys = passkeys
        self._identities = identities
        self._sessions = sessions
        self._bots = bots

    async def of(self, person: PersonId) -> AccountCopy | None:
        """The account; None for who has none that is verified."""
        owner = await self._owners.owner(person)
        if owner is None:
            return None
        factor = await self._factors.factor(person)
        linked, password = await self._identities.listed(person)
        return AccountCopy(
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
