"""Backends that are killed in the middle of the flows of accounts.

No mail is lost, whoever asks meanwhile is told clearly to come again, and then everything goes on where it was, or is
begun again by who is told so.
"""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from pathlib import Path

import httpx
import pytest
from away_flows import (
    FLOWS,
    Flow,
    Provider,
    Town,
    again,
    newcomer,
    settle,
    somebody,
    turned_on,
)
from issuer import CLIENT, SECRET, Issuer
from killing import SECONDS, dev, killed

from nexync_contracts import (
    admin_endpoints,
    admin_rest,
    email_endpoints,
    email_rest,
    endpoints,
    rest,
)
from nexync_contracts.passkey_rest import OwnerProofBody
from nexync_e2e.client import Person
from nexync_e2e.mail import MailInbox
from nexync_e2e.roundtrip import Steps, round_trip
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until

pytestmark = pytest.mark.e2e


@contextlib.contextmanager
def _registered(issuer: Issuer) -> Generator[None]:
    """svc-auth's next process knows the issuer, the one after the block doesn't."""
    file = Path(os.environ["NEXYNC_PROVIDERS_FILE"])
    before = file.read_text()
    secret = file.with_suffix(".secret")
    secret.write_text(SECRET)
    corp = {"id": "corp", "kind": "oidc", "label": "Corp", "issuer": issuer.address}
    registered = {"client_id": CLIENT, "client_secret_file": str(secret)}
    file.write_text(json.dumps({"providers": [corp | registered]}))
    try:
        yield
    finally:
        file.write_text(before)
        secret.unlink()


@contextlib.asynccontextmanager
async def _provided(issuer: Issuer) -> AsyncGenerator[None]:
    """One can log in with the issuer."""
    try:
        with issuer.open(), _registered(issuer):
            await dev("restart", "auth")
            yield
    finally:
        await dev("restart", "auth")


async def _away(flows: Sequence[Flow], backend: str) -> None:
    """Every flow is in its middle when the backend is killed; each is told, and goes on when it is back."""
    await asyncio.gather(*(flow.prepare() for flow in flows))
    async with killed(backend):
        answers = await asyncio.gather(*(flow.step() for flow in flows))
    for flow, answer in zip(flows, answers, strict=True):
        done = flow.is_done(answer) and backend not in flow.needs
        said = f"{type(flow).__name__} without {backend}: {answer.status_code} {answer.text[:300]}"
        assert done or flow.is_told(answer), said
    left = [one for one, answer in zip(flows, answers, strict=True) if not one.is_done(answer)]
    await asyncio.gather(*(_goes_on(flow, backend) for flow in left))


async def _goes_on(flow: Flow, backend: str) -> None:
    """The same step again, until it is done or over; who is told that it is over begins again."""
    name = f"{type(flow).__name__} after {backend}"

    async def done() -> bool | None:
        answer = await flow.step()
        if flow.is_over(answer):
            await flow.prepare()
        elif not flow.is_told(answer):
            assert flow.is_done(answer), f"{name}: {answer.status_code} {answer.text[:300]}"
            return True
        return None

    await until(done, f"{name} works", seconds=SECONDS, every=0.5)


async def _mailed(town: Town, backend: str, people: Sequence[Person]) -> None:
    """Everything that sends a mail, while none can be sent; all of them come, each once."""
    registering, changing, reset, turning = somebody(), somebody(), people[0], people[1]
    provider = Provider(town)
    wanted: dict[str, Callable[[str], bool]] = {}
    async with killed(backend):
        body = rest.RegisterBody(
            email=registering, username=registering.partition("@")[0], password="a moss lantern"
        )
        await town.ann.rest.call(endpoints.REGISTER, rest.Accepted, body=body)
        forgot = rest.ForgotBody(email=f"{reset.login}@example.test")
        await town.ann.rest.call(endpoints.FORGOT, rest.Accepted, body=forgot)
        change = email_rest.ChangeEmailBody(email=changing, current=turning.password)
        await turning.rest.call(email_endpoints.CHANGE_EMAIL, rest.Accepted, body=change)
        await turned_on(turning)
        await provider.prepare()
        assert provider.is_done(await provider.step())
        await town.admin.rest.call(
            admin_endpoints.RESET_FACTORS,
            admin_rest.ManagedPerson,
            path={"person": turning.id},
            body=admin_rest.AdminProofBody(proof=OwnerProofBody(current=town.admin.password)),
        )
    wanted[registering] = lambda text: "code" in text
    wanted[forgot.email] = lambda text: "/reset#" in text
    wanted[changing] = lambda text: "code" in text
    wanted[provider.email] = lambda text: "password" in text
    twice = f"{turning.login}@example.test"

    async def all_there() -> bool | None:
        try:
            texts = {one: await town.inbox.texts(one) for one in (*wanted, twice)}
        except httpx.TransportError:
            return None
        for address, right in wanted.items():
            if not any(right(text) for text in texts[address]):
                return None
        told = texts[twice]
        both = [any(words in one for one in told) for words in ("is on", "factors were reset")]
        return True if all(both) else None

    await until(all_there, f"the mails after {backend}", seconds=SECONDS, every=0.5)
    texts = await town.inbox.texts(twice)
    assert len(texts) == len(set(texts)), texts
    await provider.close()


async def test_whatever_is_killed_no_mail_is_lost_and_people_go_on(where: Wires) -> None:
    """Postgres and Redis in the middle of every flow; RabbitMQ and the mail server while everything mails."""
    inbox, issuer = MailInbox(where.mail), Issuer()
    async with _provided(issuer):
        town = await settle(where, inbox, issuer)
        flows = [flow(town) for flow in FLOWS]
        await _away(flows, "postgres")
        await _away(flows, "redis-state")
        for backend in ("rabbitmq", "mail"):
            people = [await newcomer(where) for _ in range(2)]
            await _mailed(town, backend, people)
            for person in people:
                await person.close()
        for flow in flows:
            await flow.close()
    await inbox.close()
    # Sessions that were open all the time are, and what had nothing to do with accounts has recovered too.
    ann = await again(where, town.ann)
    for person in (ann, town.ann, town.tia, town.vic, town.admin):
        await person.close()
    await round_trip(where, Steps())
