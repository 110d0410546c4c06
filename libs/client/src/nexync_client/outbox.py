"""One client's commands until their outcome: pure. The same id, oldest first, after every reconnect."""

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from nexync_client.errors import OutboxFullError
from nexync_contracts import limits
from nexync_contracts.frames import DeleteFrame, EditFrame, ReactFrame, SendFrame

Command = SendFrame | EditFrame | DeleteFrame | ReactFrame
"""What gets an ack and an outcome."""

State = Literal["waiting", "sent", "acked"]


@dataclass(slots=True)
class Sending:
    """A command, and how far it is. `seq` or `code` is its outcome; times are monotonic seconds."""

    frame: Command
    order: int
    made_at: float
    state: State = "waiting"
    was_acked: bool = False
    acked_at: float | None = None
    seq: int | None = None
    code: str | None = None
    resent: int = 0

    @property
    def settled(self) -> bool:
        """Whether the outcome is known."""
        return self.seq is not None or self.code is not None


@dataclass(slots=True)
class Outbox:
    """The commands of a client in their order, and the rule which of them go to the socket now.

    `room` bounds those without an ack: one more is refused. Of the settled ones the newest `remember` stay in
    `all` (None: all of them).

    With `trust_acks` an acknowledged command is not sent again after a reconnect: the acknowledgement alone
    has to be enough. That is stricter than a client has to be, and what the loss checker uses.
    """

    trust_acks: bool = False
    room: int = 1_000
    remember: int | None = None
    all: dict[str, Sending] = field(default_factory=dict[str, Sending])
    _open: dict[str, Sending] = field(default_factory=dict[str, Sending])
    _settled: deque[str] = field(default_factory=deque[str])
    _wanted: dict[str, Sending] = field(default_factory=dict[str, Sending])
    """Settled ones that this socket's gateway told to come again: it lets no later one pass before."""
    _lined_up: int = 0

    def add(self, frame: Command, now: float) -> Sending:
        """Line up a new command. Raises OutboxFullError."""
        if self.unacknowledged >= self.room:
            raise OutboxFullError(self.room)
        sending = Sending(frame=frame, order=self._lined_up, made_at=now)
        self._lined_up += 1
        self.all[frame.id] = sending
        self._open[frame.id] = sending
        return sending

    @property
    def unsettled(self) -> int:
        """Commands whose outcome isn't known."""
        return len(self._open)

    @property
    def unacknowledged(self) -> int:
        """Commands that no `ack` was seen for."""
        return sum(not sending.was_acked for sending in self._open.values())

    def reconnected(self) -> None:
        """A new socket: what has no outcome (or, trusting, no ack) is to be sent again."""
        self._wanted.clear()
        for sending in self._open.values():
            if sending.state != "waiting" and not (self.trust_acks and sending.was_acked):
                self._again(sending)

    def due(self) -> list[Command]:
        """What to write now, oldest first, keeping to the limit of unacknowledged sends."""
        room = limits.UNACKNOWLEDGED_SENDS - sum(
            sending.state == "sent" for sending in self._open.values()
        )
        due = [sending for sending in self._open.values() if sending.state == "waiting"]
        if self._wanted:
            due = sorted([*due, *self._wanted.values()], key=lambda sending: sending.order)
            self._wanted.clear()
        for sending in due[:room]:
            sending.state = "sent"
        return [sending.frame for sending in due[:room]]

    def acked(self, identifier: str, now: float) -> None:
        """The command is durable."""
        sending = self.all.get(identifier)
        if sending is not None:
            sending.state = "acked"
            if not sending.was_acked:
                sending.was_acked = True
                sending.acked_at = now

    def retry(self, identifier: str) -> None:
        """Not taken: this one and all later ones that have no ack go again, in their order.

        This one also when its outcome is known from elsewhere: whoever refused it waits for it.
        """
        refused = self.all.get(identifier)
        if refused is None:
            return
        if refused.settled:
            self._wanted[identifier] = refused
        elif refused.state == "acked":
            self._again(refused)
        for sending in self._open.values():
            if sending.order >= refused.order and sending.state == "sent":
                self._again(sending)

    def may_write(self, identifier: str) -> bool:
        """Whether a copy written now would come before nothing that waits."""
        sending = self.all.get(identifier)
        return sending is None or sending.state != "waiting"

    def accepted(self, identifier: str, seq: int) -> Sending | None:
        """The command became the event `seq`; the command, if its outcome is news."""
        sending = self.all.get(identifier)
        if sending is None or sending.seq is not None:
            return None
        sending.seq = seq
        return self._settle(sending)

    def rejected(self, identifier: str, code: str) -> Sending | None:
        """The command became no event and never will; the command, if its outcome is news."""
        sending = self.all.get(identifier)
        if sending is None or sending.code is not None:
            return None
        sending.code = code
        return self._settle(sending)

    @staticmethod
    def _again(sending: Sending) -> None:
        sending.state = "waiting"
        sending.resent += 1

    def _settle(self, sending: Sending) -> Sending | None:
        if self._open.pop(sending.frame.id, None) is None:
            return None
        if self.remember is not None:
            self._settled.append(sending.frame.id)
            if len(self._settled) > self.remember:
                del self.all[self._settled.popleft()]
        return sending
