"""Access tokens: checked against svc-auth's published keys (RFC 7519, EdDSA by RFC 8037)."""

import asyncio
import base64
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, Final

import httpx
import jwt
import redis.asyncio
import redis.exceptions
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ValidationError

from nexync_contracts import limits
from nexync_contracts.bot_rest import TokenCheck
from nexync_contracts.channels import (
    BOT_TOKEN_PREFIX,
    TOKEN_AUDIENCE,
    TOKEN_ISSUER,
    ended_session_key,
)
from nexync_contracts.errors import ProblemCode
from nexync_contracts.rest import Jwks
from nexync_contracts.session import AccessClaims
from nexync_runtime.asking import answered, timeout_of
from nexync_runtime.http import Entered
from nexync_runtime.limiting import RedisLimiter
from nexync_runtime.problems import ProblemError

REFETCH_SECONDS: Final = 5.0
REFRESH_SECONDS: Final = 300.0
"""A key that is published no more is forgotten within this time, while svc-auth answers."""
FETCH_TIMEOUT: Final = 3.0
TOKEN_CHARS: Final = 2_000
BOTS_KEPT: Final = 1_000
JWKS_PATH: Final = "/internal/jwks.json"
BOTS_PATH: Final = "/internal/bots/check"
REMEMBERED_MAX: Final = 10_000
"""Tokens whose signature was right lately; one more makes the oldest be judged anew. About 5 MB when full."""


PublicKey = Ed25519PublicKey


class TokenError(Exception):
    """The token is not good; the text says why (for logs, not for the client)."""


class KeysAwayError(Exception):
    """The keys can't be had at the moment, so nothing can be said about the token."""


class Verifier:
    """Checks access tokens. Keys are fetched when old, or when an unknown one is named, every five seconds at most.

    A signature is judged once: sockets that come back and requests of one page bring the same token again and again.
    What is remembered of a token is its SHA-256, until it ends or the keys change. So is the header of each key's
    tokens, which is the same in all of them: once a token with it was good, it need not be read again.
    """

    def __init__(self, jwks_url: str, http: httpx.AsyncClient) -> None:
        self._url = jwks_url
        self._http = http
        self._keys: dict[str, PublicKey] = {}
        self._remembered: dict[bytes, AccessClaims] = {}
        self._headers: dict[str, PublicKey] = {}
        self._next_fetch = 0.0
        self._old_at = 0.0
        self._lock = asyncio.Lock()

    async def verify(self, token: str) -> AccessClaims:
        """The claims. Raises TokenError; KeysAwayError when svc-auth has never answered."""
        if len(token) > TOKEN_CHARS:
            msg = "too long"
            raise TokenError(msg)
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        header = token.partition(".")[0]
        if asyncio.get_running_loop().time() < self._old_at:
            known = self._remembered.get(digest)
            if known is not None and known.exp > time.time():
                return known
            judged = self._headers.get(header)
            if judged is not None:
                claims = claims_below(header, token, judged)
                self._remember(digest, claims)
                return claims
        try:
            kid = jwt.get_unverified_header(token).get("kid")
        except jwt.PyJWTError as error:
            raise TokenError(str(error)) from None
        if not isinstance(kid, str):
            msg = "no key id"
            raise TokenError(msg)
        if kid not in self._keys or asyncio.get_running_loop().time() >= self._old_at:
            await self._fetch()
        key = self._keys.get(kid)
        if key is None:
            if not self._keys:
                msg = "no keys yet"
                raise KeysAwayError(msg)
            msg = "unknown key"
            raise TokenError(msg)
        claims = claims_of(token, key)
        self._headers[header] = key
        self._remember(digest, claims)
        return claims

    def _remember(self, digest: bytes, claims: AccessClaims) -> None:
        if digest not in self._remembered and len(self._remembered) >= REMEMBERED_MAX:
            del self._remembered[next(iter(self._remembered))]
        self._remembered[digest] = claims

    async def _fetch(self) -> None:
        async with self._lock:
            now = asyncio.get_running_loop().time()
            if now < self._next_fetch:
                return
            self._next_fetch = now + (REFETCH_SECONDS if self._keys else 0.5)
            try:
                asked = self._http.build_request(
                    "GET", self._url, timeout=timeout_of(FETCH_TIMEOUT)
                )
                answer = await answered(self._http, asked)
                answer.raise_for_status()
                found = Jwks.model_validate_json(answer.content)
            except (httpx.HTTPError, ValidationError):
                return
            kept = {key.kid: jwt.PyJWK(key.model_dump()).key for key in found.keys}
            if kept.keys() != self._keys.keys():
                self._remembered.clear()
                self._headers.clear()
            self._keys = kept
            self._old_at = now + REFRESH_SECONDS


def _refuse_padding(token: str) -> None:
    if "=" in token:
        msg = "padded, which RFC 7515 (2) forbids"
        raise TokenError(msg)


def claims_of(token: str, key: PublicKey) -> AccessClaims:
    """The claims of a token signed with `key`. Raises TokenError."""
    _refuse_padding(token)
    try:
        payload = jwt.decode(
            token,
            key,
            algorithms=["EdDSA"],
            audience=TOKEN_AUDIENCE,
            issuer=TOKEN_ISSUER,
            # A token just made by a node whose clock is ahead must be good here too, so `iat` is not judged.
            options={"require": ["exp", "iat", "sub", "aud", "iss"], "verify_iat": False},
        )
        return AccessClaims.model_validate(payload)
    except (jwt.PyJWTError, ValidationError) as error:
        raise TokenError(type(error).__name__) from None


def claims_below(header: str, token: str, key: PublicKey) -> AccessClaims:
    """As `claims_of`, for a token whose header is that of another one that was good with this key.

    What is left is the signature and the claims, by the rules of RFC 7515 (5.2) and RFC 7519 (7.2). Raises TokenError.
    """
    _refuse_padding(token)
    signed, _, signature = token.rpartition(".")
    try:
        key.verify(base64.urlsafe_b64decode(signature + "=="), signed.encode())
        payload = base64.urlsafe_b64decode(signed[len(header) + 1 :] + "==")
        claims = AccessClaims.model_validate_json(payload)
    except (InvalidSignature, ValueError) as error:
        raise TokenError(type(error).__name__) from None
    if claims.aud != TOKEN_AUDIENCE or claims.iss != TOKEN_ISSUER or claims.exp <= time.time():
        msg = "for others, or over"
        raise TokenError(msg)
    return claims


class BotTokens:
    """Checks bots' tokens: svc-auth says whose one is, and that is remembered for a minute, of BOTS_KEPT tokens.

    Whoever uses it looks for ended sessions too, so a token that was taken back is refused at once all the same.
    """

    def __init__(self, check_url: str, http: httpx.AsyncClient) -> None:
        self._url = check_url
        self._http = http
        self._known: OrderedDict[bytes, tuple[float, AccessClaims]] = OrderedDict()

    async def verify(self, token: str) -> AccessClaims:
        """The claims. Raises TokenError; KeysAwayError when svc-auth doesn't answer."""
        digest = hashlib.sha256(token.encode()).digest()
        now = asyncio.get_running_loop().time()
        until, claims = self._known.get(digest, (0.0, None))
        if claims is not None and now < until:
            return claims
        claims = await self._ask(token)
        self._known[digest] = (now + limits.BOT_CLAIMS_SECONDS, claims)
        self._known.move_to_end(digest)
        if len(self._known) > BOTS_KEPT:
            self._known.popitem(last=False)
        return claims

    async def _ask(self, token: str) -> AccessClaims:
        try:
            body = TokenCheck(token=token)
        except ValidationError:
            msg = "not a bot's token"
            raise TokenError(msg) from None
        try:
            asked = self._http.build_request(
                "POST",
                self._url,
                content=body.model_dump_json().encode(),
                headers={"Content-Type": "application/json"},
                timeout=timeout_of(FETCH_TIMEOUT),
            )
            answer = await answered(self._http, asked)
            if answer.status_code == 404:
                msg = "unknown bot token"
                raise TokenError(msg)
            answer.raise_for_status()
            return AccessClaims.model_validate_json(answer.content)
        except (httpx.HTTPError, ValidationError):
            msg = "svc-auth doesn't say whose token it is"
            raise KeysAwayError(msg) from None


class Tokens:
    """Checks whatever token comes: a person's by the published keys, a bot's by asking."""

    def __init__(self, people: Verifier, bots: BotTokens) -> None:
        self._people = people
        self._bots = bots

    async def verify(self, token: str) -> AccessClaims:
        """The claims. Raises TokenError, KeysAwayError."""
        if token.startswith(BOT_TOKEN_PREFIX):
            return await self._bots.verify(token)
        return await self._people.verify(token)


class CookieAccess:
    """Access for REST: a good token whose session has not been ended, and what its requests are counted with.

    Without a limiter nothing is counted.
    """

    def __init__(
        self,
        verify: Callable[[str], Awaitable[AccessClaims]],
        redis_state: "redis.asyncio.Redis",
        limiter: RedisLimiter | None = None,
    ) -> None:
        self._verify = verify
        self._redis: Any = redis_state
        self._limiter = limiter

    async def enter(self, token: str | None, cost: int) -> Entered:
        """Who it is, in one round trip. Raises ProblemError 401, or 503 when it can't be known at the moment."""
        if token is None:
            raise _unauthenticated()
        try:
            claims = await self._verify(token)
            if self._limiter is not None:
                standing = await self._limiter.enter(claims.sub, claims.sid, cost)
                ended = standing is None
            else:
                standing = None
                ended = await self._redis.exists(ended_session_key(claims.sid))
        except TokenError:
            raise _unauthenticated() from None
        except (KeysAwayError, redis.exceptions.RedisError):
            raise ProblemError(
                503,
                ProblemCode.UNAVAILABLE,
                "Logins can't be checked for a moment",
                retry_after=2,
            ) from None
        if ended:
            raise _unauthenticated()
        return Entered(claims, standing)


def _unauthenticated() -> ProblemError:
    return ProblemError(401, ProblemCode.UNAUTHENTICATED, "Log in first")
