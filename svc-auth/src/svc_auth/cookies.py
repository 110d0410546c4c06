"""The cookies of a browser: both tokens, the challenge of a second factor, the way to a provider."""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from nexync_contracts import limits
from nexync_contracts.channels import (
    ACCESS_COOKIE,
    CHALLENGE_COOKIE,
    PROVIDER_COOKIE,
    REFRESH_COOKIE,
    cookie_name,
)
from svc_auth.sessions import Tokens

REFRESH_PATH: Final = "/api/auth"


class Cookies:
    """Sets and reads them; out of the reach of scripts. `secure` marks them for TLS only."""

    def __init__(self, *, secure: bool, origins: Sequence[str]) -> None:
        self._secure = secure
        self._access = cookie_name(ACCESS_COOKIE, origins)
        self._refresh = cookie_name(REFRESH_COOKIE, origins)
        self._challenge = cookie_name(CHALLENGE_COOKIE, origins)
        self._provider = cookie_name(PROVIDER_COOKIE, origins)
        # The prefix `__Host-` asks for the path `/`; without it these cookies go to svc-auth alone.
        self._path = REFRESH_PATH if self._refresh == REFRESH_COOKIE else "/"

    def access(self, request: Request) -> str | None:
        """The access token."""
        return request.cookies.get(self._access)

    def refresh(self, request: Request) -> str | None:
        """The refresh token."""
        return request.cookies.get(self._refresh)

    def challenge(self, request: Request) -> str | None:
        """The token of a challenge."""
        return request.cookies.get(self._challenge)

    def provider(self, request: Request) -> str | None:
        """What a log-in with a provider began with."""
        return request.cookies.get(self._provider)

    def log_in(self, response: Response, tokens: Tokens) -> None:
        """Set both tokens."""
        self._set(response, self._access, tokens.access, "/", limits.ACCESS_TOKEN_SECONDS)
        self._set(response, self._refresh, tokens.refresh, self._path, limits.REFRESH_TOKEN_SECONDS)

    def log_out(self, response: Response) -> None:
        """Remove both tokens."""
        self._set(response, self._access, "", "/", 0)
        self._set(response, self._refresh, "", self._path, 0)

    def challenged(self, response: Response, token: str) -> None:
        """Set the challenge."""
        seconds = limits.FACTOR_CHALLENGE_SECONDS
        self._set(response, self._challenge, token, self._path, seconds)

    def answered(self, response: Response) -> None:
        """Remove the challenge."""
        self._set(response, self._challenge, "", self._path, 0)

    def left(self, response: Response, flow: str) -> None:
        """Set what the way to a provider began with."""
        self._set(response, self._provider, flow, self._path, limits.PROVIDER_SECONDS)

    def came_back(self, response: Response) -> None:
        """Remove it."""
        self._set(response, self._provider, "", self._path, 0)

    def _set(self, response: Response, name: str, value: str, path: str, seconds: int) -> None:
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path=path,
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )
