"""Bodies of the REST API about one's own e-mail address."""

from typing import Annotated

from pydantic import Field

from nexync_contracts.factor_rest import FactorCode
from nexync_contracts.ids import Code, Email, Password
from nexync_contracts.model import Exact, Tolerant


class ChangeEmailBody(Exact):
    """`current` is the password; `code` is needed where the second factor is on."""

    email: Email
    current: Password
    code: FactorCode | None = None


class ProveEmailBody(Exact):
    """The code that was mailed to the new address."""

    code: Code


class PendingEmail(Tolerant):
    """An address that waits for its code until `expires_at`, Unix ms."""

    email: Email
    expires_at: Annotated[int, Field(ge=0)]


class EmailView(Tolerant):
    """The address, and the one that this session asked to have instead."""

    email: Email
    pending: PendingEmail | None = None
