"""What somebody types into the search field: words, phrases and operators. Pure.

Operators are `from:`, `in:`, `has:`, `after:` and `before:`. Anything else with a colon is text, as in addresses
and times.
"""

import re
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

from nexync_contracts.attachments import AttachmentKind
from nexync_contracts.ids import ChatId
from nexync_contracts.limits import QUERY_TERMS
from svc_chat.errors import InvalidError

_PART: Final = re.compile(r'"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+)')
_OPERATOR: Final = re.compile(r"(from|in|has|after|before):(.*)", re.IGNORECASE | re.DOTALL)
_ZONE: Final = re.compile(r"([+-])(\d\d):([0-5]\d)")
_RUN: Final = re.compile(r"[^\W_]{3,}")
_Q: Final = ("query", "q")
_KINDS: Final = frozenset(kind.value for kind in AttachmentKind)


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """`since` (inclusive) and `until` (exclusive) are Unix ms."""

    terms: tuple[str, ...] = ()
    sender: str | None = None
    chat: ChatId | None = None
    since: int | None = None
    until: int | None = None
    has: frozenset[str] = frozenset()
    """Kinds of files that the message carries, each of them."""


def indexable(term: str) -> bool:
    """Whether trigrams help to find the term inside of words: three letters or digits in a row."""
    return _RUN.search(term) is not None


def wordless(term: str) -> bool:
    """Whether the term has neither letters nor digits, so that no index of words has it."""
    return not any(character.isalnum() for character in term)


def parse(text: str, zone: str | None = None) -> SearchQuery:
    """The query in a text; days begin in `zone` (`+02:00`, else UTC). Raises InvalidError.

    `after:` includes its day, `before:` doesn't: after:2026-01-01 before:2026-02-01 is January.
    """
    offset = _offset(zone)
    terms: list[str] = []
    sender, chat, since, until = None, None, None, None
    has: set[str] = set()
    for part in _PART.finditer(unicodedata.normalize("NFC", text)):
        word = part["word"]
        operator = _OPERATOR.fullmatch(word) if word is not None else None
        if operator is None:
            term = (word if word is not None else part["phrase"]).strip()
            terms += [term] if term and term not in terms else []
            continue
        name, value = operator[1].lower(), operator[2]
        match name:
            case "from":
                sender = _username(value)
            case "in":
                chat = _chat(value)
            case "has":
                has.add(_kind(value))
            case "after":
                since = _day(name, value, offset)
            case _:
                until = _day(name, value, offset)
    if len(terms) > QUERY_TERMS:
        raise InvalidError(_Q, f"has {len(terms)} words, the limit is {QUERY_TERMS}")
    query = SearchQuery(tuple(terms), sender, chat, since, until, frozenset(has))
    if query == SearchQuery():
        raise InvalidError(_Q, "has nothing to search for")
    return query


def _username(value: str) -> str:
    name = value.removeprefix("@").lower()
    if not name:
        raise InvalidError(_Q, "from: needs a username, as in from:ada")
    return name


def _chat(value: str) -> ChatId:
    try:
        return ChatId(str(uuid.UUID(value)))
    except ValueError:
        raise InvalidError(_Q, "in: needs the id of a chat") from None


def _kind(value: str) -> str:
    kind = value.lower()
    if kind not in _KINDS:
        raise InvalidError(_Q, "has: needs image or file, as in has:image")
    return kind


def _day(name: str, value: str, offset: timezone) -> int:
    message = f"{name}: needs a day, as in {name}:2026-01-31"
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII) is None:
        raise InvalidError(_Q, message)
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise InvalidError(_Q, message) from None
    if day.year < 1971:
        return 0
    return round(datetime.combine(day, time(), offset).timestamp() * 1000)


def _offset(zone: str | None) -> timezone:
    if zone is None:
        return UTC
    found = _ZONE.fullmatch(zone)
    if found is None or int(found[2]) > 14:
        raise InvalidError(("query", "zone"), "must be as +02:00, at most 14 hours")
    ahead = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-ahead if found[1] == "-" else ahead)
