"""The outbox over the real Postgres: its order, and two relays."""

import asyncio
import json

import psycopg
import pytest
from browser_site import Site, name, site
from composed import PASSWORD

from nexync_runtime.rabbit import PublishError
from svc_auth.adapters.postgres_outbox import Relay
from svc_auth.metrics import OUTBOX_WAITING

__all__ = ["name", "site"]


pytestmark = pytest.mark.real


class FakeJobs:
    """A broker that confirms until it is told to fail, and tells when it has enough."""

    def __init__(self, enough: int) -> None:
        self.sent: list[tuple[str, str]] = []
        self.fail_after = enough
        self.enough = enough
        self.done = asyncio.Event()

    async def publish(self, queue_name: str, message_id: str, body: bytes) -> None:
        if len(self.sent) >= self.fail_after:
            raise PublishError("away")
        assert json.loads(body)["id"] == message_id
        self.sent.append((queue_name, message_id))
        if len(self.sent) == self.enough:
            self.done.set()


async def _register(site: Site, name: str, count: int) -> None:
    for number in range(count):
        username = f"{name}{number}"
        body = {
            "email": f"{username}@nexync.test",
            "username": username,
            "password": PASSWORD,
        }
        assert (await site.post("register", body)).status_code == 202


async def test_the_outbox_keeps_its_order_over_a_failure(site: Site, name: str) -> None:
    """What was confirmed is deleted, what was not stays and comes first the next time."""
    await _register(site, name, 3)
    async with site.pool.connection() as connection:
        rows = await (
            await connection.execute("SELECT id::text FROM auth_outbox ORDER BY number")
        ).fetchall()
    jobs = FakeJobs(3)
    jobs.fail_after = 1
    relay = Relay(site.database, jobs)
    async with await psycopg.AsyncConnection.connect(site.database, autocommit=True) as mine:
        with pytest.raises(PublishError):
            await relay.relay_batch(mine)
        assert await site.count("auth_outbox") == 2
        (waiting,) = OUTBOX_WAITING.collect()
        assert waiting.samples[0].value == 2
        jobs.fail_after = 3
        assert await relay.relay_batch(mine) == 2
    assert [identity for _, identity in jobs.sent] == [row[0] for row in rows]
    assert await site.count("auth_outbox") == 0


async def test_of_two_relays_one_works_and_it_is_woken(site: Site, name: str) -> None:
    """Two instances send each job once, and well before the poll."""
    jobs = FakeJobs(3)
    async with asyncio.timeout(4.5), asyncio.TaskGroup() as group:
        relays = [group.create_task(Relay(site.database, jobs).run()) for _ in range(2)]
        await _register(site, name, 3)
        await jobs.done.wait()
        for relay in relays:
            relay.cancel()
    assert len({identity for _, identity in jobs.sent}) == len(jobs.sent) == 3
