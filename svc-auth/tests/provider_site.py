"""svc-auth with two providers over real HTTP, and a browser that goes from one to the other."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from composed import Backed, composed
from provider_servers import CLIENT, SECRET, Github, Issuer, listen, serving

from nexync_contracts.provider_rest import IdentitiesView, ProviderKind
from nexync_contracts.rest import SessionView
from svc_auth.app import made_providers
from svc_auth.providers import ProviderConfig
from svc_auth.sealing import Sealing

OWN = "correct horse"


@dataclass
class Site(Backed):
    """svc-auth with two providers."""

    browser: httpx.AsyncClient
    issuer: Issuer
    github: Github
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def post(self, path: str, body: object = None) -> httpx.Response:
        return await self.browser.post(f"/api/auth/{path}", json=body)

    async def leave(self, provider: str = "corp", body: object = None) -> str:
        """To the provider; the address that it sends the browser back to."""
        verb = "start" if body is None else "link"
        answer = await self.post(f"providers/{provider}/{verb}", body or {})
        assert answer.status_code == 200, answer.text
        async with httpx.AsyncClient() as outside:
            there = await outside.get(answer.json()["location"])
        assert there.status_code == 302, there.text
        return there.headers["location"]

    async def back(self, location: str) -> str:
        """The page that the callback leads to."""
        headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
        answer = await self.browser.get(location, headers=headers)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def log_in(self, provider: str = "corp") -> str:
        """The whole way in a browser without cookies."""
        self.browser.cookies.clear()
        return await self.back(await self.leave(provider))

    async def session(self) -> SessionView | None:
        answer = await self.browser.get("/api/auth/session")
        found = answer.status_code == 200
        return SessionView.model_validate_json(answer.content) if found else None

    async def identities(self) -> IdentitiesView:
        answer = await self.browser.get("/api/auth/identities")
        return IdentitiesView.model_validate_json(answer.content)

    async def sign_up(self, email: str = "ada@example.org", username: str = "ada-own") -> None:
        """Register and verify by mail."""
        body = {"email": email, "username": username, "password": OWN}
        assert (await self.post("register", body)).status_code == 202
        code = (await self.jobs("verification-code"))[-1]["code"]
        assert (await self.post("verify", {"email": email, "code": code})).status_code == 200


@pytest.fixture
async def site(database: str) -> AsyncIterator[Site]:
    async with AsyncExitStack() as stack:
        issuer = Issuer("")
        github = Github("")
        for server in (issuer, github):
            listening, server.address = listen()
            await stack.enter_async_context(serving(server.app(), listening))
        yield await stack.enter_async_context(_site(database, issuer, github))


@asynccontextmanager
async def _site(database: str, issuer: Issuer, github: Github) -> AsyncGenerator[Site]:
    configs = [
        ProviderConfig(
            id=name,
            kind=kind,
            label=name.title(),
            issuer=server.address,
            client_id=CLIENT,
            client_secret_file=Path("unused"),
        )
        for name, kind, server in (
            ("corp", ProviderKind.OIDC, issuer),
            ("hub", ProviderKind.GITHUB, github),
        )
    ]
    sites: list[Site] = []
    async with composed(
        database,
        sealing=Sealing([b"k" * 32]),
        providers=made_providers([(one, SECRET) for one in configs], None),
        clock=lambda: sites[0].now(),  # noqa: PLW0108 - the site is there only later
    ) as made:
        site = Site(made.pool, made.state, made.public[0], issuer, github)
        sites.append(site)
        await site.forget_limits()
        yield site
