"""The list of a person's chats: Postgres and the windows merged, a fixed number of queries a page."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

from nexync_contracts.events import (
    MEMBERSHIP_TAGS,
    STATE_TAGS,
    ChatKind,
    ChatRenamed,
    EventRecord,
    MessageCreated,
)
from nexync_contracts.ids import ChatId, PersonId, Stream, chat_stream, is_deleted
from nexync_contracts.limits import READ_WAIT_SECONDS
from nexync_contracts.rest import ChatsPage, ChatView, MemberView, PersonView
from nexync_contracts.session import StreamView
from nexync_streams.blocking import shows
from nexync_streams.group_settings import UNCHANGED, settings_after
from svc_chat.chapters import first_kept, gone_ranges, lost
from svc_chat.errors import InvalidError, NothingThereError, NotYetError, WindowsAwayError
from svc_chat.own import NOTHING_KEPT
from svc_chat.owning import own_view
from svc_chat.pacing import Pace
from svc_chat.ports import (
    ChatFacts,
    ChatSeat,
    ChatStore,
    PeopleStore,
    StoredHead,
    WindowHeads,
    Windows,
)
from svc_chat.relations import view_of
from svc_chat.spans import Range, advance, visible, visible_head

DEFAULT_PAGE: Final = 50

_UNFOLDED: Final = MEMBERSHIP_TAGS | {"member.role_changed"}
"""What of a window is read from Postgres, where it is at once; everything else is folded on top."""

Tails = Mapping[Stream, Sequence[EventRecord]]


@dataclass(frozen=True, slots=True)
class Present:
    """What somebody may see of the chats that they are in, and the newest events of those that moved lately.

    The chat that was active last comes first. Ranges are ascending and disjoint.
    """

    ranges: Mapping[Stream, Sequence[Range]]
    tails: Tails


@dataclass(frozen=True, slots=True)
class _Cursor:
    """The last chat of a page: time of its last activity (Unix ms) and id."""

    at: int
    chat: str

    def encode(self) -> str:
        return base64.urlsafe_b64encode(f"{self.at}:{self.chat}".encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> "_Cursor":
        """Raises InvalidError on anything that isn't one of ours."""
        try:
            padded = text + "=" * (-len(text) % 4)
            at, _, chat = base64.b64decode(padded, altchars=b"-_", validate=True).partition(b":")
            return cls(int(at), chat.decode("ascii"))
        except (ValueError, binascii.Error):
            raise InvalidError(("query", "after"), "is not a cursor of this list") from None


class Listing:
    """Chats with head, unread and last event. Raises NotYetError when a window stays unknown."""

    def __init__(
        self,
        chats: ChatStore,
        people: PeopleStore,
        windows: Windows,
        pace: Callable[[], Pace],
    ) -> None:
        self._chats = chats
        self._people = people
        self._windows = windows
        self._pace = pace

    async def page(self, person: PersonId, after: str | None, limit: int | None) -> ChatsPage:
        """The chats by last activity, newest first."""
        cursor = _Cursor.decode(after) if after is not None else None
        count = DEFAULT_PAGE if limit is None else limit
        pace = self._pace()
        while True:
            seats, tails, known = await self._seats_and_tails(person)
            ordered = sorted(
                ((_active_at(person, seat, tails), seat.chat) for seat in seats), reverse=True
            )
            if cursor is not None:
                ordered = [entry for entry in ordered if entry < (cursor.at, cursor.chat)]
            page = ordered[:count]
            views = await self._views(person, [chat for _, chat in page], tails) if known else None
            if views is not None:
                following = _Cursor(*page[-1]).encode() if len(ordered) > count else None
                return ChatsPage(chats=tuple(views), next=following)
            if not await pace.again(READ_WAIT_SECONDS):
                raise NotYetError

    async def chat(self, person: PersonId, chat: ChatId) -> ChatView:
        """One chat. Raises NothingThereError for strangers."""
        pace = self._pace()
        while True:
            tails = await self._tails(await self._ahead(chat))
            views = await self._views(person, [chat], tails)
            if views:
                return views[0]
            if not await pace.again(READ_WAIT_SECONDS):
                raise NothingThereError if views is not None else NotYetError

    async def stored(self, person: PersonId, chat: ChatId) -> None:
        """Return once Postgres has every change of the chat itself that the windows show. Raises NotYetError.

        A page asks for members or links because an event has told it of a change, which is published a moment
        before it is stored.
        """
        pace = self._pace()
        while True:
            tails = await self._tails(await self._ahead(chat))
            fact = (await self._chats.facts(person, [chat])).get(chat)
            ahead = _tail(chat, fact.stored, tails) if fact is not None else []
            if not any(record.event.tag in STATE_TAGS for record in ahead):
                return
            if not await pace.again(READ_WAIT_SECONDS):
                raise NotYetError

    async def streams(self, person: PersonId) -> list[StreamView]:
        """Every chat the person is or was in, with head and spans, for a gateway."""
        pace = self._pace()
        while True:
            seats, tails, known = await self._seats_and_tails(person, kinds=True)
            if known:
                return [_stream_view(person, seat, tails) for seat in seats]
            if not await pace.again(READ_WAIT_SECONDS):
                raise NotYetError

    async def present(self, person: PersonId) -> "Present":
        """The chats that the person is in now, and what only the windows have of them. Raises NotYetError."""
        pace = self._pace()
        while True:
            seats, tails, known = await self._seats_and_tails(person)
            if known:
                return Present(_ranges(person, seats, tails), tails)
            if not await pace.again(READ_WAIT_SECONDS):
                raise NotYetError

    async def _seats_and_heads(
        self, person: PersonId, *, kinds: bool
    ) -> tuple[list[ChatSeat], WindowHeads | None]:
        seats = await self._chats.seats(person, kinds=kinds)
        if not seats:
            return seats, None
        try:
            heads = await self._windows.heads(
                [chat_stream(seat.chat) for seat in seats],
                {seat.stored.partition for seat in seats},
            )
        except WindowsAwayError:
            return seats, None
        return seats, heads

    async def _seats_and_tails(
        self, person: PersonId, *, kinds: bool = False
    ) -> tuple[list[ChatSeat], Tails, bool]:
        seats, heads = await self._seats_and_heads(person, kinds=kinds)
        if heads is None:
            return seats, {}, True
        behind = {
            chat_stream(seat.chat): Range(seat.stored.head + 1, head.seq)
            for seat in (seats if heads.heads else ())
            if (head := heads.heads.get(chat_stream(seat.chat))) is not None
            and head.seq > seat.stored.head
        }
        tails = await self._tails(behind)
        return seats, tails, _all_live(seats, heads) and _whole(behind, tails)

    async def _ahead(self, chat: ChatId) -> dict[Stream, Range]:
        """All that the window may hold of a chat that Postgres may not have yet."""
        stream = chat_stream(chat)
        try:
            heads = await self._windows.heads([stream], ())
        except WindowsAwayError:
            return {}
        head = heads.heads.get(stream)
        return {stream: Range(1, head.seq)} if head is not None else {}

    async def _tails(self, wanted: Mapping[Stream, Range]) -> Tails:
        if not wanted:
            return {}
        try:
            return await self._windows.tails(wanted)
        except WindowsAwayError:
            return {}

    async def _views(
        self, person: PersonId, chats: Sequence[ChatId], tails: Tails
    ) -> list[ChatView] | None:
        """None when Postgres must first take in a change of its members that the windows already show."""
        if not chats:
            return []
        facts = await self._chats.facts(person, chats)
        fresh = {chat: _tail(chat, fact.stored, tails) for chat, fact in facts.items()}
        if any(record.event.tag in _UNFOLDED for tail in fresh.values() for record in tail):
            return None
        partners = {
            member.person
            for fact in facts.values()
            if fact.kind is ChatKind.PRIVATE
            for member in fact.members
            if member.person != person
        }
        rows = await self._people.rows(person, partners) if partners else {}
        views = {key: view_of(row) for key, row in rows.items()}
        return [_view(person, facts[chat], fresh[chat], views) for chat in chats if chat in facts]


def _all_live(seats: Sequence[ChatSeat], heads: WindowHeads) -> bool:
    return all(seat.stored.partition in heads.live for seat in seats)


def _whole(wanted: Mapping[Stream, Range], tails: Tails) -> bool:
    """Whether every tail begins where Postgres ended; with Redis gone in between there are none."""
    return not tails or all(
        bool(tails[stream]) and tails[stream][0].seq == part.low for stream, part in wanted.items()
    )


def _active_at(person: PersonId, seat: ChatSeat, tails: Tails) -> int:
    tail = _tail(seat.chat, seat.stored, tails)
    tail = [one for one in tail if shows(one, person)] if tail else tail
    return tail[-1].at if tail and seat.membership.role is not None else seat.active_at


def _tail(chat: ChatId, stored: StoredHead, tails: Tails) -> list[EventRecord]:
    """What the window holds beyond Postgres; nothing when Postgres has caught up in between."""
    window = tails.get(chat_stream(chat)) if tails else None
    if not window:
        return []
    tail = [record for record in window if record.seq > stored.head]
    whole = bool(tail) and tail[0].seq == stored.head + 1 and tail[0].epoch >= stored.epoch
    return tail if whole else []


def _ranges(
    person: PersonId, seats: Sequence[ChatSeat], tails: Tails
) -> dict[Stream, Sequence[Range]]:
    """See `Present`. There may be thousands of seats, of which hardly one has a tail."""
    found: dict[Stream, Sequence[Range]] = {}
    for seat in sorted(seats, key=lambda seat: _active_at(person, seat, tails), reverse=True):
        membership, head = seat.membership, seat.stored.head
        tail = _tail(seat.chat, seat.stored, tails)
        if tail:
            membership, head = advance(membership, person, tail), tail[-1].seq
        if membership.role is not None:
            found[chat_stream(seat.chat)] = visible(membership.spans, head)
    return found


def _stream_view(person: PersonId, seat: ChatSeat, tails: Tails) -> StreamView:
    """Head and membership of the same moment: a removal below the head is never overlooked."""
    if seat.kind is None:
        msg = "a seat without its chat's kind"
        raise ValueError(msg)
    tail = _tail(seat.chat, seat.stored, tails)
    membership = advance(seat.membership, person, tail)
    return StreamView(
        chat=seat.chat,
        kind=seat.kind,
        partition=seat.stored.partition,
        epoch=tail[-1].epoch if tail else seat.stored.epoch,
        head=tail[-1].seq if tail else seat.stored.head,
        role=membership.role,
        spans=membership.spans,
    )


def _name(fact: ChatFacts, tail: Sequence[EventRecord]) -> str | None:
    """The newest name: what Postgres doesn't have yet comes after what it has."""
    names = [record.event.name for record in tail if isinstance(record.event, ChatRenamed)]
    return names[-1] if names else fact.name


def _view(
    person: PersonId,
    fact: ChatFacts,
    tail: Sequence[EventRecord],
    partners: Mapping[PersonId, PersonView],
) -> ChatView:
    member = fact.membership.role is not None
    gone = gone_ranges(fact.chapters, fact.stored.head)
    newest = tail[-1] if tail and member else fact.last
    shown = [record for record in tail if shows(record, person)]
    last = shown[-1] if shown and member else fact.last
    head = visible_head(fact.membership.spans, tail[-1].seq if tail else fact.stored.head)
    n = newest.n if newest else _seen_n(fact)
    if last is not None and any(part.low <= last.seq <= part.high for part in gone):
        last = None
    read_n = max(_n_read(fact, tail), fact.membership.joined_n)
    others = [entry.person for entry in fact.members if entry.person != person]
    private = fact.kind is ChatKind.PRIVATE
    settings = reduce(settings_after, tail, fact.settings) if member else UNCHANGED
    return ChatView(
        chat=fact.chat,
        kind=fact.kind,
        name=_name(fact, tail if member else ()),
        partner=partners.get(others[0]) if private and others else None,
        epoch=newest.epoch if newest else fact.stored.epoch,
        head=head,
        n=n,
        unread=max(0, n - read_n - lost(fact.chapters, read_n, n)),
        read_seq=fact.mark[0],
        role=fact.membership.role,
        spans=fact.membership.spans,
        members=tuple(
            MemberView(
                person=entry.person,
                username=entry.username,
                name=entry.name,
                role=entry.role,
                bot=entry.bot,
                picture=entry.picture,
                deleted=is_deleted(entry.username),
            )
            for entry in fact.members
            if member
        ),
        member_count=fact.member_count if member else 0,
        last=last,
        tagline=settings.tagline,
        picture=settings.picture,
        history=settings.history,
        dismissed=settings.dismissed,
        own=None if fact.own == NOTHING_KEPT else own_view(fact.chat, fact.own),
        mentioned=_mentioned(person, fact, tail),
        retention=settings.retention,
        workspace_retention=fact.workspace,
        first_seq=first_kept(gone),
        delivered_seq=fact.delivered,
    )


def _seen_n(fact: ChatFacts) -> int:
    left = fact.membership.left_n
    return fact.stored.n if fact.membership.role is not None or left is None else left


def _n_read(fact: ChatFacts, tail: Sequence[EventRecord]) -> int:
    """The messages so far at the read mark, which may be ahead of what Postgres has of the chat."""
    seq, n = fact.mark
    return next((record.n for record in reversed(tail) if record.seq <= seq), n)


def _mentioned(person: PersonId, fact: ChatFacts, tail: Sequence[EventRecord]) -> int:
    """Unread messages that name the person; 0 where it isn't counted."""
    if fact.mentioned is None:
        return 0
    return fact.mentioned + sum(
        isinstance(record.event, MessageCreated)
        and record.seq > fact.mark[0]
        and record.by not in fact.unheard
        and any(mention.person == person for mention in record.event.mentions)
        for record in tail
        if shows(record, person)
    )
