"""The adapters and the whole persister against real backends, in a database and a topic of their own."""

import os
import threading
import time
import uuid
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import (  # pyright: ignore[reportPrivateImportUsage] - where they are typed
    NewPartitions,
    NewTopic,
)
from persister_commands import ANN, BOB, CHATS, LUNCH, PARTITION, envelope, lunch, uuid7
from prometheus_client import CollectorRegistry
from redis import Redis

from nexync_contracts.channels import head_key, marker_key, window_key
from nexync_contracts.commands import Command, CommandEnvelope, CreateMessage
from nexync_contracts.ids import ChatId, PersonId, Stream
from nexync_streams.deciding import Seen
from svc_persister import metrics
from svc_persister.adapters import kafka
from svc_persister.adapters.database import Database
from svc_persister.adapters.kafka import KafkaCommands, identify
from svc_persister.adapters.postgres import PostgresStore
from svc_persister.adapters.redis import RedisWindows
from svc_persister.app import Persister
from svc_persister.errors import BrokenInvariantError, FencedError, StoreAwayError, WrongLogError
from svc_persister.faults import Faults
from svc_persister.ports import Append, Claim, LogIdentity, LogRecord, Lookup, WindowEvent
from svc_persister.reading import Readable
from svc_persister.recent import command_key
from svc_persister.sequencing import Made, Sequencer
from svc_persister.settings import PersisterSettings

pytestmark = pytest.mark.real

HERE = LogIdentity("cluster", "topic")
MIGRATIONS = Path(__file__).parents[2] / "operators" / "migrations"


def needed(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        pytest.fail(f"{name} is not set: real tests need the backends of a running instance")
    return value


@pytest.fixture
def database() -> Generator[str, None, None]:
    """A database of this test's own with the log's tables."""
    url, name = needed("NEXYNC_POSTGRES_URL"), f"persister_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    own = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    with psycopg.connect(own, autocommit=True) as connection:
        for migration in sorted(MIGRATIONS.glob("*.sql")):
            connection.execute(migration.read_bytes())
    yield own
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def store_of(database: str) -> PostgresStore:
    return PostgresStore(Database(database, limit_seconds=5.0, name="test"), faults=Faults())


def sequencer_of(store: PostgresStore, partition: int = PARTITION) -> Sequencer:
    return Sequencer(
        store.take(partition, HERE, 50),
        recent=50,
        cached=50,
        faults=Faults(),
    )


def fed(sequencer: Sequencer, *envelopes: CommandEnvelope) -> Made:
    made = Made()
    for one in envelopes:
        item = Readable(
            LogRecord(sequencer.partition, sequencer.next_offset, 1_760_000_000_000, None, b""), one
        )
        if sequencer.needs_stream(item):
            sequencer.learn(one.stream, None)
        sequencer.decide_all([item], {}, made)
    return made


def test_a_flush_and_what_a_later_owner_reads_back(database: str) -> None:
    store = store_of(database)
    sequencer = sequencer_of(store)
    refused = envelope(CreateMessage(body="x"), 3, sender=PersonId(CHATS[2]))
    fed(sequencer, envelope(lunch(), 1), envelope(CreateMessage(body="é\u2028"), 2), refused)
    portion = sequencer.start_flush()
    store.flush([portion])
    assert store.committed([portion])
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT event::text, n, id::text FROM events WHERE seq = 2")
        assert row.fetchone() == ('{"tag":"message.created","body":"é\u2028"}', 1, uuid7(2))
        spans = connection.execute("SELECT person::text, from_seq, until_seq FROM members")
        assert sorted(spans) == [(ANN, 1, None), (BOB, 1, None)]
    taken = store.take(PARTITION, HERE, 50)
    assert (taken.epoch, taken.next_offset, len(taken.recent)) == (2, 3, 3)
    assert [row.stream for row in taken.derived] == [f"p:{ANN}", f"p:{BOB}"]
    loaded = store.load([LUNCH])[LUNCH]
    assert loaded == portion.heads[LUNCH]
    key = command_key(LUNCH, ANN, uuid7(2))
    wanted = Lookup(key, LUNCH, ANN, uuid7(2), 1, 9)
    digest = portion.events[1].digest
    assert store.find([wanted]) == {key: Seen(digest, 2, None)}
    assert store.find([wanted._replace(log_offset=1)]) == {}
    assert [(one.stream, one.head) for one in store.heads_since(PARTITION, 1, 1)] == [(LUNCH, 2)]
    with pytest.raises(FencedError):
        store.flush([sequencer.start_flush()])
    store.close()


def test_the_same_event_twice_is_a_broken_invariant(database: str) -> None:
    store = store_of(database)
    sequencer = sequencer_of(store)
    fed(sequencer, envelope(lunch(), 1))
    store.flush([sequencer.start_flush()])
    other = sequencer_of(store, partition=1)
    other.learn(LUNCH, None)
    create = lunch().model_copy(update={"partition": 1})
    fed(other, envelope(create, 1))
    with pytest.raises(BrokenInvariantError):
        store.flush([other.start_flush()])
    store.close()


def test_another_log_is_refused(database: str) -> None:
    store = store_of(database)
    store.take(PARTITION, HERE, 50)
    with pytest.raises(WrongLogError, match="nexyncctl log adopt"):
        store.take(PARTITION, LogIdentity("cluster", "another"), 50)
    assert store.take(PARTITION, HERE, 50).epoch == 2
    store.close()


def test_a_postgres_that_is_not_there_is_away() -> None:
    store = store_of("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(StoreAwayError):
        store.load([LUNCH])


def test_a_new_owner_ends_the_frozen_flush_of_the_old(database: str) -> None:
    """A process stopped in the middle of a flush holds locks until it wakes; nobody may wait for it."""
    with psycopg.connect(database) as frozen:
        frozen.execute("SELECT pg_advisory_xact_lock_shared(28280, 0)")
        store = store_of(database)
        assert store.take(PARTITION, HERE, 50).epoch == 1
        store.close()
        with pytest.raises(psycopg.OperationalError):
            frozen.execute("SELECT 1")


def window_events(stream: Stream, first: int, last: int) -> list[WindowEvent]:
    return [
        WindowEvent(stream, seq, b"e 1 %d\n{%d}" % (seq, seq)) for seq in range(first, last + 1)
    ]


def test_windows_are_dense_marked_and_fenced() -> None:
    url = needed("NEXYNC_REDIS_STATE_URL")
    raw, windows = Redis.from_url(url), RedisWindows(url, faults=Faults())  # pyright: ignore[reportUnknownMemberType] - partial types of redis-py
    stream, partition = Stream(f"c:{uuid.uuid4()}"), 100_000 + uuid.uuid4().int % 1_000_000
    mine = Claim(partition, "run", 2)
    first = Append(mine, 0, 5, window_events(stream, 1, 5))
    assert windows.append([first], []) == {partition: False}
    assert windows.begin(mine) is None
    windows.rewrite(mine, [], window_events(stream, 1, 300))
    windows.finish(mine, 0, 5)
    assert windows.append([Append(mine, 5, 6, window_events(stream, 300, 301))], []) == {
        partition: True
    }
    assert windows.append([Append(mine, 5, 7, window_events(stream, 302, 302))], []) == {
        partition: False
    }
    assert windows.append([Append(mine, 6, 7, window_events(stream, 304, 304))], []) == {
        partition: False
    }
    assert raw.get(head_key(stream)) == b"1:301:301"
    assert cast("Any", raw).lrange(window_key(stream), 0, -1) == [
        b"{%d}" % seq for seq in range(1, 302)
    ]
    assert windows.trim(mine, 4, {stream: 250})
    assert raw.lindex(window_key(stream), 0) == b"{202}"
    assert raw.ttl(window_key(stream)) == -1
    assert windows.trim(mine, 4, {stream: 301})
    assert cast("Any", raw).ttl(window_key(stream)) > 0
    newer = Claim(partition, "other", 3)
    assert windows.begin(newer) == 4
    with pytest.raises(FencedError):
        windows.append([Append(mine, 6, 7, ())], [])
    raw.delete(head_key(stream), window_key(stream), marker_key(partition))
    raw.close()
    windows.close()


@pytest.fixture
def topic() -> Generator[str, None, None]:
    """A chat topic of this test's own."""
    bootstrap, name = needed("NEXYNC_KAFKA_BOOTSTRAP"), f"persister-{uuid.uuid4().hex[:12]}"
    admin: Any = AdminClient({"bootstrap.servers": bootstrap})
    config = {"message.timestamp.type": "LogAppendTime"}
    for made in admin.create_topics([NewTopic(name, 2, 1, config=config)]).values():
        made.result(10)
    yield name
    for gone in admin.delete_topics([name]).values():
        gone.result(10)


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for the condition, asking every 50 ms."""
    tick = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if condition():
            return
        tick.wait(0.05)
    pytest.fail("it did not happen in time")


@dataclass
class Life:
    """A whole persister in a thread; what made it fail is in `failures`."""

    settings: PersisterSettings
    identity: LogIdentity
    failures: list[BaseException] = field(default_factory=list[BaseException])


@contextmanager
def running(database: str, topic: str) -> Generator[Life]:
    """From the topic to the tables until the block ends; that it fails then fails the test."""
    settings = PersisterSettings(
        environment="development",
        admin_port=1,
        postgres_url=database,
        rabbitmq_url="amqp://127.0.0.1:1/",
        redis_state_url=needed("NEXYNC_REDIS_STATE_URL"),
        kafka_bootstrap=needed("NEXYNC_KAFKA_BOOTSTRAP"),
        chat_topic=topic,
        persister_group=topic,
        flush_seconds=0.2,
    )
    life = Life(settings, identify(settings.cluster, topic))
    persister = Persister(settings, life.identity, metrics.make(CollectorRegistry()))

    def run() -> None:
        try:
            persister.run()
        except BaseException as error:  # noqa: BLE001 - shown when the block ends
            life.failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield life
    finally:
        persister.stop()
        thread.join(20.0)
    assert not life.failures


def test_from_the_log_to_the_tables(database: str, topic: str) -> None:
    with running(database, topic) as life:
        chat = ChatId(str(uuid.uuid4()))
        stream = Stream(f"c:{chat}")
        commands = KafkaCommands(cluster=life.settings.cluster, topic=topic, client="test")
        now = time.time_ns() // 1_000_000
        sent = [envelope(lunch(), 1, stream=stream, at_ms=now)]
        sent += [
            envelope(CreateMessage(body=f"m{n}"), n, stream=stream, at_ms=now) for n in (2, 3, 3, 4)
        ]
        for one in sent:
            commands.produce(PARTITION, stream, one.model_dump_json().encode(), lambda: None)
        commands.close(10.0)

        def rows() -> list[tuple[object, ...]]:
            with psycopg.connect(database) as connection:
                found = connection.execute("SELECT stream, seq, tag FROM events ORDER BY 1, 2")
                return found.fetchall()

        until(lambda: len(rows()) == 6 or bool(life.failures))
        assert rows() == [
            (stream, 1, "chat.created"),
            *((stream, seq, "message.created") for seq in (2, 3, 4)),
            (f"p:{ANN}", 1, "chat.joined"),
            (f"p:{BOB}", 1, "chat.joined"),
        ]
        assert life.identity.cluster_id


def test_partitions_that_are_added_are_taken(
    database: str, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The topic grows under load: new partitions are read, what was said before and meanwhile is all there."""
    monkeypatch.setattr(kafka, "REFRESH_MS", 500)
    with running(database, topic) as life:
        # No refresh of its own in time: it has to ask when it is told of a partition it doesn't know.
        monkeypatch.setattr(kafka, "REFRESH_MS", 300_000)
        commands = KafkaCommands(cluster=life.settings.cluster, topic=topic, client="test")
        confirmed: list[int] = []
        now = time.time_ns() // 1_000_000

        def send(stream: Stream, partition: int, number: int, command: Command) -> None:
            one = envelope(command, number, stream=stream, at_ms=now)
            value = one.model_dump_json().encode()
            commands.produce(partition, stream, value, lambda: confirmed.append(number))
            commands.poll(0)

        def counts() -> dict[str, int]:
            with psycopg.connect(database) as connection:
                found = connection.execute("SELECT stream, count(*) FROM events GROUP BY 1")
                return dict(found.fetchall())

        def taken() -> set[int]:
            with psycopg.connect(database) as connection:
                found = connection.execute("SELECT id FROM partitions WHERE epoch > 0")
                return {row[0] for row in found}

        old, new = (Stream(f"c:{uuid.uuid4()}") for _ in range(2))
        try:
            send(old, PARTITION, 1, lunch())
            until(lambda: counts().get(old) == 1 or bool(life.failures))
            admin: Any = AdminClient({"bootstrap.servers": life.settings.kafka_bootstrap})
            for grown in admin.create_partitions([NewPartitions(topic, 4)]).values():
                grown.result(10)
            for number in range(2, 102):
                send(old, PARTITION, number, CreateMessage(body=f"m{number}"))
            until(lambda: taken() == {0, 1, 2, 3} or bool(life.failures))
            send(new, 3, 200, lunch().model_copy(update={"partition": 3}))
            for number in range(201, 301):
                send(new, 3, number, CreateMessage(body=f"m{number}"))
            until(lambda: commands.poll(0.01) == 0 or bool(life.failures))
            until(lambda: counts().get(old, 0) + counts().get(new, 0) == 202 or bool(life.failures))
            assert not life.failures
            assert sorted(confirmed) == [*range(1, 102), *range(200, 301)]
            assert (counts()[old], counts()[new]) == (101, 101)
        finally:
            commands.close(10.0)
