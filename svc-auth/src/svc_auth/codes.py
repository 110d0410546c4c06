"""One-time codes: six digits, kept only as a keyed hash that is bound to the person."""

import hmac
import secrets
from collections.abc import Callable, Sequence

from nexync_contracts import limits
from nexync_contracts.ids import PersonId


class Codes:
    """Makes codes with the first of the secrets and checks them with all.

    Without the secrets a stolen table can't be searched for codes.
    """

    def __init__(self, secrets: Callable[[], Sequence[bytes]]) -> None:
        self._secrets = secrets

    def new(self) -> str:
        """A code that nobody can guess from the ones before."""
        return f"{secrets.randbelow(10**limits.CODE_DIGITS):0{limits.CODE_DIGITS}d}"

    def hash(self, person: PersonId, code: str) -> str:
        """What is stored of a code, hexadecimal."""
        return _hash(self._secrets()[0], person, code)

    def matches(self, person: PersonId, code: str, stored: str) -> bool:
        """Whether the code is the stored one, in a time that depends on the number of secrets alone."""
        made = [_hash(secret, person, code) for secret in self._secrets()]
        return sum(hmac.compare_digest(one, stored) for one in made) > 0


def _hash(secret: bytes, person: PersonId, code: str) -> str:
    return hmac.new(secret, f"{person}:{code}".encode(), "sha256").hexdigest()
