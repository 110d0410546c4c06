"""Each flow of accounts, ready for its next step, so that a backend can be taken away in the middle of it."""

import asyncio
import os
import secrets
import string
import sys
import uuid
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import httpx
from authenticator import turn_on
from issuer import Issuer
from killing import SECONDS
from pydantic import BaseModel

from nexync_client import Rest
from nexync_contracts import (
    admin_endpoints,
    admin_rest,
    email_endpoints,
    email_rest,
    endpoints,
    export_endpoints,
    factor_endpoints,
    factor_rest,
    passkey_endpoints,
    passkey_rest,
    provider_endpoints,
    provider_rest,
    rest,
)
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import Problem, ProblemCode
from nexync_e2e.client import Person, log_in, sign_up
from nexync_e2e.mail import MailInbox
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until
from nexync_testing.authenticator import Authenticator

BROKEN_OFF: Final = 599
"""No status of a server: the answer began and did not end."""

WORDS: Final = {
    "A part of the service is away for a moment",
    "The answer took too long",
    "This isn't readable yet",
    "Logins can't be checked for a moment",
}


@dataclass(frozen=True)
class Town:
    """What the flows share. `key` is `tia`'s passkey, `codes` her recovery codes, each good once."""

    where: Wires
    inbox: MailInbox
    issuer: Issuer
    admin: Person
    ann: Person
    tia: Person
    vic: Person
    key: Authenticator
    codes: list[str]


async def settle(where: Wires, inbox: MailInbox, issuer: Issuer) -> Town:
    """Everybody, while nothing is away."""
    admin, ann, tia, vic = await asyncio.gather(
        *(newcomer(where, prefix) for prefix in ("adm", "ann", "tia", "vic"))
    )
    command = (sys.executable, "-m", "svc_auth", "admin", "grant", admin.username)
    process = await asyncio.create_subprocess_exec(
        *command, env=dict(os.environ), stdout=asyncio.subprocess.DEVNULL
    )
    assert await asyncio.wait_for(process.wait(), SECONDS) == 0
    creation = await tia.rest.call(
        passkey_endpoints.PASSKEY_OPTIONS,
        passkey_rest.PasskeyCreationView,
        body=passkey_rest.OwnerProofBody(current=tia.password),
    )
    key = Authenticator(creation.rp_id, where.page.replace("127.0.0.1", creation.rp_id))
    await tia.rest.call(
        passkey_endpoints.ADD_PASSKEY, passkey_rest.PasskeyItem, body=key.make(creation)
    )
    codes = list(await turned_on(tia))
    return Town(where, inbox, issuer, admin, ann, tia, vic, key, codes)


async def turned_on(person: Person) -> tuple[str, ...]:
    """Two-step verification; the recovery codes."""
    made = await person.rest.call(
        factor_endpoints.ENROL_FACTOR,
        factor_rest.EnrolmentView,
        body=factor_rest.EnrolFactorBody(current=person.password),
    )
    _, shown = await turn_on(person.rest, made.secret)
    return shown.codes


async def newcomer(where: Wires, prefix: str = "p") -> Person:
    """Somebody who signed up, and waits for answers."""
    return await sign_up(where.page, where.mail, prefix=prefix, timeout=SECONDS)


async def again(where: Wires, person: Person) -> Person:
    """One more session, as patient."""
    return await log_in(where.page, person.login, person.password, timeout=SECONDS)


async def unhurried(rest: Rest, endpoint: Endpoint, body: BaseModel) -> httpx.Response:
    """The first answer that isn't 503."""

    async def ask() -> httpx.Response | None:
        answer = await rest.raw(endpoint, json=body.model_dump(mode="json", exclude_none=True))
        return None if answer.status_code == 503 else answer

    return await until(ask, f"{endpoint.name} works", seconds=SECONDS, every=0.5)


def somebody() -> str:
    """An address that nobody has, without digits that could be taken for a code."""
    return f"away{''.join(secrets.choice(string.ascii_lowercase) for _ in range(12))}@example.test"


class Flow(ABC):
    """One flow. `forgotten` is what is said when what waited in Redis is gone: the person begins again."""

    done = 200
    forgotten: ProblemCode | None = None
    needs: frozenset[str] = frozenset({"postgres", "redis-state"})
    """Without these the step can't be done; without others it may."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.rest = Rest(town.where.page, timeout=SECONDS)

    @abstractmethod
    async def prepare(self) -> None:
        """Up to the middle."""

    @abstractmethod
    async def step(self) -> httpx.Response:
        """What the person does next."""

    def is_done(self, answer: httpx.Response) -> bool:
        """Whether the step was done."""
        return answer.status_code == self.done

    def is_told(self, answer: httpx.Response) -> bool:
        """Whether it is said clearly that it doesn't work now, and after how long it may."""
        if answer.headers.get("Content-Type") != "application/problem+json":
            return False
        problem = Problem.model_validate_json(answer.content)
        codes = {ProblemCode.UNAVAILABLE, ProblemCode.NOT_YET}
        known = answer.status_code == 503 and problem.code in codes and problem.title in WORDS
        return known and problem.retry_after is not None and "Retry-After" in answer.headers

    def is_over(self, answer: httpx.Response) -> bool:
        """Whether the person is told to begin again."""
        if self.forgotten is None or answer.status_code < 400:
            return False
        return Problem.model_validate_json(answer.content).code is self.forgotten

    async def close(self) -> None:
        """Close the connections."""
        await self.rest.close()


class Register(Flow):
    """The code of the mail makes the account."""

    async def prepare(self) -> None:
        self.email, self.key = somebody(), str(uuid.uuid4())
        body = rest.RegisterBody(
            email=self.email, username=self.email.partition("@")[0], password="a moss lantern"
        )
        await self.rest.call(endpoints.REGISTER, rest.Accepted, body=body)
        self.code = await self.town.inbox.code_for(self.email, seconds=SECONDS)

    async def step(self) -> httpx.Response:
        body = {"email": self.email, "code": self.code}
        return await self.rest.raw(
            endpoints.VERIFY, json=body, headers={"Idempotency-Key": self.key}
        )


class LogIn(Flow):
    """Address and password."""

    async def prepare(self) -> None:
        """Nothing comes before it."""

    async def step(self) -> httpx.Response:
        body = {"login": self.town.ann.login, "password": self.town.ann.password}
        return await self.rest.raw(endpoints.LOGIN, json=body)


class Reset(Flow):
    """The link of the mail and a new password."""

    done = 204

    async def prepare(self) -> None:
        person = await newcomer(self.town.where)
        body = rest.ForgotBody(email=f"{person.login}@example.test")
        await self.rest.call(endpoints.FORGOT, rest.Accepted, body=body)
        self.token = await self.town.inbox.token_for(body.email, seconds=SECONDS)
        await person.close()

    async def step(self) -> httpx.Response:
        body = {"token": self.token, "password": "another moss lantern"}
        return await self.rest.raw(endpoints.RESET, json=body)


class ChangeEmail(Flow):
    """The code of the mail to the new address."""

    done = 204

    async def prepare(self) -> None:
        person = await newcomer(self.town.where)
        await self.rest.close()
        self.rest, new = person.rest, somebody()
        body = email_rest.ChangeEmailBody(email=new, current=person.password)
        await self.rest.call(email_endpoints.CHANGE_EMAIL, rest.Accepted, body=body)
        self.code = await self.town.inbox.code_for(new, seconds=SECONDS)

    async def step(self) -> httpx.Response:
        return await self.rest.raw(email_endpoints.PROVE_EMAIL, json={"code": self.code})


class Sessions(Flow):
    """All others end, which a log-in of the last minutes allows."""

    done = 204
    forgotten = ProblemCode.PROOF_NEEDED

    async def prepare(self) -> None:
        person = await newcomer(self.town.where)
        await self.rest.close()
        self.rest = person.rest
        await (await again(self.town.where, person)).close()

    async def step(self) -> httpx.Response:
        return await self.rest.raw(endpoints.END_OTHER_SESSIONS)


class SecondStep(Flow):
    """A code after the password."""

    forgotten = ProblemCode.LOGIN_OVER

    async def prepare(self) -> None:
        body = rest.LoginBody(login=self.town.tia.login, password=self.town.tia.password)
        answer = await unhurried(self.rest, endpoints.LOGIN, body)
        assert Problem.model_validate_json(answer.content).code is ProblemCode.SECOND_FACTOR
        self.code = self.town.codes.pop()

    async def step(self) -> httpx.Response:
        return await self.rest.raw(factor_endpoints.LOGIN_CODE, json={"code": self.code})


class Passkey(Flow):
    """What the authenticator signed."""

    forgotten = ProblemCode.LOGIN_OVER

    async def prepare(self) -> None:
        asked = await self.rest.call(
            passkey_endpoints.LOGIN_PASSKEY_OPTIONS, passkey_rest.PasskeyRequestView
        )
        self.body = passkey_rest.LoginPasskeyBody(passkey=self.town.key.sign(asked))

    async def step(self) -> httpx.Response:
        body = self.body.model_dump(mode="json")
        return await self.rest.raw(passkey_endpoints.LOGIN_PASSKEY, json=body)


class Provider(Flow):
    """The way back from the provider, which ends at a page whatever happens."""

    done = 303
    needs = frozenset({"postgres"})

    async def prepare(self) -> None:
        left = await self.rest.call(
            provider_endpoints.START_PROVIDER,
            provider_rest.ProviderStartView,
            path={"provider": "corp"},
            body=provider_rest.StartProviderBody(),
        )
        self.email = somebody()
        name = self.email.partition("@")[0]
        self.town.issuer.person = {"sub": name, "email": self.email, "email_verified": True}
        async with httpx.AsyncClient(trust_env=False) as browser:
            back = (await browser.get(left.location)).headers["Location"]
        self.query = dict(parse_qsl(urlsplit(back).query))

    async def step(self) -> httpx.Response:
        path = {"provider": "corp"}
        callback = provider_endpoints.PROVIDER_CALLBACK
        return await self.rest.raw(callback, path=path, query=self.query)

    def is_done(self, answer: httpx.Response) -> bool:
        return answer.status_code == 303 and answer.headers["Location"] == "/"

    def is_told(self, answer: httpx.Response) -> bool:
        return answer.headers.get("Location") == "/login?problem=unavailable"

    def is_over(self, answer: httpx.Response) -> bool:
        return answer.headers.get("Location") == "/login?problem=login_over"


class Export(Flow):
    """The download after the proof."""

    forgotten = ProblemCode.FORBIDDEN

    async def prepare(self) -> None:
        ann = self.town.ann
        await self.rest.close()
        self.rest = (await again(self.town.where, ann)).rest
        proof = passkey_rest.OwnerProofBody(current=ann.password)
        answer = await unhurried(self.rest, export_endpoints.ALLOW_OWN_DATA, proof)
        assert answer.status_code == 204, answer.text

    async def step(self) -> httpx.Response:
        try:
            return await self.rest.raw(export_endpoints.EXPORT_OWN_DATA)
        except httpx.RemoteProtocolError:
            return httpx.Response(BROKEN_OFF)

    def is_told(self, answer: httpx.Response) -> bool:
        """A browser shows a download that broke off as one that failed."""
        return answer.status_code == BROKEN_OFF or super().is_told(answer)


class Administer(Flow):
    """An account is locked. It stays so; locking it again is answered alike."""

    async def prepare(self) -> None:
        """The administrator sits at the page already."""

    async def step(self) -> httpx.Response:
        admin = self.town.admin
        proof = admin_rest.AdminProofBody(proof=passkey_rest.OwnerProofBody(current=admin.password))
        return await admin.rest.raw(
            admin_endpoints.DEACTIVATE,
            path={"person": self.town.vic.id},
            json=proof.model_dump(mode="json", exclude_none=True),
        )


FLOWS: Final = (
    Register,
    LogIn,
    Reset,
    ChangeEmail,
    Sessions,
    SecondStep,
    Passkey,
    Provider,
    Export,
    Administer,
)
