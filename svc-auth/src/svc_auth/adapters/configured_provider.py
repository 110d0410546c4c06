"""What a provider of either kind has by its configuration."""

import ssl
from contextlib import AbstractAsyncContextManager

from svc_auth.adapters.provider_http import ProviderClient, Registered, provider_client
from svc_auth.provider_ports import Trip
from svc_auth.providers import ProviderConfig


class ConfiguredProvider:
    """The part of the `Provider` port that asks nobody."""

    def __init__(self, config: ProviderConfig, secret: str, context: ssl.SSLContext) -> None:
        self._config = config
        self._secret = secret
        self._context = context

    @property
    def id(self) -> str:
        """In addresses."""
        return self._config.id

    @property
    def label(self) -> str:
        """For a button."""
        return self._config.label

    @property
    def issuer(self) -> str:
        """Where it is, as in its tokens."""
        return self._config.source

    def _client_of(self, trip: Trip, scope: str) -> AbstractAsyncContextManager[ProviderClient]:
        registered = Registered(
            client_id=self._config.client_id,
            client_secret=self._secret,
            scope=scope,
            redirect_uri=trip.redirect_uri,
        )
        return provider_client(self._context, registered)
