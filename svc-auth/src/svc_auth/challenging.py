"""The second step of log-in: a right password gives a challenge, and the challenge with a code a session.

The challenge is a random token that opens nothing by itself. It belongs to the password that was right: when the
password is replaced in between, it is over.
"""

import hashlib
import secrets
from typing import Final

from svc_auth.errors import code_spent, login_over, wrong_code
from svc_auth.factor_ports import Challenges, Owners
from svc_auth.metrics import ATTEMPTS
from svc_auth.ports import Account, Owner
from svc_auth.second_factor import SecondFactor
from svc_auth.throttling import Throttle

TOKEN_CHARS: Final = 43
"""256 random bits as base64url."""


class Challenging:
    """The use cases."""

    def __init__(
        self,
        *,
        challenges: Challenges,
        owners: Owners,
        second_factor: SecondFactor,
        throttle: Throttle,
    ) -> None:
        self._challenges = challenges
        self._owners = owners
        self._second_factor = second_factor
        self._throttle = throttle

    async def begin(self, account: Account) -> str:
        """The token of a challenge for somebody whose password was right."""
        token = secrets.token_urlsafe(32)
        await self._challenges.begin(token, account.person, _proof(account.password_hash))
        ATTEMPTS.labels("login", "second_factor").inc()
        return token

    async def answer(self, token: str | None, code: str, address: str) -> Owner:
        """Who may have a session. Raises ProblemError: 400 wrong code, 410 spent or over, 429, 503."""
        if token is None or len(token) != TOKEN_CHARS:
            raise login_over()
        person = await self._challenges.person(token)
        if person is None:
            raise login_over()
        await self._throttle.guess_code(person, address)
        challenge = await self._challenges.take(token)
        owner = await self._owners.owner(person)
        if challenge is None or owner is None or challenge.proof != _proof(owner.password_hash):
            await self._challenges.end(token)
            raise login_over()
        good = await self._second_factor.proves(owner, code)
        if good is None:
            await self._challenges.end(token)
            raise login_over()
        if not good:
            ATTEMPTS.labels("login_code", "wrong").inc()
            if challenge.tries_left == 0:
                await self._challenges.end(token)
                raise code_spent()
            raise wrong_code()
        await self._challenges.end(token)
        await self._throttle.proved_code(person, address)
        ATTEMPTS.labels("login_code", "logged_in").inc()
        return owner


def _proof(password_hash: str) -> str:
    """Names the password without telling anything about it: its hash has a random salt."""
    return hashlib.sha256(password_hash.encode()).hexdigest()
