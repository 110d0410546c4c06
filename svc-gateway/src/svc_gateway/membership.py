"""Who is in which room, moved by the events themselves: added before the event, cut right after it."""

from collections.abc import Callable
from typing import Final

from pydantic import ValidationError

from nexync_contracts.errors import CloseCode
from nexync_contracts.events import ChatCreated, ChatJoined, ChatLeft, MemberAdded, MemberRemoved
from nexync_contracts.frames import EventFrame
from nexync_contracts.ids import ChatId, PersonId, Stream, chat_stream, stream_id
from nexync_contracts.session import PersonStreams, SessionEnded, StreamView
from nexync_runtime import log
from svc_gateway import frames
from svc_gateway.errors import BackendAwayError, NotVisibleError
from svc_gateway.framing import encode_text
from svc_gateway.hiding import author_of
from svc_gateway.outbox import Flusher
from svc_gateway.people import People, Person, PersonSocket
from svc_gateway.ports import Chats, Sleep, Spawn
from svc_gateway.resuming import Resumer
from svc_gateway.rooms import Listener, Room, Rooms
from svc_gateway.spans import View

BACKOFF_SECONDS: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Waits between attempts to read a membership; the last one repeats while the person is here."""

_log = log.get("membership")


class Membership(Listener):
    """Applies membership events to sockets, and what svc-chat says about people."""

    def __init__(
        self,
        *,
        people: People,
        rooms: Rooms,
        resumer: Resumer,
        chats: Chats,
        flusher: Flusher,
        spawn: Spawn,
        sleep: Sleep,
        on_hole: Callable[[Room], None],
        on_restart: Callable[[Room], None],
    ) -> None:
        self._people = people
        self._rooms = rooms
        self._resumer = resumer
        self._chats = chats
        self._flusher = flusher
        self._spawn = spawn
        self._sleep = sleep
        self._on_hole = on_hole
        self._on_restart = on_restart

    def hole(self, room: Room) -> None:
        """Have it fetched."""
        self._on_hole(room)

    def restarted(self, room: Room) -> None:
        """Have the memberships read again."""
        self._on_restart(room)

    def before(self, room: Room, seq: int, frame: bytes) -> Callable[[], None] | None:
        """Add people to the room before the event goes out; the rest happens after it did."""
        try:
            event = EventFrame.model_validate_json(frame).event
        except ValidationError:
            # An event of a newer release: it is delivered as it is; memberships have known tags only.
            return None
        if isinstance(event, MemberAdded):
            self._added(room, seq, event.person, history=event.history)
        elif isinstance(event, ChatCreated):
            for member in event.members:
                self._added(room, seq, member.person)
        elif isinstance(event, MemberRemoved):
            return lambda: self._removed(room, seq, event.person)
        elif isinstance(event, ChatJoined):
            return lambda: self._joined(room, event)
        elif isinstance(event, ChatLeft):
            return lambda: self._left(room, event)
        return None

    def hidden(self, room: Room, frame: bytes, encoded: bytes) -> None:
        """To the sockets of its author, and a skip to all others."""
        author = self._people.known(author_of(frame))
        mine = author.sockets if author is not None else set[PersonSocket]()
        skipped = frames.skip(room.stream, room.epoch, room.last, room.last)
        self._flusher.fan_out([one for one in room.outlets if one in mine], encoded)
        self._flusher.fan_out([one for one in room.outlets if one not in mine], skipped)

    def tell(self, stream: Stream, frame: bytes) -> None:
        """An outcome, or a word about what the person keeps, for all of the person's sockets, as it is."""
        person = self._people.get(PersonId(stream_id(stream)))
        if person is not None:
            encoded = encode_text(frame)
            for socket in person.sockets:
                self._flusher.push(socket, encoded)

    def control(self, stream: Stream, body: bytes) -> None:
        """A session has ended: its sockets close now."""
        try:
            ended = SessionEnded.model_validate_json(body).session
        except ValidationError:
            _log.warning("unknown control", stream=stream)
            return
        person = self._people.get(PersonId(stream_id(stream)))
        for socket in list(person.sockets) if person is not None else ():
            if socket.session == ended:
                socket.close(CloseCode.SESSION_ENDED, "logged out")

    async def reconcile(self, person: Person, streams: PersonStreams) -> None:
        """Take in a fresh read of everything: cut what was lost meanwhile, join what was won."""
        for chat in streams.chats:
            await self._take_in(person, chat)

    async def look_up(self, person: Person, chat: ChatId, at_least: int = 0) -> View:
        """One chat of a person from svc-chat. Raises NotVisibleError, BackendAwayError."""
        return await self._take_in(person, await self._chats.member(chat, person.id, at_least))

    async def _take_in(self, person: Person, seen: StreamView) -> View:
        view = person.views.get(seen.chat)
        was_member = view is not None and view.member
        began = view.spans[-1][0] if view is not None and view.spans else 0
        view = self._people.learn(person, seen)
        if was_member and (not view.member or view.spans[-1][0] != began):
            self._cut(person, seen.chat, view, began)
        if view.member and not (view.held and self._is_in(person, seen.chat)):
            await self._join(person, seen.chat, view, seen)
        return view

    def _is_in(self, person: Person, chat: ChatId) -> bool:
        """Whether all of the person's live sockets get the chat's events."""
        room = self._rooms.get(chat_stream(chat))
        return room is not None and all(
            socket in room.outlets for socket in person.sockets if socket.live
        )

    async def _join(self, person: Person, chat: ChatId, view: View, seen: StreamView) -> None:
        room = self._people.hold(chat, view)
        try:
            await self._people.open({room.stream: (seen.epoch, seen.head)}, [room])
        except BackendAwayError:
            self._people.release(chat, view)
            raise
        for socket in list(person.sockets):
            if socket.live and socket not in room.outlets:
                await self._resumer.catch_up(person, socket, room.stream, view.before_last())

    def _added(self, room: Room, seq: int, identifier: PersonId, *, history: bool = False) -> None:
        person = self._people.get(identifier)
        if person is None:
            return
        chat = ChatId(stream_id(room.stream))
        view = person.views.get(chat)
        if view is None:
            view = person.views[chat] = View(room.partition, room.epoch, ())
        if not view.member:
            if seq <= view.until:
                return
            view.joined(seq, history=history)
        elif view.begins_after(seq):
            return
        self._people.hold(chat, view)
        known = view.before_last()
        for socket in person.sockets:
            if socket.live and socket not in room.outlets:
                if history and seq > 1:
                    start = frames.reset(room.stream, room.epoch, seq - 1)
                    self._flusher.push(socket, start)
                elif seq > known + 1:
                    skipped = frames.skip(room.stream, room.epoch, known + 1, seq - 1)
                    self._flusher.push(socket, skipped)
                room.outlets[socket] = None

    def _removed(self, room: Room, seq: int, identifier: PersonId) -> None:
        person = self._people.known(identifier)
        if person is None:
            return
        chat = ChatId(stream_id(room.stream))
        view = person.views.get(chat)
        if view is None:
            person.removals[chat] = seq
            return
        if not view.member or view.spans[-1][0] > seq:
            return
        view.left(seq)
        self._cut(person, chat, view, 0)

    def _cut(self, person: Person, chat: ChatId, view: View, began: int) -> None:
        """Nothing more of this chat to this person's sockets."""
        stream = chat_stream(chat)
        room = self._rooms.get(stream)
        ends = [until for start, until in view.spans if until is not None and start >= began]
        for socket in person.sockets:
            if room is None or socket in room.outlets:
                if room is not None:
                    room.outlets.pop(socket, None)
                self._flusher.push(socket, frames.gone(stream, ends[-1] if ends else view.until))
        self._people.release(chat, view)

    def _joined(self, room: Room, event: ChatJoined) -> None:
        person = self._people.get(PersonId(stream_id(room.stream)))
        if person is None:
            return
        view = person.views.get(event.chat)
        if view is not None and view.held and view.spans[-1][0] >= event.seq:
            return
        if view is not None and view.until >= event.seq:
            return
        self._spawn(self._follow(person, event.chat, event.seq), "join-chat")

    def _left(self, room: Room, event: ChatLeft) -> None:
        """The second net: the chat's own event cuts at its place; this one if it had passed by."""
        person = self._people.get(PersonId(stream_id(room.stream)))
        chat_room = self._rooms.get(chat_stream(event.chat))
        if person is not None and (chat_room is None or chat_room.last >= event.seq):
            view = person.views.get(event.chat)
            if view is not None and view.member and view.spans[-1][0] <= event.seq:
                view.left(event.seq)
                self._cut(person, event.chat, view, 0)

    async def _follow(self, person: Person, chat: ChatId, seq: int) -> None:
        attempt = 0
        while self._people.get(person.id) is person:
            try:
                await self.look_up(person, chat, seq)
            except NotVisibleError:
                _log.warning("joined a chat that svc-chat doesn't show", chat=chat)
            except BackendAwayError:
                await self._sleep(BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS) - 1)])
                attempt += 1
                continue
            return
