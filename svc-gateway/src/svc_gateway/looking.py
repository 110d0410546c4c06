"""Who looks at which chat: those are told who types there and how far the others are."""

from typing import Final, Protocol

from pydantic import ValidationError

from nexync_contracts import limits
from nexync_contracts.channels import KIND_TYPING, encode_published
from nexync_contracts.frames import LookFrame, ReceiptsFrame, TypingFrame, TypistFrame
from nexync_contracts.ids import PersonId, Stream, chat_stream
from nexync_contracts.receipts import ReceiptsNotice
from svc_gateway import frames
from svc_gateway.errors import BackendAwayError
from svc_gateway.framing import encode_text
from svc_gateway.metrics import Counts
from svc_gateway.outbox import Flusher, Outlet
from svc_gateway.people import Person
from svc_gateway.ports import Notices, Spawn
from svc_gateway.rooms import Rooms

EVERY_SECONDS: Final = limits.TYPING_EVERY_MS / 1000 * 2 / 3
"""One `typing` of a socket in this time is passed on; what comes sooner is dropped."""

UNDER_WAY: Final = 256
"""Notices that wait for Redis at the same time; more are dropped, for they are stale soon."""


class Looker(Outlet, Protocol):
    """A socket that may show a chat."""

    looking: Stream | None
    typed_at: float
    """When a `typing` of it was passed on last, monotonic seconds."""

    @property
    def identity(self) -> PersonId: ...


class Looking:
    """Every socket looks at one chat at most, so all of this is bounded by the number of connections."""

    def __init__(
        self,
        *,
        rooms: Rooms,
        notices: Notices,
        flusher: Flusher,
        spawn: Spawn,
        counts: Counts,
    ) -> None:
        self._rooms = rooms
        self._notices = notices
        self._flusher = flusher
        self._spawn = spawn
        self._counts = counts
        self._lookers: dict[Stream, set[Looker]] = {}
        self._under_way = 0

    def take(
        self, frame: LookFrame | TypingFrame, socket: Looker, person: Person | None, now: float
    ) -> None:
        """A frame of a socket; `person` is None until the socket has resumed."""
        if isinstance(frame, LookFrame):
            self._look(socket, None if frame.chat is None else chat_stream(frame.chat))
        elif person is not None:
            self._type(frame, socket, person, now)

    def leave(self, socket: Looker) -> None:
        """The socket is gone."""
        self._look(socket, None)

    def heard(self, stream: Stream, frame: bytes) -> None:
        """Somebody types, here or at another gateway: for the others who look and are in the room."""
        room, lookers = self._rooms.get(stream), self._lookers.get(stream)
        if room is None or not lookers:
            return
        try:
            by = TypistFrame.model_validate_json(frame).by
        except ValidationError:
            self._counts.published_malformed += 1
            return
        encoded = encode_text(frame)
        for looker in lookers:
            if looker.identity != by and looker in room.outlets:
                self._flusher.push(looker, encoded)

    def receipts(self, stream: Stream, frame: bytes) -> None:
        """Members have come further: for those who look, but for those to whom it isn't told."""
        room, lookers = self._rooms.get(stream), self._lookers.get(stream)
        if room is None or not lookers:
            return
        try:
            notice = ReceiptsNotice.model_validate_json(frame)
        except ValidationError:
            self._counts.published_malformed += 1
            return
        whole = frames.wire(ReceiptsFrame(chat=notice.chat, marks=notice.marks))
        apart = {person for pair in notice.apart for person in pair}
        for looker in lookers:
            person = looker.identity
            if looker not in room.outlets or person in notice.hidden:
                continue
            told = whole if person not in apart else _without(notice, person)
            if told is not None:
                self._counts.receipts += 1
                self._counts.receipt_bytes += len(told)
                self._flusher.push(looker, told)

    def watched(self) -> int:
        """Chats that somebody here looks at."""
        return len(self._lookers)

    def _look(self, socket: Looker, stream: Stream | None) -> None:
        before, socket.looking = socket.looking, stream
        if before is not None and (others := self._lookers.get(before)) is not None:
            others.discard(socket)
            if not others:
                del self._lookers[before]
        if stream is not None:
            self._lookers.setdefault(stream, set()).add(socket)

    def _type(self, frame: TypingFrame, socket: Looker, person: Person, now: float) -> None:
        view = person.views.get(frame.chat)
        if view is None or not view.member or not person.fresh:
            return
        if now - socket.typed_at < EVERY_SECONDS:
            return
        socket.typed_at = now
        if self._under_way >= UNDER_WAY:
            self._counts.typing_dropped += 1
            return
        self._under_way += 1
        typist = TypistFrame(chat=frame.chat, by=person.id)
        payload = encode_published(KIND_TYPING, 0, 0, frames.body(typist))
        self._spawn(self._tell(chat_stream(frame.chat), payload), "typing")

    async def _tell(self, stream: Stream, payload: bytes) -> None:
        try:
            await self._notices.publish(stream, payload)
            self._counts.typing += 1
        except BackendAwayError:
            self._counts.typing_dropped += 1
        finally:
            self._under_way -= 1


def _without(notice: ReceiptsNotice, person: PersonId) -> bytes | None:
    """The frame for somebody who is told nothing of some; None when nothing is left."""
    others = {other for pair in notice.apart if person in pair for other in pair} - {person}
    marks = tuple(mark for mark in notice.marks if mark.person not in others)
    return frames.wire(ReceiptsFrame(chat=notice.chat, marks=marks)) if marks else None
