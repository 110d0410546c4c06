"""From what a client has to what there is: missing events, skips, `reset`, `gone`; then live."""

from collections.abc import Sequence
from typing import Final

from nexync_contracts import limits
from nexync_contracts.frames import Head, PongFrame, ResumedFrame
from nexync_contracts.ids import ChatId, Stream, chat_stream, is_chat_stream, stream_id
from nexync_streams.seeing import MissingEventError, Shown, see, visible_ranges
from svc_gateway import frames
from svc_gateway.errors import BackendAwayError, NotVisibleError
from svc_gateway.framing import encode_text
from svc_gateway.hiding import is_hidden_from
from svc_gateway.metrics import Counts
from svc_gateway.outbox import Flusher
from svc_gateway.people import People, Person, PersonSocket
from svc_gateway.ports import Chats, Clock, Range
from svc_gateway.ranges import Ranges
from svc_gateway.rooms import Room, Rooms
from svc_gateway.spans import WHOLE, Spans, View, as_contract, of_view

ROUNDS: Final = 3
"""Reads of a busy stream until the live events join on; then the client reads it over REST."""

Encoded = tuple[int, bytes]


class Resumer:
    """Brings one socket up to the room's `last` and puts it into the room, in one step without awaiting."""

    def __init__(
        self,
        *,
        people: People,
        rooms: Rooms,
        ranges: Ranges,
        chats: Chats,
        flusher: Flusher,
        clock: Clock,
        counts: Counts,
    ) -> None:
        self._people = people
        self._rooms = rooms
        self._ranges = ranges
        self._chats = chats
        self._flusher = flusher
        self._clock = clock
        self._counts = counts

    async def resume(self, person: Person, socket: PersonSocket, heads: dict[Stream, Head]) -> None:
        """Answer a `resume` frame; the person has been entered with this socket."""
        wanted: list[tuple[Stream, int, int]] = []
        for stream, room in self._rooms_of(person):
            head = heads.get(stream)
            if head is None or head[0] != room.epoch:
                self._reset(person, socket, room)
            elif not self._join(person, socket, room, head[1], None):
                wanted += self._ask(person, room, head[1])
        if wanted:
            found = await self._ranges.read(wanted)
            for stream, _, _ in wanted:
                room = self._rooms.get(stream)
                if room is None:
                    continue
                after = heads[stream][1]
                if not self._join(person, socket, room, after, found.get(stream)):
                    await self.catch_up(person, socket, stream, after)
        for stream, head in heads.items():
            await self._former(person, socket, stream, head)
        socket.live = True
        count = 0
        for _, room in self._rooms_of(person):
            count += 1
            if socket not in room.outlets and not self._too_early(person, room):
                self._reset(person, socket, room)
        self._counts.resumes += 1
        self._flusher.push(socket, frames.wire(ResumedFrame(streams=count)))

    async def catch_up(
        self, person: Person, socket: PersonSocket, stream: Stream, after: int
    ) -> None:
        """Send what follows `after` of a stream that the person is in, and make it live."""
        for _ in range(ROUNDS):
            room = self._rooms.get(stream)
            if room is None or not room.opened or not self._in(person, stream):
                return
            if self._join(person, socket, room, after, None):
                return
            found = await self._ranges.read(self._ask(person, room, after))
            if self._join(person, socket, room, after, found.get(stream)):
                return
        room = self._rooms.get(stream)
        if room is not None and room.opened and self._in(person, stream):
            self._reset(person, socket, room)

    async def repair(
        self, person: Person, socket: PersonSocket, stream: Stream, after: int
    ) -> None:
        """Answer a `repair` frame."""
        room = self._rooms.get(stream)
        if room is not None and self._in(person, stream):
            await self.catch_up(person, socket, stream, after)
        else:
            await self._former(person, socket, stream, (0, after))

    async def check(self, person: Person, socket: PersonSocket, heads: dict[Stream, Head]) -> None:
        """Answer a `check` frame: what lacks, then `pong`."""
        for stream, head in heads.items():
            room = self._rooms.get(stream)
            if room is None or not self._in(person, stream):
                await self._former(person, socket, stream, head)
            elif head[0] != room.epoch:
                self._reset(person, socket, room)
            elif head[1] < room.last or socket not in room.outlets:
                await self.catch_up(person, socket, stream, head[1])
        self._flusher.push(socket, frames.wire(PongFrame(time=self._clock.unix_ms())))

    def _rooms_of(self, person: Person) -> list[tuple[Stream, Room]]:
        found = [(person.room.stream, person.room)]
        for chat, view in person.views.items():
            stream = chat_stream(chat)
            room = self._rooms.get(stream)
            if view.member and room is not None and room.opened:
                found.append((stream, room))
        return found

    def _view(self, person: Person, stream: Stream) -> View | None:
        return person.views.get(ChatId(stream_id(stream)))

    def _in(self, person: Person, stream: Stream) -> bool:
        if stream == person.room.stream:
            return True
        view = self._view(person, stream) if is_chat_stream(stream) else None
        return view is not None and view.member

    def _too_early(self, person: Person, room: Room) -> bool:
        """Whether the room hasn't come to the event that let the person in; that event puts their sockets in."""
        view = self._view(person, room.stream) if is_chat_stream(room.stream) else None
        return view is not None and view.begins_after(room.last)

    def _put_in(self, person: Person, socket: PersonSocket, room: Room) -> None:
        if not self._too_early(person, room):
            room.outlets[socket] = None

    def _spans(self, person: Person, stream: Stream) -> Spans:
        view = self._view(person, stream) if is_chat_stream(stream) else None
        return WHOLE if view is None else view.spans

    def _ask(self, person: Person, room: Room, after: int) -> list[tuple[Stream, int, int]]:
        """What to read so that everything visible of (after, last] is there."""
        ranges = visible_ranges(as_contract(self._spans(person, room.stream)), after, room.last)
        return [(room.stream, ranges[0][0] - 1, room.last)] if ranges else []

    def _reset(self, person: Person, socket: PersonSocket, room: Room) -> None:
        if socket not in person.sockets:
            return
        self._put_in(person, socket, room)
        self._counts.resets += 1
        self._flusher.push(socket, frames.reset(room.stream, room.epoch, room.last))

    def _join(
        self, person: Person, socket: PersonSocket, room: Room, after: int, read: Range | None
    ) -> bool:
        """Send (after, last] if it is at hand, and put the socket into the room; False if events lack.

        A socket that closed meanwhile is left out: its person no longer has it. So is one whose person joins later.
        """
        if socket not in person.sockets:
            return True
        if read is not None and read.epoch != room.epoch:
            read = None
        wanted = self._ask(person, room, after)
        if wanted and room.last - wanted[0][1] > limits.REPAIR_EVENTS:
            self._reset(person, socket, room)
            return True
        events: list[Encoded] = []
        if wanted:
            if read is not None:
                events += [(seq, encode_text(frame)) for seq, frame in read.events]
            events += room.recent or ()
        spans = self._spans(person, room.stream)
        if not self._show(person, socket, room.stream, room.epoch, spans, events, after, room.last):
            return False
        self._put_in(person, socket, room)
        return True

    def _show(
        self,
        person: Person,
        socket: PersonSocket,
        stream: Stream,
        epoch: int,
        spans: Spans,
        events: Sequence[Encoded],
        after: int,
        to: int,
    ) -> bool:
        try:
            shown = see(
                events,
                _seq,
                as_contract(spans),
                after,
                to,
                lambda event: is_hidden_from(person.id, event[1]),
            )
        except MissingEventError:
            return False
        for item in shown:
            if isinstance(item, Shown):
                self._flusher.push(socket, item.event[1])
            else:
                self._flusher.push(socket, frames.skip(stream, epoch, item.from_seq, item.to_seq))
        return True

    async def _former(
        self, person: Person, socket: PersonSocket, stream: Stream, head: Head
    ) -> None:
        """A stream that the client has and the person isn't in: the rest that they may see, then `gone`."""
        if self._in(person, stream):
            return
        if not is_chat_stream(stream):
            self._flusher.push(socket, frames.gone(stream, 0))
            return
        view = self._view(person, stream)
        if view is None:
            chat = ChatId(stream_id(stream))
            try:
                seen = await self._chats.member(chat, person.id, 0)
            except NotVisibleError:
                self._flusher.push(socket, frames.gone(stream, 0))
                return
            except BackendAwayError:
                return
            view = View(seen.partition, seen.epoch, of_view(seen))
            if view.member:
                return
        after, until = head[1], view.until
        if after < until:
            wanted = visible_ranges(as_contract(view.spans), after, until)
            events: list[Encoded] = []
            if wanted and until - wanted[0][0] < limits.REPAIR_EVENTS:
                found = (await self._ranges.read([(stream, wanted[0][0] - 1, until)])).get(stream)
                if found is not None:
                    events = [(seq, encode_text(frame)) for seq, frame in found.events]
            if not self._show(person, socket, stream, view.epoch, view.spans, events, after, until):
                self._flusher.push(socket, frames.reset(stream, view.epoch, until))
        self._flusher.push(socket, frames.gone(stream, until))


def _seq(event: Encoded) -> int:
    return event[0]
