"""Codes by time (RFC 6238 with SHA-1, six digits and steps of 30 s, which every authenticator app knows)."""

import hmac
from datetime import datetime
from typing import Final

from pyotp import random_base32
from pyotp.hotp import HOTP
from pyotp.totp import TOTP

from nexync_contracts import limits

ISSUER: Final = "Nexync"


def new_secret() -> str:
    """160 random bits as base32, which is what RFC 4226 recommends for SHA-1."""
    return random_base32(32)


def uri_of(secret: str, username: str) -> str:
    """The `otpauth:` address that an authenticator app reads from a QR code."""
    return TOTP(
        secret, digits=limits.FACTOR_DIGITS, interval=limits.FACTOR_STEP_SECONDS
    ).provisioning_uri(name=username, issuer_name=ISSUER)


def step_at(now: datetime) -> int:
    """The time step of a moment."""
    return int(now.timestamp()) // limits.FACTOR_STEP_SECONDS


def code_at(secret: str, step: int) -> str:
    """The code of a step."""
    return HOTP(secret, digits=limits.FACTOR_DIGITS).at(step)


def step_of(secret: str, code: str, now: datetime, *, after: int) -> int | None:
    """The step of `now`, if the code belongs to it and the step is later than `after`.

    No step before or after it: OWASP ASVS 5.0 (6.5.5) lets a code live 30 s, where RFC 6238 (5.2) would allow one more.
    """
    step = step_at(now)
    same = hmac.compare_digest(code_at(secret, step).encode(), code.encode())
    return step if same and step > after else None
