"""Connections that were taken a moment ago aren't asked again; reads of one moment."""

import os
from collections.abc import AsyncIterator

import psycopg
import pytest

from nexync_runtime.postgres import FRESH_SECONDS, Lately, Pool, one_moment, open_pool

URL = os.environ.get("NEXYNC_POSTGRES_URL", "")


class Asked:
    """Counts how often a connection is asked, on a clock that stands."""

    def __init__(self) -> None:
        self.times = 0
        self.now = 100.0
        self.lost = False
        self.lately = Lately(self.check, lambda: self.now)

    async def check(self, _: object) -> None:
        self.times += 1
        if self.lost:
            raise psycopg.OperationalError


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def connection() -> psycopg.AsyncConnection[tuple[object, ...]]:
    """One that nobody talks over."""
    return object.__new__(psycopg.AsyncConnection)


async def test_a_connection_that_was_just_taken_is_not_asked(
    asked: Asked, connection: psycopg.AsyncConnection[tuple[object, ...]]
) -> None:
    for _ in range(5):
        await asked.lately.check(connection)
        asked.now += FRESH_SECONDS / 2
    assert asked.times == 1
    asked.now += FRESH_SECONDS
    asked.lost = True
    for _ in range(2):
        with pytest.raises(psycopg.OperationalError):
            await asked.lately.check(connection)


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    opened = open_pool(URL, application="one moment", size=1)
    await opened.open()
    try:
        yield opened
    finally:
        await opened.close()


MODES = "SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only')"


async def write(pool: Pool) -> None:
    """Where nothing may be written."""
    async with one_moment(pool) as connection:
        row = await (await connection.execute(MODES)).fetchone()
        assert row == ("repeatable read", "on")
        await connection.execute("CREATE TABLE never (one int)")


async def lose(pool: Pool, pid: int) -> None:
    """The connection in the middle of its reads."""
    async with one_moment(pool) as connection:
        assert connection.info.backend_pid == pid
        async with await psycopg.AsyncConnection.connect(URL) as other:
            await other.execute("SELECT pg_terminate_backend(%s)", (pid,))
        await connection.execute("SELECT 1")


@pytest.mark.real
async def test_reads_are_of_one_moment_and_leave_the_connection_as_it_was(pool: Pool) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        await write(pool)
    async with pool.connection() as connection:
        row = await (await connection.execute(MODES)).fetchone()
    assert row == ("read committed", "off")


@pytest.mark.real
async def test_a_connection_that_is_lost_meanwhile_is_not_used_again(pool: Pool) -> None:
    async with pool.connection() as connection:
        pid = connection.info.backend_pid
    with pytest.raises(psycopg.OperationalError):
        await lose(pool, pid)
    async with one_moment(pool) as another:
        assert another.info.backend_pid != pid
