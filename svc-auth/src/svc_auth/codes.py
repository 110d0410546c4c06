"""One-time codes: six digits, kept only as a keyed hash that is bound to the person."""

import hmac
import secrets

from nexync_contracts import limits
from nexync_contracts.ids import PersonId


class Codes:
    """Makes and checks codes with `secret`, without which a stolen table can't be searched for them."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def new(self) -> str:
        """A code that nobody can guess from the ones before."""
        return f"{secrets.randbelow(10**limits.CODE_DIGITS):0{limits.CODE_DIGITS}d}"

    def hash(self, person: PersonId, code: str) -> str:
        """What is stored of a code, hexadecimal."""
        return hmac.new(self._secret, f"{person}:{code}".encode(), "sha256").hexdigest()

    def matches(self, person: PersonId, code: str, stored: str) -> bool:
        """Whether the code is the stored one, in constant time."""
        return hmac.compare_digest(self.hash(person, code), stored)
