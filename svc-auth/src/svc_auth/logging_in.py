"""Login by address or username."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from nexync_contracts.ids import PersonId
from svc_auth import throttling
from svc_auth.addresses import normal_email
from svc_auth.errors import not_verified, password_change_needed, wrong_credentials
from svc_auth.metrics import ATTEMPTS
from svc_auth.one_time import hash_of
from svc_auth.passwords import Passwords
from svc_auth.ports import Account, Accounts
from svc_auth.throttling import Throttle

Choose = Callable[[PersonId, str], Awaitable[str]]
"""Gives somebody with a mailed password one of their own; its hash."""


class Login:
    """The use case of login."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        passwords: Passwords,
        throttle: Throttle,
        choose: Choose,
        clock: Callable[[], datetime],
    ) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._throttle = throttle
        self._choose = choose
        self._clock = clock

    async def log_in(self, login: str, password: str, address: str) -> Account:
        """The account; if it has a second factor, that is still to be asked for.

        Raises ProblemError: 401 wrong, 403 not verified or a mailed password that must be changed, 429.
        """
        account = await self._proved(login, password, address)
        if not account.password_hash:
            ATTEMPTS.labels("login", "must_change").inc()
            raise password_change_needed()
        if self._passwords.outdated(account.password_hash):
            fresh = await self._passwords.hash(password)
            await self._accounts.set_password_hash(account.person, fresh)
            account = replace(account, password_hash=fresh)
        if not account.second_factor:
            ATTEMPTS.labels("login", "logged_in").inc()
        return account

    async def change(self, login: str, current: str, password: str, address: str) -> Account:
        """The account whose mailed password was changed for one of its owner's own; ends all sessions.

        Raises ProblemError: 401 wrong, or no mailed password; 422 weak; 429.
        """
        account = await self._proved(login, current, address)
        if account.password_hash:
            raise wrong_credentials()
        return replace(account, password_hash=await self._choose(account.person, password))

    async def _proved(self, login: str, password: str, address: str) -> Account:
        name = _normal(login)
        await self._throttle.address(throttling.LOGIN_FROM_ADDRESS, address)
        await self._throttle.guess(name, address)
        account = await self._accounts.find(name)
        good = await self._passwords.check(hash_of(account, self._clock()), password)
        if account is None or not good:
            ATTEMPTS.labels("login", "wrong").inc()
            raise wrong_credentials()
        if not account.verified:
            ATTEMPTS.labels("login", "not_verified").inc()
            raise not_verified()
        await self._throttle.proved(name, address)
        return account


def _normal(login: str) -> str:
    text = login.strip().lower()
    return (normal_email(text) or text) if "@" in text else text
