"""HTTP to providers: one TLS context, short timeouts, small answers, no redirects."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import certifi
import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from svc_auth.provider_ports import ProviderAwayError, ProviderRefusedError

ANSWER_BYTES: Final = 262_144
CONNECT_SECONDS: Final = 3.0
READ_SECONDS: Final = 4.0
CALL_SECONDS: Final = 9.0
"""All requests of one step together; less than a request to svc-auth may take."""


class _Bounded(httpx2.AsyncByteStream):
    """An answer that ends with an error once it is too large."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._stream:
            size += len(chunk)
            if size > ANSWER_BYTES:
                raise httpx2.ReadError(f"the answer has over {ANSWER_BYTES} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Transport(httpx2.AsyncHTTPTransport):
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        response.stream = _Bounded(cast("httpx2.AsyncByteStream", response.stream))
        return response


def trust(ca_file: Path | None) -> ssl.SSLContext:
    """Mozilla's authorities and the system's, of which an image has none, and those of the file."""
    context = ssl.create_default_context()
    context.load_verify_locations(cafile=certifi.where())
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context


@dataclass(frozen=True, slots=True)
class Registered:
    """What a client is at its provider, and what it asks for."""

    client_id: str
    client_secret: str
    scope: str
    redirect_uri: str


class ProviderClient:
    """authlib's client for one step of a log-in, with types."""

    def __init__(self, oauth: AsyncOAuth2Client) -> None:
        self._oauth: Any = oauth

    def address(self, endpoint: str, *, state: str, verifier: str, nonce: str | None = None) -> str:
        """Where the browser goes, with PKCE's challenge by S256."""
        more = {} if nonce is None else {"nonce": nonce}
        url, _ = self._oauth.create_authorization_url(
            endpoint, state=state, code_verifier=verifier, **more
        )
        return url

    async def redeem(
        self, endpoint: str, *, code: str, verifier: str, method: str
    ) -> dict[str, object]:
        """The answer of the token endpoint; the secret goes there by `method`. Raises ProviderAwayError."""
        self._oauth.token_endpoint_auth_method = method
        try:
            return dict(await self._oauth.fetch_token(endpoint, code=code, code_verifier=verifier))
        except ValueError:
            raise ProviderAwayError("token endpoint: no JSON") from None

    async def read(self, url: str, *, by_token: bool) -> object:
        """The JSON at an address, with the access token or without. Raises ProviderAwayError."""
        response: httpx2.Response = await self._oauth.request(
            "GET", url, withhold_token=not by_token
        )
        if not response.is_success:
            raise ProviderAwayError(f"{response.url.path}: status {response.status_code}")
        try:
            return response.json()
        except ValueError:
            raise ProviderAwayError(f"{response.url.path}: no JSON") from None


@asynccontextmanager
async def provider_client(
    context: ssl.SSLContext, registered: Registered
) -> AsyncGenerator[ProviderClient]:
    """A client for one step of a log-in.

    Raises ProviderAwayError and ProviderRefusedError for what goes wrong inside, after CALL_SECONDS at the latest.
    """
    client = AsyncOAuth2Client(
        client_id=registered.client_id,
        client_secret=registered.client_secret,
        scope=registered.scope,
        redirect_uri=registered.redirect_uri,
        code_challenge_method="S256",
        leeway=0,
        transport=_Transport(verify=context),
        timeout=httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
        follow_redirects=False,
        trust_env=False,
        headers={"Accept": "application/json", "Accept-Encoding": "identity"},
    )
    try:
        async with asyncio.timeout(CALL_SECONDS), client:
            yield ProviderClient(client)
    except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError) as error:
        raise ProviderAwayError(f"{type(error).__name__}: {error}") from None
    except AuthlibBaseError as error:
        raise ProviderRefusedError(f"{type(error).__name__}: {error.error}") from None
