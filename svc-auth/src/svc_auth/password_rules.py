"""Which passwords are refused: the ones that are tried first, and the ones that follow from the account.

NIST SP 800-63B, 3.1.1.2: no rules about kinds of characters, but a comparison with a list of common passwords and
with what is known of the person.
"""

from enum import StrEnum
from typing import Final

from zxcvbn.frequency_lists import FREQUENCY_LISTS

COMMON: Final = frozenset(FREQUENCY_LISTS["passwords"])
"""The 30,000 most used of leaked passwords, lower case, from zxcvbn."""

PART_CHARS: Final = 4
"""A shorter name is in many words by chance; with such a name, what is left beside it must not be common."""

MONOTONE_CHARS: Final = 2
"""`aaaaaaaa` and `abababab` are among the first tries, however long."""


class Weakness(StrEnum):
    """Why a password is refused; the `code` of the issue."""

    COMMON = "password_common"
    TELLS_NAME = "password_tells_name"


def weakness_of(password: str, username: str, email: str) -> Weakness | None:
    """Why the password is refused, or None. The address is in its normal form."""
    plain = password.casefold()
    mailbox, _, domain = email.casefold().rpartition("@")
    names = (username.casefold(), mailbox)
    if plain in names or any(len(name) >= PART_CHARS and name in plain for name in names):
        return Weakness.TELLS_NAME
    rest = plain
    for part in sorted((*names, domain.rpartition(".")[0], "nexync"), key=len, reverse=True):
        rest = rest.replace(part, "") if part else rest
    if plain in COMMON or rest in COMMON or not rest or len(set(plain)) <= MONOTONE_CHARS:
        return Weakness.COMMON
    return None
