"""Login by address or username."""

from dataclasses import replace

from svc_auth import throttling
from svc_auth.addresses import normal_email
from svc_auth.errors import not_verified, wrong_credentials
from svc_auth.metrics import ATTEMPTS
from svc_auth.passwords import Passwords
from svc_auth.ports import Account, Accounts
from svc_auth.throttling import Throttle


class Login:
    """The use case of login."""

    def __init__(self, *, accounts: Accounts, passwords: Passwords, throttle: Throttle) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._throttle = throttle

    async def log_in(self, login: str, password: str, address: str) -> Account:
        """The account; if it has a second factor, that is still to be asked for.

        Raises ProblemError: 401 wrong, 403 not verified, 429.
        """
        name = _normal(login)
        await self._throttle.address(throttling.LOGIN_FROM_ADDRESS, address)
        await self._throttle.guess(name, address)
        account = await self._accounts.find(name)
        good = await self._passwords.check(account and account.password_hash, password)
        if account is None or not good:
            ATTEMPTS.labels("login", "wrong").inc()
            raise wrong_credentials()
        if not account.verified:
            ATTEMPTS.labels("login", "not_verified").inc()
            raise not_verified()
        if self._passwords.outdated(account.password_hash):
            fresh = await self._passwords.hash(password)
            await self._accounts.set_password_hash(account.person, fresh)
            account = replace(account, password_hash=fresh)
        await self._throttle.proved(name, address)
        if not account.second_factor:
            ATTEMPTS.labels("login", "logged_in").inc()
        return account


def _normal(login: str) -> str:
    text = login.strip().lower()
    return (normal_email(text) or text) if "@" in text else text
