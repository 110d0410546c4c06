"""Notify rows: written by a flush, relayed in their order by one relay at a time."""

import asyncio

import psycopg
import pytest
from persister_commands import ANN, BOB, LUNCH, PARTITION, envelope, lunch
from prometheus_client import CollectorRegistry
from test_real import database, fed, sequencer_of, store_of

from nexync_contracts.channels import PUSH_QUEUE
from nexync_contracts.commands import BlockPartner, CreateChat, CreateMessage, UnblockPartner
from nexync_contracts.events import ChatKind, Member, Role
from nexync_contracts.ids import ChatId, stream_id
from nexync_contracts.message_commands import DeleteMessage, EditMessage, React
from nexync_contracts.push_jobs import PushPageJob
from nexync_runtime.rabbit import PublishError
from nexync_streams.blocking import HIDDEN
from svc_persister import metrics
from svc_persister.adapters.notify_relay import KEPT_MINUTES, NotifyRelay

__all__ = ["database"]

pytestmark = pytest.mark.real


class FakeJobs:
    """Takes jobs until it has `room` no more."""

    def __init__(self, room: int = 1_000) -> None:
        self.room = room
        self.taken: list[tuple[str, PushPageJob]] = []
        self._more = asyncio.Condition()

    async def publish(self, queue_name: str, message_id: str, body: bytes) -> None:
        if len(self.taken) >= self.room:
            raise PublishError("refused")
        job = PushPageJob.model_validate_json(body)
        assert message_id == job.id
        async with self._more:
            self.taken.append((queue_name, job))
            self._more.notify_all()

    async def until(self, count: int) -> None:
        """Wait for so many in all."""
        async with asyncio.timeout(30), self._more:
            await self._more.wait_for(lambda: len(self.taken) >= count)


def _relay(url: str, jobs: FakeJobs) -> NotifyRelay:
    return NotifyRelay(url, jobs, metrics.make(CollectorRegistry()))


def test_a_flush_writes_one_row_a_stream_with_messages(database: str) -> None:
    """From the first to the last message; a flush without messages writes none."""
    store = store_of(database)
    sequencer = sequencer_of(store)
    fed(sequencer, envelope(lunch(ANN, BOB), 1))
    store.flush([sequencer.start_flush()])
    sequencer.end_flush()
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM notify").fetchone() == (0,)
    texts = [envelope(CreateMessage(body=f"{number}"), number) for number in (2, 3, 4)]
    fed(sequencer, *texts)
    store.flush([sequencer.start_flush()])
    with psycopg.connect(database) as connection:
        rows = connection.execute("SELECT stream, low, high FROM notify").fetchall()
    assert rows == [(LUNCH, 2, 4)]
    store.close()


def test_what_is_hidden_by_a_block_is_told_to_nobody(database: str) -> None:
    """Also an edit and a reaction are for their author alone, and a deleted text stays hidden."""
    store = store_of(database)
    sequencer = sequencer_of(store)
    members = (Member(person=ANN, role=Role.MEMBER), Member(person=BOB, role=Role.MEMBER))
    private = CreateChat(kind=ChatKind.PRIVATE, members=members, partition=PARTITION)
    fed(sequencer, envelope(private, 1), envelope(CreateMessage(body="old"), 2, sender=BOB))
    store.flush([sequencer.start_flush()])
    sequencer.end_flush()
    during = [
        BlockPartner(),
        CreateMessage(body="new"),
        EditMessage(target=2, body="insult", author=BOB),
        React(target=2, emoji="👎", author=BOB),
        DeleteMessage(target=4, author=BOB),
    ]
    fed(
        sequencer,
        *(
            envelope(command, number, sender=ANN if number == 3 else BOB)
            for number, command in enumerate(during, 3)
        ),
    )
    store.flush([sequencer.start_flush()])
    store.close()
    with psycopg.connect(database) as connection:
        rows = connection.execute("SELECT stream, low, high FROM notify").fetchall()
        assert rows == [(LUNCH, 2, 2)]
        for table in ("message_edits", "message_reactions"):
            query = f"SELECT only_for::text FROM {table}"
            assert connection.execute(query.encode()).fetchall() == [(BOB,)]
        query = "SELECT event::text FROM events WHERE stream = %s AND seq = 4"
        row = connection.execute(query, (LUNCH,)).fetchone()
    assert row is not None
    assert "new" not in row[0]
    assert HIDDEN.decode() in row[0]


@pytest.mark.parametrize("flushes", [1, 2])
def test_a_hidden_reaction_that_comes_again_after_the_block_is_seen(
    database: str, flushes: int
) -> None:
    """Its second event is there for both, so the table must not hide it. Nor may it hide one that was seen before."""
    store = store_of(database)
    sequencer = sequencer_of(store)
    members = (Member(person=ANN, role=Role.MEMBER), Member(person=BOB, role=Role.MEMBER))
    private = CreateChat(kind=ChatKind.PRIVATE, members=members, partition=PARTITION)
    again = React(target=2, emoji="👀", author=BOB)
    seen = React(target=2, emoji="🎉", author=BOB)
    fed(
        sequencer,
        envelope(private, 1),
        envelope(CreateMessage(body="old"), 2, sender=BOB),
        envelope(seen, 3, sender=BOB),
        envelope(BlockPartner(), 4, sender=ANN),
        envelope(again, 5, sender=BOB),
        envelope(seen, 6, sender=BOB),
    )
    if flushes == 2:
        store.flush([sequencer.start_flush()])
        sequencer.end_flush()
    fed(sequencer, envelope(UnblockPartner(), 7, sender=ANN), envelope(again, 8, sender=BOB))
    store.flush([sequencer.start_flush()])
    store.close()
    with psycopg.connect(database) as connection:
        query = "SELECT emoji, only_for FROM message_reactions ORDER BY seq"
        assert connection.execute(query).fetchall() == [("🎉", None), ("👀", None)]


async def test_rows_leave_in_order_and_once(database: str) -> None:
    """What the broker refused stays, with all that came after it."""
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
        await connection.execute(
            "INSERT INTO notify (stream, low, high) SELECT %s, n, n FROM generate_series(1, 5) AS n",
            (LUNCH,),
        )
        jobs = FakeJobs(room=3)
        relay = _relay(database, jobs)
        with pytest.raises(PublishError):
            await relay.relay_batch(connection)
        jobs.room = 10
        assert await relay.relay_batch(connection) == 2
        assert await relay.relay_batch(connection) == 0
    assert [(queue, job.low) for queue, job in jobs.taken] == [
        (PUSH_QUEUE, number) for number in range(1, 6)
    ]
    assert {job.chat for _, job in jobs.taken} == {ChatId(stream_id(LUNCH))}


async def test_old_rows_are_dropped(database: str) -> None:
    """While RabbitMQ is away they don't pile up: nobody wants to hear of them later."""
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
        await connection.execute(
            "INSERT INTO notify (stream, low, high, created_at)"
            " VALUES (%(s)s, 1, 1, now() - make_interval(mins => %(old)s)), (%(s)s, 2, 2, now())",
            {"s": LUNCH, "old": KEPT_MINUTES + 1},
        )
        jobs = FakeJobs()
        assert await _relay(database, jobs).relay_batch(connection) == 1
    assert [job.low for _, job in jobs.taken] == [2]


async def test_one_relay_at_a_time(database: str) -> None:
    """The second takes over when the first ends."""
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
        first, second = FakeJobs(), FakeJobs()
        running = asyncio.create_task(_relay(database, first).run())
        add = "INSERT INTO notify (stream, low, high) VALUES (%s, 1, 1)"
        await connection.execute(add, (LUNCH,))
        await first.until(1)
        standby = asyncio.create_task(_relay(database, second).run())
        await connection.execute(add, (LUNCH,))
        await first.until(2)
        assert not second.taken
        running.cancel()
        await connection.execute(add, (LUNCH,))
        await second.until(1)
        standby.cancel()
        await asyncio.wait([running, standby])
    assert len(first.taken) == 2
