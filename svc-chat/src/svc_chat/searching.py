"""Search in what one may see: words and operators in, hits with marked text out.

Postgres is searched, which is at most 5 s behind the log. What the windows know beyond it decides who is in a chat
and which texts are no longer so; messages that only they have are not found yet.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from nexync_contracts.ids import ChatId, PersonId, Stream, chat_stream, is_chat_stream, stream_id
from nexync_contracts.limits import SEARCH_HITS, SEARCH_PAGE
from nexync_contracts.message_events import MessageDeleted, MessageEdited
from nexync_contracts.search_rest import SearchHit, SearchPage
from nexync_streams.blocking import shows
from svc_chat.errors import BusyError, InvalidError, NothingThereError, TooSlowError
from svc_chat.listing import Listing, Present
from svc_chat.ports import Hit, HitPlace, PeopleStore, Phase, SearchStore, Sought
from svc_chat.querying import SearchQuery, indexable, parse, wordless
from svc_chat.relations import view_of
from svc_chat.snippets import snippet
from svc_chat.spans import Range

_INSTEAD: Final = {Phase.WHOLE: Phase.RECENT, Phase.PART: Phase.RECENT_PART}
"""What is done when the index takes too long."""

_PARTIAL: Final = frozenset({Phase.RECENT, Phase.RECENT_PART})


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came: `chat` narrows the search like `in:`, `after` is a cursor."""

    text: str
    chat: str | None = None
    zone: str | None = None
    after: str | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class _Cursor:
    """The last hit of a page, and how many there were up to it."""

    phase: Phase
    shown: int
    place: HitPlace

    def encode(self) -> str:
        at, stream, seq = self.place
        text = f"{self.phase.value}:{self.shown}:{at}:{seq}:{stream}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> "_Cursor":
        """Raises InvalidError on anything that isn't one of ours."""
        try:
            padded = text + "=" * (-len(text) % 4)
            raw = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
            phase, shown, at, seq, stream = raw.split(":", 4)
            place = HitPlace(_number(at), _chat_stream(stream), _number(seq))
            return cls(Phase(phase), _number(shown), place)
        except (ValueError, binascii.Error):
            raise InvalidError(("query", "after"), "is not a cursor of this search") from None


def _number(text: str) -> int:
    if not (text.isdigit() and len(text) <= 16):
        msg = f"{text} is no number of ours"
        raise ValueError(msg)
    return int(text)


def _chat_stream(text: str) -> Stream:
    if not is_chat_stream(Stream(text)):
        msg = f"{text} is no chat's stream"
        raise ValueError(msg)
    return Stream(text)


@dataclass(frozen=True, slots=True)
class _Found:
    """Hits with the phase that each is of; one more than was asked for when there are more."""

    hits: list[tuple[Phase, Hit]]
    partial: bool


class Searching:
    """Pages of hits. Raises InvalidError, NothingThereError for chats that one isn't in, NotYetError, BusyError."""

    def __init__(self, listing: Listing, store: SearchStore, people: PeopleStore) -> None:
        self._listing = listing
        self._store = store
        self._people = people

    async def page(self, person: PersonId, asked: Asked) -> SearchPage:
        """The best hits first, see `SearchPage`."""
        query = parse(asked.text, asked.zone)
        cursor = _Cursor.decode(asked.after) if asked.after is not None else None
        limit = SEARCH_PAGE if asked.limit is None else asked.limit
        shown = cursor.shown if cursor is not None else 0
        count = max(0, min(limit, SEARCH_HITS - shown))
        narrowed = _narrowed(query, asked.chat)
        sought = await self._sought(person, query, await self._listing.present(person), narrowed)
        found = await self._find(sought, cursor, count)
        page = found.hits[:count]
        following = None
        if len(found.hits) > count and page and shown + len(page) < SEARCH_HITS:
            phase, last = page[-1]
            following = _Cursor(phase, shown + len(page), last.place).encode()
        authors = {hit.by for _, hit in page}
        rows = await self._people.rows(person, authors) if authors else {}
        return SearchPage(
            hits=tuple(_hit(hit, query.terms) for _, hit in page),
            people=tuple(view_of(row) for row in rows.values()),
            partial=found.partial,
            next=following,
        )

    async def _sought(
        self, person: PersonId, query: SearchQuery, present: Present, chat: ChatId | None
    ) -> Sought:
        ranges = present.ranges
        if chat is not None:
            stream = chat_stream(chat)
            if stream not in ranges:
                raise NothingThereError
            ranges = {stream: ranges[stream]}
        sender = None
        if query.sender is not None:
            sender = await self._store.author(query.sender)
            if sender is None:
                message = f"from: nobody is called {query.sender}"
                raise InvalidError(("query", "q"), message)
        return Sought(
            viewer=person,
            terms=query.terms,
            ranges=ranges,
            sender=sender,
            since=query.since,
            until=query.until,
            changed=_changed(person, present, ranges),
            has=query.has,
        )

    async def _find(self, sought: Sought, cursor: _Cursor | None, count: int) -> _Found:
        phases = _phases(sought.terms)
        after = None
        if cursor is not None:
            phases = [cursor.phase, *_behind(cursor.phase, phases)]
            after = cursor.place
        partial = not sought.has and any(phase in _PARTIAL for phase in phases)
        hits: list[tuple[Phase, Hit]] = []
        while phases and len(hits) <= count and sought.ranges:
            phase = phases.pop(0)
            try:
                rows = await self._store.hits(sought, phase, after, count + 1 - len(hits))
            except TooSlowError:
                if after is not None or phase not in _INSTEAD:
                    raise BusyError from None
                phases = [_INSTEAD[phase]]
                partial = True
                continue
            hits += [(phase, row) for row in rows]
            after = None
        return _Found(hits, partial)


def _phases(terms: Sequence[str]) -> list[Phase]:
    """The ways to look, best first. Without three letters in a row there is no index of parts of words."""
    if not terms or all(wordless(term) for term in terms):
        return [Phase.RECENT]
    parts = Phase.PART if any(indexable(term) for term in terms) else Phase.RECENT_PART
    return [Phase.WHOLE, parts]


def _behind(phase: Phase, phases: Sequence[Phase]) -> list[Phase]:
    """The phases that follow on the one of a cursor."""
    return list(phases[phases.index(phase) + 1 :]) if phase in phases else []


def _narrowed(query: SearchQuery, chat: str | None) -> ChatId | None:
    if query.chat is not None and chat is not None and query.chat != chat:
        raise InvalidError(("query", "q"), "in: names another chat than the one that is searched")
    return query.chat if chat is None else ChatId(chat)


def _changed(
    person: PersonId, present: Present, ranges: Mapping[Stream, Sequence[Range]]
) -> frozenset[tuple[Stream, int]]:
    """Messages whose texts are others by now, or none, which only the windows know."""
    return frozenset(
        (stream, record.event.target)
        for stream, tail in present.tails.items()
        if stream in ranges
        for record in tail
        if isinstance(record.event, MessageEdited | MessageDeleted) and shows(record, person)
    )


def _hit(hit: Hit, terms: Sequence[str]) -> SearchHit:
    part = snippet(hit.body, terms)
    return SearchHit(
        chat=ChatId(stream_id(hit.place.stream)),
        seq=hit.place.seq,
        by=hit.by,
        at=hit.place.at,
        edited=hit.edited,
        text=part.text,
        marks=part.marks,
        cut_before=part.cut_before,
        cut_after=part.cut_after,
        attachments=hit.attachments,
        hook=hit.hook,
    )
