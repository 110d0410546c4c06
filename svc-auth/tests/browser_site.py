"""One instance of svc-auth over the real backends, and one browser."""

import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest
from composed import ORIGIN, PASSWORD, Backed, composed

from nexync_contracts.channels import REFRESH_COOKIE
from nexync_contracts.ids import SessionId
from nexync_contracts.rest import SessionView
from svc_auth.adapters.postgres_outbox import NOBODYS


@dataclass
class Site(Backed):
    """svc-auth without its lifecycle."""

    public: httpx.AsyncClient
    internal: httpx.AsyncClient
    database: str

    async def post(
        self, path: str, body: object = None, *, refresh: str | None = None
    ) -> httpx.Response:
        """A request of a browser; `refresh` stands for what is in its jar."""
        if refresh is not None:
            self.public.cookies.set(REFRESH_COOKIE, refresh, domain="nexync.test", path="/api/auth")
        return await self.public.post(f"/api/auth/{path}", json=body)

    async def newest(self, tag: str, name: str) -> str:
        """A field of the newest job of this kind that goes to somebody."""
        return (await self.jobs(tag))[-1][name]

    async def code(self) -> str:
        """The newest code in the outbox."""
        return await self.newest("verification-code", "code")

    async def token(self) -> str:
        """The token of the newest link in the outbox."""
        link = await self.newest("reset-password", "link")
        page, _, token = link.partition("/reset#")
        assert page == ORIGIN
        return token

    async def for_nobody(self) -> int:
        """Jobs of the outbox that are there for the steps alone that they take."""
        async with self.pool.connection() as connection:
            query = "SELECT count(*) FROM auth_outbox WHERE queue = %s"
            row = await (await connection.execute(query, (NOBODYS,))).fetchone()
        assert row is not None
        return row[0]

    async def sign_up(self, email: str, username: str) -> SessionView:
        """Register and verify."""
        body = {"email": email, "username": username, "password": PASSWORD}
        assert (await self.post("register", body)).status_code == 202
        answer = await self.post("verify", {"email": email, "code": await self.code()})
        assert answer.status_code == 200, answer.text
        return SessionView.model_validate_json(answer.content)


@pytest.fixture
async def site(database: str) -> AsyncIterator[Site]:
    """svc-auth over a database of its own; addresses and names are new in each test."""
    async with browser_site(database, ORIGIN) as made:
        yield made


@asynccontextmanager
async def browser_site(database: str, origin: str) -> AsyncGenerator[Site]:
    """At that origin; cookies are secure where it has TLS."""
    async with composed(database, origin=origin, sealing=None) as made:
        yield Site(made.pool, made.state, made.public[0], made.internal[0], database)


@pytest.fixture
def name() -> str:
    """A username that no other run has."""
    return f"u{uuid.uuid4().hex[:16]}"


async def alive(site: Site, session: SessionId) -> bool:
    answer = await site.internal.post("/internal/sessions/check", json={"sessions": [session]})
    assert answer.status_code == 200
    return answer.json()["alive"] == [session]


async def log_in(site: Site, name: str, agent: str) -> SessionId:
    site.public.cookies.clear()
    answer = await site.public.post(
        "/api/auth/login",
        json={"login": name, "password": PASSWORD},
        headers={"User-Agent": agent},
    )
    assert answer.status_code == 200, answer.text
    return SessionId(answer.json()["session"])
