"""Where a stream's events lie in time, and what of them its retention has taken: pure arithmetic on chapters."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from svc_chat.spans import Range

LATEST: Final = 2**62


class Chapter(NamedTuple):
    """Events from `first_seq` up to the next chapter; `first_n` messages came before, `first_at` is Unix ms.

    `kept_from`: what is older than this is gone, of the class that the chapter is of.
    """

    first_seq: int
    first_n: int
    first_at: int
    kept_from: int

    @property
    def gone(self) -> bool:
        """Whether readers have it no more; chapters never mix two months, so all of it or nothing."""
        return self.first_at < self.kept_from


def gone_ranges(chapters: Sequence[Chapter], head: int) -> tuple[Range, ...]:
    """What is gone of a stream that Postgres has up to `head`, ascending, disjoint, not adjacent."""
    found: list[Range] = []
    for index, chapter in enumerate(chapters):
        if not chapter.gone:
            continue
        following = chapters[index + 1].first_seq if index + 1 < len(chapters) else head + 1
        if found and found[-1].high + 1 == chapter.first_seq:
            found[-1] = Range(found[-1].low, following - 1)
        else:
            found.append(Range(chapter.first_seq, following - 1))
    return tuple(found)


def without(ranges: Sequence[Range], gone: Sequence[Range]) -> list[Range]:
    """The ranges without what is gone."""
    left = list(ranges)
    for hole in gone:
        cut: list[Range] = []
        for part in left:
            if hole.high < part.low or part.high < hole.low:
                cut.append(part)
                continue
            if part.low < hole.low:
                cut.append(Range(part.low, hole.low - 1))
            if hole.high < part.high:
                cut.append(Range(hole.high + 1, part.high))
        left = cut
    return left


def first_kept(gone: Sequence[Range]) -> int:
    """The seq before which everything is gone, 1 when the beginning is there."""
    return gone[0].high + 1 if gone and gone[0].low == 1 else 1


def kept_from(chapters: Sequence[Chapter]) -> int | None:
    """The time (Unix ms) before which everything is gone; None when the beginning is there."""
    found: int | None = None
    for chapter in chapters:
        if not chapter.gone:
            break
        found = chapter.kept_from
    return found


def lost(chapters: Sequence[Chapter], after_n: int, up_to_n: int) -> int:
    """How many of the messages number `after_n` + 1 to `up_to_n` are gone."""
    count = 0
    for index, chapter in enumerate(chapters):
        if chapter.gone:
            last = index + 1 == len(chapters)
            end = up_to_n if last else min(up_to_n, chapters[index + 1].first_n)
            count += max(0, end - max(after_n, chapter.first_n))
    return count


def window(chapters: Sequence[Chapter], low: int, high: int) -> tuple[int, int]:
    """Times (Unix ms, inclusive) between which the events `low` to `high` lie: the months to look into."""
    since, until = 0, LATEST
    for chapter in chapters:
        if chapter.first_seq <= low:
            since = chapter.first_at
        elif chapter.first_seq > high:
            until = chapter.first_at
            break
    return since, until


def around(chapters: Sequence[Chapter], at: int, head: int) -> tuple[int, int]:
    """The seqs between which the first event that is not older than `at` (Unix ms) is, if there is one up to `head`."""
    low, high = 1, head
    for chapter in chapters:
        if chapter.first_at < at:
            low = chapter.first_seq
        else:
            high = chapter.first_seq
            break
    return low, high
