"""A conversation and a model of its server, in fake time, with the wires between them."""

import random
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from nexync_client import actions
from nexync_client import happenings as tell
from nexync_client.conversation import Conversation
from nexync_client.inbox import Seen, seen_event
from nexync_client.options import Options
from nexync_contracts import frames
from nexync_contracts.events import MessageCreated
from nexync_contracts.ids import ChatId, CommandId, PersonId, SessionId, chat_stream

ME: Final = PersonId("0190a000-0000-4000-8000-000000000001")
OTHER: Final = PersonId("0190a000-0000-4000-8000-000000000002")
CHAT: Final = ChatId("0190a000-0000-4000-8000-00000000000a")
STREAM: Final = chat_stream(CHAT)
FAR: Final = 6
"""Events behind which the model answers with a reset."""


@dataclass
class Wire:
    """One socket in the model: what is under way in both directions."""

    up: deque[frames.ClientFrame] = field(default_factory=deque[frames.ClientFrame])
    down: deque[frames.ServerFrame] = field(default_factory=deque[frames.ServerFrame])
    live: bool = False
    refused: str | None = None
    unacknowledged: int = 0


class World:
    """The client under test, its server, and the wires between them. The socket that was opened last is the newest."""

    def __init__(self, options: Options | None = None, *, begin: bool = True) -> None:
        self.now = 100.0
        self.log: list[frames.EventFrame] = []
        self.pending: deque[frames.SendFrame] = deque()
        self.wires: dict[int, Wire] = {}
        self.told: list[tell.Happening] = []
        self.reading: list[actions.Fetch] = []
        self.renewals = 0
        self.refuse: int | None = None
        self.silent = False
        self.busy = 0
        self.most_unacknowledged = 0
        self.conversation = Conversation(
            ("ws://a", "ws://b"),
            options or Options(),
            unix_ms=5_000.0,
            now=self.now,
            heads={STREAM: (1, 0)} if begin else None,
            dice=random.Random(1),
        )
        self.addresses: list[str] = []
        self.sent: list[str] = []

    def begin(self) -> None:
        """Connect and resume."""
        self.conversation.start(self.now)
        self.perform()
        self.settle()

    def perform(self) -> None:
        """Do what the conversation wants."""
        for output in self.conversation.outputs():
            match output:
                case actions.Open(number, address):
                    self._open(number, address)
                case actions.Write(number, frame):
                    if number in self.wires:
                        self.wires[number].up.append(frame)
                        self._count(number, frame)
                case actions.Close(number):
                    self.drop(number, 1000)
                case actions.Renew():
                    self.renewals += 1
                case actions.Fetch():
                    self.reading.append(output)
                case _:
                    self.told.append(output)

    def _count(self, number: int, frame: frames.ClientFrame) -> None:
        if isinstance(frame, frames.SendFrame):
            wire = self.wires[number]
            wire.unacknowledged += 1
            self.most_unacknowledged = max(self.most_unacknowledged, wire.unacknowledged)

    def _open(self, number: int, address: str) -> None:
        self.addresses.append(address)
        if self.silent:
            return
        if self.refuse is not None:
            status, self.refuse = self.refuse, None
            self.conversation.lost(number, 1006, self.now, status=status)
            return
        wire = self.wires[number] = Wire()
        self.conversation.opened(number, self.now)
        wire.down.append(
            frames.WelcomeFrame(
                person=ME,
                session=SessionId(ME),
                time=1_760_000_000_000,
                gateway=address[-1],
            )
        )

    def drop(self, number: int, code: int = 1006) -> None:
        """The socket is gone, with all that was under way."""
        if self.wires.pop(number, None) is not None:
            self.conversation.lost(number, code, self.now)
            self.perform()

    def say(self, body: str) -> None:
        """Send a message."""
        frame = frames.SendFrame(id=self.conversation.new_id(self.now), chat=CHAT, body=body)
        self.conversation.line_up(frame, self.now)
        self.sent.append(frame.id)
        self.perform()

    def some(self, number: int) -> int:
        """One of the sockets; 0 when there is none."""
        wires = list(self.wires)
        return wires[number % len(wires)] if wires else 0

    def up(self, number: int) -> None:
        """The server gets one frame."""
        wire = self.wires.get(number)
        if wire is None or not wire.up:
            return
        match wire.up.popleft():
            case frames.ResumeFrame(heads=heads):
                if STREAM in heads:
                    self._bring(wire, heads[STREAM][1])
                else:
                    wire.down.append(self._reset())
                wire.live = True
                wire.down.append(frames.ResumedFrame(streams=1))
            case frames.RepairFrame(after=after):
                self._bring(wire, after)
            case frames.CheckFrame(heads=heads):
                self._bring(wire, heads[STREAM][1] if STREAM in heads else 0)
                wire.down.append(frames.PongFrame(time=0))
            case frames.SendFrame() as frame:
                self._admit(wire, frame)
            case other:
                raise AssertionError(other)

    def _reset(self) -> frames.ResetFrame:
        return frames.ResetFrame(stream=STREAM, epoch=1, seq=len(self.log))

    def _bring(self, wire: Wire, after: int) -> None:
        if len(self.log) - after > FAR:
            wire.down.append(self._reset())
        else:
            wire.down.extend(self.log[after:])

    def _admit(self, wire: Wire, frame: frames.SendFrame) -> None:
        wire.unacknowledged -= 1
        if self.busy or wire.refused not in (None, frame.id):
            self.busy -= self.busy > 0
            wire.refused = wire.refused or frame.id
            wire.down.append(frames.RetryFrame(id=CommandId(frame.id), after_ms=500, reason="busy"))
            return
        wire.refused = None
        self.pending.append(frame)
        wire.down.append(frames.AckFrame(id=CommandId(frame.id)))

    def decide(self, *, by: PersonId = ME, publish: bool = True) -> None:
        """The next command becomes an event, once; with `publish` off nobody is told."""
        if by == ME:
            if not self.pending:
                return
            frame = self.pending.popleft()
            known = next((event for event in self.log if event.id == frame.id), None)
            if known is not None:
                accepted = frames.AcceptedFrame(
                    id=CommandId(frame.id), stream=STREAM, epoch=1, seq=known.seq
                )
                self._publish(accepted)
                return
            identifier, body = CommandId(frame.id), frame.body
        else:
            identifier, body = CommandId(self.conversation.new_id(self.now)), "hi"
        seq = len(self.log) + 1
        event = frames.EventFrame(
            stream=STREAM,
            epoch=1,
            seq=seq,
            n=seq,
            at=seq,
            id=identifier,
            by=by,
            event=MessageCreated(body=body),
        )
        self.log.append(event)
        if publish:
            self._publish(event)

    def _publish(self, frame: frames.ServerFrame) -> None:
        for wire in self.wires.values():
            if wire.live:
                wire.down.append(frame)

    def down(self, number: int) -> None:
        """The client gets one frame."""
        wire = self.wires.get(number)
        if wire is not None and wire.down:
            self.conversation.received(number, wire.down.popleft(), self.now)
            self.perform()

    def read(self) -> None:
        """REST answers."""
        while self.reading:
            fetch = self.reading.pop(0)
            pieces = [seen_event(event) for event in self.log[fetch.after :]]
            self.conversation.fetched(fetch.stream, fetch.at_least, pieces, self.now)
            self.perform()

    def drain(self) -> None:
        """The gateways of all sockets want to go."""
        for wire in self.wires.values():
            wire.down.append(frames.DrainFrame(within_ms=1000))

    def sleep(self, seconds: float) -> None:
        """Time passes, and what is due happens when it is due."""
        end = self.now + seconds
        while (moment := self.conversation.next_wake()) is not None and moment <= end:
            self.now = max(self.now, moment)
            self.conversation.wake(self.now)
            self.perform()
        self.now = end

    def settle(self) -> None:
        """Everything under way arrives, without any time passing."""
        while self.reading or self.pending or any(w.up or w.down for w in self.wires.values()):
            for number in list(self.wires):
                self.up(number)
                self.down(number)
            self.decide()
            self.read()

    def closed(self) -> list[Seen]:
        """What the program was told of the chat."""
        return [
            one.piece
            for one in self.told
            if isinstance(one, tell.Happened) and one.stream == STREAM
        ]

    def of(self, kind: type[tell.Happening]) -> int:
        """How often that was told."""
        return sum(isinstance(one, kind) for one in self.told)
