"""Texts of messages, and what is found in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from nexync_contracts.attachments import Attachment
from nexync_contracts.ids import PersonId, Stream
from svc_chat.spans import Range


class Phase(StrEnum):
    """Where a search looks, and what counts there as found; the order is that of the answer."""

    WHOLE = "w"
    """By the index: every term as whole words."""
    PART = "p"
    """By the index: every term anywhere, without what is found as whole words."""
    RECENT_PART = "q"
    """The same in the newest messages alone."""
    RECENT = "r"
    """Every term anywhere in the newest messages alone."""


class HitPlace(NamedTuple):
    """Where a hit stands among those of its phase: newest first. `at` is Unix ms."""

    at: int
    stream: Stream
    seq: int


class Hit(NamedTuple):
    """A message that was found, with its text of now; `place.at` is when it was written."""

    place: HitPlace
    by: PersonId
    edited: bool
    body: str
    attachments: tuple[Attachment, ...] = ()
    hook: str | None = None


@dataclass(frozen=True, slots=True)
class Sought:
    """What a search is for: all `terms`, in what `ranges` say of each stream, the one active last first.

    `since` (inclusive) and `until` (exclusive) are Unix ms. Messages in `changed` have another text or none by now,
    which Postgres doesn't know yet.
    """

    terms: tuple[str, ...]
    ranges: Mapping[Stream, Sequence[Range]]
    sender: PersonId | None = None
    since: int | None = None
    until: int | None = None
    changed: frozenset[tuple[Stream, int]] = frozenset()
    has: frozenset[str] = frozenset()
    """Kinds of files that the message carries, each of them."""
    viewer: PersonId | None = None
    """Who searches: what is hidden is found by its author alone."""


class SearchStore(Protocol):
    """Texts of messages in Postgres."""

    async def hits(
        self, sought: Sought, phase: Phase, after: HitPlace | None, count: int
    ) -> list[Hit]:
        """The first `count` hits behind that place. Raises TooSlowError, BusyError."""
        ...

    async def author(self, username: str) -> PersonId | None:
        """Who has this username."""
        ...
