"""Mailed passwords: good once, until a time, and only to choose another."""

import secrets
from datetime import datetime
from typing import Final

from svc_auth.ports import Account, Owner

_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Nothing in it is taken for another."""
_GROUPS: Final = 4
_GROUP_CHARS: Final = 4


def new_password() -> str:
    """79 random bits, in groups that can be typed."""
    return "-".join(
        "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_CHARS)) for _ in range(_GROUPS)
    )


def hash_of(of: Account | Owner | None, now: datetime) -> str | None:
    """The hash that a password is checked against: the person's own, else the mailed one's while it is good."""
    if of is None:
        return None
    if of.password_hash:
        return of.password_hash
    mailed = of.one_time
    return mailed.password_hash if mailed is not None and mailed.expires_at > now else None
