"""How often what may be tried. Limits by account hold for unknown accounts too, so they tell nothing."""

from dataclasses import dataclass
from typing import Final

from nexync_contracts import limits
from svc_auth.errors import too_many
from svc_auth.ports import Limits


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `most` in `seconds`."""

    what: str
    most: int
    seconds: int


CODE_TO_EMAIL: Final = Rate("code", 1, limits.CODE_RESEND_SECONDS)
CODES_TO_EMAIL_A_DAY: Final = Rate("codes", 20, 24 * 3600)
"""Bounds the mails that a stranger can have sent to an address, and the codes that can be guessed at."""
REGISTER_FROM_ADDRESS: Final = Rate("register-from", 30, 3600)
RESEND_FROM_ADDRESS: Final = Rate("resend-from", 60, 3600)
VERIFY_FROM_ADDRESS: Final = Rate("verify-from", 60, 600)
TRIES_OF_CODE: Final = Rate("tries", limits.CODE_TRIES, limits.CODE_LIFETIME_SECONDS)
LOGIN_FROM_ADDRESS: Final = Rate("login-from", 100, 600)
LOGIN_TO_ACCOUNT: Final = Rate("login-to", 100, 600)
LOGIN_TO_ACCOUNT_FROM_ADDRESS: Final = Rate("login", 10, 300)
"""By pair, and much tighter than by account: a stranger can't lock somebody out from his own address."""


class Throttle:
    """Applies the rates. `by_address` is off on a developer's machine, where everybody has the same address."""

    def __init__(self, counters: Limits, *, by_address: bool) -> None:
        self._counters = counters
        self._by_address = by_address

    async def address(self, rate: Rate, address: str) -> None:
        """Count for a network address. Raises ProblemError 429."""
        if self._by_address:
            await self.subject(rate, address)

    async def subject(self, rate: Rate, subject: str) -> None:
        """Count for an account. Raises ProblemError 429."""
        wait = await self._over(rate, subject)
        if wait is not None:
            raise too_many(wait)

    async def exceeded(self, rate: Rate, subject: str) -> bool:
        """Count; whether it is too much."""
        return await self._over(rate, subject) is not None

    async def forgive(self, rate: Rate, subject: str) -> None:
        """Forget what was counted."""
        await self._counters.clear(rate.what, subject)

    async def _over(self, rate: Rate, subject: str) -> float | None:
        return await self._counters.hit(rate.what, subject, most=rate.most, seconds=rate.seconds)
