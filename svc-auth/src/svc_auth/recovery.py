"""Recovery codes: ten characters from 31 that nobody confuses (49 bits), each good once.

Stored as argon2id with one salt a set, so that a try costs one hash however many codes are left (ASVS 5.0, 6.5.2).
"""

import re
import secrets
from typing import Final

from nexync_contracts import limits
from svc_auth.passwords import Passwords

ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_CHARS: Final = 10
SALT_BYTES: Final = 16

_TYPED: Final = re.compile(r"[\s-]+")
_RECOVERY: Final = re.compile(f"[{ALPHABET}]{{{CODE_CHARS}}}")
_DIGITS: Final = re.compile(f"[0-9]{{{limits.FACTOR_DIGITS}}}", re.ASCII)


def new_codes() -> tuple[str, ...]:
    """Ten different codes as they are shown, such as `k3m9p-w7xq2`."""
    codes: set[str] = set()
    while len(codes) < limits.RECOVERY_CODES:
        text = "".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARS))
        codes.add(f"{text[:5]}-{text[5:]}")
    return tuple(codes)


def plain(typed: str) -> str:
    """A code without what people put between its characters."""
    return _TYPED.sub("", typed).lower()


def is_recovery_code(text: str) -> bool:
    """Whether a plain text has the form of a recovery code."""
    return _RECOVERY.fullmatch(text) is not None


def is_app_code(text: str) -> bool:
    """Whether a plain text has the form of the app's codes."""
    return _DIGITS.fullmatch(text) is not None


async def hashes_of(passwords: Passwords, codes: tuple[str, ...], salt: bytes) -> list[bytes]:
    """What is stored of the codes. Raises BusyError."""
    return [await passwords.digest(plain(code), salt) for code in codes]
