"""Receipts: merged, written with their offset, told once; Postgres and Redis may be away, records may come again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from persister_commands import ANN, BOB, CHATS, CID, DAN, START_MS
from prometheus_client import CollectorRegistry

from nexync_contracts.channels import KIND_OWN, KIND_RECEIPTS, decode_published
from nexync_contracts.frames import ReadFrame
from nexync_contracts.ids import ChatId, PersonId
from nexync_contracts.receipts import ReceiptMark, ReceiptRecord, ReceiptsNotice
from nexync_streams.watermarks import NOTHING, Watermark, joined
from svc_persister import metrics, receipts
from svc_persister.errors import FencedError, StoreAwayError, WindowsAwayError
from svc_persister.faults import Faults
from svc_persister.ports import (
    LogIdentity,
    LogRecord,
    Moved,
    Notice,
    Reader,
    Reads,
    ReceiptPortion,
    ReceiptsTaken,
)
from svc_persister.receipts import ReceiptEngine
from svc_persister.telling import notices

HERE = LogIdentity("cluster", "topic")
CHAT = CHATS[0]


@dataclass
class FakeReceipts:
    """Postgres, Redis and the consumer."""

    epoch: int = 0
    offset: int = 0
    rows: dict[Reader, Watermark] = field(default_factory=dict[Reader, Watermark])
    away: bool = False
    dumb: bool = False
    told: list[Notice] = field(default_factory=list[Notice])
    paused: set[int] = field(default_factory=set[int])
    writes: int = 0

    def take(self, partition: int, identity: LogIdentity) -> ReceiptsTaken:
        self._ask()
        self.epoch += 1
        return ReceiptsTaken(self.epoch, self.offset)

    def write(self, portions: Sequence[ReceiptPortion]) -> Mapping[Reader, Moved]:
        self._ask()
        self.writes += 1
        moved: dict[Reader, Moved] = {}
        for one in portions:
            if (one.epoch, one.from_offset) != (self.epoch, self.offset):
                raise FencedError("taken")
            self.offset = one.to_offset
            for reader, said in one.watermarks.items():
                before = self.rows.get(reader, NOTHING)
                after = self.rows[reader] = joined(before, said)
                if after != before:
                    moved[reader] = Moved(after, after.read != before.read)
        return moved

    def reads(self, moved: Mapping[Reader, Moved]) -> Reads:
        self._ask()
        return Reads({CHAT: frozenset({ANN, BOB})}, frozenset(), frozenset(), {})

    def publish(self, notices: Sequence[Notice]) -> None:
        if self.dumb:
            raise WindowsAwayError("Redis is away")
        self.told += notices

    def pause(self, partition: int) -> None:
        self.paused.add(partition)

    def resume(self, partition: int) -> None:
        self.paused.discard(partition)

    def seek(self, partition: int, offset: int) -> bool:
        return True

    def high_water(self, partition: int) -> int:
        return 0

    def _ask(self) -> None:
        if self.away:
            raise StoreAwayError("Postgres is away")

    def said(self) -> list[tuple[PersonId, int, int]]:
        """What those who look were told since the last question."""
        told, self.told = self.told, []
        return [
            (mark.person, mark.read, mark.delivered)
            for notice in told
            if decode_published(notice.payload).kind == KIND_RECEIPTS
            for mark in ReceiptsNotice.model_validate_json(
                decode_published(notice.payload).frame
            ).marks
        ]


def engine_of(fake: FakeReceipts) -> ReceiptEngine:
    engine = ReceiptEngine(
        source=fake,
        store=fake,
        channels=fake,
        identity=HERE,
        faults=Faults(),
        metrics=metrics.make(CollectorRegistry()),
    )
    engine.assign([0], 0.0)
    return engine


def log_record(offset: int, *marks: tuple[PersonId, int, int]) -> LogRecord:
    said = tuple(
        ReceiptMark(person=person, read=read, delivered=delivered, at=START_MS + offset)
        for person, read, delivered in marks
    )
    value = ReceiptRecord(chat=CHAT, marks=said).model_dump_json().encode()
    return LogRecord(0, offset, START_MS, None, value)


def test_the_marks_of_a_tick_are_written_and_told_together() -> None:
    fake = FakeReceipts()
    engine = engine_of(fake)
    engine.step([], 0.0)
    engine.step([log_record(0, (ANN, 3, 0)), log_record(1, (ANN, 2, 5), (BOB, 0, 4))], 0.1)
    assert (fake.offset, fake.told) == (0, [])
    engine.step([], 1.0)
    assert fake.offset == 2
    assert fake.said() == [(ANN, 3, 5), (BOB, 0, 4)]
    engine.step([log_record(2, (ANN, 1, 5)), log_record(3, (BOB, 0, 1))], 2.0)
    assert (fake.offset, fake.said(), fake.writes) == (4, [], 2)


def test_the_own_pages_are_told_only_of_what_was_read() -> None:
    fake = FakeReceipts()
    engine = engine_of(fake)
    engine.step([log_record(0, (ANN, 0, 7), (BOB, 4, 0))], 1.0)
    own = [decode_published(one.payload) for one in fake.told]
    frames = [ReadFrame.model_validate_json(one.frame) for one in own if one.kind == KIND_OWN]
    assert frames == [ReadFrame(chat=CHAT, seq=4)]


def test_what_no_version_can_read_is_left_out() -> None:
    fake = FakeReceipts()
    engine = engine_of(fake)
    bad = [LogRecord(0, 0, START_MS, None, b"{"), LogRecord(0, 1, START_MS, None, None)]
    engine.step([*bad, log_record(2, (ANN, 3, 0))], 1.0)
    assert (fake.offset, fake.said()) == (3, [(ANN, 3, 3)])


def test_postgres_away_holds_kafka_back_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "PENDING", 2)
    fake = FakeReceipts()
    engine = engine_of(fake)
    fake.away = True
    engine.step([log_record(0, (ANN, 3, 0))], 1.0)
    assert fake.paused == set()
    engine.step([log_record(1, (BOB, 2, 0))], 5.0)
    assert fake.paused == {0}
    fake.away = False
    engine.step([], 9.0)
    assert (fake.paused, fake.offset) == (set(), 2)
    assert fake.said() == [(ANN, 3, 3), (BOB, 2, 2)]


def test_a_partition_that_postgres_did_not_give_is_asked_for_again() -> None:
    fake = FakeReceipts(away=True)
    engine = engine_of(fake)
    assert engine.owned == frozenset()
    engine.step([log_record(0, (ANN, 3, 0))], 0.5)
    fake.away = False
    engine.step([], 2.0)
    assert engine.owned == {0}
    engine.step([log_record(0, (ANN, 3, 0))], 3.0)
    assert fake.said() == [(ANN, 3, 3)]


def test_redis_away_is_told_later_what_holds_by_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "OWED", 2)
    fake = FakeReceipts(dumb=True)
    engine = engine_of(fake)
    engine.step([log_record(0, (DAN, 1, 0), (ANN, 1, 0))], 1.0)
    engine.step([log_record(1, (BOB, 2, 0), (ANN, 0, 3))], 2.0)
    fake.dumb = False
    engine.step([], 3.0)
    own = [decode_published(one.payload).kind for one in fake.told]
    assert own.count(KIND_OWN) == 2
    assert sorted(fake.said()) == sorted([(BOB, 2, 2), (ANN, 1, 3)])


def test_who_lost_the_partition_writes_nothing() -> None:
    fake = FakeReceipts()
    old = engine_of(fake)
    old.step([log_record(0, (ANN, 9, 0))], 0.1)
    new = engine_of(fake)
    old.lose([0])
    old.step([log_record(1, (ANN, 9, 0))], 5.0)
    new.step([log_record(0, (ANN, 9, 0))], 5.0)
    assert fake.said() == [(ANN, 9, 9)]
    sleeping = engine_of(fake)
    engine_of(fake)
    with pytest.raises(FencedError):
        sleeping.step([log_record(1, (ANN, 10, 0))], 9.0)


def test_what_is_taken_away_is_written_before() -> None:
    fake = FakeReceipts()
    engine = engine_of(fake)
    engine.step([], 0.0)
    engine.step([log_record(0, (ANN, 4, 0))], 0.1)
    engine.revoke([0], 0.2)
    assert (fake.offset, engine.owned) == (1, frozenset())


@given(
    st.lists(
        st.tuples(st.sampled_from([ANN, BOB]), st.integers(0, 9), st.integers(0, 9)), max_size=9
    ),
    st.lists(st.integers(0, 9), max_size=3),
)
def test_kills_and_replays_end_the_same(
    marks: list[tuple[PersonId, int, int]], kills: list[int]
) -> None:
    """Each owner reads again from where Postgres is; what is told never goes back."""
    fake = FakeReceipts()
    records = [log_record(offset, mark) for offset, mark in enumerate(marks)]
    seen: dict[PersonId, tuple[int, int]] = {}
    for end in [*kills, len(records)]:
        engine = engine_of(fake)
        engine.step(records[fake.offset : max(fake.offset, end)], 1.0)
        engine.step(records[fake.offset :], 1.1)
        if end == len(records):
            engine.drain(2.0)
        for person, read, delivered in fake.said():
            before = seen.get(person, (0, 0))
            assert read >= before[0]
            assert delivered >= before[1]
            seen[person] = (read, delivered)
    for person in (ANN, BOB):
        read = max((one[1] for one in marks if one[0] == person), default=0)
        has = max((max(one[1:]) for one in marks if one[0] == person), default=0)
        assert seen.get(person, (0, 0)) == (read, has)


def test_who_is_told_of_whom() -> None:
    """Nothing of former members and of those who hide theirs; who blocked whom can't be told from the notice."""
    other = CHATS[1]
    moved = {
        Reader(chat, person): Moved(
            Watermark(read=3, read_at=5, delivered=3, delivered_at=5), read=True
        )
        for chat in (CHAT, other)
        for person in (ANN, BOB, CID, DAN)
    }
    reads = Reads(
        members={CHAT: frozenset({ANN, BOB, CID})},
        hidden=frozenset({BOB}),
        apart=frozenset({(CID, ANN), (ANN, DAN)}),
        counts={Reader(CHAT, ANN): 2},
    )
    made = notices(moved, reads)
    assert len(made) == 8 + 1
    (told,) = [
        ReceiptsNotice.model_validate_json(decode_published(one.payload).frame)
        for one in made
        if decode_published(one.payload).kind == KIND_RECEIPTS
    ]
    assert told.chat == ChatId(CHAT)
    assert {mark.person for mark in told.marks} == {ANN, CID}
    assert (told.hidden, told.apart) == ((BOB,), ((ANN, CID),))
