"""Who may make an account: as the settings say, or by an invitation."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from nexync_contracts.ids import InviteId
from nexync_contracts.instance_rest import RegistrationMode
from svc_auth import throttling
from svc_auth.errors import invitation_over, registration_closed
from svc_auth.invitation_ports import GoodInvitation, Invitations
from svc_auth.ports import Door
from svc_auth.throttling import Throttle


def invitation_hash(token: str) -> bytes:
    """What is stored of an invitation; it has 256 random bits, so a plain SHA-256 is enough."""
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True, slots=True)
class Policy:
    """What the settings say. `domains` are in ASCII and lower case, and count in their mode alone."""

    mode: RegistrationMode = RegistrationMode.OPEN
    domains: tuple[str, ...] = ()

    def door(self, email: str) -> Door:
        """How an address in the normal form comes in. Nothing but the address itself is looked at."""
        if self.mode is RegistrationMode.OPEN:
            return Door.OPEN
        if self.mode is RegistrationMode.CLOSED:
            return Door.SHUT
        listed = self.mode is RegistrationMode.DOMAINS and email.rpartition("@")[2] in self.domains
        return Door.OPEN if listed else Door.INVITATION


class Admitting:
    """The use cases."""

    def __init__(
        self,
        *,
        policy: Policy,
        invitations: Invitations,
        throttle: Throttle,
        clock: Callable[[], datetime],
    ) -> None:
        self.policy = policy
        self._invitations = invitations
        self._throttle = throttle
        self._clock = clock

    async def enter(self, email: str, token: str | None) -> InviteId | None:
        """The invitation that this address needs, None where it needs none; spent when the address is proved.

        Raises ProblemError: 403 nobody comes in like this, 410 the invitation is over. Whether the address has an
        account plays no part.
        """
        door = self.policy.door(email)
        if door is Door.OPEN:
            return None
        if door is Door.SHUT or token is None:
            raise registration_closed(self.policy.mode)
        return (await self._good(token)).id

    async def look(self, token: str, address: str) -> GoodInvitation:
        """An invitation that is good. Raises ProblemError: 410 over, 429."""
        await self._throttle.address(throttling.INVITATION_FROM_ADDRESS, address)
        return await self._good(token)

    async def _good(self, token: str) -> GoodInvitation:
        if self.policy.mode is RegistrationMode.CLOSED:
            raise invitation_over()
        found = await self._invitations.good(invitation_hash(token), self._clock())
        if found is None:
            raise invitation_over()
        return found
