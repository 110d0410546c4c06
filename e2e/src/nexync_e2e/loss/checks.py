"""The checks: records in, violations out. No I/O, no clock.

Each rule is one guarantee of the design: durable (G1), once (G2), ordered (G3), live (G4).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from nexync_e2e.loss import marks
from nexync_e2e.loss.records import (
    HistoryRecord,
    LiveRecord,
    Piece,
    RunRecord,
    SendRecord,
    StateRecord,
    TimelineRecord,
)
from nexync_e2e.loss.violation import Violation

MESSAGE = "message.created"
EDITED = "message.edited"
DELETED = "message.deleted"
REACTED = "message.reacted"


RULES = {
    "lost": "an acknowledged message is neither in history nor rejected to its sender",
    "doubled": "one id is two events",
    "contradiction": "a message is in history and was rejected, or has another seq than its sender was told",
    "altered": "a message in history has another text or sender than was sent",
    "gap": "a history's numbers do not close",
    "disagreement": "two readers' histories have different events at one seq",
    "live": "a device's live sequence is not the history over what it may see",
    "behind": "a device stayed behind the head, or kept a hole",
    "order": "one device's messages are out of their sending order",
    "members": "a chat shows other members or roles than its events make",
    "receipt": "a watermark is less than was confirmed to a device, or more than any said",
    "went_back": "somebody was less far when asked later",
    "unshown": "a chat was not shown to its admin",
    "state": "a timeline shows a message otherwise than its events make it",
}


def check(run: RunRecord) -> list[Violation]:
    """All violations of a run; an empty list is the proof."""
    run = _without_deleted(run)
    truth, disagreements = _truth(run.histories)
    found = [*disagreements]
    found += _gaps(run.histories)
    found += _doubles(truth)
    found += _sends(run.sends, truth)
    found += _order(run.sends, truth)
    found += _live(run)
    found += _states(run.timelines, truth)
    found += [Violation("unshown", text) for text in run.refused]
    found += marks.members(run, truth)
    found += marks.receipts(run)
    return found


def _without_deleted(run: RunRecord) -> RunRecord:
    """The same run, with the texts of deleted messages taken out: who reads later finds none.

    A text that is gone without its deletion stays a violation.
    """
    gone = {
        (record.chat, piece.target)
        for record in (*run.histories, *run.live)
        for piece in record.pieces
        if piece.tag == DELETED
    }

    def pieces(chat: str, given: tuple[Piece, ...]) -> tuple[Piece, ...]:
        return tuple(
            replace(piece, body=None)
            if piece.tag in {MESSAGE, EDITED}
            and (chat, piece.first if piece.tag == MESSAGE else piece.target) in gone
            else piece
            for piece in given
        )

    return replace(
        run,
        live=tuple(replace(one, pieces=pieces(one.chat, one.pieces)) for one in run.live),
        histories=tuple(replace(one, pieces=pieces(one.chat, one.pieces)) for one in run.histories),
    )


Truth = dict[str, dict[int, Piece]]
"""chat → seq → event, from all histories together."""


def _truth(histories: Iterable[HistoryRecord]) -> tuple[Truth, list[Violation]]:
    truth: Truth = defaultdict(dict)
    found: list[Violation] = []
    for history in histories:
        chat = truth[history.chat]
        for piece in _events(history.pieces):
            known = chat.setdefault(piece.first, piece)
            if known != piece:
                text = f"chat {history.chat} seq {piece.first}: {known} and {piece}"
                found.append(Violation("disagreement", text))
    return truth, found


def _events(pieces: Iterable[Piece]) -> Iterator[Piece]:
    return (piece for piece in pieces if piece.id is not None)


def _gaps(histories: Iterable[HistoryRecord]) -> Iterator[Violation]:
    for history in histories:
        where = f"history of {history.chat} for {history.person}"
        yield from _closing(where, "gap", 0, history.pieces)
        last = history.pieces[-1].last if history.pieces else 0
        if last != history.head:
            yield Violation("gap", f"{where} ends at {last}, its head is {history.head}")


def _closing(where: str, rule: str, base: int, pieces: Iterable[Piece]) -> Iterator[Violation]:
    last = base
    for piece in pieces:
        if piece.first != last + 1 or piece.last < piece.first:
            yield Violation(rule, f"{where}: {piece.first}-{piece.last} follows {last}")
        last = piece.last


def _doubles(truth: Truth) -> Iterator[Violation]:
    for chat, events in truth.items():
        first_seq: dict[tuple[str | None, str | None], int] = {}
        for seq, piece in sorted(events.items()):
            before = first_seq.setdefault((piece.sender, piece.id), seq)
            if before != seq:
                yield Violation("doubled", f"chat {chat}: id {piece.id} at {before} and {seq}")


def _sends(sends: Iterable[SendRecord], truth: Truth) -> Iterator[Violation]:
    places: dict[tuple[str, str], tuple[int, Piece]] = {}
    for chat, events in truth.items():
        for seq, piece in events.items():
            if piece.id is not None:
                places.setdefault((chat, piece.id), (seq, piece))
    for send in sends:
        where = f"{send.device} #{send.order} ({send.id}) in {send.chat}"
        place = places.get((send.chat, send.id))
        if place is None:
            if send.seq is not None:
                yield Violation("lost", f"{where}: was told seq {send.seq}, not in history")
            elif send.acked and send.code is None:
                yield Violation("lost", f"{where}: acknowledged, no outcome")
            continue
        seq, piece = place
        if send.code is not None:
            yield Violation("contradiction", f"{where}: rejected ({send.code}) and at seq {seq}")
        if send.seq is not None and send.seq != seq:
            yield Violation("contradiction", f"{where}: told seq {send.seq}, is at {seq}")
        said = send.body if piece.body is None else piece.body
        if (piece.tag, piece.sender, said) != (send.tag, send.sender, send.body):
            yield Violation("altered", f"{where}: at seq {seq} is another text or sender")


def _order(sends: Iterable[SendRecord], truth: Truth) -> Iterator[Violation]:
    seqs = {
        (chat, piece.id): seq for chat, events in truth.items() for seq, piece in events.items()
    }
    last: dict[tuple[str, str], tuple[int, int]] = {}
    for send in sorted(sends, key=lambda send: (send.device, send.order)):
        seq = seqs.get((send.chat, send.id))
        if seq is None:
            continue
        key = (send.device, send.chat)
        before = last.get(key)
        if before is not None and seq <= before[1]:
            text = (
                f"{send.device} in {send.chat}: #{before[0]} at {before[1]}, #{send.order} at {seq}"
            )
            yield Violation("order", text)
        last[key] = (send.order, seq)


def _live(run: RunRecord) -> Iterator[Violation]:
    histories = {(history.person, history.chat): history for history in run.histories}
    for live in run.live:
        history = histories.get((live.person, live.chat))
        if history is not None:
            yield from _live_of(live, history)


def _live_of(live: LiveRecord, history: HistoryRecord) -> Iterator[Violation]:
    where = f"{live.device} in {live.chat}"
    yield from _closing(where, "live", live.base, live.pieces)
    head = live.pieces[-1].last if live.pieces else live.base
    expected_head = history.head if live.gone_at is None else min(live.gone_at, history.head)
    if live.hole or head < expected_head:
        yield Violation("behind", f"{where}: has up to {head}, the head is {expected_head}")
    mine = [(piece.first, piece) for piece in _events(live.pieces)]
    theirs = [
        (piece.first, piece) for piece in _events(history.pieces) if live.base < piece.first <= head
    ]
    if mine != theirs:
        extra = sorted(seq for seq, _ in set(mine) - set(theirs))
        lacking = sorted(seq for seq, _ in set(theirs) - set(mine))
        text = f"got {_some(extra)} beyond history, lacks {_some(lacking)}"
        yield Violation("live", f"{where}: {text}")


def _some(seqs: list[int]) -> str:
    return f"{len(seqs)} {seqs[:10]}"


def _states(timelines: Iterable[TimelineRecord], truth: Truth) -> Iterator[Violation]:
    for timeline in timelines:
        events = truth.get(timeline.chat, {})
        for shown in timeline.messages:
            made = _state(events, shown.seq, timeline.as_of)
            if shown != made:
                text = f"chat {timeline.chat} for {timeline.person}: {shown}, by its events {made}"
                yield Violation("state", text)


def _state(events: dict[int, Piece], seq: int, as_of: int) -> StateRecord | None:
    """A message by all its events up to `as_of`; None when there is no such message."""
    created = events.get(seq)
    if created is None or created.tag != MESSAGE:
        return None
    body, reactions = created.body or "", set[tuple[str, str]]()
    for at, piece in sorted(events.items()):
        if piece.target != seq or at > as_of:
            continue
        if piece.tag == DELETED:
            return StateRecord(seq, "", deleted=True)
        if piece.tag == EDITED:
            body = piece.body or ""
        else:
            emoji, _, on = (piece.body or "").partition(" ")
            mine = (piece.sender or "", emoji)
            reactions = reactions | {mine} if on else reactions - {mine}
    return StateRecord(seq, body, reactions=frozenset(reactions))
