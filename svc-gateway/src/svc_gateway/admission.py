"""From a send to a durable command: who may, when, and what is told to the sender."""

from collections import deque
from typing import Final, Protocol

from nexync_contracts import limits
from nexync_contracts.errors import CloseCode, RejectCode
from nexync_contracts.frames import RejectedFrame, SendFrame
from nexync_contracts.ids import ChatId, CommandId, chat_stream, id_time_ms
from svc_gateway import frames
from svc_gateway.authors import Authors
from svc_gateway.carrying import Files
from svc_gateway.conversation import NOT_AGAIN, Asking, Conversation
from svc_gateway.errors import BackendAwayError, NotVisibleError
from svc_gateway.metrics import Counts
from svc_gateway.outbox import Flusher
from svc_gateway.people import Person, PersonSocket
from svc_gateway.ports import Clock, CommandLog
from svc_gateway.recalling import Kept, Recall
from svc_gateway.recording import record
from svc_gateway.spans import View

UNSURE_MS: Final = 500
"""When to come again while memberships are read again."""


class LookUp(Protocol):
    """Reads one chat of a person that isn't in the cache."""

    async def __call__(self, person: Person, chat: ChatId, at_least: int = 0) -> View: ...


class Sender(PersonSocket, Protocol):
    """A socket that sends."""

    person: Person | None
    conversation: Conversation
    sends: deque[tuple[Asking, int]] | None
    """Sends that wait for a membership to be read, with their turns, in order; bounded by the unacknowledged ones."""

    @property
    def ended(self) -> bool:
        """Closing or closed: nobody would hear what becomes of its sends, and they come again on another socket."""
        ...


def too_early(identifier: str, now_ms: int) -> bool:
    """Whether the id's own time lies more than the limit ahead of the server's."""
    time = id_time_ms(identifier)
    return time is not None and time > now_ms + limits.ID_AHEAD_MS


class Admission:
    """Admits what becomes a command. Nothing is awaited for a chat and a message that are in the cache."""

    def __init__(
        self,
        *,
        log: CommandLog,
        recall: Recall,
        look_up: LookUp,
        authors: Authors,
        files: Files,
        flusher: Flusher,
        clock: Clock,
        counts: Counts,
        instance: str,
    ) -> None:
        self._log = log
        self._recall = recall
        self._look_up = look_up
        self._authors = authors
        self._files = files
        self._flusher = flusher
        self._clock = clock
        self._counts = counts
        self._instance = instance[:40]
        self._number = 0
        self.closed = False
        """Draining is over: every send is told to come again, elsewhere."""

    def admit(self, socket: Sender, frame: Asking, turn: int) -> bool:
        """Answer or produce the socket's `turn`th send now; False if the membership has to be read first."""
        person = socket.person
        if not self._in_order(socket, frame, turn):
            return True
        if self.closed:
            self._retry(socket, frame, turn, "draining", UNSURE_MS)
            return True
        now_ms = self._clock.unix_ms()
        if too_early(frame.id, now_ms):
            self._reject(socket, frame, RejectCode.ID_IN_FUTURE, now_ms)
            return True
        if person is None or not person.ready:
            return False
        if not person.fresh:
            self._retry(socket, frame, turn, "memberships", UNSURE_MS)
            return True
        view = person.views.get(frame.chat)
        if view is None or not self._facts_known(person, frame):
            return False
        self._produce(socket, person, view, frame, turn)
        return True

    def _in_order(self, socket: Sender, frame: Asking, turn: int) -> bool:
        """Whether no earlier send has to come again first. If one has, this one is told so, or the socket given up."""
        order = socket.conversation.order
        if order.may_pass(frame.id, turn):
            return True
        if order.stuck(self._clock.monotonic()):
            self._counts.stuck_sends += 1
            socket.close(CloseCode.RESTART, NOT_AGAIN)
        else:
            self._retry(socket, frame, turn, "in_order")
        return False

    def _facts_known(self, person: Person, frame: Asking) -> bool:
        if isinstance(frame, SendFrame):
            return not frame.files or self._files.known(person.id, frame.files)
        return self._authors.known(frame.chat, frame.target)

    async def drain(self, socket: Sender) -> None:
        """Work off the sends that wait, in order; one task a socket. It ends with the socket."""
        while socket.sends and not socket.ended:
            frame, turn = socket.sends.popleft()
            if not self.admit(socket, frame, turn):
                await self._read(socket, frame, turn)
        socket.sends = None

    async def _read(self, socket: Sender, frame: Asking, turn: int) -> None:
        person = socket.person
        if person is None:
            self._retry(socket, frame, turn, "not_resumed")
            return
        try:
            known = person.views.get(frame.chat) if person.ready else None
            view = known or await self._look_up(person, frame.chat)
            if isinstance(frame, SendFrame):
                if frame.files:
                    await self._files.read(person.id, frame.files)
            elif view.sees(frame.target):
                await self._authors.read(frame.chat, frame.target)
        except NotVisibleError:
            self._reject(socket, frame, RejectCode.NOT_A_MEMBER)
        except BackendAwayError:
            self._retry(socket, frame, turn, "memberships", UNSURE_MS)
        else:
            # Meanwhile the log may have given an earlier one back.
            if not socket.ended and self._in_order(socket, frame, turn):
                self._produce(socket, person, view, frame, turn)

    def _produce(
        self, socket: Sender, person: Person, view: View, frame: Asking, turn: int
    ) -> None:
        """A former member's send goes into the log too: a double must get the outcome that it had."""
        self._number += 1
        identifier = frame.id
        order = socket.conversation.order
        place = order.place(identifier, turn)
        kept: Kept | None = None

        def delivered(error: Exception | None) -> None:
            socket.conversation.unacknowledged -= 1
            if error is None:
                self._counts.acks += 1
                order.settled(identifier)
                self._flusher.push(socket, frames.ack(identifier))
            else:
                if kept is not None:
                    kept.given_back = True
                self._push_retry(socket, frame, place, "log", UNSURE_MS)

        key = chat_stream(frame.chat).encode()
        author, attachments = None, ()
        if not isinstance(frame, SendFrame):
            author = self._authors.author(frame.chat, frame.target, view, person.id)
        elif frame.files:
            attachments = self._files.found(person.id, frame.files)
        trace = f"{self._instance}-{self._number:x}"
        value = record(
            frame,
            sender=person.id,
            session=socket.session,
            trace=trace,
            author=author,
            attachments=attachments,
        )
        try:
            self._log.produce(view.partition, key, value, delivered)
        except BackendAwayError:
            self._retry(socket, frame, turn, "queue_full")
        else:
            order.settled(identifier)
            kept = self._recall.remember(view.partition, key, value)

    def _retry(
        self, socket: Sender, frame: Asking, turn: int, reason: str, after_ms: int = 250
    ) -> None:
        socket.conversation.unacknowledged -= 1
        self._push_retry(socket, frame, turn, reason, after_ms)

    def _push_retry(
        self, socket: Sender, frame: Asking, turn: int, reason: str, after_ms: int
    ) -> None:
        self._counts.retries += 1
        refused = socket.conversation.refused(frame.id, turn, reason, after_ms)
        self._flusher.push(socket, frames.wire(refused))

    def _reject(
        self, socket: Sender, frame: Asking, code: RejectCode, time: int | None = None
    ) -> None:
        socket.conversation.unacknowledged -= 1
        socket.conversation.order.settled(frame.id)
        self._counts.rejections += 1
        stream = chat_stream(frame.chat)
        rejected = RejectedFrame(id=CommandId(frame.id), code=code, stream=stream, time=time)
        self._flusher.push(socket, frames.wire(rejected))
