"""Bodies of the REST API about logging in with a provider, such as Google or GitHub, and about linked identities."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from nexync_contracts import limits
from nexync_contracts.ids import Email, IdentityIdField, Password
from nexync_contracts.instance_rest import InvitationToken
from nexync_contracts.model import Exact, Tolerant
from nexync_contracts.passkey_rest import OwnerProofBody

ProviderId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$")]
"""A provider by the name that the operator gave it; it is part of addresses."""
ProviderLabel = Annotated[
    str, StringConstraints(min_length=1, max_length=limits.PROVIDER_LABEL_CHARS)
]


class ProviderKind(StrEnum):
    """What a provider speaks: OpenID Connect, or GitHub's OAuth."""

    OIDC = "oidc"
    GITHUB = "github"


class ProviderView(Tolerant):
    """Somebody whom one can log in with; `label` is for a button."""

    id: ProviderId
    kind: ProviderKind
    label: ProviderLabel


class ProvidersView(Tolerant):
    """Those that are configured, in the operator's order; empty where there are none."""

    providers: Annotated[tuple[ProviderView, ...], Field(max_length=limits.PROVIDERS)] = ()


class StartProviderBody(Exact):
    """`invitation` is the part of an invitation's link behind `#`, for who has no account yet."""

    invitation: InvitationToken | None = None


class ProviderStartView(Tolerant):
    """Where the browser must go; it comes back to the callback with a code. Good for PROVIDER_SECONDS."""

    location: Annotated[str, StringConstraints(pattern=r"^https?://", max_length=4_000)]


class LinkProviderBody(OwnerProofBody):
    """The proof of who sits at the page; none is needed soon after another or a log-in in this session."""


class UnlinkIdentityBody(OwnerProofBody):
    """As for linking."""


class IdentityView(Tolerant):
    """A linked identity. `provider` is None when it is not configured any more; `email` was the address there then."""

    id: IdentityIdField
    provider: ProviderId | None = None
    label: Annotated[str, StringConstraints(max_length=300)]
    email: Email
    linked_at: Annotated[int, Field(ge=0)]


class IdentitiesView(Tolerant):
    """One's identities, oldest first. `password`: one has a password of one's own, not only a mailed one."""

    identities: Annotated[tuple[IdentityView, ...], Field(max_length=limits.IDENTITIES)] = ()
    password: bool = True


class NewPasswordBody(Exact):
    """A mailed one-time password and the one that takes its place; `login` is the address or the username."""

    login: Annotated[str, StringConstraints(min_length=3, max_length=limits.EMAIL_CHARS)]
    current: Password
    password: Password
