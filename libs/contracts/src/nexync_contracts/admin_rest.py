"""Bodies about running an instance: people, invitations and what administrators did. Times are Unix milliseconds.

Whatever changes something carries `proof`: who sits at the open page is the administrator.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from nexync_contracts import limits
from nexync_contracts.ids import InviteIdField, PersonIdField, Username, no_control
from nexync_contracts.instance_rest import InvitationToken
from nexync_contracts.model import Exact, Tolerant
from nexync_contracts.passkey_rest import OwnerProofBody

_Time = Annotated[int, Field(ge=0)]
_Count = Annotated[int, Field(ge=0)]
_Label = Annotated[
    str,
    StringConstraints(max_length=limits.INVITATION_LABEL_CHARS, strip_whitespace=True),
    AfterValidator(no_control),
]


class AdminRole(StrEnum):
    """Whether somebody runs the instance: not at all, by another administrator's hand, or by the settings."""

    NONE = "none"
    GRANTED = "granted"
    SETTINGS = "settings"


class AdminAction(StrEnum):
    """What an administrator did."""

    DEACTIVATED = "person.deactivated"
    REACTIVATED = "person.reactivated"
    FACTORS_RESET = "person.factors_reset"
    ROLE_GRANTED = "role.granted"
    ROLE_TAKEN = "role.taken"
    INVITATION_MADE = "invitation.made"
    INVITATION_REVOKED = "invitation.revoked"
    REPORT_CLOSED = "report.closed"
    ERASURE_ASKED = "person.erasure_asked"
    ERASURE_CANCELLED = "person.erasure_cancelled"
    ERASED = "person.erased"
    """By nobody: its time had come."""


class RoleView(Tolerant):
    """Whether one is an administrator oneself."""

    admin: bool


class ManagedPerson(Tolerant):
    """Somebody as administrators see them. `seen_at` is when a device of theirs was there last, None for never.

    `erase_at` is when the account will be erased. `owner` is whose bot it is. `second_factor` is an app for
    codes; `passkeys` counts.
    """

    person: PersonIdField
    username: Username
    name: str
    email: str
    role: AdminRole
    verified: bool
    bot: bool
    owner: Username | None = None
    second_factor: bool
    passkeys: _Count
    sessions: _Count
    made_at: _Time
    seen_at: _Time | None = None
    deactivated_at: _Time | None = None
    erase_at: _Time | None = None


class ManagedPeople(Tolerant):
    """By username. `next` is where the list goes on (the query's `past`), None at its end."""

    people: Annotated[tuple[ManagedPerson, ...], Field(max_length=limits.ADMIN_PAGE)]
    next: Username | None = None


class AdminProofBody(Exact):
    proof: OwnerProofBody


class SetRoleBody(Exact):
    admin: bool
    proof: OwnerProofBody


class MakeInvitationBody(Exact):
    """`label` is for the list alone, such as whom it is for."""

    label: _Label = ""
    days: Annotated[int, Field(ge=1, le=limits.INVITATION_DAYS)]
    uses: Annotated[int, Field(ge=1, le=limits.INVITATION_USES)]
    proof: OwnerProofBody


class InvitationView(Tolerant):
    """`uses` counts the accounts that it made, of `most`. `by` is who made it, by the username then."""

    invitation: InviteIdField
    label: str
    by: str
    made_at: _Time
    expires_at: _Time
    most: _Count
    uses: _Count
    revoked_at: _Time | None = None


class InvitationsPage(Tolerant):
    """The newest first; of those that are over, the last ones."""

    invitations: Annotated[tuple[InvitationView, ...], Field(max_length=limits.INVITATIONS)]


class InvitationMade(Tolerant):
    """The only time that the token is told; what is kept of it is its SHA-256."""

    invitation: InvitationView
    token: InvitationToken


class AuditEntry(Tolerant):
    """Who did what to whom, when and from where. Names are those of that day; `by` is empty for a command.

    `subject` is a person's username or an invitation's label. `address` is the network address, empty for a command.
    """

    number: _Count
    at: _Time
    by: str
    action: AdminAction
    subject: str
    address: str


class AuditPage(Tolerant):
    """The newest first. `next` is where the list goes on (the query's `before`), None at its end."""

    entries: Annotated[tuple[AuditEntry, ...], Field(max_length=limits.ADMIN_PAGE)]
    next: _Count | None = None
