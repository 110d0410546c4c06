"""Bodies of the REST API of search in history."""

from typing import Annotated

from pydantic import Field, StringConstraints

from nexync_contracts import limits
from nexync_contracts.attachments import Attachments
from nexync_contracts.ids import ChatIdField, HookName, PersonIdField
from nexync_contracts.message_events import Target
from nexync_contracts.model import Tolerant
from nexync_contracts.rest import PersonView


class SearchMark(Tolerant):
    """A part of a hit's text that was searched for: from `start` up to `end`, exclusive.

    Both count UTF-16 code units, as JavaScript does.
    """

    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=1)]


class SearchHit(Tolerant):
    """A message that was found. `text` is a part of its text of now, plain; `marks` are ascending and apart.

    `at` is when it was written, Unix ms. `cut_before` and `cut_after` say that the text goes on there.
    """

    chat: ChatIdField
    seq: Target
    by: PersonIdField
    at: Annotated[int, Field(ge=0)]
    edited: bool = False
    text: Annotated[str, StringConstraints(max_length=limits.SNIPPET_CHARS)]
    marks: Annotated[tuple[SearchMark, ...], Field(max_length=limits.SNIPPET_MARKS)] = ()
    cut_before: bool = False
    cut_after: bool = False
    attachments: Attachments = ()
    hook: HookName | None = None


class SearchPage(Tolerant):
    """Hits, best first: those with every word whole before those with parts of words, then the newest first.

    `partial`: not everything was looked through, only the newest 10,000 messages, because a word is too short for
    an index, there is no word, or it took too long. `people` are the authors. `next` is None at the end and after
    1,000 hits.
    """

    hits: Annotated[tuple[SearchHit, ...], Field(max_length=limits.SEARCH_PAGE_MAX)]
    people: Annotated[tuple[PersonView, ...], Field(max_length=limits.SEARCH_PAGE_MAX)] = ()
    partial: bool = False
    next: str | None = None
