"""The checks of what people have read, and of who is a member: records in, violations out. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from nexync_e2e.loss.records import Piece, RunRecord, WatermarkRecord
from nexync_e2e.loss.violation import Violation


def receipts(run: RunRecord) -> Iterator[Violation]:
    """A watermark is at least what was confirmed, at most what was said, and never goes back."""
    confirmed: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    said: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for mark in run.marks:
        key = (mark.person, mark.chat)
        confirmed[key] = _larger(confirmed[key], mark.confirmed)
        said[key] = _larger(said[key], mark.said)
    for final in run.finals:
        key = (final.person, final.chat)
        least, (read, delivered) = confirmed[key], said[key]
        # Who has read something has it.
        most = (read, max(read, delivered))
        if _larger(final.at, least) != final.at:
            yield Violation("receipt", f"{_of(final)}: {least} was confirmed")
        if _larger(final.at, most) != most:
            yield Violation("receipt", f"{_of(final)}: only {most} was ever said")
    yield from _backwards(run)


def _backwards(run: RunRecord) -> Iterator[Violation]:
    last: dict[tuple[str, str], tuple[int, int]] = {}
    for sample in (*run.samples, *run.finals):
        key = (sample.person, sample.chat)
        before = last.get(key, (0, 0))
        if _larger(sample.at, before) != sample.at:
            yield Violation("went_back", f"{_of(sample)} after {before}")
        last[key] = _larger(before, sample.at)


def members(run: RunRecord, truth: Mapping[str, Mapping[int, Piece]]) -> Iterator[Violation]:
    """Snapshot + events = fresh snapshot: who is a member as what, by the events and as it is shown."""
    for shown in run.members:
        roles: dict[str, str] = {}
        for seq, piece in sorted(truth.get(shown.chat, {}).items()):
            if seq > shown.head or piece.tag not in MEMBER_TAGS:
                continue
            for line in (piece.body or "").splitlines():
                person, role = line.split()[:2]
                roles[person] = role
        made = frozenset((person, role) for person, role in roles.items() if role != "-")
        if made != shown.roles:
            text = f"chat {shown.chat} at {shown.head}: {sorted(shown.roles)}, by its events {sorted(made)}"
            yield Violation("members", text)


MEMBER_TAGS = frozenset({"chat.created", "member.added", "member.removed", "member.role_changed"})


def _larger(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return max(one[0], other[0]), max(one[1], other[1])


def _of(mark: WatermarkRecord) -> str:
    return f"{mark.person} in {mark.chat} is at {mark.at}"
