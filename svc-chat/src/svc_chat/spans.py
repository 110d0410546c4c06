"""What a person may see of a stream, as ranges of seq: pure arithmetic on spans."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nexync_contracts.events import (
    ChatCreated,
    EventRecord,
    MemberAdded,
    MemberRemoved,
    MemberRoleChanged,
    Role,
)
from nexync_contracts.ids import PersonId
from nexync_contracts.session import Span
from nexync_streams.seeing import visible_ranges


class Range(NamedTuple):
    """Seqs from `low` to `high`, both inclusive, low <= high."""

    low: int
    high: int

    @property
    def size(self) -> int:
        return self.high - self.low + 1


class Membership(NamedTuple):
    """The spans of one person in one chat, oldest first, and the present role (None: no longer a member).

    `joined_n` counts the messages when the last span began, `left_n` when it ended, None while it goes on.
    """

    spans: tuple[Span, ...]
    role: Role | None
    joined_n: int = 0
    left_n: int | None = None


NO_MEMBERSHIP = Membership((), None)


def advance(membership: Membership, person: PersonId, events: Iterable[EventRecord]) -> Membership:
    """The membership after further events of the chat's stream."""
    spans, role = list(membership.spans), membership.role
    joined_n, left_n = membership.joined_n, membership.left_n
    for record in events:
        match record.event:
            case ChatCreated(members=members):
                for member in members:
                    if member.person == person:
                        spans, role = [Span(from_seq=record.seq)], member.role
                        joined_n, left_n = record.n, None
            case MemberAdded() as added if added.person == person and role is None:
                if added.history:
                    earlier = [span for span in spans if span.from_seq > 1]
                    spans = [Span(from_seq=1, until_seq=record.seq - 1), *earlier]
                spans.append(Span(from_seq=record.seq))
                role, joined_n, left_n = added.role, record.n, None
            case MemberRemoved() as removed if removed.person == person and role is not None:
                spans[-1] = Span(from_seq=spans[-1].from_seq, until_seq=record.seq)
                role, left_n = None, record.n
            case MemberRemoved(promoted=promoted) if promoted == person:
                role = Role.ADMIN
            case MemberRoleChanged() as changed if changed.person == person:
                role = changed.role
            case _:
                pass
    return Membership(tuple(spans), role, joined_n, left_n)


def visible(spans: Sequence[Span], head: int) -> list[Range]:
    """The ranges up to `head` that the spans cover, ascending and disjoint."""
    if len(spans) == 1:
        low, until = spans[0].from_seq, spans[0].until_seq
        high = head if until is None else min(until, head)
        return [Range(low, high)] if low <= high else []
    return [Range(low, high) for low, high in visible_ranges(spans, 0, head)]


def visible_head(spans: Sequence[Span], head: int) -> int:
    """The last seq that may be seen; 0 when nothing may."""
    ranges = visible(spans, head)
    return ranges[-1].high if ranges else 0


def within(ranges: Sequence[Range], low: int, high: int) -> list[Range]:
    """The parts of the ranges inside [low, high]."""
    clipped = (Range(max(part.low, low), min(part.high, high)) for part in ranges)
    return [part for part in clipped if part.low <= part.high]


def newest(ranges: Sequence[Range], count: int) -> list[Range]:
    """The last `count` seqs of the ranges."""
    taken: list[Range] = []
    for part in reversed(ranges):
        if count <= 0:
            break
        low = max(part.low, part.high - count + 1)
        taken.append(Range(low, part.high))
        count -= part.high - low + 1
    return taken[::-1]


def oldest(ranges: Sequence[Range], count: int) -> list[Range]:
    """The first `count` seqs of the ranges."""
    taken: list[Range] = []
    for part in ranges:
        if count <= 0:
            break
        high = min(part.high, part.low + count - 1)
        taken.append(Range(part.low, high))
        count -= high - part.low + 1
    return taken


def gaps(ranges: Sequence[Range], low: int, high: int) -> list[Range]:
    """What of [low, high] the ranges don't cover: with them it closes the numbers."""
    missing: list[Range] = []
    position = low
    for part in within(ranges, low, high):
        if part.low > position:
            missing.append(Range(position, part.low - 1))
        position = part.high + 1
    if position <= high:
        missing.append(Range(position, high))
    return missing
