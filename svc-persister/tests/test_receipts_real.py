"""Receipts against real backends: from the log to the table and to Pub/Sub, in a database and a topic of their own."""

import threading
import time
import uuid
from typing import Any

import psycopg
import pytest
from confluent_kafka import Producer
from persister_commands import START_MS
from prometheus_client import CollectorRegistry
from redis import Redis
from test_real import database, needed, topic, until

from nexync_contracts.channels import (
    KIND_OWN,
    KIND_RECEIPTS,
    decode_published,
    stream_channel,
)
from nexync_contracts.frames import ReadFrame
from nexync_contracts.ids import ChatId, PersonId, chat_stream, person_stream
from nexync_contracts.limits import RECEIPT_MEMBERS
from nexync_contracts.receipts import ReceiptMark, ReceiptRecord, ReceiptsNotice
from nexync_streams.watermarks import Moment, Watermark, marked
from svc_persister import metrics
from svc_persister.adapters.database import Database
from svc_persister.adapters.kafka import identify
from svc_persister.adapters.receipts import PostgresReceipts
from svc_persister.app import Receipts
from svc_persister.errors import FencedError, StoreAwayError
from svc_persister.faults import Faults
from svc_persister.ports import LogIdentity, Moved, Reader, ReceiptPortion
from svc_persister.settings import PersisterSettings

pytestmark = pytest.mark.real

__all__ = ["database", "topic"]
HERE = LogIdentity("cluster", "topic")


def fresh() -> str:
    return str(uuid.uuid4())


def store_of(database: str) -> PostgresReceipts:
    return PostgresReceipts(Database(database, limit_seconds=5.0, name="test"), faults=Faults())


def portion(
    epoch: int, start: int, end: int, said: dict[Reader, Watermark], partition: int = 0
) -> ReceiptPortion:
    return ReceiptPortion(partition, epoch, start, end, said)


def join(database: str, chat: ChatId, *people: PersonId) -> None:
    with psycopg.connect(database) as connection:
        for person in people:
            connection.execute(
                "INSERT INTO people (id, email, username, name, password_hash, partition)"
                " VALUES (%s, %s, %s, '', '', 0) ON CONFLICT DO NOTHING",
                (person, f"{person}@x.test", person[:8] + person[-8:]),
            )
            connection.execute(
                "INSERT INTO members VALUES (%s, %s, 'member', 1, NULL)", (chat, person)
            )


def test_marks_are_merged_with_what_is_stored_and_fenced(database: str) -> None:
    store = store_of(database)
    ann, bob = (Reader(ChatId(fresh()), PersonId(fresh())) for _ in range(2))
    taken = store.take(0, HERE)
    assert taken == (1, 0)
    first = store.write([portion(1, 0, 4, {ann: marked(5, 0, 60_007), bob: marked(0, 3, 9)})])
    assert first == {
        ann: Moved(Watermark(5, 60_007, 5, 60_007, (Moment(5, 60_000),)), read=True),
        bob: Moved(Watermark(0, 0, 3, 9), read=False),
    }
    later = store.write([portion(1, 4, 6, {ann: marked(4, 8, 200_000), bob: marked(0, 2, 99)})])
    assert later == {ann: Moved(Watermark(5, 60_007, 8, 200_000, (Moment(5, 60_000),)), read=False)}
    assert store.take(0, HERE) == (2, 6)
    with pytest.raises(FencedError):
        store.write([portion(1, 6, 7, {ann: marked(9, 0, 1)})])
    with pytest.raises(FencedError):
        store.write([portion(2, 5, 7, {ann: marked(9, 0, 1)})])
    again = store.write([portion(2, 6, 7, {ann: marked(5, 8, 1)})])
    assert again[ann].now.read == 5
    assert store.take(0, LogIdentity("cluster", "another")) == (3, 0), "another log is read anew"
    store.close()


def test_what_telling_needs_in_small_chats_and_in_large_ones(database: str) -> None:
    store = store_of(database)
    small, large = ChatId(fresh()), ChatId(fresh())
    ann, bob, cid = (PersonId(fresh()) for _ in range(3))
    join(database, small, ann, bob, cid)
    join(database, large, *(PersonId(fresh()) for _ in range(RECEIPT_MEMBERS)), ann)
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE members SET until_seq = 4 WHERE person = %s", (cid,))
        connection.execute("INSERT INTO blocks VALUES (%s, %s)", (ann, bob))
        connection.execute("INSERT INTO profiles (person, receipts) VALUES (%s, 'nobody')", (bob,))
        connection.execute(
            "INSERT INTO events VALUES (%s, 7, 1, 5, %s, %s, %s, 'message.created', '{}', '', 0, 1)",
            (chat_stream(small), time.time_ns() // 10**6, fresh(), fresh()),
        )
    moved = {
        Reader(small, ann): Moved(marked(7, 0, 1), read=True),
        Reader(large, ann): Moved(marked(7, 0, 1), read=True),
    }
    reads = store.reads(moved)
    assert reads.members == {small: {ann, bob}}
    assert (reads.hidden, reads.apart) == ({bob}, {(ann, bob)})
    assert reads.counts == {Reader(small, ann): 5}
    store.close()


def test_a_postgres_that_is_not_there_is_away() -> None:
    store = store_of("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(StoreAwayError):
        store.take(0, HERE)


def test_from_the_log_to_the_table_and_to_those_who_look(database: str, topic: str) -> None:
    settings = PersisterSettings(
        environment="development",
        admin_port=1,
        postgres_url=database,
        redis_state_url=needed("NEXYNC_REDIS_STATE_URL"),
        kafka_bootstrap=needed("NEXYNC_KAFKA_BOOTSTRAP"),
        rabbitmq_url="amqp://127.0.0.1:1/",
        receipt_topic=topic,
        receipt_group=topic,
    )
    chat, ann, bob = ChatId(fresh()), PersonId(fresh()), PersonId(fresh())
    join(database, chat, ann, bob)
    client: Any = Redis.from_url(needed("NEXYNC_REDIS_STATE_URL"))  # pyright: ignore[reportUnknownMemberType] - partial types of redis-py
    pubsub = client.pubsub()
    pubsub.subscribe(stream_channel(chat_stream(chat)), stream_channel(person_stream(ann)))
    identity = identify(settings.cluster, topic)
    receipts = Receipts(settings, identity, metrics.make(CollectorRegistry()))
    failures: list[BaseException] = []

    def run() -> None:
        try:
            receipts.run()
        except BaseException as error:  # noqa: BLE001 - shown by the test below
            failures.append(error)

    producer = Producer({**settings.cluster})
    for seq in (3, 9, 6):
        mark = ReceiptMark(person=ann, read=seq, at=START_MS)
        value = ReceiptRecord(chat=chat, marks=(mark,)).model_dump_json()
        producer.produce(topic, value=value, partition=seq % 2)
    assert producer.flush(10.0) == 0
    thread = threading.Thread(target=run)
    thread.start()

    def stored() -> int:
        with psycopg.connect(database) as connection:
            row = connection.execute(
                "SELECT seq FROM read_marks WHERE chat = %s", (chat,)
            ).fetchone()
        return row[0] if row else 0

    told: list[tuple[str, int]] = []

    def listen() -> bool:
        message = pubsub.get_message(timeout=0.1)
        if message is not None and message["type"] == "message":
            kind, _, _, frame = decode_published(message["data"])
            if kind == KIND_OWN:
                told.append((kind, ReadFrame.model_validate_json(frame).seq))
            else:
                told.extend(
                    (kind, one.read) for one in ReceiptsNotice.model_validate_json(frame).marks
                )
        return {(KIND_OWN, 9), (KIND_RECEIPTS, 9)} <= set(told)

    try:
        until(lambda: stored() == 9 or bool(failures))
        until(lambda: listen() or bool(failures))
    finally:
        receipts.stop()
        thread.join(20.0)
        pubsub.close()
        client.close()
    assert not failures
    assert [seq for kind, seq in told if kind == KIND_RECEIPTS] == sorted(
        seq for kind, seq in told if kind == KIND_RECEIPTS
    )
