"""The way of a command into the log, and its outcome."""

from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol

from nexync_contracts.commands import Outcome
from nexync_contracts.ids import CommandId, PersonId, Stream


class OutboxRow(NamedTuple):
    """A command that waits for its way into the log."""

    number: int
    stream: Stream
    partition: int
    envelope: bytes


class Log(Protocol):
    """The command log."""

    async def append(self, partition: int, stream: Stream, envelope: bytes) -> None:
        """Returns once the record is durable. Raises TimeoutError, BusyError."""
        ...


class OutcomeTicket(Protocol):
    """A place in the registry of outcomes that are waited for."""

    async def outcome(self) -> Outcome: ...


class Outcomes(Protocol):
    """Outcomes of the commands that this instance admitted."""

    def expect(
        self, stream: Stream, sender: PersonId, command: CommandId
    ) -> AbstractAsyncContextManager[OutcomeTicket]:
        """Wait for this one from now on. Raises BusyError when too many are waited for."""
        ...
