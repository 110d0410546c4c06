"""Bodies about the instance itself: who may make an account here."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from nexync_contracts import limits
from nexync_contracts.model import Exact, Tolerant

MAIL_DOMAIN: Final = r"^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$"

MailDomain = Annotated[
    str,
    StringConstraints(pattern=MAIL_DOMAIN, max_length=253),
    Field(examples=["example.org"]),
]
"""What stands behind the @ of an address, in ASCII and lower case; one below it is another one."""

InvitationToken = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$", max_length=limits.INVITATION_TOKEN_CHARS),
    Field(examples=["0" * 43]),
]
"""256 random bits as base64url: the part of an invitation's link behind `#`."""


class RegistrationMode(StrEnum):
    """Who may make an account without an administrator's help.

    `open`: whoever proves an address. `domains`: whoever proves one at certain domains. `invite`: who has an
    invitation, which also helps where domains are asked for. `closed`: nobody, not even with an invitation.
    """

    OPEN = "open"
    DOMAINS = "domains"
    INVITE = "invite"
    CLOSED = "closed"


class SecondFactorMode(StrEnum):
    """Who must log in with two factors: an app's code after the password or provider, or a passkey.

    `optional`: nobody must. `administrators`: who administers the instance. `everyone`: every person.
    """

    OPTIONAL = "optional"
    ADMINISTRATORS = "administrators"
    EVERYONE = "everyone"


class InstanceView(Tolerant):
    """What applies to accounts. `domains` are told where they are asked for."""

    registration: RegistrationMode
    second_factor: SecondFactorMode = SecondFactorMode.OPTIONAL
    domains: Annotated[tuple[MailDomain, ...], Field(max_length=limits.REGISTRATION_DOMAINS)] = ()


class InvitationBody(Exact):
    """An invitation to look at."""

    invitation: InvitationToken


class InvitationFacts(Tolerant):
    """An invitation that is good: until when (Unix ms), as far as nobody uses it up before."""

    expires_at: Annotated[int, Field(ge=0)]
