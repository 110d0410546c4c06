"""GitHub, or a server of its kind: OAuth with PKCE, then who one is from its API."""

import ssl
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from nexync_contracts.provider_rest import ProviderKind
from svc_auth.adapters.configured_provider import ConfiguredProvider
from svc_auth.adapters.provider_http import ProviderClient
from svc_auth.provider_ports import Proven, ProviderAwayError, ProviderRefusedError, Trip
from svc_auth.providers import ProviderConfig

SCOPES: Final = "read:user user:email"
ADDRESSES_MAX: Final = 100


class _User(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Annotated[int, Field(ge=1)]
    login: str
    name: str | None = None


class _Address(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    email: str
    primary: bool
    verified: bool


_addresses: Final = TypeAdapter(Annotated[list[_Address], Field(max_length=ADDRESSES_MAX)])


class GithubProvider(ConfiguredProvider):
    """The `Provider` port. A person is known by the number, as the login may become somebody else's."""

    def __init__(self, config: ProviderConfig, secret: str, context: ssl.SSLContext) -> None:
        super().__init__(config, secret, context)
        self._oauth = config.source.rstrip("/") + "/login/oauth"

    @property
    def kind(self) -> ProviderKind:
        """GitHub's."""
        return ProviderKind.GITHUB

    async def authorization(self, trip: Trip) -> str:
        """There is nothing to look up."""
        async with self._client(trip) as client:
            return client.address(
                f"{self._oauth}/authorize", state=trip.state, verifier=trip.verifier
            )

    async def identity(self, trip: Trip, code: str, issuer: str | None) -> Proven:
        """The primary address counts, when it is verified."""
        if issuer is not None and issuer.rstrip("/") not in {self._oauth, self.issuer.rstrip("/")}:
            raise ProviderRefusedError("iss of the address is another issuer's")
        try:
            async with self._client(trip) as client:
                await client.redeem(
                    f"{self._oauth}/access_token",
                    code=code,
                    verifier=trip.verifier,
                    method="client_secret_post",
                )
                api = self._config.api_url
                user = _User.model_validate(await client.read(f"{api}/user", by_token=True))
                found = await client.read(f"{api}/user/emails", by_token=True)
                addresses = _addresses.validate_python(found)
        except ValidationError as error:
            raise ProviderAwayError(f"API: {error.errors()[0]['loc']}") from None
        email = next((one.email for one in addresses if one.primary and one.verified), None)
        return Proven(
            issuer=self.issuer,
            subject=str(user.id),
            email=email,
            username=user.login,
            name=user.name or user.login,
        )

    def _client(self, trip: Trip) -> AbstractAsyncContextManager[ProviderClient]:
        return self._client_of(trip, SCOPES)
