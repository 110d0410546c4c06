"""People with a socket here: their chats, their sockets, and the rooms that they hold open."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from nexync_contracts.ids import (
    ChatId,
    PersonId,
    SessionId,
    Stream,
    chat_stream,
    is_chat_stream,
    person_stream,
    stream_id,
)
from nexync_contracts.session import StreamView
from svc_gateway.errors import BackendAwayError
from svc_gateway.metrics import Counts
from svc_gateway.outbox import Pending
from svc_gateway.ports import Channels, Chats, Clock, Windows
from svc_gateway.rooms import Room, Rooms
from svc_gateway.spans import View, merge, of_view

LINGER_SECONDS: Final = 20.0
"""How long a person's streams stay subscribed after the last socket closed: most come back at once."""

LOAD_SECONDS: Final = 15.0
"""How long a socket waits for its person's streams."""


class PersonSocket(Protocol):
    """A socket as the use cases see it."""

    pending: Pending | None
    direct: int
    session: SessionId
    live: bool
    """Resumed: new chats are added to it as they come."""

    def write(self, data: bytes | memoryview) -> None: ...

    def close(self, code: int, reason: str) -> None:
        """Send a close frame and end the connection; later calls do nothing."""
        ...


class Person:
    """One person on this gateway."""

    __slots__ = (
        "fresh",
        "full_at",
        "id",
        "idle_since",
        "loaded",
        "loading",
        "ready",
        "removals",
        "room",
        "seen_at",
        "sockets",
        "views",
    )

    def __init__(self, identifier: PersonId, room: Room, loading: "asyncio.Future[None]") -> None:
        self.id = identifier
        self.room = room
        self.views: dict[ChatId, View] = {}
        self.removals: dict[ChatId, int] = {}
        """Removals that passed before the chat's view was there; what svc-chat said before them is late."""
        self.sockets: set[PersonSocket] = set()
        self.loading = loading
        self.loaded = False
        """The views are there, so membership events apply to them."""
        self.ready = False
        """The rooms are open, too."""
        self.fresh = True
        """False while it is not sure that no removal was missed; sends wait then."""
        self.idle_since = 0.0
        self.full_at = 0.0
        """When the bucket of their frames is full again, monotonic seconds."""
        self.seen_at = float("-inf")
        """When it was said last that they are here, monotonic seconds."""


class People:
    """Everybody with a socket here, or with one a moment ago."""

    def __init__(
        self,
        *,
        rooms: Rooms,
        channels: Channels,
        windows: Windows,
        chats: Chats,
        clock: Clock,
        counts: Counts,
    ) -> None:
        self._rooms = rooms
        self._channels = channels
        self._windows = windows
        self._chats = chats
        self._clock = clock
        self._counts = counts
        self._people: dict[PersonId, Person] = {}

    def get(self, person: PersonId) -> Person | None:
        """A person that is here, with the streams read."""
        found = self._people.get(person)
        return found if found is not None and found.loaded else None

    def known(self, person: PersonId) -> Person | None:
        """A person that is here, even while the streams are still being read."""
        return self._people.get(person)

    def all(self) -> list[Person]:
        """Everybody, as they are now."""
        return list(self._people.values())

    def readers(self, room: Room) -> list[Person]:
        """Everybody who holds the room open, also those with no socket in it yet or any more."""
        if not is_chat_stream(room.stream):
            return [person for person in self.all() if person.room is room]
        chat = ChatId(stream_id(room.stream))
        return [
            person
            for person in self.all()
            if (view := person.views.get(chat)) is not None and view.held
        ]

    async def enter(self, identifier: PersonId, socket: PersonSocket) -> Person:
        """Count the socket in; the first one of a person reads their streams. Raises BackendAwayError."""
        person = self._people.get(identifier)
        first = person is None
        if person is None:
            room = self._rooms.hold(person_stream(identifier), 0)
            person = Person(identifier, room, asyncio.get_running_loop().create_future())
            self._people[identifier] = person
            self._counts.people = len(self._people)
        person.sockets.add(socket)
        if first:
            await self._load(person)
        elif not person.ready:
            try:
                async with asyncio.timeout(LOAD_SECONDS):
                    await asyncio.shield(person.loading)
            except TimeoutError:
                person.sockets.discard(socket)
                raise BackendAwayError("the streams of the person") from None
        if not person.ready:
            raise BackendAwayError("the streams of the person")
        return person

    def leave(self, person: Person, socket: PersonSocket) -> None:
        """Count the socket out of everything."""
        person.sockets.discard(socket)
        person.room.outlets.pop(socket, None)
        for chat, view in person.views.items():
            if view.held:
                room = self._rooms.get(chat_stream(chat))
                if room is not None:
                    room.outlets.pop(socket, None)
        if not person.sockets:
            person.idle_since = self._clock.monotonic()

    def sweep(self) -> None:
        """Forget those whose last socket closed some time ago."""
        before = self._clock.monotonic() - LINGER_SECONDS
        self._forget(
            person
            for person in self.all()
            if not person.sockets and person.ready and person.idle_since < before
        )

    def void(self) -> None:
        """Nothing that is kept about memberships counts any more."""
        self._forget(person for person in self.all() if not person.sockets and person.ready)
        for person in self._people.values():
            person.fresh = False

    def learn(self, person: Person, seen: StreamView) -> View:
        """Take in what svc-chat says about one chat of a person."""
        view = person.views.get(seen.chat)
        if view is None:
            view = person.views[seen.chat] = View(seen.partition, seen.epoch, of_view(seen))
        else:
            view.spans = merge(view.spans, of_view(seen))
            view.epoch = max(view.epoch, seen.epoch)
        view.left(person.removals.pop(seen.chat, 0))
        return view

    def hold(self, chat: ChatId, view: View) -> Room:
        """Count the person among the readers of the chat's room, once."""
        room = self._rooms.get(chat_stream(chat))
        if room is None or not view.held:
            room = self._rooms.hold(chat_stream(chat), view.partition)
            view.held = True
        return room

    def release(self, chat: ChatId, view: View) -> None:
        """Count the person out of the chat's room."""
        room = self._rooms.get(chat_stream(chat))
        if view.held and room is not None:
            self._close(self._rooms.release([room]))
        view.held = False

    async def open(self, seen: Mapping[Stream, tuple[int, int]], rooms: Iterable[Room]) -> None:
        """Subscribe the rooms that aren't yet, then let through what came after `seen` (epoch, seq)."""
        closed = [room for room in rooms if not room.opened]
        if not closed:
            return
        await self._channels.subscribe([room.stream for room in closed])
        heads = await self._windows.heads([room.stream for room in closed])
        for room in closed:
            epoch, seq = seen[room.stream]
            head = heads.get(room.stream)
            if head is not None and head[0] > epoch:
                self._rooms.open(room, head[0], head[1], head[1])
            else:
                known = head[1] if head is not None and head[0] == epoch else seq
                self._rooms.open(room, epoch, seq, known)

    async def _load(self, person: Person) -> None:
        try:
            async with asyncio.timeout(LOAD_SECONDS):
                await self._channels.subscribe([person.room.stream])
                streams = await self._chats.streams(person.id)
                seen = {person.room.stream: (streams.epoch, streams.head)}
                rooms = [person.room]
                for chat in streams.chats:
                    view = self.learn(person, chat)
                    if view.member:
                        seen[chat_stream(chat.chat)] = (chat.epoch, chat.head)
                        rooms.append(self.hold(chat.chat, view))
                person.room.partition = streams.partition
                person.loaded = True
                await self.open(seen, rooms)
            self._ready(person)
        except TimeoutError:
            self._fail(person)
            raise BackendAwayError("the streams of the person took too long") from None
        except BaseException:
            self._fail(person)
            raise
        finally:
            if not person.loading.done():
                person.loading.set_result(None)

    @staticmethod
    def _ready(person: Person) -> None:
        if not person.fresh:
            raise BackendAwayError("the subscription broke meanwhile")
        person.ready = True

    def _fail(self, person: Person) -> None:
        self._forget([person])
        person.loaded = person.ready = False
        person.sockets.clear()

    def _forget(self, people: Iterable[Person]) -> None:
        closed: list[Stream] = []
        for person in people:
            rooms = [person.room]
            for chat, view in person.views.items():
                room = self._rooms.get(chat_stream(chat))
                if view.held and room is not None:
                    rooms.append(room)
                view.held = False
            closed += self._rooms.release(rooms)
            if self._people.get(person.id) is person:
                del self._people[person.id]
        self._counts.people = len(self._people)
        self._close(closed)

    def _close(self, streams: list[Stream]) -> None:
        if streams:
            self._channels.unsubscribe(streams)
