"""Done jobs and jobs in work, in a real Postgres."""

import os
import uuid
from collections.abc import AsyncIterator

import psycopg
import pytest

from svc_mailer.adapters.postgres_record import KEPT_DAYS, PostgresRecord
from svc_mailer.errors import RecordError
from svc_mailer.ports import Standing


@pytest.fixture
def url() -> str:
    value = os.environ.get("NEXYNC_POSTGRES_URL")
    if not value:
        pytest.fail("NEXYNC_POSTGRES_URL is not set; tests marked `real` need the backends")
    return value


@pytest.fixture
async def record(url: str) -> AsyncIterator[PostgresRecord]:
    made = PostgresRecord(url)
    yield made
    await made.close()


def _identity() -> str:
    return f"test-{uuid.uuid4()}"


@pytest.mark.real
async def test_a_done_job_stays_done(record: PostgresRecord, url: str) -> None:
    """Also for another mailer, and added twice."""
    identity = _identity()
    async with record.claimed(identity) as standing:
        assert standing is Standing.OURS
        await record.add(identity)
        await record.add(identity)
    other = PostgresRecord(url)
    async with other.claimed(identity) as standing:
        assert standing is Standing.DONE
    await other.close()


@pytest.mark.real
async def test_a_job_in_work_is_nobody_else_s(record: PostgresRecord, url: str) -> None:
    """Neither another mailer's nor our own a second time; afterwards it is to be had."""
    identity, other = _identity(), PostgresRecord(url)
    async with record.claimed(identity) as standing:
        assert standing is Standing.OURS
        for somebody in (record, other):
            async with somebody.claimed(identity) as theirs:
                assert theirs is Standing.TAKEN
    async with other.claimed(identity) as standing:
        assert standing is Standing.OURS
    await other.close()


@pytest.mark.real
async def test_a_mailer_that_dies_lets_go(record: PostgresRecord, url: str) -> None:
    """Without a lease that somebody would have to wait for."""
    identity, dying = _identity(), PostgresRecord(url)
    async with dying.claimed(identity) as standing:
        assert standing is Standing.OURS
        await dying.close()
        async with record.claimed(identity) as theirs:
            assert theirs is Standing.OURS
    assert await dying.reachable() is None
    await dying.close()


@pytest.mark.real
async def test_old_jobs_are_forgotten(record: PostgresRecord, url: str) -> None:
    """A week after they were done."""
    old, new = _identity(), _identity()
    for identity in (old, new):
        await record.add(identity)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(
            "UPDATE done_jobs SET done_at = now() - make_interval(days => %s, secs => 1) WHERE id = %s",
            (KEPT_DAYS, old),
        )
    await record.prune_once()
    async with record.claimed(old) as standing:
        assert standing is Standing.OURS
    async with record.claimed(new) as standing:
        assert standing is Standing.DONE


async def test_postgres_that_is_away_is_said_so() -> None:
    """And found again when it is back, by the next call."""
    record = PostgresRecord("postgresql://nexync@127.0.0.1:1/nexync")
    with pytest.raises(RecordError):
        async with record.claimed("id"):
            pytest.fail("claimed without a record")
    assert await record.reachable() == "postgres: OperationalError"
