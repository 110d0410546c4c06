"""Sites over the real backends on one database: an administrator, the others, and what is asked of both."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from composed import PASSWORD
from real_site import Site, site_of

from nexync_contracts.admin_rest import (
    AuditPage,
    InvitationMade,
    ManagedPerson,
)
from nexync_contracts.provider_rest import ProviderKind
from nexync_contracts.rest import SessionView
from svc_auth.provider_ports import Proven, Trip

BOSS = "boss@nexync.test"
PROOF = {"proof": {"current": PASSWORD}}


@dataclass
class Pretended:
    """A provider that takes the code for the person."""

    id: str = "corp"
    kind: ProviderKind = ProviderKind.OIDC
    label: str = "Corp"
    issuer: str = "https://corp.test"

    async def authorization(self, trip: Trip) -> str:
        return f"https://corp.test/?state={trip.state}"

    async def identity(self, trip: Trip, code: str, issuer: str | None) -> Proven:
        return Proven(self.issuer, code, f"{code}@corp.test", code, code)


@pytest.fixture
async def world(database: str) -> AsyncIterator["World"]:
    async with AsyncExitStack() as stack:
        yield World(database, stack)


class World:
    """Sites on one database, each with settings of its own."""

    def __init__(self, database: str, stack: AsyncExitStack) -> None:
        self.database = database
        self._stack = stack

    async def site(self, **more: Any) -> Site:
        providers = (Pretended(),)
        made = await self._stack.enter_async_context(
            site_of(self.database, providers=providers, **more)
        )
        await made.forget_limits()
        return made

    async def with_boss(self, **more: Any) -> Site:
        """The administrator by the settings, logged in at the first instance."""
        site = await self.site(admins=BOSS, **more)
        await join(site, BOSS, "boss")
        return site


async def ask(
    site: Site, email: str, username: str, invitation: str | None = None, instance: int = 0
) -> tuple[int, str | None]:
    """A registration: status and code."""
    body = {"email": email, "username": username, "password": PASSWORD, "invitation": invitation}
    answer = await site.post("register", body, instance)
    return answer.status_code, answer.json().get("code")


async def prove(site: Site, email: str, instance: int = 0) -> tuple[int, str | None]:
    """The newest code of the address."""
    code = [job for job in await site.jobs("verification-code") if job["email"] == email][-1][
        "code"
    ]
    answer = await site.post("verify", {"email": email, "code": code}, instance)
    return answer.status_code, answer.json().get("code")


async def join(
    site: Site, email: str, username: str, invitation: str | None = None, instance: int = 0
) -> str:
    """An account and a session in the instance's browser; the person's id."""
    site.instances[instance].cookies.clear()
    assert await ask(site, email, username, invitation, instance) == (202, None)
    assert await prove(site, email, instance) == (200, None)
    answer = await site.instances[instance].get("/api/auth/session")
    return SessionView.model_validate_json(answer.content).person


async def invite(site: Site, uses: int = 1) -> InvitationMade:
    """By the boss."""
    body = {"label": "Team", "days": 7, "uses": uses, **PROOF}
    answer = await site.post("admin/invitations", body)
    assert answer.status_code == 201, answer.text
    return InvitationMade.model_validate_json(answer.content)


async def by_provider(site: Site, code: str, invitation: str | None, instance: int = 1) -> str:
    """The page that a log-in with the provider leads to."""
    browser = site.instances[instance]
    browser.cookies.clear()
    answer = await site.post("providers/corp/start", {"invitation": invitation}, instance)
    location: str = answer.json()["location"]
    state = location.partition("state=")[2]
    answer = await browser.get(
        "/api/auth/providers/corp/callback", params={"state": state, "code": code}
    )
    return answer.headers["location"]


async def act(site: Site, person: str, what: str) -> ManagedPerson:
    """By the boss."""
    answer = await site.post(f"admin/people/{person}/{what}", PROOF)
    assert answer.status_code == 200, answer.text
    return ManagedPerson.model_validate_json(answer.content)


async def log_of(site: Site) -> list[tuple[str, str, str]]:
    """Who did what to whom, oldest first."""
    answer = await site.instances[0].get("/api/auth/admin/audit-log")
    page = AuditPage.model_validate_json(answer.content)
    return [(one.by, one.action.value, one.subject) for one in reversed(page.entries)]
