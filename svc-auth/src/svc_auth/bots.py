"""Bots: made, given another token, taken the token from, retired by their owner; and whose a token is.

A bot is a person to everybody else. Its token is a session that only the owner ends, so what holds for ended sessions
(sockets close within a second, requests are refused at once) holds for tokens.
"""

import hashlib
import secrets
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from nexync_contracts import limits
from nexync_contracts.channels import TOKEN_AUDIENCE, TOKEN_ISSUER
from nexync_contracts.ids import PersonId, SessionId
from nexync_contracts.session import AccessClaims
from svc_auth.bot_ports import Bot, BotRefused, Bots, Changed, NewToken
from svc_auth.errors import deactivated, no_such_bot, too_many_bots, username_taken
from svc_auth.metrics import ATTEMPTS
from svc_auth.ports import Announcer
from svc_auth.throttling import BOTS_A_DAY, Throttle
from svc_auth.usernames import is_reserved

PREFIX: Final = "nxb_"


def bot_token_hash(token: str) -> bytes:
    """What is stored of a token; it has 256 random bits, so a plain SHA-256 is enough."""
    return hashlib.sha256(token.encode()).digest()


class BotKeeper:
    """The use cases of bots."""

    def __init__(
        self,
        *,
        bots: Bots,
        announcer: Announcer,
        throttle: Throttle,
        clock: Callable[[], datetime],
    ) -> None:
        self._bots = bots
        self._announcer = announcer
        self._throttle = throttle
        self._clock = clock

    async def of(self, owner: PersonId) -> Sequence[Bot]:
        """The owner's bots, the newest first."""
        return await self._bots.of(owner)

    async def make(self, owner: PersonId, username: str, name: str) -> tuple[Bot, str]:
        """A new bot and its token. Raises ProblemError: 409 username taken or too many bots, 429."""
        if is_reserved(username):
            raise username_taken()
        await self._throttle.subject(BOTS_A_DAY, owner)
        token, new = self._token()
        person = PersonId(str(uuid.uuid4()))
        bot = Bot(person, username, name or username, made_at=new.at, token_at=new.at)
        refused = await self._bots.add(owner, bot, new, most=limits.BOTS)
        ATTEMPTS.labels("make_bot", refused.value if refused else "made").inc()
        if refused is BotRefused.USERNAME_TAKEN:
            raise username_taken()
        if refused is BotRefused.FULL:
            raise too_many_bots()
        if refused is BotRefused.OWNER_LOCKED:
            raise deactivated()
        return bot, token

    async def renew(self, owner: PersonId, bot: PersonId) -> tuple[Bot, str]:
        """Another token; the one before is none from now on. Raises ProblemError 404."""
        token, new = self._token()
        changed = await self._ended(await self._bots.renew(owner, bot, new))
        ATTEMPTS.labels("renew_bot", "renewed").inc()
        return changed, token

    async def revoke(self, owner: PersonId, bot: PersonId, *, retire: bool = False) -> None:
        """Take the token back, for good with `retire`. Repeating it changes nothing. Raises ProblemError 404."""
        await self._ended(await self._bots.revoke(owner, bot, self._clock(), retire=retire))
        ATTEMPTS.labels("revoke_bot", "retired" if retire else "revoked").inc()

    async def claims(self, token: str) -> AccessClaims | None:
        """Whose token it is, as claims that services may keep for `BOT_CLAIMS_SECONDS`."""
        now = self._clock()
        holder = await self._bots.holder(bot_token_hash(token), now)
        if holder is None:
            return None
        issued = int(now.timestamp())
        return AccessClaims(
            iss=TOKEN_ISSUER,
            aud=TOKEN_AUDIENCE,
            sub=holder.person,
            sid=holder.session,
            username=holder.username,
            iat=issued,
            exp=issued + limits.BOT_CLAIMS_SECONDS,
            bot=True,
        )

    def _token(self) -> tuple[str, NewToken]:
        token = PREFIX + secrets.token_urlsafe(32)
        session = SessionId(str(uuid.uuid4()))
        return token, NewToken(bot_token_hash(token), session, self._clock())

    async def _ended(self, changed: Changed | None) -> Bot:
        if changed is None:
            raise no_such_bot()
        if changed.ended is not None:
            await self._announcer.sessions_ended(changed.bot.person, [changed.ended])
        return changed.bot
