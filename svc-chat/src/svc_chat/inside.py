"""What the gateways ask: views of streams, heads, raw events. The callers are ours; people never get here."""

import contextlib
from collections.abc import Mapping, Sequence

from nexync_contracts.events import ChatKind
from nexync_contracts.ids import ChatId, PersonId, Stream, chat_stream, person_stream
from nexync_contracts.limits import REPAIR_EVENTS
from nexync_contracts.session import (
    Heads,
    PersonStreams,
    StreamEvents,
    StreamHead,
    StreamView,
)
from svc_chat.chapters import without
from svc_chat.errors import NothingThereError, WindowsAwayError
from svc_chat.listing import Listing
from svc_chat.ports import StreamStore, WindowHead, Windows
from svc_chat.reading import StreamReading, View
from svc_chat.spans import Range


class Inside:
    """Raises NothingThereError, NotYetError."""

    def __init__(
        self, reading: StreamReading, store: StreamStore, listing: Listing, windows: Windows
    ) -> None:
        self._reading = reading
        self._store = store
        self._listing = listing
        self._windows = windows

    async def streams_of(self, person: PersonId, at_least: int | None) -> PersonStreams:
        """A person's own stream and all chats, former ones included.

        A `chat.joined` enters the person's stream only after Postgres has the membership, so waiting for the
        stream's head is enough.
        """
        stream = person_stream(person)
        partition = await self._store.partition_of(stream)
        if partition is None:
            raise NothingThereError
        epoch, head = await self._person_head(stream, at_least)
        return PersonStreams(
            person=person,
            partition=partition,
            epoch=epoch,
            head=head,
            chats=tuple(await self._listing.streams(person)),
        )

    async def view(self, chat: ChatId, person: PersonId, at_least: int | None) -> StreamView:
        """One chat as one person may see it. Raises NothingThereError for strangers."""
        look = await self._reading.look(chat_stream(chat), person=person, at_least=at_least)
        return StreamView(
            chat=chat,
            kind=look.view.kind or ChatKind.GROUP,
            partition=look.view.partition,
            epoch=look.view.epoch,
            head=look.view.head,
            role=look.view.membership.role,
            spans=look.view.membership.spans,
        )

    async def heads(self, streams: Sequence[Stream]) -> Heads:
        """The farther of what Postgres and the windows know; streams without an event are left out."""
        windows: Mapping[Stream, WindowHead] = {}
        with contextlib.suppress(WindowsAwayError):
            windows = (await self._windows.heads(streams, ())).heads
        stored = await self._store.heads(streams)
        heads: list[StreamHead] = []
        for stream in streams:
            known: list[tuple[int, int]] = []
            if stream in windows:
                known.append((windows[stream].epoch, windows[stream].seq))
            if stream in stored:
                known.append((stored[stream].epoch, stored[stream].head))
            if known:
                epoch, seq = max(known)
                heads.append(StreamHead(stream=stream, epoch=epoch, seq=seq))
        return Heads(heads=tuple(heads))

    async def events(self, stream: Stream, after: int, limit: int) -> StreamEvents:
        """What follows `after`, whoever may see it, without what is gone by the chat's retention.

        So whoever asks for what is gone finds a hole, and has its reader begin anew.
        """
        count = min(limit, REPAIR_EVENTS)

        def choose(view: View) -> Sequence[Range]:
            high = min(after + count, view.head)
            return without([Range(after + 1, high)], view.gone) if high > after else []

        look = await self._reading.look(stream, choose)
        return StreamEvents(
            stream=stream, epoch=look.view.epoch, head=look.view.head, events=look.records
        )

    async def _person_head(self, stream: Stream, at_least: int | None) -> tuple[int, int]:
        wanted = at_least or None
        try:
            view = (await self._reading.look(stream, at_least=wanted)).view
        except NothingThereError:
            return await self._store.log_epoch(), 0
        return view.epoch, view.head
