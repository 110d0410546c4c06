"""Backends that go away in the middle of sign-up, log-in and a forgotten password.

No mail is lost, whoever asks meanwhile is told clearly to come again, and then everything goes on where it was.
"""

import asyncio
import contextlib
import secrets
import sys
import uuid
from collections.abc import AsyncGenerator

import httpx
import pytest
from pydantic import BaseModel

from nexync_contracts import endpoints, rest
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import Problem, ProblemCode
from nexync_e2e.client import log_in
from nexync_e2e.mail import MailInbox
from nexync_e2e.roundtrip import Steps, round_trip
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until

pytestmark = pytest.mark.e2e

SECONDS = 120
"""For what takes a second or two on a machine that has nothing else to do."""


async def _dev(*arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "nexync_dev", *arguments, stdout=asyncio.subprocess.DEVNULL
    )
    async with asyncio.timeout(SECONDS):
        assert await process.wait() == 0


@contextlib.asynccontextmanager
async def _away(name: str) -> AsyncGenerator[None]:
    await _dev("stop", name)
    try:
        yield
    finally:
        await _dev("start", name)


class Browser:
    """Asks as a page does, and keeps what it is told."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def ask(
        self, endpoint: Endpoint, body: BaseModel, key: str | None = None
    ) -> httpx.Response:
        """One request."""
        headers = {} if key is None else {"Idempotency-Key": key}
        json = body.model_dump(mode="json", exclude_none=True)
        return await self._http.request(endpoint.method, endpoint.path, json=json, headers=headers)

    async def told(self, endpoint: Endpoint, body: BaseModel, key: str | None = None) -> None:
        """It doesn't work now, in words, and with the time after which it may."""
        answer = await self.ask(endpoint, body, key)
        problem = Problem.model_validate_json(answer.content)
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert (answer.status_code, problem.code) == (503, ProblemCode.UNAVAILABLE), endpoint.name
        assert problem.title in {
            "A part of the service is away for a moment",
            "The answer took too long",
        }
        assert problem.retry_after is not None

    async def goes_on(self, endpoint: Endpoint, body: BaseModel, key: str | None = None) -> None:
        """The same request again, until it is done; meanwhile nothing but 503 is answered."""

        async def done() -> bool | None:
            answer = await self.ask(endpoint, body, key)
            assert answer.status_code in {endpoint.status, 503}, answer.text
            return answer.status_code == endpoint.status or None

        await until(done, f"{endpoint.name} works again", seconds=SECONDS, every=0.5)


async def test_whatever_goes_away_no_mail_is_lost_and_people_go_on(where: Wires) -> None:
    name = "away" + secrets.token_hex(6)
    email, password, later = f"{name}@example.test", "a moss lantern", "another moss lantern"
    inbox = MailInbox(where.mail)
    log_in_body = rest.LoginBody(login=name, password=password)
    async with httpx.AsyncClient(
        base_url=where.page, headers={"Origin": where.page}, timeout=60
    ) as http:
        browser = Browser(http)
        async with _away("rabbitmq"):
            body = rest.RegisterBody(email=email, username=name, password=password)
            assert (await browser.ask(endpoints.REGISTER, body)).status_code == 202
        code = await inbox.code_for(email, seconds=SECONDS)

        verify, key = rest.VerifyBody(email=email, code=code), str(uuid.uuid4())
        async with _away("postgres"):
            await browser.told(endpoints.VERIFY, verify, key)
            await browser.told(endpoints.LOGIN, log_in_body)
        await browser.goes_on(endpoints.VERIFY, verify, key)

        async with _away("redis-state"):
            await browser.told(endpoints.LOGIN, log_in_body)
        await browser.goes_on(endpoints.LOGIN, log_in_body)

        async with _away("mail"):
            forgot = rest.ForgotBody(email=email)
            assert (await browser.ask(endpoints.FORGOT, forgot)).status_code == 202
        token = await inbox.token_for(email, seconds=SECONDS)
        await browser.goes_on(endpoints.RESET, rest.ResetBody(token=token, password=later))
    await inbox.close()
    person = await log_in(where.page, name, later)
    await person.close()
    # Also what had nothing to do with accounts has recovered, so that the next test finds all of it.
    await round_trip(where, Steps())
