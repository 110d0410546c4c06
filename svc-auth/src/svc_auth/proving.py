"""Who sits at an open page is the account's owner: asked before what gives the account away or takes it from him."""

from nexync_contracts.ids import PersonId, SessionId
from nexync_contracts.passkey_rest import OwnerProofBody
from svc_auth.errors import proof_needed
from svc_auth.lately import Lately
from svc_auth.passkey_checks import PasskeyChecks
from svc_auth.ports import Owner
from svc_auth.second_factor import SecondFactor


class Proving:
    """By a passkey, which is both factors; or by the password, and the code where a factor is on."""

    def __init__(
        self,
        *,
        second_factor: SecondFactor,
        checks: PasskeyChecks,
        lately: Lately,
    ) -> None:
        self._second_factor = second_factor
        self._checks = checks
        self._lately = lately

    async def prove(
        self, person: PersonId, session: SessionId, proof: OwnerProofBody, address: str
    ) -> Owner:
        """The owner, who is remembered for some minutes.

        Raises ProblemError: 400 wrong code, 403 no proof, wrong password, refused passkey or a code is missing, 410 the
        challenge is over, 429, 503.
        """
        if proof.passkey is not None:
            owner = await self._checks.prove(person, session, proof.passkey)
        elif proof.current is not None:
            owner = await self._second_factor.owner_by_password(person, proof.current, address)
            await self._second_factor.prove_if_on(owner, proof.code, address)
        else:
            raise proof_needed()
        await self._lately.remember(session)
        return owner

    async def prove_lately(
        self, person: PersonId, session: SessionId, proof: OwnerProofBody, address: str
    ) -> Owner:
        """As `prove`; but without a proof one of the last minutes in this session counts, or its log-in."""
        if proof.passkey is not None or proof.current is not None:
            return await self.prove(person, session, proof, address)
        return await self._lately.owner(person, session)
