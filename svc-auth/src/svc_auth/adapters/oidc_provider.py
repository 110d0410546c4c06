"""An issuer of OpenID Connect: discovery, the code flow with PKCE, the ID token (OpenID Connect Core 3.1)."""

import ssl
import time
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any, Final

import jwt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nexync_contracts.provider_rest import ProviderKind
from svc_auth.adapters.configured_provider import ConfiguredProvider
from svc_auth.adapters.provider_http import ProviderClient
from svc_auth.provider_ports import Proven, ProviderAwayError, ProviderRefusedError, Trip
from svc_auth.providers import ProviderConfig, SafeUrl

DISCOVERY: Final = "/.well-known/openid-configuration"
KEPT_SECONDS: Final = 3600.0
"""How long the issuer's metadata and keys are believed; an unknown key is looked up at once."""
LEEWAY_SECONDS: Final = 60
KEYS_MAX: Final = 50
SUBJECT_CHARS: Final = 255
ALGORITHMS: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
"""Only signatures with a key pair: the client secret signs nothing, and `none` is none."""


class Metadata(BaseModel):
    """What is used of OpenID Connect Discovery 1.0."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    issuer: str
    authorization_endpoint: SafeUrl
    token_endpoint: SafeUrl
    jwks_uri: SafeUrl
    userinfo_endpoint: SafeUrl | None = None
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class _Keys(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    keys: Annotated[tuple[dict[str, Any], ...], Field(max_length=KEYS_MAX)]


class _Claims(BaseModel):
    """Of an ID token or of the userinfo endpoint."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sub: Annotated[str, Field(min_length=1, max_length=SUBJECT_CHARS)]
    nonce: str | None = None
    azp: str | None = None
    aud: str | list[str] = ""
    email: str | None = None
    email_verified: bool | None = None
    preferred_username: str | None = None
    name: str | None = None


class OidcProvider(ConfiguredProvider):
    """The `Provider` port."""

    def __init__(self, config: ProviderConfig, secret: str, context: ssl.SSLContext) -> None:
        super().__init__(config, secret, context)
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, dict[str, jwt.PyJWK]] | None = None

    @property
    def kind(self) -> ProviderKind:
        """OIDC."""
        return ProviderKind.OIDC

    async def authorization(self, trip: Trip) -> str:
        """From the issuer's metadata, S256 as the challenge's method."""
        async with self._client(trip) as client:
            metadata = await self._discover(client)
            return client.address(
                metadata.authorization_endpoint,
                state=trip.state,
                verifier=trip.verifier,
                nonce=trip.nonce,
            )

    async def identity(self, trip: Trip, code: str, issuer: str | None) -> Proven:
        """From the ID token; what it leaves out, from the userinfo endpoint."""
        async with self._client(trip) as client:
            metadata = await self._discover(client)
            expected = metadata.authorization_response_iss_parameter_supported
            if (issuer is not None or expected) and issuer != self.issuer:
                raise ProviderRefusedError("iss of the address is another issuer's")
            token = await client.redeem(
                metadata.token_endpoint,
                code=code,
                verifier=trip.verifier,
                method=_method(metadata),
            )
            claims = await self._id_claims(client, metadata, token.get("id_token"), trip)
            if claims.email is None and metadata.userinfo_endpoint is not None:
                claims = await _user_claims(client, metadata.userinfo_endpoint, claims.sub)
        return Proven(
            issuer=self.issuer,
            subject=claims.sub,
            email=claims.email if claims.email_verified is True else None,
            username=claims.preferred_username or claims.name or "",
            name=claims.name or claims.preferred_username or "",
        )

    def _client(self, trip: Trip) -> AbstractAsyncContextManager[ProviderClient]:
        return self._client_of(trip, " ".join(self._config.scopes))

    async def _discover(self, client: ProviderClient) -> Metadata:
        kept = self._metadata
        if kept is not None and kept[0] > time.monotonic():
            return kept[1]
        address = self.issuer.rstrip("/") + DISCOVERY
        found = await client.read(address, by_token=False)
        try:
            metadata = Metadata.model_validate(found)
        except ValidationError as error:
            raise ProviderAwayError(f"{DISCOVERY}: {error.errors()[0]['loc']}") from None
        if metadata.issuer != self.issuer:
            raise ProviderAwayError(f"{DISCOVERY}: is of another issuer")
        self._metadata = (time.monotonic() + KEPT_SECONDS, metadata)
        return metadata

    async def _id_claims(
        self, client: ProviderClient, metadata: Metadata, token: object, trip: Trip
    ) -> _Claims:
        if not isinstance(token, str):
            raise ProviderRefusedError("no ID token")
        client_id = self._config.client_id
        try:
            header = jwt.get_unverified_header(token)
            key = await self._key(client, metadata, header.get("kid"))
            found = jwt.decode(
                token,
                key,
                algorithms=sorted(ALGORITHMS & {*metadata.id_token_signing_alg_values_supported}),
                audience=client_id,
                issuer=self.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
            claims = _Claims.model_validate(found)
        except jwt.PyJWTError as error:
            raise ProviderRefusedError(f"ID token: {type(error).__name__}") from None
        except ValidationError as error:
            raise ProviderRefusedError(f"ID token: {error.errors()[0]['loc']}") from None
        if claims.nonce != trip.nonce:
            raise ProviderRefusedError("ID token: another nonce")
        several = isinstance(claims.aud, list) and len(claims.aud) > 1
        if (several or claims.azp is not None) and claims.azp != client_id:
            raise ProviderRefusedError("ID token: made for another client")
        return claims

    async def _key(self, client: ProviderClient, metadata: Metadata, kid: str | None) -> jwt.PyJWK:
        kept = self._keys
        if kept is None or kept[0] <= time.monotonic() or _pick(kept[1], kid) is None:
            found = await client.read(metadata.jwks_uri, by_token=False)
            kept = (time.monotonic() + KEPT_SECONDS, _read_keys(found))
            self._keys = kept
        key = _pick(kept[1], kid)
        if key is None:
            raise ProviderRefusedError("ID token: signed by an unknown key")
        return key


def _method(metadata: Metadata) -> str:
    basic = "client_secret_basic"
    offered = metadata.token_endpoint_auth_methods_supported
    return basic if basic in offered else "client_secret_post"


def _read_keys(found: object) -> dict[str, jwt.PyJWK]:
    """By their id; keys of kinds that are not known here are left out."""
    try:
        parsed = _Keys.model_validate(found)
    except ValidationError:
        raise ProviderAwayError("jwks_uri: no keys") from None
    keys: dict[str, jwt.PyJWK] = {}
    for one in parsed.keys:
        if one.get("kty") == "oct" or one.get("use", "sig") != "sig":
            continue
        try:
            keys[str(one.get("kid", ""))] = jwt.PyJWK(one)
        except (jwt.PyJWTError, ValueError):
            continue
    return keys


def _pick(keys: dict[str, jwt.PyJWK], kid: str | None) -> jwt.PyJWK | None:
    """The key of this id; without an id, the only one."""
    if kid is not None:
        return keys.get(kid)
    return next(iter(keys.values())) if len(keys) == 1 else None


async def _user_claims(client: ProviderClient, address: str, subject: str) -> _Claims:
    try:
        claims = _Claims.model_validate(await client.read(address, by_token=True))
    except ValidationError as error:
        raise ProviderRefusedError(f"userinfo: {error.errors()[0]['loc']}") from None
    if claims.sub != subject:
        raise ProviderRefusedError("userinfo: is about somebody else")
    return claims
