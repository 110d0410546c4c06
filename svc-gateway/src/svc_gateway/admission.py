"""From a send to a durable command: who may, when, and what is told to the sender."""

from collections import deque
from typing import Final, Protocol

from nexync_contracts import limits
from nexync_contracts.attachments import Attachment
from nexync_contracts.commands import Command, CommandEnvelope, CreateMessage
from nexync_contracts.errors import RejectCode
from nexync_contracts.frames import DeleteFrame, EditFrame, RejectedFrame, SendFrame
from nexync_contracts.ids import ChatId, CommandId, PersonId, chat_stream, id_time_ms
from nexync_contracts.message_commands import DeleteMessage, EditMessage, React
from svc_gateway import frames
from svc_gateway.authors import Authors
from svc_gateway.carrying import Files
from svc_gateway.conversation import Asking, Conversation
from svc_gateway.errors import BackendAwayError, NotVisibleError
from svc_gateway.metrics import Counts
from svc_gateway.outbox import Flusher
from svc_gateway.people import Person, PersonSocket
from svc_gateway.ports import Clock, CommandLog
from svc_gateway.recalling import Recall
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
    sends: deque[Asking] | None
    """Sends that wait for a membership to be read, in order; bounded by the unacknowledged ones."""


def too_early(identifier: str, now_ms: int) -> bool:
    """Whether the id's own time lies more than the limit ahead of the server's."""
    time = id_time_ms(identifier)
    return time is not None and time > now_ms + limits.ID_AHEAD_MS


def command_of(
    frame: Asking, author: PersonId | None, attachments: tuple[Attachment, ...] = ()
) -> Command:
    """The command that a frame asks for. The frame has been validated, so nothing is validated twice."""
    if isinstance(frame, SendFrame):
        return CreateMessage.model_construct(
            body=frame.body,
            reply_to=frame.reply_to,
            mentions=frame.mentions,
            mention_all=frame.mention_all,
            forwarded=frame.forwarded,
            files=frame.files,
            attachments=attachments,
        )
    if isinstance(frame, EditFrame):
        return EditMessage.model_construct(
            target=frame.target,
            body=frame.body,
            mentions=frame.mentions,
            mention_all=frame.mention_all,
            author=author,
        )
    if isinstance(frame, DeleteFrame):
        return DeleteMessage.model_construct(target=frame.target, author=author)
    return React.model_construct(target=frame.target, emoji=frame.emoji, on=frame.on, author=author)


def envelope(
    frame: Asking,
    socket: PersonSocket,
    person: Person,
    trace: str,
    author: PersonId | None = None,
    attachments: tuple[Attachment, ...] = (),
) -> bytes:
    """The record of a send, an edit, a deletion or a reaction."""
    return (
        CommandEnvelope.model_construct(
            stream=chat_stream(frame.chat),
            id=frame.id,
            sender=person.id,
            session=socket.session,
            trace=trace,
            command=command_of(frame, author, attachments),
        )
        .model_dump_json(exclude_none=True)
        .encode()
    )


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

    def admit(self, socket: Sender, frame: Asking) -> bool:
        """Answer or produce the send now; False if the membership has to be read first."""
        person = socket.person
        if not socket.conversation.may_pass(frame.id, self._clock.monotonic()):
            self._retry(socket, frame, "in_order")
            return True
        if self.closed:
            self._retry(socket, frame, "draining", UNSURE_MS)
            return True
        now_ms = self._clock.unix_ms()
        if too_early(frame.id, now_ms):
            self._reject(socket, frame, RejectCode.ID_IN_FUTURE, now_ms)
            return True
        if person is None or not person.ready:
            return False
        if not person.fresh:
            self._retry(socket, frame, "memberships", UNSURE_MS)
            return True
        view = person.views.get(frame.chat)
        if view is None or not self._facts_known(person, frame):
            return False
        self._produce(socket, person, view, frame)
        return True

    def _facts_known(self, person: Person, frame: Asking) -> bool:
        if isinstance(frame, SendFrame):
            return not frame.files or self._files.known(person.id, frame.files)
        return self._authors.known(frame.chat, frame.target)

    async def drain(self, socket: Sender) -> None:
        """Work off the sends that wait, in order; one task a socket."""
        while socket.sends:
            frame = socket.sends[0]
            if not self.admit(socket, frame):
                await self._read(socket, frame)
            socket.sends.popleft()
        socket.sends = None

    async def _read(self, socket: Sender, frame: Asking) -> None:
        person = socket.person
        if person is None:
            self._retry(socket, frame, "not_resumed")
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
            self._retry(socket, frame, "memberships", UNSURE_MS)
        else:
            self._produce(socket, person, view, frame)

    def _produce(self, socket: Sender, person: Person, view: View, frame: Asking) -> None:
        """A former member's send goes into the log too: a double must get the outcome that it had."""
        self._number += 1
        identifier = frame.id

        def delivered(error: Exception | None) -> None:
            socket.conversation.unacknowledged -= 1
            if error is None:
                self._counts.acks += 1
                self._flusher.push(socket, frames.ack(identifier))
            else:
                self._push_retry(socket, frame, "log", UNSURE_MS)

        key = chat_stream(frame.chat).encode()
        author, attachments = None, ()
        if not isinstance(frame, SendFrame):
            author = self._authors.author(frame.chat, frame.target, view, person.id)
        elif frame.files:
            attachments = self._files.found(person.id, frame.files)
        trace = f"{self._instance}-{self._number:x}"
        value = envelope(frame, socket, person, trace, author, attachments)
        try:
            self._log.produce(view.partition, key, value, delivered)
            self._recall.remember(view.partition, key, value)
        except BackendAwayError:
            self._retry(socket, frame, "queue_full")

    def _retry(self, socket: Sender, frame: Asking, reason: str, after_ms: int = 250) -> None:
        socket.conversation.unacknowledged -= 1
        self._push_retry(socket, frame, reason, after_ms)

    def _push_retry(self, socket: Sender, frame: Asking, reason: str, after_ms: int) -> None:
        self._counts.retries += 1
        now = self._clock.monotonic()
        refused = socket.conversation.refused(frame.id, now, reason, after_ms)
        self._flusher.push(socket, frames.wire(refused))

    def _reject(
        self, socket: Sender, frame: Asking, code: RejectCode, time: int | None = None
    ) -> None:
        socket.conversation.unacknowledged -= 1
        self._counts.rejections += 1
        stream = chat_stream(frame.chat)
        rejected = RejectedFrame(id=CommandId(frame.id), code=code, stream=stream, time=time)
        self._flusher.push(socket, frames.wire(rejected))
