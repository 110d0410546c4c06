"""The checks of who sees what: spans of members, grants of what was before, and blocks. Records in, violations out."""

from collections.abc import Iterator, Mapping

from nexync_e2e.loss.records import HistoryRecord, Piece, RunRecord
from nexync_e2e.loss.violation import Violation

GRANTED = "history"
"""In a line of an event about members: who joins sees the chat from its beginning."""

BLOCKED = "chat.blocked"
UNBLOCKED = "chat.unblocked"
_CREATED = "chat.created"
_MESSAGE = "message.created"


def is_grant(piece: Piece, person: str) -> bool:
    """Whether the event grants this person what was before it."""
    return any(person == who and granted for who, _, granted in _lines(piece))


def last_grant(pieces: Mapping[int, Piece], person: str) -> int:
    """The seq of the newest grant to this person; 0 for none."""
    return max((seq for seq, piece in pieces.items() if is_grant(piece, person)), default=0)


def shown(run: RunRecord, truth: Mapping[str, Mapping[int, Piece]]) -> Iterator[Violation]:
    """A history has what its reader's memberships cover, without what is hidden from them, and nothing else."""
    for history in run.histories:
        events = truth.get(history.chat, {})
        if (made := events.get(1)) is None or made.body is None:
            continue
        spans = _spans(events, history.person)
        wanted = {
            seq
            for seq, piece in events.items()
            if seq <= history.head
            and any(low <= seq <= high for low, high in spans)
            and not (piece.hidden and piece.sender != history.person)
        }
        got = {piece.first for piece in history.pieces if piece.id is not None}
        if got != wanted:
            yield Violation("shown", _difference(history, got, wanted))


def veiled(truth: Mapping[str, Mapping[int, Piece]]) -> Iterator[Violation]:
    """What somebody says is hidden if, and only if, the other one of a private chat blocks them at that number."""
    for chat, events in truth.items():
        blockers: set[str | None] = set()
        for _, piece in sorted(events.items()):
            if piece.tag == BLOCKED:
                blockers.add(piece.sender)
            elif piece.tag == UNBLOCKED:
                blockers.discard(piece.sender)
            elif piece.tag == _MESSAGE and piece.hidden != bool(blockers - {piece.sender}):
                yield Violation(
                    "veil", f"chat {chat}: {piece}, blocked by {sorted(map(str, blockers))}"
                )


def _spans(events: Mapping[int, Piece], person: str) -> list[tuple[int, float]]:
    """From and up to which seq, inclusive, somebody sees a chat."""
    spans: list[tuple[int, float]] = []
    for seq, piece in sorted(events.items()):
        for who, role, granted in _lines(piece):
            inside = bool(spans) and spans[-1][1] == float("inf")
            if who != person:
                continue
            if role == "-":
                spans[-1:] = [(spans[-1][0], seq)] if inside else spans[-1:]
            elif not inside:
                low = 1 if granted or piece.tag == _CREATED else seq
                spans.append((low, float("inf")))
    return spans


def _lines(piece: Piece) -> list[tuple[str, str, bool]]:
    """Person, role and whether what was before is granted, of an event about members."""
    if piece.tag is None or not (piece.tag == _CREATED or piece.tag.startswith("member.")):
        return []
    words = (line.split() for line in (piece.body or "").splitlines())
    return [(person, role, GRANTED in rest) for person, role, *rest in words]


def _difference(history: HistoryRecord, got: set[int], wanted: set[int]) -> str:
    more, less = sorted(got - wanted)[:10], sorted(wanted - got)[:10]
    where = f"history of {history.chat} for {history.person} up to {history.head}"
    return f"{where}: shows {more} that isn't theirs, lacks {less}"
