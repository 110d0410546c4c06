"""What is done for an address that has an account, and for one that hasn't: the same steps, and the same traces.

Times differ by chance; steps don't. So the statements that Postgres and the commands that Redis gets are compared, and
what anybody can find out afterwards.
"""

import uuid
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from composed import PASSWORD
from real_site import Site, site_of

from nexync_contracts import limits
from svc_auth.adapters.postgres_accounts import HOLDERS_SQL
from svc_auth.adapters.postgres_held import hold, is_held_or_asked_for
from svc_auth.adapters.postgres_outbox import NOBODYS, Relay
from svc_auth.codes import Codes
from svc_auth.usernames import skeleton

pytestmark = pytest.mark.real

Steps = list[str]


@pytest.fixture
async def site(database: str) -> AsyncIterator[Site]:
    async with site_of(database) as made:
        yield made


@contextmanager
def _watched(site: Site, monkeypatch: pytest.MonkeyPatch) -> Generator[Steps]:
    """The first word of each statement and of each command to Redis, in their order."""
    steps: Steps = []
    execute: Any = psycopg.AsyncCursor[Any].execute
    command, pipeline = site.state.execute_command, site.state.pipeline

    async def statement(
        cursor: psycopg.AsyncCursor[Any], query: Any, *arguments: Any, **more: Any
    ) -> Any:
        text = query if isinstance(query, str) else bytes(query).decode()
        steps.append(" ".join(text.split()[:1]))
        return await execute(cursor, query, *arguments, **more)

    async def told(*arguments: Any, **more: Any) -> Any:
        steps.append(str(arguments[0]))
        return await command(*arguments, **more)

    def together(*arguments: Any, **more: Any) -> Any:
        steps.append("MULTI")
        return pipeline(*arguments, **more)

    with monkeypatch.context() as patched:
        patched.setattr(psycopg.AsyncCursor, "execute", statement)
        patched.setattr(site.state, "execute_command", told)
        patched.setattr(site.state, "pipeline", together)
        yield steps


async def _steps(
    site: Site, monkeypatch: pytest.MonkeyPatch, path: str, body: dict[str, str], status: int
) -> Steps:
    await site.forget_limits()
    with _watched(site, monkeypatch) as steps:
        answer = await site.post(path, body)
    assert answer.status_code == status, answer.text
    return steps


def _body(email: str, username: str) -> dict[str, str]:
    return {"email": email, "username": username, "password": PASSWORD}


@pytest.fixture
async def known(site: Site) -> str:
    """An address that has an account."""
    await site.sign_up()
    return f"{site.username}@nexync.test"


@pytest.fixture
def unknown() -> str:
    """An address that nobody has."""
    return f"n{uuid.uuid4().hex[:16]}@nexync.test"


async def _outbox(site: Site) -> list[tuple[str, str]]:
    async with site.pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT queue, body ->> 'email' FROM auth_outbox ORDER BY number"
        )
        return [(row[0], row[1]) for row in await cursor.fetchall()]


async def test_signing_up_takes_the_same_steps_for_known_and_unknown_addresses(
    site: Site, known: str, unknown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first time, once more, another code, and a wrong one: as many rows, and a mail over the same queue."""
    before = len(await _outbox(site))
    found: dict[str, list[Steps]] = {}
    for email in (known, unknown):
        name = f"m{uuid.uuid4().hex[:16]}"
        found[email] = [
            await _steps(site, monkeypatch, path, body, status)
            for path, body, status in (
                ("register", _body(email, name), 202),
                ("register", _body(email, name), 202),
                ("resend", {"email": email}, 202),
                ("verify", {"email": email, "code": "000000"}, 400),
            )
        ]
    assert found[known] == found[unknown]
    assert found[known][0].count("INSERT") == 3
    assert found[known][0].count("MULTI") == 2
    sent = (await _outbox(site))[before:]
    assert [queue for queue, email in sent if email == known] == ["verification-code"] * 3
    assert [queue for queue, email in sent if email == unknown] == ["verification-code"] * 3


async def test_asking_for_a_link_takes_the_same_steps_for_known_and_unknown_addresses(
    site: Site, known: str, unknown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link and a job for each, of which one goes nowhere."""
    before = len(await _outbox(site))
    found = [
        await _steps(site, monkeypatch, "forgot", {"email": email}, 202)
        for email in (known, unknown, known, unknown)
    ]
    assert found[0] == found[1] == found[2] == found[3]
    assert found[0].count("INSERT") == 2
    queues = [queue for queue, _ in (await _outbox(site))[before:]]
    assert queues == ["reset-password", NOBODYS] * 2


class Broker:
    """Remembers the queues of what is sent."""

    def __init__(self) -> None:
        self.queues: list[str] = []

    async def publish(self, queue_name: str, message_id: str, body: bytes) -> None:
        self.queues.append(queue_name)


async def test_nobodys_job_goes_nowhere(site: Site, known: str, unknown: str) -> None:
    """It leaves the outbox like the others, and no broker hears of it."""
    for email in (unknown, known):
        assert (await site.post("forgot", {"email": email})).status_code == 202
    broker = Broker()
    async with site.pool.connection() as connection:
        assert await Relay("", broker).relay_batch(connection) >= 2
    assert "reset-password" in broker.queues
    assert NOBODYS not in broker.queues
    assert not await _outbox(site)


async def test_a_link_that_never_was_takes_the_steps_of_a_spent_one(
    site: Site, known: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is no link at all, one that was signed and used, and one whose time is over."""
    assert (await site.post("forgot", {"email": known})).status_code == 202
    link = (await site.jobs("reset-password"))[-1]["link"].partition("#")[2]
    body = {"token": link, "password": "a moss lantern"}
    assert (await site.post("reset", body)).status_code == 204
    spent = await _steps(site, monkeypatch, "reset", body, 410)
    never = body | {"token": "A" * limits.RESET_TOKEN_CHARS}
    assert await _steps(site, monkeypatch, "reset", never, 410) == spent
    site.clock.turn(limits.RESET_LIFETIME_SECONDS + 1)
    assert await _steps(site, monkeypatch, "reset", body, 410) == spent
    assert "DELETE" in spent


async def _taken(site: Site, email: str, username: str) -> bool:
    await site.forget_limits()
    answer = await site.post("register", _body(email, username))
    assert answer.status_code in {202, 409}, answer.text
    return answer.status_code == 409


@pytest.mark.parametrize("there", [True, False], ids=["known", "unknown"])
async def test_a_name_is_taken_until_the_code_ends_whoever_has_the_address(
    site: Site, known: str, unknown: str, *, there: bool
) -> None:
    """Otherwise a second sign-up with the same name would tell whether the first address has an account."""
    email, name = known if there else unknown, f"m{uuid.uuid4().hex[:12]}rn"
    alike = name.removesuffix("rn") + "m"
    assert not await _taken(site, email, name)
    assert await _taken(site, f"x{unknown}", alike)
    assert not await _taken(site, email, alike)
    async with site.pool.connection() as connection:
        assert await _asked_for(connection, alike)
    # Another name gives the first one back.
    assert not await _taken(site, email, f"{name}2")
    assert not await _taken(site, f"x{unknown}", name)
    assert await _taken(site, f"y{unknown}", f"{name}2")
    site.clock.turn(limits.CODE_LIFETIME_SECONDS + 1)
    assert not await _taken(site, f"y{unknown}", f"{name}2")
    assert await _taken(site, email, f"{name}2")


async def _asked_for(connection: psycopg.AsyncConnection[Any], name: str) -> bool:
    cursor = await connection.execute("SELECT 1 FROM people WHERE username = %s", (name,))
    return await cursor.fetchone() is not None or await is_held_or_asked_for(
        connection, skeleton(name)
    )


async def test_a_name_that_is_held_back_is_so_for_everybody(
    site: Site, known: str, unknown: str
) -> None:
    """The name of who was erased is refused alike."""
    name = f"m{uuid.uuid4().hex[:16]}"
    async with site.pool.connection() as connection:
        await hold(connection, name, datetime.now(UTC) + timedelta(seconds=1))
    assert await _taken(site, known, name)
    assert await _taken(site, unknown, name)


async def test_no_code_opens_an_account_that_was_there(
    site: Site, known: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A guess at the code that nobody was told costs a try like any other, also when it is right."""

    def new(_: Codes) -> str:
        return "123456"

    monkeypatch.setattr(Codes, "new", new)
    assert not await _taken(site, known, f"m{uuid.uuid4().hex[:16]}")
    for _ in range(limits.CODE_TRIES):
        answer = await site.post("verify", {"email": known, "code": "123456"})
        assert answer.json()["code"] == "wrong_code"
        await site.forget_limits()
    answer = await site.post("verify", {"email": known, "code": "123456"})
    assert answer.json()["code"] == "code_spent"


async def test_claims_are_found_by_indexes(site: Site) -> None:
    """A sign-up reads no table from its beginning to its end."""
    async with site.pool.connection() as connection:
        await connection.execute("SET LOCAL enable_seqscan = off")
        cursor = await connection.execute(
            f"EXPLAIN {HOLDERS_SQL}".encode(), {"email": "a@nexync.test", "skeleton": "a"}
        )
        plan = "\n".join(row[0] for row in await cursor.fetchall())
    assert "sign_up_claims_looks" in plan
    assert "people_username_skeleton" in plan
    assert "people_email_key" in plan
