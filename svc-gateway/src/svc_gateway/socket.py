"""What the frames of one connection lead to.

Nothing is awaited here but in the small task that a socket has while it reads something: what it missed, and whether
that is still so.
"""

from collections import deque
from typing import Final

from nexync_contracts.errors import CloseCode
from nexync_contracts.frames import (
    CheckFrame,
    ErrorFrame,
    MarkFrame,
    RepairFrame,
    ResumeFrame,
)
from svc_gateway import frames
from svc_gateway.connection import Connection
from svc_gateway.conversation import (
    NOT_AGAIN,
    Asking,
    Close,
    Conversation,
    Passing,
    Reading,
    Reply,
)
from svc_gateway.errors import BackendAwayError
from svc_gateway.framing import (
    CLOSE,
    PING,
    PONG,
    TEXT,
    Message,
    encode,
)
from svc_gateway.kit import Kit, State
from svc_gateway.people import Person
from svc_gateway.spending import cost_of

READS: Final = 8
"""Repairs and checks of one socket that wait for their turn; the next is answered with an error."""


class Socket(Connection):
    """A connection that takes part: it resumes, sends, asks."""

    __slots__ = ("_reads", "conversation", "sends")

    person: Person | None

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._reads: deque[Reading] | None = None
        self.conversation = Conversation()
        self.sends: deque[tuple[Asking, int]] | None = None

    def _read(self, data: bytes) -> None:
        decoder = self._decoder
        if decoder is None:
            return
        self.heard_at = self._kit.clock.monotonic()
        messages, error = decoder.feed(data)
        for message in messages:
            self._take(message)
        if error is not None:
            self.close(error.code, error.reason)
        elif messages and self._state is State.OPEN:
            rest = self._kit.budget.rest(self, self.person, cost_of(messages), self.heard_at)
            if rest > 0:
                self._pause(rest)

    def _take(self, message: Message) -> None:
        if message.opcode == CLOSE:
            if self._state is State.OPEN:
                self.close(1000, "")
            if self._transport is not None:
                self._transport.close()
        elif self._state is not State.OPEN:
            return
        elif message.opcode == TEXT:
            self._text(message.payload)
        elif message.opcode == PING:
            self._kit.flusher.push(self, encode(PONG, message.payload))

    def _text(self, payload: bytes) -> None:
        kit = self._kit
        kit.counts.frames_in += 1
        step = self.conversation.receive(payload, self.heard_at, kit.clock.unix_ms())
        if isinstance(step, Asking):
            self._send(step)
        elif isinstance(step, Reply):
            if isinstance(step.frame, ErrorFrame):
                kit.counts.bad_frames += 1
            kit.flusher.push(self, frames.wire(step.frame))
        elif isinstance(step, Close):
            kit.counts.stuck_sends += step.reason is NOT_AGAIN
            self.close(step.code, step.reason)
        elif isinstance(step, Passing):
            if isinstance(step, MarkFrame):
                kit.marking.take(step, self, self.person)
            else:
                kit.looking.take(step, self, self.person, self.heard_at)
        else:
            self._queue_read(step)

    def _send(self, frame: Asking) -> None:
        turn = self.conversation.order.turn
        if self.sends is None:
            if self.person is not None and self._kit.admission.admit(self, frame, turn):
                return
            self.sends = deque(((frame, turn),))
            if self.person is not None:
                self._kit.spawn(self._kit.admission.drain(self), "sends")
        else:
            self.sends.append((frame, turn))

    def _queue_read(self, frame: Reading) -> None:
        if isinstance(frame, ResumeFrame):
            self._cancel_timer()
        if self._reads is None:
            self._reads = deque((frame,))
            self._kit.spawn(self._work(), "reads")
        elif len(self._reads) < READS:
            self._reads.append(frame)
        else:
            error = ErrorFrame(code="too_often", message=f"{READS} repairs and checks wait already")
            self._kit.flusher.push(self, frames.wire(error))

    async def _work(self) -> None:
        """Resume, repairs and checks, one after the other."""
        while self._reads and self._state is State.OPEN:
            frame = self._reads[0]
            if isinstance(frame, ResumeFrame):
                await self._resume(frame)
            elif self.person is not None and isinstance(frame, RepairFrame):
                await self._kit.resumer.repair(self.person, self, frame.stream, frame.after)
            elif self.person is not None and isinstance(frame, CheckFrame):
                await self._kit.resumer.check(self.person, self, frame.heads)
            self._reads.popleft()
        self._reads = None

    async def _resume(self, frame: ResumeFrame) -> None:
        kit = self._kit
        try:
            person = await kit.people.enter(self._identity, self)
            ended = await kit.windows.ended(self.session)
        except BackendAwayError:
            self.close(CloseCode.LOST_BACKEND, "try again")
            return
        if self._state is not State.OPEN:
            kit.people.leave(person, self)
            return
        self.person = person
        if ended:
            self.close(CloseCode.SESSION_ENDED, "logged out")
            return
        if self.sends:
            kit.spawn(kit.admission.drain(self), "sends")
        await kit.resumer.resume(person, self, frame.heads)
