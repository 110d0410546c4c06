"""The projection of messages: wherever flushes cut the log, the tables are the fold of all events."""

import random
from typing import Any

import psycopg
import pytest
from persister_commands import ANN, BOB, LUNCH, envelope, lunch
from test_real import database, fed, sequencer_of, store_of

from nexync_contracts.attachments import Attachment, AttachmentKind
from nexync_contracts.commands import (
    Command,
    CommandEnvelope,
    CreateMessage,
    NoteErasure,
    SetPicture,
)
from nexync_contracts.events import EventRecord, MessageCreated, PictureChanged, event_adapter
from nexync_contracts.ids import AttachmentId, CommandId, person_stream
from nexync_contracts.message_commands import DeleteMessage, EditMessage, React
from nexync_contracts.message_events import MessageDeleted
from nexync_streams.messages import UNTOUCHED, Now, after, target_of
from svc_persister.rows import EventRow

pytestmark = pytest.mark.real

__all__ = ["database"]


def some(chance: random.Random, number: int) -> CommandEnvelope:
    """A change of one of three messages by one of two people."""
    target, sender = chance.randrange(2, 5), chance.choice([ANN, BOB])
    emoji, on = chance.choice("👍🎉"), chance.random() < 0.6
    command = chance.choices(
        [
            EditMessage(target=target, body=f"edit {number}", author=sender),
            React(target=target, emoji=emoji, on=on, author=ANN),
            DeleteMessage(target=target, author=sender),
        ],
        [3, 6, 0.3],
    )[0]
    return envelope(command, number, sender=sender)


def folded(rows: list[EventRow]) -> dict[int, Now]:
    now: dict[int, Now] = {}
    for row in rows:
        record = EventRecord.model_construct(
            stream=row.stream,
            epoch=row.log_epoch,
            seq=row.seq,
            n=row.n,
            at=row.at,
            id=CommandId(row.id),
            by=row.sender,
            event=event_adapter.validate_json(row.event),
        )
        target = target_of(record)
        if target is not None:
            now[target] = after(now.get(target, UNTOUCHED), record)
    return now


@pytest.mark.parametrize("seed", range(6))
def test_the_tables_are_the_fold(database: str, seed: int) -> None:
    """Edits, deletions and reactions over several flushes; deleted texts are in no row."""
    chance = random.Random(seed)
    store = store_of(database)
    sequencer = sequencer_of(store)
    fed(sequencer, envelope(lunch(), 1))
    fed(sequencer, *(envelope(CreateMessage(body=f"secret {n}"), n) for n in (2, 3, 4)))
    rows: list[EventRow] = []
    for number in range(5, 90):
        fed(sequencer, some(chance, number))
        if chance.random() < 0.1 or number == 89:
            portion = sequencer.start_flush()
            rows += portion.events
            store.flush([portion])
            sequencer.end_flush()
    store.close()
    with psycopg.connect(database) as connection:
        for target, now in folded(rows).items():
            assert stored(connection, target) == now


def stored(connection: psycopg.Connection[tuple[Any, ...]], target: int) -> Now:
    """What the tables say of a message. Fails if a deleted one left a text behind."""
    asked = (LUNCH, target)
    deletion = connection.execute(
        "SELECT sender::text FROM message_deletions WHERE stream = %s AND target = %s", asked
    ).fetchone()
    edits = connection.execute(
        "SELECT e.seq, e.at, e.event->>'body' FROM message_edits m"
        " JOIN events e ON e.stream = m.stream AND e.seq = m.seq"
        " WHERE m.stream = %s AND m.target = %s ORDER BY m.seq",
        asked,
    ).fetchall()
    reactions = connection.execute(
        "SELECT emoji, person::text, seq FROM message_reactions"
        " WHERE stream = %s AND target = %s ORDER BY seq",
        asked,
    ).fetchall()
    original = connection.execute(
        "SELECT event->>'body' FROM events WHERE stream = %s AND seq = %s", asked
    ).fetchone()
    if deletion is not None:
        assert original == ("",)
        assert {body for _, _, body in edits} <= {""}
        assert reactions == []
        return Now(deleted=True, deleted_by=deletion[0])
    assert original == (f"secret {target}",)
    now = UNTOUCHED
    who: dict[str, dict[Any, int]] = {}
    for emoji, person, seq in reactions:
        who.setdefault(emoji, {})[person] = seq
    if edits:
        seq, at, body = edits[-1]
        edited = event_adapter.validate_python(
            {"tag": "message.edited", "target": target, "body": body}
        )
        shown = EventRecord.model_construct(seq=seq, at=at, event=edited)
        now = after(now, shown)
    return Now(edit=now.edit, reactions=who)


def file_of(number: int) -> Attachment:
    return Attachment(
        id=AttachmentId(f"0e000000-0000-4000-8000-{number:012x}"),
        kind=AttachmentKind.IMAGE if number % 2 else AttachmentKind.FILE,
        name="x",
        type="image/png",
        size=1,
    )


def carrying(chance: random.Random, number: int) -> Command:
    """A message with files, a deletion, or a picture of the group."""
    match chance.randrange(4):
        case 0:
            return DeleteMessage(target=chance.randrange(1, number), author=ANN)
        case 1:
            return SetPicture(picture=chance.choice([None, file_of(number).id]))
        case _:
            kept = tuple(file_of(chance.randrange(6)) for _ in range(chance.randrange(3)))
            return CreateMessage(body="x", files=tuple(one.id for one in kept), attachments=kept)


Uses = dict[tuple[int, str], str]


def carried_after(uses: Uses, row: EventRow) -> Uses:
    """What is carried after the event: (seq, attachment) → kind."""
    event = event_adapter.validate_json(row.event)
    match event:
        case MessageDeleted(target=target):
            return {k: kind for k, kind in uses.items() if k[0] != target or kind == "picture"}
        case PictureChanged(picture=picture):
            kept = {key: kind for key, kind in uses.items() if kind != "picture"}
            return kept if picture is None else {**kept, (row.seq, picture): "picture"}
        case MessageCreated():
            return {**uses, **{(row.seq, one.id): one.kind.value for one in event.attachments}}
        case _:
            return uses


@pytest.mark.parametrize("seed", range(4))
def test_what_events_carry_is_known_and_what_they_no_longer_carry_is_let_go_of(
    database: str, seed: int
) -> None:
    """Whatever flushes cut: uses are those of undeleted messages and the newest picture; all others are released."""
    chance = random.Random(seed)
    store = store_of(database)
    sequencer = sequencer_of(store)
    fed(sequencer, envelope(lunch(), 1))
    expected: Uses = {}
    gone: set[str] = set()
    for number in range(2, 70):
        fed(sequencer, envelope(carrying(chance, number), number))
        if chance.random() < 0.15 or number == 69:
            portion = sequencer.start_flush()
            for row in portion.events:
                after_it = carried_after(expected, row)
                gone |= {key[1] for key in expected if key not in after_it}
                expected = after_it
            store.flush([portion])
            sequencer.end_flush()
    store.close()
    with psycopg.connect(database) as connection:
        uses = connection.execute(
            "SELECT seq, attachment::text, kind FROM attachment_uses WHERE stream = %s", (LUNCH,)
        ).fetchall()
        released = connection.execute("SELECT attachment::text FROM attachment_releases").fetchall()
    assert {(seq, one): kind for seq, one, kind in uses} == expected
    assert {row[0] for row in released} == gone
    assert gone


def test_who_was_erased_is_remembered_and_how_far_they_read_is_not(database: str) -> None:
    """The word in the person's stream makes one row; read marks go, and of those that come late none is kept."""
    store = store_of(database)
    sequencer = sequencer_of(store)
    fed(sequencer, envelope(lunch(), 1))
    store.flush([sequencer.start_flush()])
    sequencer.end_flush()
    with psycopg.connect(database) as connection:
        connection.execute(
            "INSERT INTO read_marks (chat, person, seq) SELECT chat, person, 1 FROM members"
        )
    fed(sequencer, envelope(NoteErasure(), 2, stream=person_stream(ANN)))
    fed(sequencer, envelope(NoteErasure(), 3, stream=person_stream(ANN)))
    store.flush([sequencer.start_flush()])
    sequencer.end_flush()
    store.close()
    with psycopg.connect(database) as connection:
        erased = connection.execute("SELECT person::text FROM erased_people").fetchall()
        marks = connection.execute("SELECT person::text FROM read_marks").fetchall()
    assert erased == [(ANN,)]
    assert marks == [(BOB,)]
