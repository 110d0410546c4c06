"""Invitations to the instance: made, listed and taken back by administrators."""

import secrets
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from nexync_contracts import limits
from nexync_contracts.ids import InviteId
from nexync_contracts.instance_rest import RegistrationMode
from svc_auth.admin_ports import Actor
from svc_auth.admitting import Policy, invitation_hash
from svc_auth.errors import (
    invitations_closed,
    invitations_full,
    no_such_invitation,
)
from svc_auth.invitation_ports import Invitation, Invitations
from svc_auth.metrics import ATTEMPTS


class Inviting:
    """The use cases."""

    def __init__(
        self, *, invitations: Invitations, policy: Policy, clock: Callable[[], datetime]
    ) -> None:
        self._invitations = invitations
        self._policy = policy
        self._clock = clock

    async def make(
        self, actor: Actor, label: str, *, days: int, uses: int
    ) -> tuple[Invitation, str]:
        """The invitation and its token. Raises ProblemError 409: registration is closed, or too many are good."""
        if self._policy.mode is RegistrationMode.CLOSED:
            raise invitations_closed()
        token = secrets.token_urlsafe(32)
        now = self._clock()
        new = Invitation(
            id=InviteId(str(uuid.uuid4())),
            label=label,
            by=actor.username,
            made_at=now,
            expires_at=now + timedelta(days=days),
            most=uses,
        )
        added = await self._invitations.add(
            actor, new, invitation_hash(token), most=limits.INVITATIONS
        )
        ATTEMPTS.labels("make_invitation", "made" if added else "full").inc()
        if not added:
            raise invitations_full()
        return new, token

    async def listed(self) -> Sequence[Invitation]:
        """The newest first."""
        return await self._invitations.listed(limits.INVITATIONS)

    async def revoke(self, actor: Actor, invitation: InviteId) -> None:
        """Raises ProblemError 404."""
        if not await self._invitations.revoke(actor, invitation, self._clock()):
            raise no_such_invitation()
        ATTEMPTS.labels("revoke_invitation", "revoked").inc()
