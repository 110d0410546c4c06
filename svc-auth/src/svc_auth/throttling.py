"""How often what may be tried. Limits by account hold for unknown accounts too, so they tell nothing.

Wrong passwords cost time instead of the account: after a few free tries each one more doubles the wait until the
next may be made. The wait belongs to the account *and* the network that guesses. Guesses from everywhere at once
also slow strangers to the account down, but never a network from which its owner has logged in before.
"""

from dataclasses import dataclass
from typing import Final

from nexync_contracts import limits
from nexync_contracts.ids import PersonId
from svc_auth.addresses import host_of, network_of
from svc_auth.errors import too_many
from svc_auth.ports import Limits


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `most` in `seconds`."""

    what: str
    most: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Slowdown:
    """After `free` attempts each waits twice as long as the one before: from `first` to `most` seconds.

    Forgotten `forget` seconds after the last attempt.
    """

    what: str
    free: int
    first: float
    most: float
    forget: int


CODE_TO_EMAIL: Final = Rate("code", 1, limits.CODE_RESEND_SECONDS)
CODES_TO_EMAIL_A_DAY: Final = Rate("codes", 20, 24 * 3600)
"""Bounds the mails that a stranger can have sent to an address, and the codes that can be guessed at."""
EMAIL_CHANGES_A_DAY: Final = Rate("email-changes", 10, 24 * 3600)
"""By person, so that nobody can try many addresses from one account."""
BOTS_A_DAY: Final = Rate("bots", 50, 24 * 3600)
"""By owner: whoever retires bots to make others takes names away for good."""
ERASURES_A_DAY: Final = Rate("erasures", 10, 24 * 3600)
"""By person: each asking and each taking back is a mail."""
REGISTER_FROM_ADDRESS: Final = Rate("register-from", 30, 3600)
CHANGE_EMAIL_FROM_ADDRESS: Final = Rate("change-email-from", 30, 3600)
RESEND_FROM_ADDRESS: Final = Rate("resend-from", 60, 3600)
VERIFY_FROM_ADDRESS: Final = Rate("verify-from", 60, 600)
TRIES_OF_CODE: Final = Rate("tries", limits.CODE_TRIES, limits.CODE_LIFETIME_SECONDS)
LINK_TO_EMAIL: Final = Rate("link", 1, limits.CODE_RESEND_SECONDS)
LINKS_TO_EMAIL_A_DAY: Final = Rate("links", 10, 24 * 3600)
FORGOT_FROM_ADDRESS: Final = Rate("forgot-from", 30, 3600)
RESET_FROM_ADDRESS: Final = Rate("reset-from", 60, 600)
PROVIDER_FROM_ADDRESS: Final = Rate("provider-from", 60, 600)
INVITATION_FROM_ADDRESS: Final = Rate("invitation-from", 60, 600)
PASSKEY_OPTIONS_FROM_ADDRESS: Final = Rate("passkey-options-from", 200, 600)
"""Bounds what strangers can put into Redis: the log-in page asks when it opens, and every few minutes."""
PASSKEY_OPTIONS_OF_PERSON: Final = Rate("passkey-options", 60, 600)
PASSKEY_WARNINGS_A_DAY: Final = Rate("passkey-warnings", 1, 24 * 3600)
LOGIN_FROM_ADDRESS: Final = Rate("login-from", 100, 600)
LOGIN_FROM_NETWORK: Final = Slowdown("login-pair", 5, 1.0, 900.0, 3600)
"""By account and network."""
LOGIN_FROM_ANYWHERE: Final = Slowdown("login-any", 50, 1.0, 10.0, 3600)
"""By account, for networks that are new to it. A guess in ten seconds is 3 million a year, against billions."""

CODE_FROM_NETWORK: Final = Slowdown("factor-pair", 5, 1.0, 900.0, 24 * 3600)
"""Codes of a second factor, by account and network."""
CODE_FROM_ANYWHERE: Final = Slowdown("factor-any", 10, 1.0, 900.0, 24 * 3600)
"""By account, for networks that are new to it. Only who knows the password can make the account wait. A hundred
guesses a day against three good codes in a million find one in ten years."""

NEIGHBOURS: Final = 5
"""A network may do so many times what one of its addresses may."""


def own_password(person: PersonId) -> str:
    """The account under which tries of one's own password on an open page are counted."""
    return f"change {person}"


def _codes_of(person: PersonId) -> str:
    return f"factor {person}"


class Throttle:
    """Applies the rates. `by_address` is off on a developer's machine, where everybody has the same address."""

    def __init__(self, counters: Limits, *, by_address: bool) -> None:
        self._counters = counters
        self._by_address = by_address

    async def address(self, rate: Rate, address: str) -> None:
        """Count for a network address and for its neighbourhood. Raises ProblemError 429."""
        if not self._by_address:
            return
        await self.subject(rate, host_of(address))
        wide = Rate(f"{rate.what}-network", rate.most * NEIGHBOURS, rate.seconds)
        await self.subject(wide, network_of(address))

    async def guess(self, account: str, address: str) -> None:
        """Count an attempt at an account's password before it is judged. Raises ProblemError 429.

        One at a time: of attempts that come together only the free ones get through.
        """
        await self._slow(account, address, LOGIN_FROM_NETWORK, LOGIN_FROM_ANYWHERE)

    async def proved(self, account: str, address: str) -> None:
        """The password was right: the count begins anew, and the network is no stranger any more."""
        await self._learn(account, address, LOGIN_FROM_NETWORK)

    async def guess_code(self, person: PersonId, address: str) -> None:
        """Count a code of the person's second factor before it is judged. Raises ProblemError 429."""
        await self._slow(_codes_of(person), address, CODE_FROM_NETWORK, CODE_FROM_ANYWHERE)

    async def proved_code(self, person: PersonId, address: str) -> None:
        """The code was right: as `proved`."""
        await self._learn(_codes_of(person), address, CODE_FROM_NETWORK)

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

    async def _slow(self, account: str, address: str, pair: Slowdown, anywhere: Slowdown) -> None:
        network = network_of(address)
        wait = await self._counters.slow(pair, f"{account} {network}")
        if wait is None and not await self._counters.knows(account, network):
            wait = await self._counters.slow(anywhere, account)
        if wait is not None:
            raise too_many(wait)

    async def _learn(self, account: str, address: str, pair: Slowdown) -> None:
        network = network_of(address)
        await self._counters.learn(account, network)
        await self._counters.clear(pair.what, f"{account} {network}")

    async def _over(self, rate: Rate, subject: str) -> float | None:
        return await self._counters.hit(rate.what, subject, most=rate.most, seconds=rate.seconds)
