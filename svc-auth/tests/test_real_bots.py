"""Bots in the real Postgres."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from nexync_contracts.ids import JobId, PersonId, SessionId
from nexync_contracts.jobs import ResetPasswordJob
from nexync_runtime import postgres
from svc_auth.adapters.postgres_bots import PostgresBots
from svc_auth.adapters.postgres_outbox import NOBODYS
from svc_auth.adapters.postgres_replacements import PostgresReplacements
from svc_auth.adapters.postgres_sessions import PostgresSessions
from svc_auth.bot_ports import Bot, BotRefused, NewToken
from svc_auth.links import ResetToken
from svc_auth.ports import Owner, SentLink

pytestmark = pytest.mark.real

ORIGIN = "https://chat.test"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _uuid() -> str:
    return str(uuid.uuid4())


def _token(name: str, at: datetime = NOW) -> NewToken:
    return NewToken(f"{name} {_uuid()}".encode(), SessionId(_uuid()), at)


def _bot(username: str) -> Bot:
    return Bot(PersonId(_uuid()), username, "Builder", NOW, NOW)


class Site:
    """Two people who may make bots."""

    def __init__(self, pool: postgres.Pool) -> None:
        self.pool = pool
        self.bots = PostgresBots(pool, first_partitions=8)
        self.ada = PersonId(_uuid())
        self.bob = PersonId(_uuid())
        self.name = f"x{uuid.uuid4().hex[:10]}"

    async def add(self, username: str, token: NewToken, *, most: int = 20) -> Bot | BotRefused:
        """A bot of Ada's."""
        bot = _bot(username)
        return await self.bots.add(self.ada, bot, token, most=most) or bot


@pytest.fixture
async def site(database: str) -> AsyncIterator[Site]:
    pool = postgres.open_pool(database, application="test", size=4)
    await pool.open()
    site = Site(pool)
    async with pool.connection() as connection:
        for person, name in ((site.ada, f"{site.name}a"), (site.bob, f"{site.name}b")):
            await connection.execute(
                "INSERT INTO people (id, email, username, name, password_hash, partition, verified_at)"
                " VALUES (%s, %s, %s, %s, 'x', 0, %s)",
                (person, f"{name}@old.test", name, name, NOW),
            )
    yield site
    await pool.close()


async def test_a_bot_is_a_verified_person_with_a_session(site: Site) -> None:
    """So everything that knows people knows it; no mail is ever sent to it."""
    token = _token("one")
    bot = await site.add(f"{site.name}-bot", token)
    assert isinstance(bot, Bot)
    holder = await site.bots.holder(token.token_hash, NOW + timedelta(days=60))
    assert holder is not None
    assert (holder.person, holder.session) == (bot.person, token.session)
    later = NOW + timedelta(days=61)
    assert await PostgresSessions(site.pool).alive([token.session], later) == (token.session,)
    listed = (await site.bots.of(site.ada))[0]
    assert listed.seen_at == NOW + timedelta(days=60)
    assert await site.bots.of(site.bob) == []

    asked: list[PersonId] = []

    def link(owner: Owner) -> SentLink:
        asked.append(owner.person)
        token = ResetToken(_uuid(), owner.person, NOW)
        job = ResetPasswordJob(
            id=JobId(_uuid()), email=owner.email, username="nobody", link=ORIGIN, expires_at=1
        )
        return SentLink(token, job)

    address = f"{bot.person}@bots.invalid"
    assert not await PostgresReplacements(site.pool).ask(address, link)
    assert bot.person not in asked
    async with site.pool.connection() as connection:
        query = "SELECT queue FROM auth_outbox WHERE body->>'link' = %s"
        assert await (await connection.execute(query, (ORIGIN,))).fetchall() == [(NOBODYS,)]


async def test_a_renewed_token_ends_the_session_of_the_one_before(site: Site) -> None:
    """And only the owner can renew."""
    first, second = _token("one"), _token("two", NOW + timedelta(hours=1))
    bot = await site.add(f"{site.name}-bot", first)
    assert isinstance(bot, Bot)
    assert await site.bots.renew(site.bob, bot.person, second) is None
    changed = await site.bots.renew(site.ada, bot.person, second)
    assert changed is not None
    assert changed.ended == first.session
    assert changed.bot.token_at == second.at
    assert await site.bots.holder(first.token_hash, NOW) is None
    assert await site.bots.holder(second.token_hash, NOW) is not None
    assert await PostgresSessions(site.pool).alive([first.session, second.session], NOW) == (
        second.session,
    )


async def test_a_revocation_can_be_repeated_and_a_retirement_is_for_good(site: Site) -> None:
    """A repeated one tells the ended session again, since the news of it may have failed."""
    token = _token("one")
    bot = await site.add(f"{site.name}-bot", token)
    assert isinstance(bot, Bot)
    for _ in range(2):
        changed = await site.bots.revoke(site.ada, bot.person, NOW, retire=False)
        assert changed is not None
        assert changed.ended == token.session
    assert await site.bots.holder(token.token_hash, NOW) is None
    assert await site.bots.revoke(site.ada, bot.person, NOW, retire=True) is not None
    assert await site.bots.revoke(site.ada, bot.person, NOW, retire=True) is not None
    assert await site.bots.of(site.ada) == []
    assert await site.bots.renew(site.ada, bot.person, _token("two")) is None


async def test_names_that_look_alike_and_one_too_many_are_refused(site: Site) -> None:
    """A retired bot keeps its name, and makes room for another."""
    first = await site.add(f"{site.name}-bot", _token("one"))
    assert isinstance(first, Bot)
    assert await site.add(f"{site.name}.bot", _token("x")) is BotRefused.USERNAME_TAKEN
    assert await site.add(f"{site.name}-2-bot", _token("x"), most=1) is BotRefused.FULL
    await site.bots.revoke(site.ada, first.person, NOW, retire=True)
    assert await site.add(f"{site.name}-bot", _token("x")) is BotRefused.USERNAME_TAKEN
    assert isinstance(await site.add(f"{site.name}-2-bot", _token("two"), most=1), Bot)
