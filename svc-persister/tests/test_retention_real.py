"""Content in its months, against a real Postgres: the months pass by the append time of the log."""

import random
import threading
from collections.abc import Callable, Mapping
from typing import Any

import psycopg
import pytest
from persister_commands import ANN, CHATS, envelope, lunch
from prometheus_client import CollectorRegistry
from test_real import HERE, PARTITION, database, store_of
from test_retaining import at

from nexync_contracts.commands import Command, CreateMessage, SetRetention
from nexync_contracts.errors import RejectCode
from nexync_contracts.ids import Stream
from nexync_contracts.message_commands import EditMessage, React
from nexync_contracts.retention import DAY_MS, Retention
from nexync_streams.deciding import Seen
from svc_persister import metrics
from svc_persister.adapters.months import PostgresMonths
from svc_persister.adapters.postgres import PostgresStore
from svc_persister.faults import Faults
from svc_persister.months import month_of
from svc_persister.ports import LogRecord
from svc_persister.reading import Readable
from svc_persister.retaining import Retaining
from svc_persister.rows import EventRow, Portion
from svc_persister.sequencing import Made, Sequencer

pytestmark = pytest.mark.real

__all__ = ["database"]

DAYS, YEAR, EVER = Retention
STREAMS = [Stream(f"c:{chat}") for chat in CHATS]
# The table from before the months takes what is older than this in `forever`.
LATER = "2031-01-01"


class Told:
    """A persister whose log has the times that the test gives it."""

    def __init__(self, database: str, workspace: Retention = EVER) -> None:
        self.store: PostgresStore = store_of(database)
        self.sequencer = Sequencer(
            self.store.take(PARTITION, HERE, 50),
            recent=50,
            cached=50,
            faults=Faults(),
            retention=workspace,
        )
        self.rows: list[EventRow] = []
        self.number = 0

    def tell(self, command: Command, when: int, stream: Stream = STREAMS[0]) -> Made:
        """One command, appended at `when`."""
        self.number += 1
        return self.resend(command, self.number, when, when, stream)

    def resend(
        self, command: Command, number: int, made: int, when: int, stream: Stream = STREAMS[0]
    ) -> Made:
        """The command whose id is `number`, made at one time and appended at another."""
        one = envelope(command, number, stream=stream, at_ms=made)
        item = Readable(LogRecord(PARTITION, self.sequencer.next_offset, when, None, b""), one)
        if self.sequencer.needs_stream(item):
            known = self.store.load([stream]).get(stream)
            self.sequencer.learn(stream, known)
        lookup = self.sequencer.needs_lookup(item)
        found: Mapping[str, Seen] = self.store.find([lookup]) if lookup else {}
        result = Made()
        self.sequencer.decide_all([item], found, result)
        return result

    def flush(self) -> Portion:
        portion = self.sequencer.start_flush()
        self.rows += portion.events
        self.store.flush([portion])
        self.sequencer.end_flush()
        return portion


def retaining(
    database: str, when: int, wait: Callable[[float], bool] = lambda _: True
) -> Retaining:
    return Retaining(
        PostgresMonths(database, name="test"),
        grace_days=8,
        now=lambda: when,
        wait=wait,
        metrics=metrics.make(CollectorRegistry()),
    )


def swept(database: str, when: int) -> list[str]:
    """What is dropped by two sweeps: what the first one hides, the second one may drop."""
    plans = [retaining(database, when).sweep() for _ in range(2)]
    return [leaf.name for plan in plans if plan is not None for leaf in plan.drop]


def asked(database: str, query: str, *parameters: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(database) as connection:
        return connection.execute(query.encode(), parameters or None).fetchall()


@pytest.mark.parametrize("seed", range(3))
def test_every_event_lies_in_its_class_and_month(database: str, seed: int) -> None:
    """And the chapters say so: wherever flushes and owners cut the log, they are the runs of class and month."""
    chance = random.Random(seed)
    told = Told(database, workspace=YEAR)
    when = at(LATER)
    for stream in STREAMS:
        told.tell(lunch(), when, stream)
    for _ in range(150):
        when += chance.randrange(2 * DAY_MS)
        stream = chance.choice(STREAMS)
        choice = SetRetention(retention=chance.choice([DAYS, YEAR, EVER, None]))
        told.tell(choice if chance.random() < 0.1 else CreateMessage(body="x"), when, stream)
        if chance.random() < 0.1:
            told.flush()
        if chance.random() < 0.03:
            told.flush()
            told.store.close()
            kept = told.rows, told.number
            told = Told(database, workspace=YEAR)
            told.rows, told.number = kept
    told.flush()
    lies = {
        (stream, seq): (kept, table)
        for stream, seq, kept, table in asked(
            database, "SELECT stream, seq, class, tableoid::regclass::text FROM events"
        )
    }
    assert len(lies) == len(told.rows)
    runs: dict[Stream, list[tuple[int, str, int]]] = {}
    for row in sorted(told.rows, key=lambda one: (one.stream, one.seq)):
        month = month_of(row.at)
        assert row.kept is not EVER
        assert lies[row.stream, row.seq] == (
            row.kept.value,
            f"events_{row.kept.value}_{month.label}",
        )
        run = runs.setdefault(row.stream, [])
        if not run or run[-1][1:] != (row.kept.value, month.low):
            run.append((row.seq, row.kept.value, month.low))
    for stream, run in runs.items():
        chapters = asked(
            database,
            "SELECT first_seq, class, first_at FROM chapters WHERE stream = %s ORDER BY 1",
            stream,
        )
        assert [(seq, kept, month_of(first).low) for seq, kept, first in chapters] == run
    by_class = asked(database, "SELECT class, max(n) FROM events GROUP BY class")
    assert {kept for kept, _ in by_class} == {"days_30", "year_1"}
    told.store.close()


def test_a_month_goes_at_once_and_everything_else_stays(database: str) -> None:
    """No row of what is kept is touched, no row of what goes is deleted: the table is dropped."""
    told = Told(database)
    told.tell(lunch(), at("2031-01-05"))
    told.tell(SetRetention(retention=DAYS), at("2031-01-06"))
    told.tell(CreateMessage(body="old"), at("2031-01-07"))
    told.tell(CreateMessage(body="kept"), at("2031-02-07"))
    told.flush()
    told.tell(React(target=3, emoji="🎉", author=ANN), at("2031-02-08"))
    told.tell(React(target=4, emoji="🎉", author=ANN), at("2031-02-09"))
    told.flush()
    before = asked(database, "SELECT oid, relfilenode FROM pg_class WHERE relname LIKE 'events%%'")
    assert swept(database, at("2031-03-02")) == []
    hidden = asked(database, "SELECT kept_from FROM content_classes WHERE class = 'days_30'")
    assert hidden == [(at("2031-01-01"),)]
    assert swept(database, at("2031-03-03")) == []
    hidden = asked(database, "SELECT kept_from FROM content_classes WHERE class = 'days_30'")
    assert hidden == [(at("2031-02-01"),)]
    assert swept(database, at("2031-03-11")) == ["events_days_30_2031_01"]
    left = asked(database, "SELECT seq FROM events WHERE stream = %s ORDER BY 1", STREAMS[0])
    assert [seq for (seq,) in left] == [1, 4, 5, 6]
    after = asked(database, "SELECT oid, relfilenode FROM pg_class WHERE relname LIKE 'events%%'")
    gone = asked(database, "SELECT to_regclass('events_days_30_2031_01')")
    assert gone == [(None,)]
    assert len(set(before) - set(after)) == 5
    assert {target for (target,) in asked(database, "SELECT target FROM message_reactions")} == {4}
    assert asked(
        database, "SELECT sum(n_tup_del) FROM pg_stat_user_tables WHERE relname LIKE 'events%%'"
    )[0] == (0,)
    told.store.close()
    # The next owner goes on from the stored head, with the state that never goes.
    later = Told(database)
    later.number = 100
    later.tell(CreateMessage(body="new"), at("2031-03-12"))
    portion = later.flush()
    assert [(row.seq, row.n, row.kept) for row in portion.events] == [(7, 3, DAYS)]
    later.store.close()


def test_an_id_whose_event_is_gone_is_no_second_message(database: str) -> None:
    """Sent again after its month was dropped: refused, and not accepted as new."""
    told = Told(database)
    told.tell(lunch(), at("2031-01-05"))
    told.tell(SetRetention(retention=DAYS), at("2031-01-06"))
    told.tell(CreateMessage(body="once"), at("2031-01-07"))
    told.flush()
    again = told.resend(CreateMessage(body="once"), 3, at("2031-01-07"), at("2031-03-01"))
    assert again.count == {"double": 1}
    told.flush()
    told.store.close()
    assert swept(database, at("2031-03-15")) == ["events_days_30_2031_01"]
    later = Told(database)
    late = later.resend(CreateMessage(body="once"), 3, at("2031-01-07"), at("2031-03-15"))
    assert late.count == {"rejected": 1}
    assert [row.code for row in later.flush().rejections] == [RejectCode.ID_EXPIRED]
    later.store.close()


def test_an_edit_lives_as_long_as_its_message(database: str) -> None:
    """A group that keeps less from now on: the edit of an older message lies where the message does."""
    told = Told(database)
    told.tell(lunch(), at("2031-01-05"))
    told.tell(CreateMessage(body="wrong"), at("2031-01-05"))
    told.tell(SetRetention(retention=DAYS), at("2031-01-06"))
    told.tell(CreateMessage(body="short"), at("2031-01-07"))
    told.flush()
    author = ANN
    told.tell(EditMessage(target=2, body="right", author=author), at("2031-01-08"))
    told.tell(EditMessage(target=4, body="shorter", author=author), at("2031-01-08"))
    told.flush()
    lies = asked(database, "SELECT seq, class FROM events WHERE tag = 'message.edited' ORDER BY 1")
    assert lies == [(5, "forever"), (6, "days_30")]
    told.store.close()


def test_a_reader_is_not_kept_waiting_by_a_drop(database: str) -> None:
    """With the branch in use the drop gives up after its lock timeout; other readers go on meanwhile and after."""
    told = Told(database)
    told.tell(lunch(), at("2031-01-05"))
    told.tell(SetRetention(retention=DAYS), at("2031-01-06"))
    told.flush()
    told.store.close()
    retaining(database, at("2031-06-01")).sweep()
    paused: list[float] = []
    with psycopg.connect(database) as reader:
        reader.execute("SELECT count(*) FROM events")
        done = retaining(
            database, at("2031-06-01"), lambda _: len(paused) < 2 and not paused.append(_)
        ).sweep()
        assert done is not None
        assert done.drop == ()
        assert reader.execute("SELECT count(*) FROM events").fetchone() is not None
    assert swept(database, at("2031-06-01")) == ["events_days_30_2031_01"]


def test_a_month_that_nobody_made_is_made_by_the_flush(database: str) -> None:
    """Also by two persisters at once, which is what a new month may look like."""
    told = Told(database, workspace=DAYS)
    told.tell(lunch(), at("2044-05-05"))
    months = PostgresMonths(database, name="test")
    failures: list[BaseException] = []

    def make() -> None:
        try:
            with months.turn() as turn:
                if turn is not None:
                    turn.make(DAYS, month_of(at("2044-05-05")))
        except BaseException as error:  # noqa: BLE001 - shown below
            failures.append(error)

    thread = threading.Thread(target=make)
    thread.start()
    told.flush()
    thread.join(20.0)
    assert not failures
    assert asked(database, "SELECT tableoid::regclass::text FROM events") == [
        ("events_days_30_2044_05",)
    ]
    told.store.close()


def test_the_workspaces_class_is_told(database: str) -> None:
    """What svc-persister is set to is what svc-chat reads."""
    told = "SELECT class FROM content_classes WHERE workspace"
    assert asked(database, told) == [("forever",)]
    for kept in (DAYS, DAYS, YEAR):
        with PostgresMonths(database, name="test").turn() as turn:
            assert turn is not None
            turn.settle(kept)
        assert asked(database, told) == [(kept.value,)]


def test_one_sweep_at_a_time(database: str) -> None:
    months = PostgresMonths(database, name="test")
    with months.turn() as turn:
        assert turn is not None
        assert retaining(database, at("2031-06-01")).sweep() is None


def test_a_new_leaf_is_as_the_first_one(database: str) -> None:
    """Same columns, same indexes: what a later migration adds to one has to be added to the other."""
    with PostgresMonths(database, name="test").turn() as turn:
        assert turn is not None
        turn.make(EVER, month_of(at("2044-05-05")))
    query = (
        "SELECT regexp_replace(indexdef, 'INDEX \\S+ ON \\S+', 'INDEX') FROM pg_indexes"
        " WHERE tablename = %s ORDER BY 1"
    )
    first = asked(database, query, "events_forever_first")
    assert len(first) == 4
    assert asked(database, query, "events_forever_2044_05") == first
    columns = (
        "SELECT attname, atttypid, attnotnull FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum"
    )
    assert asked(database, columns, "events_forever_2044_05") == asked(
        database, columns, "events_forever_first"
    )
