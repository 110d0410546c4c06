"""What invitations to the instance need from the outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from nexync_contracts.ids import InviteId
from svc_auth.admin_ports import Actor


@dataclass(frozen=True, slots=True)
class GoodInvitation:
    """One that makes accounts."""

    id: InviteId
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Invitation:
    """One as administrators see it; `by` is a username."""

    id: InviteId
    label: str
    by: str
    made_at: datetime
    expires_at: datetime
    most: int
    uses: int = 0
    revoked_at: datetime | None = None


class Invitations(Protocol):
    """Invitations; tokens are known by their SHA-256 only."""

    async def good(self, token_hash: bytes, now: datetime) -> GoodInvitation | None:
        """The invitation, unless it is revoked, expired or used up."""
        ...

    async def add(self, actor: Actor, new: Invitation, token_hash: bytes, *, most: int) -> bool:
        """Keep it and the audit log's entry; False when `most` are good already."""
        ...

    async def listed(self, most: int) -> Sequence[Invitation]:
        """The newest first."""
        ...

    async def revoke(self, actor: Actor, invitation: InviteId, now: datetime) -> bool:
        """Take it back; False when there is none. Repeating it changes nothing."""
        ...
