"""How far people are: what their devices say in a tick goes into `receipt-topic` together, a record a chat.

Who has read what is a fact of the reader's own, so a mark is taken as it is said, but for what its person may not see
and for what isn't there yet. It counts once Kafka has it; until then its client says it again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from nexync_contracts import limits
from nexync_contracts.channels import RECEIPT_BATCH, receipt_partition
from nexync_contracts.frames import ChatMark, MarkedChat, MarkedFrame, MarkFrame
from nexync_contracts.ids import ChatId, PersonId, chat_stream
from nexync_contracts.receipts import ReceiptMark, ReceiptRecord
from svc_gateway import frames
from svc_gateway.errors import BackendAwayError
from svc_gateway.metrics import Counts
from svc_gateway.outbox import Flusher, Outlet
from svc_gateway.people import Person
from svc_gateway.ports import Clock, CommandLog, Sleep
from svc_gateway.rooms import Room, Rooms
from svc_gateway.spans import View

TICK_SECONDS: Final = 0.5
PENDING: Final = 50_000
"""Marks that wait for Kafka; one more is dropped, and said again by its client."""

UNDER_WAY: Final = 256
"""Records that Kafka has not confirmed; while there are so many, marks go on being put together here."""


@dataclass(slots=True)
class _Said:
    """One person's mark in one chat, and to which sockets it has to be confirmed as what."""

    read: int = 0
    delivered: int = 0
    at: int = 0
    sockets: dict[Outlet, tuple[int | None, int | None]] = field(
        default_factory=dict[Outlet, tuple[int | None, int | None]]
    )


_Batch = list[tuple[PersonId, _Said]]


class Marking:
    """Bounded by PENDING marks and UNDER_WAY records, whatever clients say."""

    def __init__(
        self, *, rooms: Rooms, log: CommandLog, flusher: Flusher, clock: Clock, counts: Counts
    ) -> None:
        self._rooms = rooms
        self._log = log
        self._flusher = flusher
        self._clock = clock
        self._counts = counts
        self._said: dict[ChatId, dict[PersonId, _Said]] = {}
        self._waiting = 0
        self._under_way = 0
        self._marked: dict[Outlet, dict[ChatId, MarkedChat]] = {}

    def take(self, frame: MarkFrame, socket: Outlet, person: Person | None) -> None:
        """A frame of a socket; `person` is None until the socket has resumed, and nothing counts until then."""
        if person is None or not person.fresh:
            return
        for mark in frame.marks:
            view = person.views.get(mark.chat)
            if view is not None:
                self._take(mark, socket, person.id, view)

    def tick(self) -> None:
        """Confirm what Kafka has, hand over what was said since the last tick."""
        for socket, chats in self._marked.items():
            marks = list(chats.values())
            for start in range(0, len(marks), limits.CHAT_MARKS):
                told = MarkedFrame(marks=tuple(marks[start : start + limits.CHAT_MARKS]))
                self._flusher.push(socket, frames.wire(told))
        self._marked = {}
        for chat in list(self._said):
            people = self._said[chat]
            while people and self._under_way < UNDER_WAY:
                batch = list(islice(people.items(), RECEIPT_BATCH))
                if not self._produce(chat, batch):
                    return
                for person, _ in batch:
                    del people[person]
                self._waiting -= len(batch)
            if not people:
                del self._said[chat]

    async def tick_forever(self, sleep: Sleep) -> None:
        """A task of the service."""
        while True:
            await sleep(TICK_SECONDS)
            self.tick()

    def _take(self, mark: ChatMark, socket: Outlet, person: PersonId, view: View) -> None:
        room = self._rooms.get(chat_stream(mark.chat))
        end = _end(view, room)
        read, delivered = _most(mark.read, end), _most(mark.delivered, end)
        wanted = delivered
        if room is not None and room.readers > limits.RECEIPT_MEMBERS:
            wanted = None
        said = self._of(mark.chat, person)
        if said is None:
            self._counts.marks_dropped += 1
            return
        self._counts.marks += 1
        said.read = max(said.read, view.newest(read or 0))
        said.delivered = max(said.delivered, view.newest(wanted or 0))
        said.at = self._clock.unix_ms()
        before = said.sockets.get(socket, (None, None))
        said.sockets[socket] = (_larger(before[0], read), _larger(before[1], delivered))

    def _of(self, chat: ChatId, person: PersonId) -> _Said | None:
        people = self._said.get(chat)
        said = None if people is None else people.get(person)
        if said is None and self._waiting < PENDING:
            said = self._said.setdefault(chat, {})[person] = _Said()
            self._waiting += 1
        return said

    def _produce(self, chat: ChatId, batch: _Batch) -> bool:
        """Hand over one record; False when the log takes none now, and all of it waits for the next tick."""
        marks = [
            ReceiptMark(person=person, read=said.read, delivered=said.delivered, at=said.at)
            for person, said in batch
            if said.read or said.delivered
        ]
        if not marks:
            self._confirm(chat, batch)
            return True
        value = ReceiptRecord(chat=chat, marks=tuple(marks)).model_dump_json().encode()

        def delivered(error: Exception | None) -> None:
            self._under_way -= 1
            if error is None:
                self._confirm(chat, batch)
            else:
                self._counts.marks_dropped += len(batch)

        try:
            self._log.produce(receipt_partition(chat), chat_stream(chat).encode(), value, delivered)
        except BackendAwayError:
            return False
        self._under_way += 1
        self._counts.mark_bytes += len(value)
        return True

    def _confirm(self, chat: ChatId, batch: Iterable[tuple[PersonId, _Said]]) -> None:
        for _, said in batch:
            for socket, (read, delivered) in said.sockets.items():
                chats = self._marked.setdefault(socket, {})
                before = chats.get(chat)
                chats[chat] = MarkedChat(
                    chat=chat,
                    read=_larger(before.read if before else None, read),
                    delivered=_larger(before.delivered if before else None, delivered),
                )


def _end(view: View, room: Room | None) -> int:
    """The last seq that may be marked: what has gone out here, or the last that a former member sees."""
    if not view.member:
        return view.until
    return room.last if room is not None and room.opened else 0


def _most(seq: int | None, end: int) -> int | None:
    return None if seq is None else min(seq, end)


def _larger(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return one if other is None else other
    return max(one, other)
