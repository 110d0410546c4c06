"""Two instances of svc-auth on one database and one Redis, for the suites over the real backends."""

import secrets
import uuid
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from auth_world import to_a_young_step
from composed import PASSWORD, Backed, composed

from nexync_contracts.channels import CHALLENGE_COOKIE
from nexync_contracts.factor_rest import EnrolmentView, RecoveryCodesView
from nexync_contracts.rest import SessionView
from svc_auth import totp
from svc_auth.provider_ports import Provider
from svc_auth.sealing import Sealing


class Clock:
    """Real time, moved on by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def code(self, secret: str, steps: int = 0) -> str:
        """What the app shows, some steps from now; time goes on to a step of which most is left."""
        self.ahead += to_a_young_step(self.now())
        return totp.code_at(secret, totp.step_at(self.now()) + steps)

    def turn(self, seconds: int = 60) -> None:
        """On to steps that were not used yet."""
        self.ahead += timedelta(seconds=seconds)


@dataclass
class Site(Backed):
    """Two instances behind one address, asked in turn unless one is named."""

    instances: list[httpx.AsyncClient]
    clock: Clock
    username: str
    inside: httpx.AsyncClient
    """The internal port of the first one."""
    secret: str = ""
    codes: tuple[str, ...] = ()

    async def post(self, path: str, body: object, instance: int = 0) -> httpx.Response:
        """A request of a browser."""
        return await self.instances[instance].post(f"/api/auth/{path}", json=body)

    async def sign_up(self) -> SessionView:
        """Register and verify."""
        email = f"{self.username}@nexync.test"
        body = {"email": email, "username": self.username, "password": PASSWORD}
        assert (await self.post("register", body)).status_code == 202
        code = (await self.jobs("verification-code"))[-1]["code"]
        answer = await self.post("verify", {"email": email, "code": code})
        return SessionView.model_validate_json(answer.content)

    async def turn_on(self) -> None:
        """Enrol and turn on; remembers secret and recovery codes."""
        answer = await self.post("factor/enrolment", {"current": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.secret = EnrolmentView.model_validate_json(answer.content).secret
        answer = await self.post("factor", {"code": self.clock.code(self.secret)})
        assert answer.status_code == 200, answer.text
        self.codes = RecoveryCodesView.model_validate_json(answer.content).codes

    async def log_in(self, instance: int = 0) -> httpx.Response:
        """The first step, in a browser without cookies."""
        self.instances[instance].cookies.clear()
        body = {"login": self.username, "password": PASSWORD}
        return await self.post("login", body, instance)

    def challenge(self, instance: int = 0) -> str | None:
        """The challenge in the jar."""
        return self.instances[instance].cookies.get(CHALLENGE_COOKIE)


@asynccontextmanager
async def site_of(
    database: str, *, providers: Sequence[Provider] = (), **more: Any
) -> AsyncGenerator[Site]:
    """With `more` settings."""
    clock = Clock()
    sealing = Sealing([secrets.token_bytes(32)])
    async with composed(
        database,
        instances=2,
        sealing=sealing,
        providers=providers,
        clock=clock.now,
        settings=more,
    ) as made:
        username = f"u{uuid.uuid4().hex[:16]}"
        yield Site(made.pool, made.state, made.public, clock, username, made.internal[0])
