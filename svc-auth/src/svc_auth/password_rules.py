"""Which passwords are refused: the ones that are tried first, and the ones that follow from the account.

NIST SP 800-63B, 3.1.1.2: no rules about kinds of characters, but a comparison with a list of common passwords and
with what is known of the person.
"""

import gc
import importlib.util
from enum import StrEnum
from pathlib import Path
from typing import Final


def _common() -> str:
    """One a line, with a line break at both ends.

    zxcvbn holds its lists as 130,000 texts, 15 MB with its code, of which we need 240 KB. So its file of lists is run
    beside the import system, and all but one text goes again.
    """
    package = importlib.util.find_spec("zxcvbn")
    assert package is not None  # noqa: S101 - a dependency of this service
    assert package.origin is not None  # noqa: S101 - and it is a folder with an __init__.py
    path = Path(package.origin).with_name("frequency_lists.py")
    spec = importlib.util.spec_from_file_location("zxcvbn_lists", path)
    assert spec is not None  # noqa: S101 - of a Python file there always is one
    assert spec.loader is not None  # noqa: S101 - the same
    lists = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(lists)
    text = "\n".join(("", *lists.FREQUENCY_LISTS["passwords"], ""))
    del lists
    gc.collect()
    return text


COMMON: Final = _common()
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
    if _is_common(plain) or _is_common(rest) or not rest or len(set(plain)) <= MONOTONE_CHARS:
        return Weakness.COMMON
    return None


def _is_common(text: str) -> bool:
    """Looked for in one text, which takes a tenth of a millisecond, beside the thirty of a hash."""
    return f"\n{text}\n" in COMMON
