"""Another e-mail address in the real Postgres."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from nexync_contracts import limits
from nexync_contracts.ids import JobId, PersonId, SessionId
from nexync_contracts.jobs import EmailChangedJob, EmailCodeJob
from nexync_runtime import postgres
from svc_auth.adapters.postgres_emails import PostgresEmails
from svc_auth.email_ports import NewEmail, Pending
from svc_auth.ports import CodeRefused, Owner

pytestmark = pytest.mark.real

NOW = datetime(2026, 1, 1, tzinfo=UTC)
END = NOW + timedelta(minutes=10)


def _uuid() -> str:
    return str(uuid.uuid4())


@dataclass
class Site:
    """Two people, each with a session."""

    pool: postgres.Pool
    emails: PostgresEmails
    ada: PersonId
    here: SessionId
    bob: PersonId
    there: SessionId

    async def add(self, name: str, *, verified: bool = True) -> PersonId:
        """Somebody with an address."""
        person = PersonId(_uuid())
        async with self.pool.connection() as connection:
            await connection.execute(
                "INSERT INTO people (id, email, username, name, password_hash, partition, verified_at)"
                " VALUES (%s, %s, %s, %s, 'x', 0, %s)",
                (person, f"{name}@old.test", name, name, NOW if verified else None),
            )
        return person

    async def session(self, person: PersonId) -> SessionId:
        """One that goes on."""
        session = SessionId(_uuid())
        async with self.pool.connection() as connection:
            await connection.execute(
                "INSERT INTO sessions (id, person) VALUES (%s, %s)", (session, person)
            )
        return session

    async def ask(
        self, email: str, person: PersonId | None = None, session: SessionId | None = None
    ) -> bool:
        """Whether a code is on its way, which is `right`."""
        new = NewEmail(person or self.ada, session or self.here, email, "right", END)
        job = EmailCodeJob(
            id=JobId(_uuid()), email=email, username="ada", code="123456", expires_at=0
        )
        return await self.emails.ask(new, job)

    async def prove(
        self,
        code: str,
        person: PersonId | None = None,
        session: SessionId | None = None,
        now: datetime = NOW,
    ) -> CodeRefused | list[SessionId]:
        """The sessions that ended, or why not."""
        found = await self.emails.spend_code(
            person or self.ada, session or self.here, lambda stored: stored == code, _notice, now
        )
        return found if isinstance(found, CodeRefused) else list(found)

    async def rows(self, query: str) -> list[str]:
        """The texts of one column."""
        async with self.pool.connection() as connection:
            return [row[0] for row in await (await connection.execute(query)).fetchall()]  # type: ignore[arg-type]


def _notice(owner: Owner) -> EmailChangedJob:
    return EmailChangedJob(
        id=JobId(_uuid()), email=owner.email, username=owner.username, link="https://nexync.test/"
    )


@pytest.fixture
async def site(database: str) -> AsyncIterator[Site]:
    pool = postgres.open_pool(database, application="test", size=4)
    await pool.open()
    made = Site(
        pool,
        PostgresEmails(pool, tries=limits.CODE_TRIES),
        *(PersonId(""), SessionId(""), PersonId(""), SessionId("")),
    )
    made.ada, made.bob = await made.add("ada"), await made.add("bob")
    made.here, made.there = await made.session(made.ada), await made.session(made.bob)
    yield made
    await pool.close()


JOBS = "SELECT body->>'tag' || ' ' || (body->>'email') FROM auth_outbox ORDER BY number"
EMAILS = "SELECT email FROM people ORDER BY username"


async def test_from_asking_to_the_new_address(site: Site) -> None:
    """Another session of Ada's ends, Bob's doesn't; a link for a new password is over; the old address is told."""
    other = await site.session(site.ada)
    assert await site.ask("ada@new.test")
    own = await site.emails.own(site.ada, site.here, NOW)
    assert own is not None
    assert (own.email, own.pending) == ("ada@old.test", Pending("ada@new.test", END))
    for person, session, now in (
        (site.ada, other, NOW),
        (site.bob, site.there, NOW),
        (site.ada, site.here, END),
    ):
        own = await site.emails.own(person, session, now)
        assert own is not None
        assert own.pending is None
        assert await site.prove("right", person, session, now) is CodeRefused.WRONG
    async with site.pool.connection() as connection:
        await connection.execute(
            "INSERT INTO password_resets (person, id, expires_at) VALUES (%s, %s, %s)",
            (site.ada, _uuid(), END),
        )
    assert await site.prove("right") == [other]
    assert await site.rows(EMAILS) == ["ada@new.test", "bob@old.test"]
    assert await site.rows("SELECT id::text FROM password_resets") == []
    assert await site.rows(JOBS) == ["email-code ada@new.test", "email-changed ada@old.test"]
    assert await site.prove("right") is CodeRefused.WRONG


async def test_wrong_codes_are_counted_and_a_new_one_begins_anew(site: Site) -> None:
    """Five, also when they come together; then not even the right one."""
    await site.ask("ada@new.test")
    tries = await asyncio.gather(*(site.prove("wrong") for _ in range(limits.CODE_TRIES)))
    assert tries == [CodeRefused.WRONG] * limits.CODE_TRIES
    assert await site.prove("right") is CodeRefused.SPENT
    await site.ask("ada@newer.test")
    assert await site.prove("right") == []
    assert (await site.rows(EMAILS))[0] == "ada@newer.test"


async def test_an_address_of_somebodys_gets_no_mail_and_stays_his(site: Site) -> None:
    """The row is the same, and so are the answers to wrong codes; nobody has the right one."""
    assert not await site.ask("bob@old.test")
    assert await site.rows(JOBS) == []
    assert await site.prove("wrong") is CodeRefused.WRONG
    assert await site.prove("right") is CodeRefused.SPENT
    assert await site.rows(EMAILS) == ["ada@old.test", "bob@old.test"]


async def test_who_proved_it_has_it(site: Site) -> None:
    """An unverified registration is no obstacle, and of two who ask for one address the first to prove it gets it."""
    await site.add("carl", verified=False)
    assert await site.ask("carl@old.test")
    assert await site.ask("carl@old.test", site.bob, site.there)
    found = await asyncio.gather(site.prove("right"), site.prove("right", site.bob, site.there))
    assert sorted(map(str, found)) == sorted(["[]", str(CodeRefused.SPENT)])
    assert (await site.rows(EMAILS)).count("carl@old.test") == 1
    assert await site.rows("SELECT username FROM people WHERE username = 'carl'") == []
