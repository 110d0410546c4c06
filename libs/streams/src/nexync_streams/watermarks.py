"""How far one person is in one chat: two watermarks that only grow, whatever comes twice or out of order. Pure."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from nexync_contracts.limits import READ_MOMENTS

MINUTE_MS: Final = 60_000


class Moment(NamedTuple):
    """Everything up to `seq` had been read by the minute `at` (Unix ms)."""

    seq: int
    at: int


class Watermark(NamedTuple):
    """What was read and what has arrived, as seqs, each with its time (Unix ms); 0 for nothing yet.

    `moments` says when it was read, newest first: each further and later than the next, READ_MOMENTS at most.
    """

    read: int = 0
    read_at: int = 0
    delivered: int = 0
    delivered_at: int = 0
    moments: tuple[Moment, ...] = ()


NOTHING: Final = Watermark()


def marked(read: int, delivered: int, at: int) -> Watermark:
    """One word of a device at Unix ms `at`. Who has read something has it."""
    arrived = max(read, delivered)
    return Watermark(
        read=read,
        read_at=at if read else 0,
        delivered=arrived,
        delivered_at=at if arrived else 0,
        moments=(Moment(read, at - at % MINUTE_MS),) if read else (),
    )


def joined(one: Watermark, other: Watermark) -> Watermark:
    """Both together: the larger seqs, each with the earliest time that is known of it."""
    read, read_at = _later(one.read, one.read_at, other.read, other.read_at)
    delivered, delivered_at = _later(
        one.delivered, one.delivered_at, other.delivered, other.delivered_at
    )
    moments = (
        one.moments if one.moments == other.moments else frontier((*one.moments, *other.moments))
    )
    return Watermark(read, read_at, delivered, delivered_at, moments)


def frontier(moments: Sequence[Moment]) -> tuple[Moment, ...]:
    """The moments that say something: none that another one, no later, goes as far as."""
    kept: list[Moment] = []
    for moment in sorted(moments, key=lambda one: (-one.seq, one.at)):
        if not kept or moment.at < kept[-1].at:
            kept.append(moment)
    return tuple(kept[:READ_MOMENTS])


def read_by(moments: Sequence[Moment], seq: int) -> tuple[int, bool] | None:
    """By when `seq` was read (Unix ms), and whether that may have been long before; None if it wasn't."""
    found = [moment for moment in moments if moment.seq >= seq]
    if not found:
        return None
    forgotten = len(moments) >= READ_MOMENTS and found[-1] == moments[-1]
    return found[-1].at, forgotten


def _later(one: int, one_at: int, other: int, other_at: int) -> tuple[int, int]:
    if one == other:
        return one, min(one_at, other_at)
    return (one, one_at) if one > other else (other, other_at)
