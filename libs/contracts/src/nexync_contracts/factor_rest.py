"""Bodies of the REST API about the second factor of log-in (TOTP, RFC 6238)."""

from typing import Annotated

from pydantic import Field, StringConstraints

from nexync_contracts import limits
from nexync_contracts.ids import Password
from nexync_contracts.model import Exact, Tolerant

FactorCode = Annotated[
    str,
    StringConstraints(
        min_length=limits.FACTOR_CODE_CHARS[0], max_length=limits.FACTOR_CODE_CHARS[1]
    ),
]
"""Six digits of the app or a recovery code; spaces, dashes and case don't count."""


class FactorCodeBody(Exact):
    code: FactorCode


class EnrolFactorBody(Exact):
    """`current` proves that it is the owner who sits at an open page; none is needed soon after a log-in."""

    current: Password | None = None


class FactorProofBody(Exact):
    """Both factors, for what would weaken the second one."""

    current: Password
    code: FactorCode


class FactorView(Tolerant):
    """`available`: one can be turned on here. `since` (Unix ms) is when it was. `recovery_left` are unused codes."""

    available: bool
    on: bool
    since: Annotated[int, Field(ge=0)] | None = None
    recovery_left: Annotated[int, Field(ge=0, le=limits.RECOVERY_CODES)] = 0


class EnrolmentView(Tolerant):
    """What an authenticator app needs, shown once: `uri` for a QR code, `secret` (base32) to type. Ends at Unix ms."""

    secret: Annotated[str, StringConstraints(min_length=16, max_length=64)]
    uri: Annotated[str, StringConstraints(max_length=500)]
    expires_at: Annotated[int, Field(ge=0)]


class RecoveryCodesView(Tolerant):
    """Each is good once in place of a code; they are never shown again, and end all earlier ones."""

    codes: Annotated[
        tuple[Annotated[str, StringConstraints(max_length=limits.FACTOR_CODE_CHARS[1])], ...],
        Field(max_length=limits.RECOVERY_CODES),
    ]
