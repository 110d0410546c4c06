"""The projection of messages: wherever flushes cut the log, the tables are the fold of all events."""

import random
from typing import Any

import psycopg
import pytest
from persister_world import ANN, BOB, LUNCH, envelope, lunch
from test_real import database, fed, sequencer_of, store_of

from nexync_contracts.commands import CommandEnvelope, CreateMessage
from nexync_contracts.events import EventRecord, event_adapter
from nexync_contracts.ids import CommandId
from nexync_contracts.message_commands import DeleteMessage, EditMessage, React
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
