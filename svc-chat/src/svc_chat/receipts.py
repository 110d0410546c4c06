"""Who has got and read what, told to those who may know it.

Who tells nothing of oneself is told nothing. A block works like that between two people: to either it looks as if the
other one told nothing, so it says no more than a setting does.
"""

from collections.abc import Sequence

from nexync_contracts.events import MessageCreated
from nexync_contracts.ids import ChatId, PersonId, chat_stream
from nexync_contracts.limits import PAGE_MAX, RECEIPT_MEMBERS
from nexync_contracts.receipt_rest import MemberReceipt, ReceiptsView, SeenBy, SeenView
from nexync_streams.blocking import is_hidden, shows
from nexync_streams.watermarks import read_by
from svc_chat.errors import NothingThereError
from svc_chat.ports import Reader, ReceiptStore
from svc_chat.reading import StreamReading, View
from svc_chat.spans import Range, visible, within


class Receipts:
    """Raises NothingThereError for those who aren't members, NotYetError."""

    def __init__(self, reading: StreamReading, store: ReceiptStore) -> None:
        self._reading = reading
        self._store = store

    async def of(self, me: PersonId, chat: ChatId) -> ReceiptsView:
        """How far the others are; in a large chat nobody is named."""
        look = await self._reading.look(chat_stream(chat), person=me)
        if look.view.membership.role is None:
            raise NothingThereError
        if not await self._store.tells(me):
            return ReceiptsView(chat=chat, told=False, live=False)
        found = await self._store.members(chat, me, RECEIPT_MEMBERS)
        if found is None:
            return ReceiptsView(chat=chat, told=True, live=False)
        return ReceiptsView(chat=chat, told=True, live=True, members=tuple(map(_member, found)))

    async def seen(
        self, me: PersonId, chat: ChatId, target: int, after: str | None, limit: int | None
    ) -> SeenView:
        """Who has read one message that the person sees; `after` is the last username of the page before."""

        def choose(view: View) -> Sequence[Range]:
            return within(visible(view.membership.spans, view.head), target, target)

        look = await self._reading.look(chat_stream(chat), choose, person=me)
        record = look.records[0] if look.records else None
        if look.view.membership.role is None or not (
            record is not None and isinstance(record.event, MessageCreated) and shows(record, me)
        ):
            raise NothingThereError
        if not await self._store.tells(me):
            return SeenView(chat=chat, seq=target, told=False)
        if is_hidden(record.event):
            # The one other member of a private chat has not got it and never will, however far they have read.
            return SeenView(chat=chat, seq=target, told=True, of=1)
        count = PAGE_MAX if limit is None else limit
        seen = await self._store.seen(chat, me, record.by, target, after or "", count + 1)
        page = seen.readers[:count]
        return SeenView(
            chat=chat,
            seq=target,
            told=True,
            of=seen.of,
            delivered=seen.delivered,
            seen=seen.read,
            people=tuple(_seen_by(reader, target) for reader in page),
            next=page[-1].username if len(seen.readers) > count else None,
        )


def _member(reader: Reader) -> MemberReceipt:
    mark = reader.watermark
    return MemberReceipt(
        person=reader.person,
        since=reader.since,
        read=mark.read,
        read_at=mark.read_at,
        delivered=mark.delivered,
        delivered_at=mark.delivered_at,
    )


def _seen_by(reader: Reader, target: int) -> SeenBy:
    at, earlier = read_by(reader.watermark.moments, target) or (0, False)
    return SeenBy(
        person=reader.person, username=reader.username, name=reader.name, at=at, earlier=earlier
    )
