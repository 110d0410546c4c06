"""Jobs: the bodies of RabbitMQ messages. The job id is the message id and the mail's Message-ID."""

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from nexync_contracts import limits
from nexync_contracts.channels import (
    EMAIL_QUEUE,
    FACTOR_QUEUE,
    RESET_QUEUE,
    VERIFICATION_QUEUE,
    WELCOME_QUEUE,
)
from nexync_contracts.ids import Code, Email, JobIdField, Username
from nexync_contracts.model import Tolerant

Link = Annotated[str, StringConstraints(pattern=r"^https?://", max_length=600)]


class FactorChange(StrEnum):
    """What happened to a second factor."""

    TURNED_ON = "turned_on"
    TURNED_OFF = "turned_off"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_MADE = "recovery_codes_made"


class VerificationCodeJob(Tolerant):
    """Send the one-time code to a new address. `expires_at` is Unix milliseconds; later the mail is pointless."""

    tag: Literal["verification-code"] = "verification-code"
    id: JobIdField
    email: Email
    username: Username
    code: Code
    expires_at: Annotated[int, Field(ge=0)]


class ResetPasswordJob(Tolerant):
    """Send the link with which a forgotten password is replaced; `expires_at` as above."""

    tag: Literal["reset-password"] = "reset-password"
    id: JobIdField
    email: Email
    username: Username
    link: Link
    expires_at: Annotated[int, Field(ge=0)]


class PasswordChangedJob(Tolerant):
    """Tell the owner that the password is another now; `link` is where to get a new one if it wasn't him."""

    tag: Literal["password-changed"] = "password-changed"
    id: JobIdField
    email: Email
    username: Username
    link: Link


class WelcomeJob(Tolerant):
    """Greet somebody whose address was just proved; `link` is the page."""

    tag: Literal["welcome"] = "welcome"
    id: JobIdField
    email: Email
    username: Username
    link: Link


class SecondFactorJob(Tolerant):
    """Tell the owner what became of the second factor; `left` counts the recovery codes, `link` is the Security page.

    On a queue of its own: a mailer that doesn't know it yet leaves it for one that does.
    """

    tag: Literal["second-factor"] = "second-factor"
    id: JobIdField
    email: Email
    username: Username
    change: FactorChange
    left: Annotated[int, Field(ge=0, le=limits.RECOVERY_CODES)]
    link: Link


class EmailCodeJob(Tolerant):
    """Send the code that proves another address of somebody's; `expires_at` as above. On a queue of its own too."""

    tag: Literal["email-code"] = "email-code"
    id: JobIdField
    email: Email
    username: Username
    code: Code
    expires_at: Annotated[int, Field(ge=0)]


class EmailChangedJob(Tolerant):
    """Tell the owner, at the address that was, that it is another now; `link` is the Security page."""

    tag: Literal["email-changed"] = "email-changed"
    id: JobIdField
    email: Email
    username: Username
    link: Link


Job = Annotated[
    VerificationCodeJob
    | ResetPasswordJob
    | PasswordChangedJob
    | WelcomeJob
    | SecondFactorJob
    | EmailCodeJob
    | EmailChangedJob,
    Field(discriminator="tag"),
]
job_adapter: TypeAdapter[Job] = TypeAdapter(Job)

QUEUE_OF: Final[dict[str, str]] = {
    "verification-code": VERIFICATION_QUEUE,
    "reset-password": RESET_QUEUE,
    "password-changed": RESET_QUEUE,
    "welcome": WELCOME_QUEUE,
    "second-factor": FACTOR_QUEUE,
    "email-code": EMAIL_QUEUE,
    "email-changed": EMAIL_QUEUE,
}
"""The queue of each job by its tag."""
