"""The checks: records in, violations out. No I/O, no clock.

Each rule is one guarantee of the design: durable (G1), once (G2), ordered (G3), live (G4), for who may see it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from nexync_e2e.loss import marks, seeing
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
_INVOLVED = 20
"""Messages of one device that are told of when two of them are out of order."""


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
    "shown": "a history shows its reader what isn't theirs, or lacks what is",
    "veil": "what a blocked person says is not hidden, or what another one says is",
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
    found += _live(run, truth)
    found += _states(run.timelines, truth)
    found += [Violation("unshown", text) for text in run.refused]
    found += marks.members(run, truth)
    found += seeing.shown(run, truth)
    found += seeing.veiled(truth)
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
    ordered = sorted(sends, key=lambda send: (send.device, send.order))
    last: dict[tuple[str, str], tuple[int, int]] = {}
    for at, send in enumerate(ordered):
        seq = seqs.get((send.chat, send.id))
        if seq is None:
            continue
        key = (send.device, send.chat)
        before = last.get(key)
        if before is not None and seq <= before[1]:
            earlier = ordered[before[0]]
            text = f"{send.device} in {send.chat}: #{earlier.order} at {before[1]}, #{send.order} at {seq}"
            between = ordered[before[0] : at + 1][-_INVOLVED:]
            evidence = tuple(line for one in between for line in _evidence(one, seqs))
            yield Violation("order", text, evidence)
        last[key] = (at, seq)


def _evidence(send: SendRecord, seqs: Mapping[tuple[str, str | None], int]) -> Iterator[str]:
    """A message of one device, and what its device saw of it, a line a step."""
    place = seqs.get((send.chat, send.id))
    yield f"#{send.order} {send.id} in {send.chat} at {'none' if place is None else place}"
    yield from (f"  {step}" for step in send.story)


def _live(run: RunRecord, truth: Truth) -> Iterator[Violation]:
    histories = {(history.person, history.chat): history for history in run.histories}
    for live in run.live:
        history = histories.get((live.person, live.chat))
        if history is not None:
            granted = seeing.last_grant(truth.get(live.chat, {}), live.person)
            yield from _live_of(live, history, granted)


def _live_of(live: LiveRecord, history: HistoryRecord, granted: int) -> Iterator[Violation]:
    """What was passed over before a grant is in the history from then on; a device reads it there."""
    where = f"{live.device} in {live.chat}"
    yield from _closing(where, "live", live.base, live.pieces)
    head = live.pieces[-1].last if live.pieces else live.base
    expected_head = history.head if live.gone_at is None else min(live.gone_at, history.head)
    if live.hole or head < expected_head:
        yield Violation("behind", f"{where}: has up to {head}, the head is {expected_head}")
    mine = [(piece.first, piece) for piece in _events(live.pieces)]
    passed = {seq for piece in live.pieces if piece.id is None for seq in _of(piece, granted)}
    theirs = [
        (piece.first, piece)
        for piece in _events(history.pieces)
        if live.base < piece.first <= head and piece.first not in passed
    ]
    if mine != theirs:
        extra = sorted(seq for seq, _ in set(mine) - set(theirs))
        lacking = sorted(seq for seq, _ in set(theirs) - set(mine))
        text = f"got {_some(extra)} beyond history, lacks {_some(lacking)}"
        yield Violation("live", f"{where}: {text}")


def _of(piece: Piece, below: int) -> range:
    return range(piece.first, min(piece.last + 1, below))


def _some(seqs: list[int]) -> str:
    return f"{len(seqs)} {seqs[:10]}"


def _states(timelines: Iterable[TimelineRecord], truth: Truth) -> Iterator[Violation]:
    for timeline in timelines:
        events = truth.get(timeline.chat, {})
        for shown in timeline.messages:
            made = _state(events, shown.seq, timeline)
            if shown != made:
                text = f"chat {timeline.chat} for {timeline.person}: {shown}, by its events {made}"
                yield Violation("state", text)


def _state(events: dict[int, Piece], seq: int, shown: TimelineRecord) -> StateRecord | None:
    """A message by all its events that this reader sees up to then; None when there is no such message."""
    created = events.get(seq)
    if created is None or created.tag != MESSAGE or _is_hidden(created, shown.person):
        return None
    body, reactions = created.body or "", set[tuple[str, str]]()
    for at, piece in sorted(events.items()):
        if piece.target != seq or at > shown.as_of or _is_hidden(piece, shown.person):
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


def _is_hidden(piece: Piece, person: str) -> bool:
    return piece.hidden and piece.sender != person
