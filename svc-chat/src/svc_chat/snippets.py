"""The part of a message that a search shows, and what is marked in it. Pure; text and numbers, never markup."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from nexync_contracts.limits import SNIPPET_CHARS, SNIPPET_MARKS
from nexync_contracts.search_rest import SearchMark

LEAD: Final = 40
"""Characters that are shown before the first mark."""

_WORDS: Final = re.compile(r"\w+")


class Snippet(NamedTuple):
    """`marks` count UTF-16 code units of `text`."""

    text: str
    marks: tuple[SearchMark, ...]
    cut_before: bool
    cut_after: bool


def snippet(body: str, terms: Sequence[str]) -> Snippet:
    """The part around the first term that is found."""
    flat = "".join(" " if character.isspace() else character for character in body)
    found = _merged(_occurrences(flat, terms))
    start = _start(flat, found[0][0] if found else 0)
    end = min(len(flat), start + SNIPPET_CHARS)
    text = flat[start:end]
    clipped = [(max(low, start), min(high, end)) for low, high in found if low < end]
    units = _units(text)
    marks = tuple(
        SearchMark(start=units[low - start], end=units[high - start])
        for low, high in clipped[:SNIPPET_MARKS]
        if low < high
    )
    return Snippet(text, marks, start > 0, end < len(flat))


def _start(text: str, first: int) -> int:
    """Where the part begins: at a word or at least at a character that stands by itself."""
    start = max(0, first - LEAD)
    if start == 0:
        return 0
    space = text.find(" ", start, first)
    if space != -1:
        return space + 1
    while start < first and unicodedata.combining(text[start]):
        start += 1
    return start


def _occurrences(text: str, terms: Sequence[str]) -> list[tuple[int, int]]:
    """Every place of every term, in either case; of a term that isn't there as it is, its words."""
    folded, origin = _folded(text)
    found: list[tuple[int, int]] = []
    for term in terms:
        places = list(_places(folded, term.casefold()))
        if not places:
            words = _WORDS.findall(term.casefold())
            places = [place for word in words for place in _places(folded, word)]
        found += [(origin[low], origin[high - 1] + 1) for low, high in places]
    return sorted(found)


def _places(text: str, needle: str) -> Iterator[tuple[int, int]]:
    at = text.find(needle) if needle else -1
    while at != -1:
        yield at, at + len(needle)
        at = text.find(needle, at + len(needle))


def _folded(text: str) -> tuple[str, list[int]]:
    """The text without case, and for each of its characters the one that it comes from."""
    parts: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(text):
        folded = character.casefold()
        parts.append(folded)
        origin += [index] * len(folded)
    return "".join(parts), origin


def _merged(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for low, high in ranges:
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged


def _units(text: str) -> list[int]:
    """For every position in characters, the one in UTF-16 code units."""
    units = [0]
    for character in text:
        units.append(units[-1] + (2 if ord(character) > 0xFFFF else 1))
    return units
