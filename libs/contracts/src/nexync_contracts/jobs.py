"""Jobs: the bodies of RabbitMQ messages. The job id is the message id and the mail's Message-ID."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from nexync_contracts.ids import Code, Email, JobIdField, Username
from nexync_contracts.model import Tolerant


class VerificationCodeJob(Tolerant):
    """Send the one-time code to a new address. `expires_at` is Unix milliseconds; later the mail is pointless."""

    tag: Literal["verification-code"] = "verification-code"
    id: JobIdField
    email: Email
    username: Username
    code: Code
    expires_at: Annotated[int, Field(ge=0)]


verification_job_adapter: TypeAdapter[VerificationCodeJob] = TypeAdapter(VerificationCodeJob)
